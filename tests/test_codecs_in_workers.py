"""Workers that accept all four codecs, and tasks and results of each, on real brokers."""

import os
import pickle
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import msgpack
import pytest
from celery import chain, chord, group

from modelref import identity, reference
from modelref.codecs import pickle as pickle_codec
from modelref.errors import MalformedReference, UnknownModel
from tests.codecs import CODECS, listed
from tests.queues import Queue
from tests.raw_messages import body_of, post
from tests.shop.models import Order
from tests.tasks_codecs import describe, find, give_back, read_notes
from tests.tasks_hostile import child_pid
from tests.workers import StartWorker, Worker

pytestmark = [pytest.mark.needs("redis", "rabbitmq"), pytest.mark.django_db(transaction=True)]

NAMES = [codec.NAME for codec in CODECS.values()]
ENCODINGS = {name: CODECS[name].register_args[3] for name in CODECS}

#: For each broker the codecs of the results of its workers.
WITH_CHORDS = [("redis", name) for name in NAMES]  # RabbitMQ's own results know none
WORKERS = WITH_CHORDS + [("rabbitmq", name) for name in NAMES]


@pytest.fixture(scope="module", params=WORKERS, ids="-".join)
def worker(request: pytest.FixtureRequest, start_module_worker: StartWorker) -> Iterator[Worker]:
    """A worker that accepts all codecs, and whose results are in one of them."""
    broker, results = request.param
    conf = {
        "task_serializer": results,
        "result_serializer": results,
        "accept_content": NAMES,
        "result_accept_content": NAMES,
    }
    with closing(Queue(broker, **conf)) as queue:
        worker = start_module_worker(queue=queue)
        yield worker
        worker.stop()


@pytest.fixture(autouse=True)
def _goes_on(worker: Worker) -> Iterator[None]:
    """After each test the next message is handled by the same child."""
    with worker.queue.producing():
        child = child_pid.delay().get(timeout=10)
        yield
        assert child_pid.delay().get(timeout=10) == child


def sent(task: Any, *args: Any, serializer: str) -> Any:
    """Return the result of a task that is sent by a codec."""
    return task.apply_async(args, serializer=serializer).get(timeout=10)


@pytest.mark.parametrize("serializer", NAMES)
class TestCalls:
    """Messages by each codec, results in another."""

    def test_rows_are_read_in_the_worker(self, serializer: str) -> None:
        """As they are then."""
        orders = [Order.objects.create(note=note) for note in "ab"]

        assert sent(read_notes, orders, "!", serializer=serializer) == ["a!", "b!"]
        assert sent(read_notes, Order.objects.order_by("-note"), serializer=serializer) == [
            "b",
            "a",
        ]

    def test_values_and_references_come_back(self, serializer: str) -> None:
        """The result is in the worker's codec, the call in any."""
        value = {
            "row": reference(Order, 1),
            "list": [reference(Order, 1, using="eu"), reference(Order, 2, using="eu")],
            "values": [datetime(2026, 1, 2, tzinfo=UTC), Decimal("1.1"), UUID(int=1), b"\xff", "ü"],
        }

        assert listed(sent(give_back, value, serializer=serializer)) == listed(value)

    def test_a_chain_and_a_group(self, serializer: str) -> None:
        """References go through both."""
        orders = [Order.objects.create(note=note) for note in "ab"]
        steps = chain(give_back.s(orders), give_back.s(), read_notes.s())
        members = group(find.s(order) for order in orders)

        assert steps.apply_async(serializer=serializer).get(timeout=10) == ["a", "b"]
        assert listed(members.apply_async(serializer=serializer).get(timeout=10)) == [
            identity(order) for order in orders
        ]

    @pytest.mark.parametrize("worker", WITH_CHORDS, indirect=True, ids="-".join)
    def test_a_chord(self, serializer: str) -> None:
        """And through chords, also inside a chain."""
        orders = [Order.objects.create(note=note) for note in "ab"]
        gathered = chord([find.s(order) for order in orders], read_notes.s("?"))
        members = group(find.si(order) for order in orders)
        mixed = chain(find.si(orders[0]), members, read_notes.s())

        assert gathered.apply_async(serializer=serializer).get(timeout=10) == ["a?", "b?"]
        assert mixed.apply_async(serializer=serializer).get(timeout=10) == ["a", "b"]

    def test_errors_come_back_as_themselves(self, serializer: str) -> None:
        """The one of a row that has gone, of its model."""
        with pytest.raises(Order.DoesNotExist) as error:
            sent(find, reference(Order, 42), serializer=serializer)

        assert str(error.value.identity) == "shop.order:42"  # type: ignore[attr-defined]


class Spell:
    """An object that is pickled as a call."""

    def __init__(self, function: Any, *args: Any) -> None:
        self.reduced = function, args

    def __reduce__(self) -> Any:
        return self.reduced


MALFORMED: dict[str, Any] = {
    "json": body_of('{"__modelref__":["shop.order",null]}'),
    "pickle": pickle.dumps([[Spell(pickle_codec.one, "shop.order", None)], {}, {}]),
    "yaml": "[[!modelref [shop.order, null]], {}, {}]",
    "msgpack": msgpack.packb([[msgpack.ExtType(77, b"\xc1")], {}, {}]),
}


def body_in(name: str, ref: Any) -> Any:
    """Return the body of a call with one argument, by a codec."""
    return CODECS[name].encode(((ref,), {}, {}))


def unknown(name: str) -> Any:
    """Return the body of a call with a reference to a model that nobody has."""
    body = body_in(name, reference(Order, 1))
    if isinstance(body, str):
        return body.replace("shop.order", "shop.ordre")
    return body.replace(b"shop.order", b"shop.ordre")


@pytest.mark.parametrize("name", CODECS)
class TestDamage:
    """Bad messages by each codec: the worker goes on."""

    def test_a_malformed_reference_fails_its_task(self, worker: Worker, name: str) -> None:
        """Inside a good message, which is not lost."""
        result = post(
            worker.queue, describe, MALFORMED[name], CODECS[name].CONTENT_TYPE, ENCODINGS[name]
        )

        with pytest.raises(MalformedReference):
            result.get(timeout=10)

    def test_an_unknown_model_fails_its_task(self, worker: Worker, name: str) -> None:
        """As well."""
        result = post(
            worker.queue, describe, unknown(name), CODECS[name].CONTENT_TYPE, ENCODINGS[name]
        )

        with pytest.raises(UnknownModel, match="shop.ordre"):
            result.get(timeout=10)

    def test_a_truncated_message_is_dropped(self, worker: Worker, name: str) -> None:
        """It is Celery's decode error: logged, and the result stays pending."""
        body = body_in(name, [reference(Order, 1), "and more"])

        result = post(
            worker.queue,
            describe,
            body[: len(body) * 2 // 3],
            CODECS[name].CONTENT_TYPE,
            ENCODINGS[name],
        )

        worker.wait_for_log(f"'id': '{result.id}'")
        assert result.state == "PENDING"


def hostile(name: str, command: str) -> Any:
    """Return a body that asks for a command to be run."""
    if name == "pickle":
        return pickle.dumps(((Spell(os.system, command),), {}, {}))
    return f"[[!!python/object/apply:os.system ['{command}']], {{}}, {{}}]"


@pytest.mark.parametrize("name", ["pickle", "yaml"])
def test_a_hostile_message_is_dropped(worker: Worker, name: str, tmp_path: Path) -> None:
    """Nothing is run."""
    path = tmp_path / "touched"

    result = post(
        worker.queue,
        describe,
        hostile(name, f"touch {path}"),
        CODECS[name].CONTENT_TYPE,
        ENCODINGS[name],
    )

    worker.wait_for_log(f"'id': '{result.id}'")
    assert not path.exists()

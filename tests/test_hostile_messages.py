"""Messages that no honest sender sends: each fails as a task, and the worker goes on.

A worker of Celery that cannot decode a message drops it, without a result, an errback or a retry;
what is wrong with a reference must not do that. Every test here ends with the next message being
handled by the same child.
"""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from celery import chain, chord
from celery.exceptions import ChordError

from modelref.codecs import json as codec
from modelref.errors import ModelRefError, UnknownModel
from tests.bad_references import GROUPS, REFERENCES, UNKNOWN
from tests.queues import Queue
from tests.raw_messages import body_of, post
from tests.shop.models import Order
from tests.spy import events, start_watched_worker
from tests.tasks_hostile import (
    child_pid,
    note_failure,
    take_again,
    take_anything,
    take_instance,
    take_instances,
    take_reference,
    take_references,
    write_failure,
)
from tests.workers import StartWorker, Worker

pytestmark = pytest.mark.needs("redis")

DAMAGE = re.compile("WorkerLostError|Unrecoverable error|exited")


@pytest.fixture(scope="module")
def worker(start_module_worker: StartWorker) -> Iterator[Worker]:
    """A worker that takes references to a few models only."""
    settings = "tests.settings_of_few_models"
    with closing(Queue("redis")) as queue:
        yield start_watched_worker(start_module_worker, queue, DJANGO_SETTINGS_MODULE=settings)


@pytest.fixture(autouse=True)
def _goes_on(worker: Worker) -> Iterator[None]:
    """After each test the next message is handled by the same child."""
    with worker.queue.producing():
        child = child_pid.delay().get(timeout=10)
        yield
        assert child_pid.delay().get(timeout=10) == child
    assert not DAMAGE.search(worker.log)


def short(value: Any) -> str | None:
    """Name a parameter after the text of the message."""
    return value[:60] if isinstance(value, str) else None


def bad(text: str) -> Any:
    """Return the reference that a form decodes to, to send it on."""
    return codec.decode(text)


def ungrouped(value: Any) -> Any:
    """Return decoded JSON with single forms in the place of group forms."""
    if isinstance(value, list):
        return [ungrouped(member) for member in value]
    match value:
        case {"__modelrefs__": [str() as label, list() as pks, *alias]}:
            return [{"__modelref__": [label, pk, *alias]} for pk in pks]
    return value


@pytest.mark.parametrize("take", [take_reference, take_instance, take_anything])
@pytest.mark.parametrize(("text", "error"), REFERENCES.items(), ids=short)
def test_a_bad_reference_fails_its_task(
    worker: Worker, take: Any, text: str, error: type[Exception]
) -> None:
    """The task's result is the error, of the class that says what is wrong."""
    result = post(worker.queue, take, body_of(text))

    with pytest.raises(error):
        result.get(timeout=10)
    assert result.state == "FAILURE"


@pytest.mark.parametrize("take", [take_references, take_instances, take_anything])
@pytest.mark.parametrize(("text", "error"), GROUPS.items(), ids=short)
def test_a_bad_group_fails_its_task(
    worker: Worker, take: Any, text: str, error: type[Exception]
) -> None:
    """One row that cannot be named spoils the call."""
    result = post(worker.queue, take, body_of(text))

    with pytest.raises(error):
        result.get(timeout=10)


@pytest.mark.parametrize("text", ["[{}]", '{{"deep":[[{}]]}}', '[1,{},"2"]'])
def test_a_bad_reference_deep_in_an_argument_fails_its_task(worker: Worker, text: str) -> None:
    """Where it stands makes no difference."""
    result = post(worker.queue, take_anything, body_of(text.format(UNKNOWN)))

    with pytest.raises(UnknownModel, match="shop.nothing"):
        result.get(timeout=10)


@pytest.mark.parametrize("take", [take_reference, take_instance])
@pytest.mark.parametrize("pk", [10**18, 10**30, -(10**30)])
def test_a_key_out_of_range_is_that_of_no_row(worker: Worker, take: Any, pk: int) -> None:
    """A number is a key; which there are, only the database knows."""
    result = post(worker.queue, take, body_of(f'{{"__modelref__":["shop.order",{pk}]}}'))

    with pytest.raises(Order.DoesNotExist, match=f"shop.order:{pk}"):
        result.get(timeout=10)


def test_a_key_out_of_range_in_a_group_is_that_of_no_row(worker: Worker) -> None:
    """As alone."""
    text = f'{{"__modelrefs__":["shop.order",[1,{10**30}]]}}'
    result = post(worker.queue, take_instances, body_of(text))

    with pytest.raises(Order.DoesNotExist):
        result.get(timeout=10)


def test_an_error_names_task_and_parameter(worker: Worker) -> None:
    """Who reads the log knows where to look."""
    result = post(worker.queue, take_instance, body_of(UNKNOWN))

    with pytest.raises(UnknownModel, match=r"tests.tasks_hostile.take_instance: order: shop.noth"):
        result.get(timeout=10)


@pytest.mark.django_db(transaction=True)
def test_a_good_message_behind_a_bad_one_is_handled(worker: Worker) -> None:
    """Each message stands for itself."""
    order = Order.objects.create(note="gift")
    bad = post(worker.queue, take_instance, body_of(UNKNOWN))
    good = take_instance.delay(order)

    assert good.get(timeout=10) == "gift"
    assert bad.state == "FAILURE"


@pytest.mark.parametrize("text", [*REFERENCES, *GROUPS], ids=short)
def test_a_retry_sends_the_reference_as_it_came(worker: Worker, text: str) -> None:
    """Autoretry tries again, with the very reference, which another release may know."""
    result = post(worker.queue, take_again, body_of(text))

    with pytest.raises(ModelRefError):
        result.get(timeout=10)
    bare = json.loads(text)
    sent = [json.loads(e["body"])[0] for e in events(worker, "receive") if e["id"] == result.id]
    assert [json.dumps(ungrouped(args)) for args in sent] == [json.dumps(ungrouped([bare]))] * 2


def test_errbacks_run(worker: Worker, tmp_path: Path) -> None:
    """One that is sent as a message, and one that is called where the task failed."""
    path = tmp_path / "failure"
    noted_id = "noted-" + worker.queue.name
    noted = note_failure.s().set(task_id=noted_id)
    result = take_anything.apply_async(
        [bad(UNKNOWN)], link_error=[noted, write_failure.s(path=str(path))]
    )

    with pytest.raises(UnknownModel):
        result.get(timeout=10)

    assert worker.queue.app().AsyncResult(noted_id).get(timeout=10) == f"noted {result.id}"
    assert path.read_text() == f"UnknownModel of {result.id}"


def test_a_later_step_of_a_chain_does_not_stop_the_earlier_ones(worker: Worker) -> None:
    """Those before it succeed; it fails, and those behind it."""
    last = chain(child_pid.si(), take_anything.si(bad(UNKNOWN)), child_pid.si()).apply_async()

    with pytest.raises(UnknownModel):
        last.get(timeout=10)

    assert last.parent.state == "FAILURE"
    assert last.parent.parent.get(timeout=10) == child_pid.delay().get(timeout=10)


def test_a_callback_with_a_bad_reference_leaves_its_task_alone(worker: Worker) -> None:
    """The task succeeds, the callback fails."""
    callback_id = "callback-" + worker.queue.name
    callback = take_anything.si(bad(UNKNOWN)).set(task_id=callback_id)
    result = child_pid.apply_async(link=callback)

    with pytest.raises(UnknownModel):
        worker.queue.app().AsyncResult(callback_id).get(timeout=10)

    assert result.state == "SUCCESS"


def test_a_chord_fails_with_a_member_whose_reference_is_bad(worker: Worker) -> None:
    """Its body is told, the other members succeed."""
    members = [take_anything.s("good"), take_anything.s(bad(UNKNOWN))]
    result = chord(members)(take_anything.s())

    error = result.get(timeout=10, propagate=False)

    assert isinstance(error, ChordError)
    assert "UnknownModel" in str(error)
    assert result.parent[0].get(timeout=10) == "'good'"


def test_the_body_of_a_chord_with_a_bad_reference_leaves_its_members_alone(worker: Worker) -> None:
    """The members succeed, the body fails."""
    result = chord([child_pid.si(), child_pid.si()])(take_anything.si(bad(UNKNOWN)))

    with pytest.raises(UnknownModel):
        result.get(timeout=10)

    assert [member.state for member in result.parent] == ["SUCCESS"] * 2


def test_the_decoder_raises_for_no_reference_in_the_main_process(worker: Worker) -> None:
    """All of them in one message are decoded, without a query, and fail a task."""
    before = len(events(worker, "decode"))
    result = post(worker.queue, take_anything, body_of(*REFERENCES, *GROUPS))

    with pytest.raises(ModelRefError):
        result.get(timeout=10)

    assert len(events(worker, "decode")) > before
    assert [event for event in events(worker, "decode") if event["error"]] == []
    assert events(worker, "query") == []


@pytest.mark.parametrize(
    "body",
    ['[[{"__modelref__":["shop.order",4', '[["shop.order"],{},{}', "]", b"\xff[[],{},{}]"],
    ids=["in a form", "at the end", "no start", "no UTF-8"],
)
def test_a_body_that_is_no_json_is_dropped(worker: Worker, body: str | bytes) -> None:
    """It is Celery's decode error: logged, and the result stays pending."""
    result = post(worker.queue, take_anything, body)

    worker.wait_for_log(f"'id': '{result.id}'")

    line = next(line for line in worker.log.splitlines() if result.id in line)
    assert "Can't decode message body" in line
    assert result.state == "PENDING"

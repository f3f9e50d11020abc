"""The main process of a worker: it decodes each message, asks no database and goes on.

A prefork worker's main process decodes for all its children; what it raises there is no task's
failure, and can end the worker.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from modelref.codecs import json as codec
from tests.queues import Queue
from tests.raw_messages import body_of, post
from tests.shop.models import Basket, Order, Version
from tests.spy import events, start_watched_worker
from tests.tasks_hostile import child_pid, take_anything
from tests.tasks_workers import read_instances, read_references
from tests.workers import StartWorker, Worker

pytestmark = pytest.mark.django_db(transaction=True)


def main_queries(worker: Worker) -> list[dict[str, Any]]:
    """Return the queries of the worker's main process since it was ready."""
    return events(worker, "query")


def full_basket() -> Basket:
    """Save a row whose model is a container: it has a length, members and an iterator."""
    return Basket.objects.create(items=["apple"])


@pytest.fixture(scope="module", params=["redis", "rabbitmq"])
def worker(request: pytest.FixtureRequest, start_module_worker: StartWorker) -> Iterator[Worker]:
    """A worker that is watched, on each broker."""
    with closing(Queue(request.param)) as queue:
        yield start_watched_worker(start_module_worker, queue)


class TestReferences:
    """Messages full of references go through."""

    @pytest.fixture(autouse=True)
    def producing(self, worker: Worker) -> Iterator[None]:
        """Send to the worker."""
        with worker.queue.producing():
            yield

    @pytest.fixture
    def orders(self) -> list[Order]:
        """As many orders as any SQLite takes in one query."""
        return Order.objects.bulk_create([Order(note=str(n)) for n in range(900)])

    @pytest.mark.parametrize("read", [read_references, read_instances])
    def test_many_references_are_decoded_without_a_query(
        self, worker: Worker, orders: list[Order], read: Any
    ) -> None:
        """The rows are read in the child alone, one query a message."""
        before = len(events(worker, "decode"))

        results = [read.delay(orders) for _ in range(10)]
        reports = [result.get(timeout=20) for result in results]

        assert [report["queries"] for report in reports] == [{"default": 1}] * 10
        assert len(events(worker, "decode")) == before + 10
        assert [event for event in events(worker, "decode") if event["error"]] == []
        assert main_queries(worker) == []

    def test_what_the_child_asks_is_recorded(self, worker: Worker, orders: list[Order]) -> None:
        """The recorder would have seen a query."""
        report = read_instances.delay(orders).get(timeout=20)

        seen = [event["sql"] for event in events(worker, "query", report["pid"])]
        assert [sql.count("%s") for sql in seen if "shop_order" in sql][-1] == 900

    def test_references_that_wait_are_shown_without_a_query(
        self, worker: Worker, orders: list[Order]
    ) -> None:
        """Remote control is answered by the main process, with references as text."""
        result = read_references.apply_async([orders[:2]], countdown=600)
        worker.wait_for_log(f"[{result.id}] received")

        [tasks] = worker.queue.app().control.inspect(limit=1, timeout=5).scheduled().values()

        [shown] = [each["request"] for each in tasks if each["request"]["id"] == result.id]
        assert f"<ModelRef shop.order pk={orders[0].pk}>" in str(shown["args"])
        assert main_queries(worker) == []


@pytest.mark.parametrize("worker", ["redis"], indirect=True)
class TestFormsInOddPlaces:
    """A form in the place of a part of the message that is no argument."""

    @pytest.fixture(autouse=True)
    def _goes_on(self, worker: Worker) -> Iterator[None]:
        """After each test the next message is handled by the same child."""
        with worker.queue.producing():
            child = child_pid.delay().get(timeout=10)
            yield
            assert child_pid.delay().get(timeout=10) == child

    @pytest.mark.parametrize(
        "body",
        [
            "[FORM,{},{}]",
            "[[],FORM,{}]",
            "[[1],{},FORM]",
            '[[1],{},{"chain":FORM}]',
            '[[1],{},{"chain":[FORM]}]',
            '[[1],{},{"callbacks":FORM}]',
            '[[1],{},{"errbacks":FORM}]',
            '[[1],{},{"chord":FORM}]',
            '{"args":[1],"kwargs":FORM}',
            '{"args":FORM,"kwargs":{},"callbacks":FORM}',
            '{"args":[1],"kwargs":{},"chord":FORM}',
            "[[1],FORM,FORM]",
        ],
    )
    def test_it_is_not_read_by_the_main_process(self, worker: Worker, body: str) -> None:
        """Also where its model has members, and methods that lists and dicts have."""
        before = main_queries(worker)
        form = codec.encode(full_basket())

        post(worker.queue, take_anything, body.replace("FORM", form))
        child_pid.delay().get(timeout=10)

        assert main_queries(worker) == before

    @pytest.mark.parametrize("body", ["[FORM,{},{}]", "[[],FORM,{}]"])
    def test_a_call_without_arguments_to_read_fails(self, worker: Worker, body: str) -> None:
        """As one whose arguments are no list, or no dict, in plain JSON."""
        form = codec.encode(Order.objects.create())

        result = post(worker.queue, take_anything, body.replace("FORM", form))

        child_pid.delay().get(timeout=10)
        assert result.state == "FAILURE"

    @pytest.mark.parametrize("missing", [False, True], ids=["row", "no row"])
    def test_a_model_with_its_own_equality_is_not_compared(
        self, worker: Worker, missing: bool
    ) -> None:
        """Celery compares the arguments that it takes out of a body."""
        before = main_queries(worker)
        form = codec.encode(Version.objects.create(number=1))
        if missing:
            Version.objects.all().delete()

        result = post(worker.queue, take_anything, body_of().replace("[]", form, 1))
        child_pid.delay().get(timeout=10)

        assert result.state == "FAILURE"
        assert main_queries(worker) == before

    @pytest.mark.parametrize("place", ["chain", "errbacks", "callbacks", "chord"])
    @pytest.mark.parametrize("key", ["task", "options", "subtask_type", "immutable"])
    def test_a_step_with_a_form_for_what_is_no_argument_is_not_read(
        self, worker: Worker, place: str, key: str
    ) -> None:
        """Celery asks these parts of a signature for their truth, their members and equality."""
        before = main_queries(worker)
        form = json.loads(codec.encode(Version.objects.create(number=1)))
        step = {**child_pid.si(), key: form}
        embed = json.dumps({place: step if place == "chord" else [step]})

        post(worker.queue, take_anything, body_of("1", embed=embed))
        child_pid.delay().get(timeout=10)

        assert main_queries(worker) == before

    @pytest.mark.parametrize("depth", [700, 3_000] if sys.version_info >= (3, 13) else [700])
    def test_a_deep_malformed_form_is_decoded(self, worker: Worker, depth: int) -> None:
        """As deep as plain JSON may be: the call fails, and is not lost."""
        form = '{"__modelref__":' * depth + "1" + "}" * depth

        result = post(worker.queue, take_anything, body_of(form))
        child_pid.delay().get(timeout=10)

        assert result.state == "FAILURE"
        assert [event for event in events(worker, "decode") if event["error"]] == []

    def test_deep_arguments_of_a_later_step_are_decoded(self, worker: Worker) -> None:
        """As in plain JSON: what is too deep for a task fails as a task."""
        chain = json.dumps({"chain": [child_pid.s(None)]})
        deep = chain.replace("null", "[" * 700 + "]" * 700, 1)
        post(worker.queue, child_pid, body_of(embed=deep))

        child_pid.delay().get(timeout=10)

        assert [event for event in events(worker, "decode") if event["error"]] == []

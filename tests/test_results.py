"""Results that hold rows: references come back from each back end, values and errors alike."""

import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import celery
import pytest
from celery import chord, group
from celery.exceptions import ChordError
from celery.result import AsyncResult, GroupResult
from django.db import connections

from modelref import identity, is_reference, is_resolved, resolve_all
from modelref.errors import ReferenceNotFound
from tests.queues import Queue
from tests.services import HOST
from tests.shop.models import Order, Patient
from tests.shop.queries import ALIASES, queries
from tests.tasks_results import (
    Untreatable,
    fail,
    give_many,
    give_one,
    notes_of,
    show_progress,
)
from tests.workers import StartWorker, Worker

pytestmark = [
    pytest.mark.needs("redis", "rabbitmq", "postgres"),
    pytest.mark.django_db(databases=ALIASES, transaction=True),
]

#: Celery's database back end pickled results itself, before 5.7.
PICKLES_RESULTS = tuple(map(int, celery.__version__.split(".")[:2])) < (5, 7)


def postgresql() -> str:
    """Return the URL of a result back end in the test database."""
    settings = connections["postgres"].settings_dict
    return f"db+postgresql+psycopg://{settings['USER']}@{HOST}/{settings['NAME']}"


BACKENDS: dict[str, Callable[[], Queue]] = {
    "redis": lambda: Queue("redis"),
    "redis, extended": lambda: Queue("redis", result_extended=True),
    "rpc": lambda: Queue("rabbitmq"),
    "rpc, extended": lambda: Queue("rabbitmq", result_extended=True),
    "sqlite": lambda: Queue("redis", "database"),
    "sqlite, extended": lambda: Queue("redis", "database", result_extended=True),
    "postgresql": lambda: Queue("redis", "database", result_backend=postgresql()),
    "postgresql, extended": lambda: Queue(
        "redis", "database", result_backend=postgresql(), result_extended=True
    ),
}
EXTENDED = ["redis, extended", "sqlite, extended", "postgresql, extended"]
KEPT = ["redis", "sqlite", "postgresql"]  # not a message for one reader; these know chords


@pytest.fixture(scope="module", params=BACKENDS)
def worker(request: pytest.FixtureRequest, start_module_worker: StartWorker) -> Iterator[Worker]:
    """A worker with each back end."""
    with closing(BACKENDS[request.param]()) as queue:
        worker = start_module_worker(queue=queue, pool="solo")
        yield worker
        worker.stop()


@pytest.fixture(autouse=True)
def _producing(worker: Worker) -> Iterator[None]:
    with worker.queue.producing():
        yield


@pytest.fixture
def orders() -> list[Order]:
    """Four orders whose notes are letters."""
    return [Order.objects.create(note=note) for note in "abcd"]


@pytest.fixture
def patient() -> Patient:
    """A row that says who asks for its text."""
    Patient.shown.clear()
    return Patient.objects.create(pk=7, name="Ada")


def got(result: Any) -> Any:
    """Wait for a result."""
    return result.get(timeout=20, interval=0.05)


class TestValues:
    """What a task returns."""

    def test_a_row_comes_back_as_a_reference(self, orders: list[Order]) -> None:
        """It is read where it is used."""
        result = give_one.delay(orders[0])

        with queries():
            found = got(result)

        assert (is_reference(found), is_resolved(found)) == (True, False)
        assert identity(found) == identity(orders[0])
        with queries(default=1):
            assert found.note == "a"

    def test_containers_of_rows_come_back_as_such(self, orders: list[Order]) -> None:
        """Lists, dicts and what is inside them; a tuple as a list."""
        first, *rest = orders

        with queries():
            found = got(give_many.delay(orders))
            assert [*found["pair"], found["rest"]] == [first, "text", rest]
            assert found["first"] == found["deep"][0]["order"] == first

        assert is_reference(found["deep"][0]["order"])

    def test_a_result_is_one_batch(self, worker: Worker, orders: list[Order]) -> None:
        """All that is in it is read by one query."""
        if PICKLES_RESULTS and worker.queue.backend == "database":
            pytest.skip("Celery's own pickle has each reference alone, before 5.7")
        found = got(give_many.delay(orders))

        with queries(default=1):
            assert found["deep"][0]["order"].note == found["first"].note == "a"
            assert [order.note for order in found["rest"]] == ["b", "c", "d"]

    def test_a_row_may_go_after_its_task(self, orders: list[Order]) -> None:
        """The task has succeeded, and who uses the row learns that it is gone."""
        result = give_one.delay(orders[0])
        got(result)
        orders[0].delete()

        found = got(result)

        assert result.state == "SUCCESS"
        with pytest.raises(ReferenceNotFound, match="shop.order:"):
            str(found)

    @pytest.mark.parametrize("worker", KEPT, indirect=True)
    def test_a_state_of_its_own_may_hold_a_row(
        self, worker: Worker, orders: list[Order], tmp_path: Path
    ) -> None:
        """`update_state(meta=...)`."""
        path = tmp_path / "go on"
        result = show_progress.delay(orders[0], str(path))

        try:
            worker.wait_for_log(f"{show_progress.name}[{result.id}] received")
            wait_for_state(result, "PROGRESS")
            with queries():
                assert result.info == {"at": orders[0]}
        finally:
            path.touch()
        got(result)

    def test_the_results_of_a_group(self, orders: list[Order]) -> None:
        """References each, which `resolve_all` reads together."""
        with queries():
            found = got(group(give_one.s(order) for order in orders)())

        with queries(default=1):
            assert [order.note for order in resolve_all(found)] == ["a", "b", "c", "d"]

    @pytest.mark.parametrize("worker", KEPT, indirect=True)
    def test_the_parts_of_a_chord(self, orders: list[Order]) -> None:
        """They go to its body unread."""
        with queries():
            found = got(chord([give_one.s(order) for order in orders], notes_of.s())())

        assert found == ["a", "b", "c", "d"]

    @pytest.mark.parametrize("worker", KEPT, indirect=True)
    def test_a_saved_group_is_restored(self, worker: Worker, orders: list[Order]) -> None:
        """Its results are references as before."""
        results = group(give_one.s(order) for order in orders)()
        results.save()
        got(results)

        restored = GroupResult.restore(results.id, app=worker.queue.app())
        assert restored is not None

        with queries():
            assert [each.result for each in restored.results] == orders


@pytest.mark.parametrize("worker", EXTENDED, indirect=True)
class TestExtended:
    """`result_extended`: arguments are kept with the result."""

    def test_arguments_come_back_as_references(self, worker: Worker, orders: list[Order]) -> None:
        """By place and by name, beside the result."""
        result = give_many.apply_async(kwargs={"orders": orders})
        other = give_one.delay(orders[0])
        got(result)
        got(other)

        with queries():
            assert result.kwargs == {"orders": orders}
            assert other.args == [orders[0]]
            assert is_reference(other.args[0])
            assert other.name == give_one.name

    def test_those_of_a_task_that_failed(self, patient: Patient) -> None:
        """With its error."""
        result: Any = fail.delay("alone", patient)
        result.get(timeout=20, interval=0.05, propagate=False)

        assert result.args == ["alone", patient]
        assert is_reference(result.args[1])
        assert Patient.shown == []


class TestErrors:
    """What a task raises."""

    def test_an_error_comes_back_with_references(self, patient: Patient) -> None:
        """As itself; its text reads nothing, and shows no text of a row."""
        result = fail.delay("with text", patient)

        with queries(), pytest.raises(Untreatable) as caught:
            got(result)

        text, found = caught.value.args
        assert (text, identity(found)) == ("no bed for", identity(patient))
        with queries():
            assert str(caught.value) == "('no bed for', <ModelRef shop.patient pk=7>)"
        assert found.name == "Ada"
        assert Patient.shown == []

    def test_references_in_containers_come_back_in_them(self, patient: Patient) -> None:
        """Lists and dicts."""
        with pytest.raises(Untreatable) as caught:
            got(fail.delay("containers", patient))

        first, second = caught.value.args
        assert (first, list(second["who"])) == ([patient], [patient, 1])

    @pytest.mark.parametrize("how", ["unsaved", "deleted"])
    def test_a_row_that_there_is_not_comes_back_as_text(self, patient: Patient, how: str) -> None:
        """The error is the task's, and not one about its arguments."""
        with pytest.raises(Untreatable) as caught:
            got(fail.delay(how, patient))

        assert caught.value.args == ("<shop.patient without a row>",)

    def test_the_traceback_shows_references(self, patient: Patient) -> None:
        """Also of the errors that the last one comes from."""
        result: Any = fail.delay("chained", patient)
        result.get(timeout=20, interval=0.05, propagate=False)

        assert "ValueError: <ModelRef shop.patient pk=7>" in result.traceback
        assert "Ada" not in result.traceback

    @pytest.mark.parametrize("worker", KEPT, indirect=True)
    def test_an_error_among_the_parts_of_a_chord(self, patient: Patient) -> None:
        """The chord fails with its text."""
        result = chord([fail.s("alone", patient)], notes_of.s())()

        error = result.get(timeout=20, interval=0.05, propagate=False)

        assert isinstance(error, ChordError)
        assert "Untreatable(<ModelRef shop.patient pk=7>)" in str(error)


@pytest.mark.parametrize("worker", KEPT, indirect=True)
class TestWithoutDjango:
    """A process that reads results, and has neither Django's settings nor this package imported."""

    def test_values_and_errors_are_read(
        self, worker: Worker, orders: list[Order], patient: Patient
    ) -> None:
        """References print, compare and name their rows."""
        value: Any = give_many.delay(orders)
        error: Any = fail.delay("alone", patient)
        got(value)
        error.get(timeout=20, interval=0.05, propagate=False)
        accepts = {"result_serializer": "modelref-json", "accept_content": ["modelref-json"]}
        script = f"""
            from celery import Celery
            app = Celery("reader", set_as_current=False)
            app.config_from_object({worker.queue.conf | accepts!r})
            value = app.AsyncResult({value.id!r}).get(timeout=5)
            print(value["rest"][0], value["first"] == value["pair"][0], value["rest"][0].pk)
            print(str(app.AsyncResult({error.id!r}).result))
        """

        ran = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(script)],
            capture_output=True,
            text=True,
            check=False,
            env={},
        )

        pk = orders[1].pk
        assert ran.stdout.splitlines() == [
            f"<ModelRef shop.order pk={pk}> True {pk}",
            "<ModelRef shop.patient pk=7>",
        ], ran.stderr


def wait_for_state(result: AsyncResult, state: str) -> None:
    """Wait until a task says this of itself."""
    deadline = time.monotonic() + 20
    while result.state != state:
        assert time.monotonic() < deadline, result.state
        time.sleep(0.02)

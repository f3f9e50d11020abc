"""Connections that servers end, and rows that change or go at the worst moment, in real workers.

No task is lost, none runs on a stale row, and each failure is the state of its task.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connections, transaction

from modelref.errors import ReferenceNotFound
from tests.queues import Queue
from tests.sessions import end_session, has_ended, waiting_for
from tests.shop.models import Order
from tests.tasks_faults import (
    lose_connection_and_retry,
    lose_connection_once,
    lose_locked_connection,
    see_and_end,
    see_and_let_time_out,
    see_instance,
    see_instances,
    see_late,
    see_locked,
    see_reference,
    work_on_instance,
    work_on_reference,
)
from tests.tasks_hostile import child_pid
from tests.workers import StartWorker, Worker, wait_until

SERVERS = [
    pytest.param(alias, marks=pytest.mark.django_db(databases=["default", alias], transaction=True))
    for alias in ("postgres", "mariadb")
]


ONE_ROW = [see_instance, see_reference, see_locked]


@pytest.fixture(scope="module", params=["prefork", "threads"])
def worker(request: pytest.FixtureRequest, start_module_worker: StartWorker) -> Iterator[Worker]:
    """A worker whose connections stay open from one task to the next."""
    with closing(Queue("redis", CELERY_DB_REUSE_MAX=1_000)) as queue:
        yield start_module_worker(queue=queue, pool=request.param)


@pytest.fixture(autouse=True)
def producing(worker: Worker) -> Iterator[None]:
    """Send to the worker."""
    with worker.queue.producing():
        yield


def get(result: Any, **options: Any) -> Any:
    """Wait for a result."""
    return result.get(timeout=20, **options)


def change(order: Order, note: str = "changed") -> None:
    """Change the row of an order, and not the instance."""
    Order.objects.using(order._state.db).filter(pk=order.pk).update(note=note)


@contextmanager
def locked_orders() -> Iterator[None]:
    """Let nobody else read orders; what is done to them inside is seen by all at once."""
    with transaction.atomic(using="postgres"), connections["postgres"].cursor() as cursor:
        cursor.execute("LOCK TABLE shop_order IN ACCESS EXCLUSIVE MODE")
        yield


class TestIdleConnections:
    """The worker has a connection from the task before, and the server has ended it."""

    @pytest.fixture(params=SERVERS)
    def alias(self, request: pytest.FixtureRequest) -> str:
        """Where the rows are."""
        alias: str = request.param
        return alias

    @pytest.fixture
    def order(self, alias: str) -> Order:
        """A row."""
        return Order.objects.using(alias).create(note="before")

    @pytest.mark.parametrize("see", ONE_ROW, ids=lambda see: see.__name__)
    def test_it_is_kept_as_long_as_it_lives(self, order: Order, see: Any) -> None:
        """Which is what `CELERY_DB_REUSE_MAX` is for: here the tests begin."""
        assert get(see.delay(order)) == get(see.delay(order))

    @pytest.mark.parametrize("see", ONE_ROW, ids=lambda see: see.__name__)
    def test_ended_while_the_worker_is_idle(self, alias: str, order: Order, see: Any) -> None:
        """The next task opens another and sees the row as it is."""
        _, session = get(see.delay(order))
        end_session(alias, session)
        change(order)

        note, another = get(see.delay(order))

        assert note == "changed"
        assert another != session

    def test_ended_while_the_worker_is_idle_and_a_list_is_sent(
        self, alias: str, order: Order
    ) -> None:
        """Its one query is sent anew."""
        orders = [order, Order.objects.using(alias).create(note="second")]
        _, session = get(see_instances.delay(orders))
        end_session(alias, session)
        change(order)

        notes, another = get(see_instances.delay(orders))

        assert notes == "changed second"
        assert another != session

    def test_ended_between_tasks_that_follow_at_once(self, alias: str, order: Order) -> None:
        """Each of them leaves a dead connection to the one behind it."""
        results = [see_and_end.delay(order) for _ in range(5)]

        notes, sessions = zip(*map(get, results), strict=True)

        assert set(notes) == {"before"}
        assert len(set(sessions)) == 5


@pytest.mark.django_db(databases=["default", "mariadb"], transaction=True)
def test_a_connection_that_mariadb_has_timed_out_is_opened_again() -> None:
    """`wait_timeout` has passed since the last task."""
    order = Order.objects.using("mariadb").create(note="before")
    _, session = get(see_and_let_time_out.delay(order))
    wait_until(lambda: has_ended("mariadb", session))
    change(order)

    note, another = get(see_instance.delay(order))

    assert note == "changed"
    assert another != session


class TestInsideAtomic:
    """What the transaction has done is lost with the connection: nothing reads on."""

    @pytest.fixture(params=SERVERS)
    def order(self, request: pytest.FixtureRequest) -> Order:
        """A row."""
        return Order.objects.using(request.param).create(note="before")

    @pytest.fixture
    def runs(self, tmp_path: Path) -> Path:
        """A file with a line for each run of the body."""
        return tmp_path / "runs"

    @pytest.mark.parametrize("lose", [lose_connection_once, lose_locked_connection])
    def test_the_error_is_the_tasks_failure(self, order: Order, runs: Path, lose: Any) -> None:
        """It is the database's own; the body ran once, and nothing of it is in the database."""
        result = lose.delay(order, str(runs))

        with pytest.raises(OperationalError):
            get(result)
        assert result.state == "FAILURE"
        assert runs.read_text().split() == ["run"]
        assert get(see_instance.delay(order))[0] == "before"

    def test_a_task_that_retries_starts_from_the_beginning(self, order: Order, runs: Path) -> None:
        """With the row as it was before the transaction."""
        result = lose_connection_and_retry.delay(order, str(runs))

        assert get(result) == "before"
        assert runs.read_text().split() == ["run"]


@pytest.mark.django_db(databases=["default", "postgres"], transaction=True)
class TestRowsThatGo:
    """Deleted before, during and after loading."""

    @pytest.fixture
    def orders(self) -> list[Order]:
        """Rows with the notes "0", "1" and "2"."""
        return [Order.objects.using("postgres").create(note=str(n)) for n in range(3)]

    def test_before_loading(self, worker: Worker, orders: list[Order], tmp_path: Path) -> None:
        """The worker has the message, and waits with it for another task."""
        blocking = work_on_reference.delay(orders[0], str(tmp_path / "go on"))
        results = [see_instance.delay(orders[1]), see_instances.delay(orders)]
        for result in results:
            worker.wait_for_log(f"[{result.id}] received")
        orders[1].delete()
        (tmp_path / "go on").touch()

        assert get(blocking) == "0"
        for result in results:
            with pytest.raises(ReferenceNotFound, match="shop.order:"):
                get(result)
            assert result.state == "FAILURE"

    @pytest.mark.parametrize("see", [see_instance, see_reference], ids=lambda see: see.__name__)
    def test_while_loading(self, orders: list[Order], see: Any) -> None:
        """The query waits for a lock, under which the row goes."""
        with locked_orders():
            result = see.delay(orders[1])
            wait_until(lambda: waiting_for("postgres", "shop_order"))
            pk, _ = orders[1].pk, orders[1].delete()

        with pytest.raises(ReferenceNotFound, match=f"shop.order:{pk}@postgres"):
            get(result)
        assert result.state == "FAILURE"

    def test_while_a_list_is_loading(self, orders: list[Order]) -> None:
        """One of the rows: the body does not begin without it."""
        with locked_orders():
            result = see_instances.delay(orders)
            wait_until(lambda: waiting_for("postgres", "shop_order"))
            pk, _ = orders[1].pk, orders[1].delete()

        with pytest.raises(ReferenceNotFound, match=f"shop.order:{pk}@postgres"):
            get(result)

    def test_changed_while_loading(self, orders: list[Order]) -> None:
        """The body gets what is there when the lock is gone."""
        with locked_orders():
            result = see_instances.delay(orders)
            wait_until(lambda: waiting_for("postgres", "shop_order"))
            for order in orders:
                change(order)

        assert get(result)[0] == "changed changed changed"

    def test_after_loading(self, orders: list[Order], tmp_path: Path) -> None:
        """The body has an instance of a row that is gone: saving it is an error, not an insert."""
        path = tmp_path / "go on"
        result = work_on_instance.delay(orders[0], str(path))
        wait_until(path.with_suffix(".begun").exists)
        orders[0].delete()
        path.touch()

        error = get(result, propagate=False)
        assert "did not affect any rows" in str(error)
        assert result.state == "FAILURE"
        assert Order.objects.using("postgres").count() == 2

    def test_after_the_body_has_begun_and_before_the_reference_is_touched(
        self, orders: list[Order], tmp_path: Path
    ) -> None:
        """A reference is loaded by the first touch, and not before."""
        path, pk = tmp_path / "go on", orders[0].pk
        result = work_on_reference.delay(orders[0], str(path))
        wait_until(path.with_suffix(".begun").exists)
        orders[0].delete()
        path.touch()

        with pytest.raises(ReferenceNotFound, match=f"shop.order:{pk}@postgres"):
            get(result)


@pytest.mark.django_db(databases=["default", "postgres"], transaction=True)
class TestKilledWhileLoading:
    """The worker goes in the middle of its batch load, with `acks_late`."""

    @pytest.fixture
    def orders(self) -> list[Order]:
        """As many rows as one query reads."""
        return Order.objects.using("postgres").bulk_create([Order(note="old")] * 2_000)

    @pytest.fixture
    def runs(self, tmp_path: Path) -> Path:
        """A file with a line for each run of the body."""
        return tmp_path / "runs"

    @pytest.mark.parametrize("worker", ["prefork"], indirect=True)
    def test_another_child_loads_fresh_rows(self, orders: list[Order], runs: Path) -> None:
        """The body, which had not begun, runs once."""
        child = get(child_pid.delay())
        with locked_orders():
            result = see_late.delay(orders, str(runs))
            wait_until(lambda: waiting_for("postgres", "shop_order"))
            os.kill(child, signal.SIGKILL)
            Order.objects.using("postgres").update(note="new")

        assert get(result) == ["new"] * 2_000
        assert runs.read_text().split() == ["run"]
        assert get(child_pid.delay()) != child

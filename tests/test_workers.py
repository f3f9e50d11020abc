"""Prefork workers on real brokers, rows in real databases: queries, freshness, order."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from modelref.errors import ReferenceNotFound
from tests.shop.models import Order
from tests.tasks_workers import (
    pass_on,
    read_instance,
    read_instances,
    read_reference,
    read_references,
    wait_for,
)
from tests.workers import StartWorker, Worker

MakeOrders = Callable[..., list[Order]]


@pytest.fixture(scope="module", params=["redis", "rabbitmq"])
def worker(request: pytest.FixtureRequest, start_module_worker: StartWorker) -> Worker:
    """A prefork worker with one child on each broker."""
    return start_module_worker(request.param)


@pytest.fixture(autouse=True)
def producing(worker: Worker) -> Iterator[None]:
    """Send to the worker."""
    with worker.queue.producing():
        yield


@pytest.fixture
def make_orders() -> MakeOrders:
    """Save orders: `make_orders(n, alias="postgres")`; their notes are numbers from 0."""

    def make(number: int, alias: str = "postgres") -> list[Order]:
        return Order.objects.using(alias).bulk_create([Order(note=str(n)) for n in range(number)])

    return make


@contextmanager
def busy(worker: Worker, path: Path) -> Iterator[None]:
    """Keep the only child of the worker busy: messages arrive, and tasks wait."""
    working = wait_for.delay(str(path))
    worker.wait_for_log(f"{wait_for.name}[{working.id}] received")
    try:
        yield
    finally:
        path.touch()


def notes(orders: list[Order]) -> list[str]:
    """Return what a task should see."""
    return [order.note for order in orders]


@pytest.mark.django_db(databases=["postgres"], transaction=True)
class TestPostgreSQL:
    """Rows in PostgreSQL."""

    @pytest.mark.parametrize("read", [read_reference, read_instance])
    def test_one_reference_is_one_query(self, make_orders: MakeOrders, read: Any) -> None:
        """The row is read once, in the worker."""
        [order] = make_orders(1)

        report = read.delay(order).get(timeout=10)

        assert report["notes"] == ["0"]
        assert report["queries"] == {"postgres": 1}

    @pytest.mark.parametrize("read", [read_references, read_instances])
    def test_a_thousand_references_are_one_query(self, make_orders: MakeOrders, read: Any) -> None:
        """A list loads as a whole."""
        orders = make_orders(1_000)

        report = read.delay(orders).get(timeout=10)

        assert report["notes"] == notes(orders)
        assert report["queries"] == {"postgres": 1}

    @pytest.mark.parametrize("read", [read_references, read_instances])
    def test_five_thousand_references_are_three_queries(
        self, make_orders: MakeOrders, read: Any
    ) -> None:
        """One query reads 2,000 rows at most."""
        orders = make_orders(5_000)

        report = read.delay(orders).get(timeout=10)

        assert report["notes"] == notes(orders)
        assert report["queries"] == {"postgres": 3}

    def test_a_queryset_is_read_in_the_worker(self, make_orders: MakeOrders) -> None:
        """Its keys travel, in its order, and the rows are one query."""
        orders = make_orders(1_000)
        latest_first = Order.objects.using("postgres").order_by("-pk")

        sent = read_instances.delay(latest_first)  # pyright: ignore[reportArgumentType]  # a queryset
        report = sent.get(timeout=10)

        assert report["notes"] == notes(orders)[::-1]
        assert report["queries"] == {"postgres": 1}

    def test_references_that_are_not_touched_are_no_query(self, make_orders: MakeOrders) -> None:
        """Keys are there without the rows."""
        orders = make_orders(1_000)

        report = pass_on.delay(orders).get(timeout=10)

        assert report["notes"] == [str(order.pk) for order in orders]
        assert report["queries"] == {}

    @pytest.mark.parametrize("read", [read_references, read_instances])
    def test_the_order_of_a_list_is_kept(self, make_orders: MakeOrders, read: Any) -> None:
        """Rows come as they were given, twice where they were given twice."""
        orders = make_orders(100) * 2
        random.Random(1).shuffle(orders)

        report = read.delay(orders).get(timeout=10)

        assert report["notes"] == notes(orders)
        assert report["queries"] == {"postgres": 1}

    @pytest.mark.parametrize("read", [read_references, read_instances])
    def test_rows_are_seen_as_they_are_when_the_task_runs(
        self, worker: Worker, make_orders: MakeOrders, read: Any, tmp_path: Path
    ) -> None:
        """A change after sending is seen, also where the worker has got the message before it."""
        orders = make_orders(3)
        with busy(worker, tmp_path / "go on"):
            result = read.delay(orders)
            worker.wait_for_log(f"{read.name}[{result.id}] received")
            Order.objects.using("postgres").update(note="changed")

        report = result.get(timeout=10)

        assert report["notes"] == ["changed"] * 3

    def test_a_row_deleted_after_sending_is_not_found(
        self, worker: Worker, make_orders: MakeOrders, tmp_path: Path
    ) -> None:
        """The task fails with an error that is the model's own `DoesNotExist` too."""
        [order] = make_orders(1)
        with busy(worker, tmp_path / "go on"):
            result = read_reference.delay(order)
            Order.objects.using("postgres").all().delete()

        with pytest.raises(ReferenceNotFound, match=f"shop.order:{order.pk}@postgres") as caught:
            result.get(timeout=10)

        assert isinstance(caught.value, Order.DoesNotExist)


@pytest.mark.parametrize("number", [1, 1_000])
@pytest.mark.django_db(databases=["mariadb"], transaction=True)
def test_rows_in_mariadb_are_one_query(make_orders: MakeOrders, number: int) -> None:
    """One reference or a thousand."""
    orders = make_orders(number, "mariadb")

    report = read_references.delay(orders).get(timeout=10)

    assert report["notes"] == notes(orders)
    assert report["queries"] == {"mariadb": 1}

"""Async code: sending from it, and event loops inside tasks."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from celery import Celery, chain, chord, current_app, group
from django.core.exceptions import SynchronousOnlyOperation
from django.db import connections
from django.http import HttpRequest, JsonResponse
from django.test import AsyncClient
from django.urls import path

from modelref import is_resolved, iter_resolved, reference, resolve, resolve_all
from tests.queues import Queue
from tests.shop.models import Customer, Order
from tests.shop.queries import ALIASES, queries
from tests.tasks_async import (
    read_all_at_once,
    read_by_async_to_sync,
    read_by_asyncio_run,
    touch,
    use_loaded,
)
from tests.tasks_results import give_one, notes_of
from tests.workers import StartWorker, Worker

pytestmark = pytest.mark.django_db(databases=ALIASES)

SEND: dict[str, Callable[[Order], Any]] = {
    "delay": lambda order: give_one.delay(order),
    "apply_async": lambda order: give_one.apply_async(kwargs={"order": order}),
    "reference": lambda order: give_one.delay(reference(Order, order.pk)),
    "list": lambda order: notes_of.delay([order]),
    "s": lambda order: give_one.s(order).delay(),
    "chain": lambda order: chain(give_one.s(order), give_one.s())(),
    "group": lambda order: group(give_one.s(order), give_one.s(order))(),
    "chord": lambda order: chord([give_one.s(order)], notes_of.s())(),
    "map": lambda order: give_one.map([order]).delay(),
    "on commit": lambda order: give_one.delay_on_commit(order),
}


async def send(request: HttpRequest, way: str) -> JsonResponse:
    """Be an async view that sends a task."""
    order = await Order.objects.aget(note="gift")
    SEND[way](order)
    return JsonResponse({"sent": way})


async def send_queryset(request: HttpRequest) -> JsonResponse:
    """Be an async view that sends what has not been read."""
    notes_of.delay(Order.objects.order_by("pk"))  # pyright: ignore[reportArgumentType]  # a queryset
    return JsonResponse({})


async def send_list(request: HttpRequest) -> JsonResponse:
    """Be an async view that reads first."""
    notes_of.delay([order async for order in Order.objects.order_by("pk")])
    return JsonResponse({})


urlpatterns = [
    path("send/<way>/", send),
    path("queryset/", send_queryset),
    path("list/", send_list),
]


@pytest.fixture
def order() -> Order:
    """An order with a note."""
    return Order.objects.create(note="gift", customer=Customer.objects.create(name="Ada"))


class TestSending:
    """From async views."""

    @pytest.fixture(autouse=True)
    def _in_all_threads(self, memory_queue: Queue) -> Iterator[None]:
        """Make the producer the app of each thread: a coroutine runs in one of its own."""
        before = default_app()
        memory_queue.app().set_default()
        yield
        before.set_default()

    @pytest.fixture
    def get(self, settings: Any) -> Callable[[str], Any]:
        """Make a request as an ASGI server does."""
        settings.ROOT_URLCONF = __name__
        return lambda url: async_to_sync(AsyncClient().get)(url).json()

    @pytest.mark.parametrize("way", SEND)
    def test_rows_are_sent_without_a_query(
        self, memory_queue: Queue, get: Callable[[str], Any], order: Order, way: str
    ) -> None:
        """Instances and references, in every way; there is no transaction to wait for."""
        with queries(default=1):  # that of the view
            assert get(f"/send/{way}/") == {"sent": way}

        message = memory_queue.take()
        assert message is not None
        assert f'["shop.order",{order.pk}]' in message.body.decode()

    def test_a_queryset_is_refused_with_a_hint(
        self, memory_queue: Queue, get: Callable[[str], Any], order: Order
    ) -> None:
        """Django's own error, and what to do instead."""
        with pytest.raises(SynchronousOnlyOperation) as caught:
            get("/queryset/")

        assert "`[order async for order in queryset]`" in str(caught.value)
        assert memory_queue.take() is None

    def test_the_hint_helps(
        self, memory_queue: Queue, get: Callable[[str], Any], order: Order
    ) -> None:
        """The rows are read first, and sent as references."""
        get("/list/")

        message = memory_queue.take()
        assert message is not None
        assert f'["shop.order",{order.pk}]' in message.body.decode()

    def test_a_queryset_that_has_been_read_is_sent(self, memory_queue: Queue, order: Order) -> None:
        """Its keys are there."""
        orders = Order.objects.all()
        list(orders)

        async def send() -> None:
            notes_of.delay(orders)  # pyright: ignore[reportArgumentType]  # a queryset

        with queries():
            async_to_sync(send)()


class TestHints:
    """What would read a row in a coroutine says what to do instead."""

    @pytest.mark.parametrize(
        "use",
        [
            lambda ref: ref.note,
            lambda ref: ref.customer,
            lambda ref: ref.lines,
            lambda ref: ref.discounted(10),
            lambda ref: ref.gross,
            lambda ref: ref.save(),
            lambda ref: setattr(ref, "note", ""),
            str,
            lambda ref: f"{ref}",
            resolve,
            lambda ref: resolve_all([ref]),
            lambda ref: list(iter_resolved([ref])),
        ],
        ids=[
            *("field", "foreign key", "reverse", "method", "property", "save", "write"),
            *("str", "format", "resolve", "resolve_all", "iter_resolved"),
        ],
    )
    def test_it_is_refused(self, order: Order, use: Callable[[Any], object]) -> None:
        """And the reference can be used afterwards."""
        ref = reference(Order, order.pk)

        async def touch() -> None:
            use(ref)

        with queries(), pytest.raises(SynchronousOnlyOperation, match=r"await aresolve\(ref\)"):
            async_to_sync(touch)()

        assert not is_resolved(ref)
        assert ref.note == "gift"


@pytest.mark.needs("postgres", "redis")
@pytest.mark.django_db(databases=["postgres"], transaction=True)
class TestTasksWithLoops:
    """Event loops inside tasks, in a prefork worker with rows in PostgreSQL."""

    @pytest.fixture(scope="class")
    @classmethod
    def worker(cls, start_module_worker: StartWorker) -> Worker:
        """A worker with one child."""
        return start_module_worker("redis")

    @pytest.fixture(autouse=True)
    def _producing(self, worker: Worker) -> Iterator[None]:
        with worker.queue.producing():
            yield

    @pytest.fixture
    def order(self) -> Order:
        """An order with a note."""
        return Order.objects.using("postgres").create(note="gift")

    def test_async_to_sync_uses_the_connection_of_the_task(self, order: Order) -> None:
        """Celery closes it after the task."""
        before = connected()

        found = read_by_async_to_sync.delay(order).get(timeout=10)

        assert found == {"note": "gift", "same": True}
        assert wait_for_connections(before) == 0

    def test_asyncio_run_uses_one_of_its_own(self, order: Order) -> None:
        """It is outside the transaction of the task, and stays open, one for each child."""
        before = connected()

        found = [read_by_asyncio_run.delay(order).get(timeout=10) for _ in range(3)]

        assert found == [{"note": "gift", "same": False}] * 3
        assert wait_for_connections(before, 1) == 1

    def test_a_list_is_read_by_one_query(self, order: Order) -> None:
        """`aresolve_all` gives the instances."""
        assert read_all_at_once.delay([order, order]).get(timeout=10) == ["gift", "gift"]

    def test_an_instance_needs_no_query_in_the_loop(self, order: Order) -> None:
        """It has been read when the body starts."""
        assert use_loaded.delay(order).get(timeout=10) == "gift"

    def test_the_hint_is_the_failure_of_the_task(self, order: Order) -> None:
        """Where a reference is used before it is read."""
        with pytest.raises(SynchronousOnlyOperation, match=r"await aresolve\(ref\)"):
            touch.delay(order).get(timeout=10)


def default_app() -> Celery:
    """Return the app of threads that have no other."""
    found: list[Celery] = []
    thread = threading.Thread(target=lambda: found.append(current_app._get_current_object()))
    thread.start()
    thread.join()
    return found[0]


def connected() -> set[int]:
    """Return the processes of PostgreSQL that serve connections to the test database."""
    with connections["postgres"].cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        return {pid for (pid,) in cursor.fetchall()}


def wait_for_connections(before: set[int], number: int = 0) -> int:
    """Wait until only so many connections are left of those that have come since; return those.

    Celery closes those of a task after its result is there.
    """
    deadline = time.monotonic() + 5
    while (left := len(connected() - before)) > number and time.monotonic() < deadline:
        time.sleep(0.05)
    return left

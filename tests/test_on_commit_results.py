"""Results of calls that wait for the transaction, on the back ends that keep them."""

import copy
import gc
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from celery import Celery, chain, chord, group
from celery.exceptions import TimeoutError as CeleryTimeout
from celery.result import EagerResult
from django.db import transaction

from modelref.errors import NotPublished
from tests.queues import Queue
from tests.shop.models import Order
from tests.tasks_on_commit import add, forget, ignore, pack, pass_on, peek, plain, ship, write
from tests.workers import StartWorker, Worker

pytestmark = pytest.mark.django_db(transaction=True)

BACKENDS = {
    "redis": ("redis", "redis"),
    "rpc": ("rabbitmq", "rpc"),
    "database": ("redis", "database"),
}


REDIS = pytest.param("redis", marks=pytest.mark.needs("redis"))
RPC = pytest.param("rpc", marks=pytest.mark.needs("rabbitmq"))
DATABASE = pytest.param("database", marks=pytest.mark.needs("redis"))


@pytest.fixture(scope="module", params=[REDIS, RPC, DATABASE])
def worker(request: pytest.FixtureRequest, start_module_worker: StartWorker) -> Worker:
    """A worker with each back end."""
    broker, backend = BACKENDS[request.param]
    return start_module_worker(broker, backend=backend, pool="solo")


@pytest.fixture
def producing(worker: Worker) -> Iterator[None]:
    """Send to the worker."""
    with worker.queue.producing():
        yield


def make(send: Callable[[Order], Any], *, commit: bool) -> Any:
    """Return the result of what is sent in a block that ends as told."""
    with transaction.atomic():
        result = send(Order.objects.create(note="gift"))
        transaction.set_rollback(not commit)
    return result


def wait_for(result: Any) -> Any:
    """Return what a task gives."""
    return result.get(timeout=20, interval=0.05)


def assert_nobody_waits(result: Any) -> None:
    """Assert that a result that will never come says so, by each way to it."""
    gc.collect()
    ways: list[Callable[[], Any]] = [
        lambda: result.get(),
        lambda: result.get(propagate=False),
        lambda: result.get(timeout=0.1),
        lambda: result.get(disable_sync_subtasks=False),
    ]
    for get in ways:
        assert (result.ready(), result.successful(), result.failed()) == (False, False, False)
        with pytest.raises(NotPublished):
            get()
    assert (result.ready(), result.successful(), result.failed()) == (False, False, False)


#: What would wait for a result.
WAITING: dict[str, Callable[[Any], Any]] = {
    "get": lambda result: result.get(),
    "get at once": lambda result: result.get(timeout=0),
    "get without raising": lambda result: result.get(propagate=False),
    "get by position": lambda result: result.get(1, True, 0.1, True, True),
    "wait": lambda result: result.wait(),
    "maybe_throw": lambda result: result.maybe_throw(),
    "maybe_throw without raising": lambda result: result.maybe_throw(propagate=False),
    "maybe_reraise": lambda result: result.maybe_reraise(),
    "collect": lambda result: list(result.collect()),
    "get_leaf": lambda result: result.get_leaf(),
}

CANVASES: dict[str, Callable[[Order], Any]] = {
    "chain": lambda order: chain(ship.si(order), add.s(order))(),
    "long chain": lambda order: chain(ship.si(order), add.s(order), add.s(order)).delay(),
    "chain to a task that does not wait": lambda order: chain(ship.si(order), pack.si(order))(),
    "group": lambda order: group(ship.si(order), ship.si(order))(),
    "group of chains": lambda order: group(chain(ship.si(order), add.s(order)), ship.si(order))(),
    "nested group": lambda order: group(ship.si(order), group(ship.si(order), ship.si(order)))(),
    "chain to a group": lambda order: chain(ship.si(order), group(add.s(order), add.s(order)))(),
    "map": lambda order: ship.map([order, order]).delay(),
    "starmap": lambda order: ship.starmap([(order,), (order,)]).apply_async(),
    "chunks": lambda order: ship.chunks([(order,)] * 3, 2).delay(),
    "chunks called": lambda order: ship.chunks([(order,)] * 3, 2)(),
    "group of maps": lambda order: group(ship.map([order]), ship.starmap([(order,)]))(),
    "group of one chunks": lambda order: group(ship.chunks([(order,)] * 3, 2).group())(),
    "chain from a map": lambda order: chain(ship.map([order]), pass_on.s())(),
}
CHORDS: dict[str, Callable[[Order], Any]] = {
    "chord": lambda order: chord([ship.si(order), ship.si(order)], pass_on.s())(),
    "chord with a body that does not wait": lambda order: chord([ship.si(order)], pack.si(order))(),
    "chain of a group": lambda order: chain(group(ship.si(order), ship.si(order)), pass_on.s())(),
    "chord of chains": lambda order: chord(
        [chain(ship.si(order), add.s(order)), ship.si(order)], pass_on.s()
    )(),
    "chord before a chain": lambda order: chord(
        [ship.si(order)], chain(pass_on.s(), pass_on.s())
    )(),
    "chord in a chain": lambda order: chain(
        ship.si(order), chord([ship.si(order), add.s(order)], pass_on.s()), pass_on.s()
    )(),
    "chord of maps": lambda order: chord([ship.map([order])], pass_on.s())(),
    "chord of chunks": lambda order: chord(ship.chunks([(order,)] * 2, 1).group(), pass_on.s())(),
}
GIVES = {
    "chain": "gift gift",
    "long chain": "gift gift gift",
    "chain to a task that does not wait": "gift",
    "group": ["gift", "gift"],
    "group of chains": ["gift gift", "gift"],
    "nested group": ["gift", "gift", "gift"],
    "chain to a group": ["gift gift", "gift gift"],
    "map": ["gift", "gift"],
    "starmap": ["gift", "gift"],
    "chunks": [["gift", "gift"], ["gift"]],
    "chunks called": [["gift", "gift"], ["gift"]],
    "group of maps": [["gift"], ["gift"]],
    "group of one chunks": [["gift", "gift"], ["gift"]],
    "chain from a map": ["gift"],
    "chord": ["gift", "gift"],
    "chord with a body that does not wait": "gift",
    "chain of a group": ["gift", "gift"],
    "chord of chains": ["gift gift", "gift"],
    "chord before a chain": ["gift"],
    "chord in a chain": ["gift", "gift gift"],
    "chord of maps": [["gift"]],
    "chord of chunks": [["gift"], ["gift"]],
}


@pytest.mark.usefixtures("producing")
class TestOneCall:
    """The result of `delay`."""

    def test_it_gives_what_the_task_gives(self, worker: Worker) -> None:
        """After the commit it is a result as any other; nothing is on the queue before."""
        with transaction.atomic():
            result = ship.delay(Order.objects.create(note="gift"))
            assert (result.state, result.ready()) == ("PENDING", False)

        assert wait_for(result) == "gift"
        assert (result.state, result.result, result.ready()) == ("SUCCESS", "gift", True)
        assert [value for _, value in result.collect()] == ["gift"]

    @pytest.mark.parametrize("waiting", WAITING)
    def test_nobody_waits_in_the_block(self, waiting: str) -> None:
        """There is nothing yet to wait for."""
        with transaction.atomic():
            result = ship.delay(Order.objects.create())

            with pytest.raises(NotPublished):
                WAITING[waiting](result)

    @pytest.mark.parametrize("waiting", WAITING)
    def test_nobody_waits_after_a_rollback(self, waiting: str) -> None:
        """There will never be anything; the hooks, which knew, are gone."""
        result = make(ship.delay, commit=False)
        gc.collect()

        with pytest.raises(NotPublished):
            WAITING[waiting](result)

    @pytest.mark.parametrize("commit", [True, False])
    def test_a_result_that_is_ignored(self, commit: bool) -> None:
        """Nobody ever waits for it, as in Celery."""
        result = make(forget.delay, commit=commit)

        assert result.ignored
        assert result.get() is None

    def test_another_result_of_the_same_call(self) -> None:
        """What the task gives for an id knows what the first one does."""
        result = make(ship.delay, commit=False)
        other = ship.AsyncResult(result.id)

        for each in (other, copy.copy(result)):
            with pytest.raises(NotPublished):
                each.get()

    def test_a_second_call_by_the_same_id(self) -> None:
        """It is sent, which is what counts, though the first one was rolled back."""
        order = Order.objects.create(note="gift")
        first = make(lambda _: ship.apply_async((order,), task_id=f"id of {order}"), commit=False)
        second = ship.apply_async((order,), task_id=first.id)

        assert first == second
        assert wait_for(first) == "gift"

    def test_what_it_says_of_itself(self) -> None:
        """The task, the id, and what to do."""
        result = make(ship.delay, commit=False)

        with pytest.raises(NotPublished) as caught:
            result.get()

        assert str(caught.value) == (
            f"tests.tasks_on_commit.ship[{result.id}] has not been sent: the transaction that it "
            f"waits for is still open, or was rolled back. Ask for the result after the commit; "
            f"after a rollback, call the task again."
        )

    @pytest.mark.parametrize("commit", [True, False])
    def test_it_is_celerys(self, worker: Worker, commit: bool) -> None:
        """To `isinstance`, in its repr, in a pickle, as a key."""
        result = make(ship.delay, commit=commit)
        again = pickle.loads(pickle.dumps(result))

        assert isinstance(result, worker.queue.app().AsyncResult)
        assert repr(result) == f"<AsyncResult: {result.id}>"
        assert type(again) is worker.queue.app().AsyncResult
        assert (again.id, again, hash(again)) == (result.id, result, hash(result))
        assert result.as_tuple() == ((result.id, None), None)

    def test_a_failure_of_the_task(self) -> None:
        """It comes out as from any result."""
        result = make(lambda order: pass_on.apply_async((order,), expires=-10), commit=True)

        with pytest.raises(Exception, match="expired"):
            wait_for(result)
        assert result.state == "REVOKED"

    def test_a_callback_on_the_result(self) -> None:
        """`then`, which was set in the block, is called."""
        given: list[Any] = []
        with transaction.atomic():
            result = ship.delay(Order.objects.create(note="gift"))
            result.then(lambda each: given.append(each.result))

        wait_for(result)

        assert given == ["gift"]


@pytest.mark.usefixtures("producing")
class TestCanvas:
    """Results that Celery makes by itself."""

    @pytest.mark.parametrize("canvas", CANVASES)
    def test_it_gives_what_its_tasks_give(self, canvas: str) -> None:
        """After the commit."""
        result = make(CANVASES[canvas], commit=True)

        assert wait_for(result) == GIVES[canvas]

    @pytest.mark.parametrize("canvas", CHORDS)
    @pytest.mark.parametrize("worker", [REDIS, DATABASE], indirect=True)  # rpc has no chords
    def test_a_chord_gives_what_its_body_gives(self, canvas: str) -> None:
        """After the commit."""
        result = make(CHORDS[canvas], commit=True)

        assert wait_for(result) == GIVES[canvas]

    @pytest.mark.parametrize("canvas", CANVASES)
    def test_nobody_waits_after_a_rollback(self, canvas: str) -> None:
        """By whatever way to the result, of whatever part."""
        assert_nobody_waits(make(CANVASES[canvas], commit=False))

    @pytest.mark.parametrize("canvas", CHORDS)
    @pytest.mark.parametrize("worker", [REDIS, DATABASE], indirect=True)
    def test_nobody_waits_for_a_chord_after_a_rollback(self, canvas: str) -> None:
        """The same."""
        assert_nobody_waits(make(CHORDS[canvas], commit=False))

    @pytest.mark.parametrize("way", ["get", "join", "maybe_throw"])
    @pytest.mark.parametrize("propagate", [True, False])
    def test_nobody_waits_for_a_group(self, way: str, propagate: bool) -> None:
        """Each way to its results."""
        result = make(lambda order: group(ship.si(order), ship.si(order))(), commit=False)

        with pytest.raises(NotPublished):
            getattr(result, way)(propagate=propagate)

    @pytest.mark.parametrize("propagate", [True, False])
    @pytest.mark.parametrize("worker", [REDIS, RPC], indirect=True)
    def test_nobody_waits_for_a_group_that_is_joined_by_the_back_end(self, propagate: bool) -> None:
        """Redis and rpc look at results as their messages come in."""
        result = make(lambda order: group(ship.si(order), ship.si(order))(), commit=False)

        with pytest.raises(NotPublished):
            result.join_native(propagate=propagate)

    @pytest.mark.parametrize("first", [True, False])
    @pytest.mark.parametrize("propagate", [True, False])
    def test_a_group_of_which_a_part_was_sent(
        self, worker: Worker, first: bool, propagate: bool
    ) -> None:
        """Nobody waits for the other part."""

        def send(order: Order) -> Any:
            parts = [peek.si(kept), ship.si(order)]
            return group(parts if first else parts[::-1])()

        kept = Order.objects.create(note="kept")
        result = make(send, commit=False)

        with pytest.raises(NotPublished):
            result.get(propagate=propagate)
        assert wait_for(result[0 if first else 1]) == "kept"
        assert result.completed_count() == 1

    def test_the_parents_of_a_result(self) -> None:
        """Each step of a chain."""
        with transaction.atomic():
            order = Order.objects.create(note="gift")
            result = chain(ship.si(order), add.s(order), add.s(order))()
            parents = [result.parent.parent, result.parent]
            for each in parents:
                with pytest.raises(NotPublished, match=parents[0].id):
                    each.get()

        assert wait_for(result) == "gift gift gift"
        assert [each.get() for each in parents] == ["gift", "gift gift"]

    def test_a_chain_is_decided_by_its_first_task(self) -> None:
        """Which is sent; the others are sent by workers."""
        kept = Order.objects.create(note="kept")
        result = make(lambda order: chain(peek.si(kept), ship.si(kept))(), commit=False)

        assert wait_for(result) == "kept"

    def test_a_chain_that_ends_in_a_task_of_celerys_own(self) -> None:
        """Its result looks at its parents, unless it is told not to raise what they have."""
        result = make(lambda order: chain(ship.si(order), plain.s())(), commit=False)

        assert type(result) is not type(result.parent)
        with pytest.raises(NotPublished, match=result.parent.id):
            result.get()
        with pytest.raises(CeleryTimeout):
            result.get(propagate=False, timeout=0.2)


class TestOtherBackends:
    """Back ends that look up several results at once, and know nothing of result objects."""

    @pytest.mark.parametrize("propagate", [True, False])
    def test_nobody_waits_for_a_group(self, memory_queue: Queue, propagate: bool) -> None:
        """On a cache."""
        order = Order.objects.create()
        with transaction.atomic():
            result = group(ship.si(order), ship.si(order))()

            assert memory_queue.app().backend.supports_native_join
            with pytest.raises(NotPublished):
                result.get(propagate=propagate)


class TestEager:
    """`task_always_eager`: tasks run in the place of being sent."""

    @pytest.fixture
    def eager(self, memory_queue: Queue) -> Celery:
        """Settings of most projects' unit tests."""
        memory_queue.app().conf.update(task_always_eager=True, task_store_eager_result=False)
        return memory_queue.app()

    def test_the_task_runs_at_the_commit(self, eager: Celery) -> None:
        """And the result gives what it gave."""
        with transaction.atomic():
            order = Order.objects.create(note="before")
            result = ship.delay(order)
            assert (result.state, result.ready()) == ("PENDING", False)
            with pytest.raises(NotPublished):
                result.get()
            Order.objects.update(note="after")

        assert result.get() == result.result == "after"
        assert (result.state, result.ready(), result.successful()) == ("SUCCESS", True, True)
        assert result.get(propagate=False) == result.maybe_throw() == "after"

    def test_the_task_does_not_run_after_a_rollback(self, eager: Celery) -> None:
        """Nor does the result give anything."""
        result = make(ship.delay, commit=False)

        with pytest.raises(NotPublished):
            result.get()

    def test_a_task_that_fails(self, eager: Celery) -> None:
        """The result has its error."""
        with transaction.atomic():
            order = Order.objects.create()
            result = ship.delay(order)
            order.delete()

        with pytest.raises(Order.DoesNotExist):
            result.get()
        assert result.failed()
        assert isinstance(result.get(propagate=False), Order.DoesNotExist)

    def test_a_task_that_ends_without_a_result(self, eager: Celery) -> None:
        """As where nothing waits."""
        order = Order.objects.create()
        at_once = ignore.delay(order)
        with transaction.atomic():
            result = ignore.delay(order)

        for each in (result, at_once):
            assert (each.state, each.ready(), each.get(), each.wait()) == (
                "IGNORED",
                True,
                None,
                None,
            )
        assert isinstance(at_once, EagerResult)  # type: ignore[unreachable]  # types tell the two apart

    def test_a_map(self, eager: Celery) -> None:
        """It waits as well."""
        with transaction.atomic():
            result = ship.map([Order.objects.create(note="before")]).delay()
            Order.objects.update(note="after")

        assert result.get() == ["after"]

    def test_callbacks(self, eager: Celery) -> None:
        """They run after the task, at the commit."""
        with transaction.atomic():
            order = Order.objects.create(note="gift")
            ship.apply_async((order,), link=write.s())
            before = Order.objects.count()

        assert before == 1
        assert [each.note for each in Order.objects.order_by("pk")] == ["gift", "gift"]

    def test_canvas_runs_at_once(self, eager: Celery) -> None:
        """Celery runs an eager chain, group and chord by `apply`, which sends nothing."""
        with transaction.atomic():
            order = Order.objects.create(note="gift")
            results = [
                chain(ship.si(order), add.s(order))(),
                group(ship.si(order))(),
                chord([ship.si(order)], pass_on.s())(),
            ]

            assert [each.get() for each in results] == ["gift gift", ["gift"], ["gift"]]
            assert isinstance(results[0], EagerResult)
            assert not isinstance(ship.delay(order), EagerResult)

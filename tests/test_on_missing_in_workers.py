"""`on_missing` in worker processes: what a skip cuts off is settled, on each back end."""

from collections.abc import Iterator
from typing import Any

import pytest
from celery import chain, chord, group
from celery.result import AsyncResult

from modelref import reference
from modelref.errors import ReferenceNotFound
from tests import tasks_on_missing as tasks
from tests.queues import MakeQueue, Queue
from tests.shop.models import Customer, Order
from tests.shop.queries import ALIASES
from tests.tasks_on_missing import collect, mark, skip_after, skip_order
from tests.workers import StartWorker, Worker

pytestmark = pytest.mark.django_db(transaction=True, databases=ALIASES)

GONE = 42

BACKENDS = [("redis", "redis"), ("redis", "database"), ("rabbitmq", "rpc")]
WITH_CHORDS = [pair for pair in BACKENDS if "rpc" not in pair]


@pytest.fixture(scope="module")
def workers(start_module_worker: StartWorker) -> dict[Any, Worker]:
    """The workers that have been started, by broker and back end."""
    return {}


@pytest.fixture
def worker(
    request: pytest.FixtureRequest,
    workers: dict[Any, Worker],
    start_module_worker: StartWorker,
) -> Iterator[Worker]:
    """A worker on a broker and a back end, and the app that sends to it."""
    broker, backend = request.param
    conf = {"result_chord_retry_interval": 0.1}
    if request.param not in workers:
        from tests.queues import Queue

        queue = Queue(broker, backend, **conf)
        workers[request.param] = start_module_worker(queue=queue, pool="solo")
    with workers[request.param].queue.producing():
        yield workers[request.param]


def on(pairs: list[tuple[str, str]]) -> Any:
    """Run a test on these brokers and back ends."""
    return pytest.mark.parametrize("worker", pairs, indirect=True, ids="-".join)


@pytest.fixture(autouse=True)
def rows() -> None:
    """Save orders 1 and 2; there is no order 42."""
    for pk in (1, 2):
        Order.objects.create(pk=pk)


def order(pk: int) -> Any:
    """Give a reference to an order, there or not."""
    return reference(Order, pk)


def skipped() -> Any:
    """Give a call that is skipped."""
    return skip_order.si(order(GONE))


def wait(result: Any) -> Any:
    """Give a result."""
    return result.get(timeout=20, interval=0.02)


def steps(last: Any) -> list[tuple[str, Any]]:
    """Give state and result of each step of a chain, in its order."""
    found = []
    while last is not None:
        wait(last)
        found.append((last.state, last.result))
        last = last.parent
    return found[::-1]


def ran() -> list[str]:
    """Name the tasks that have run after a skipped one, if any."""
    return list(Customer.objects.values_list("name", flat=True))


@on(BACKENDS)
class TestChains:
    """The rest of a chain does not run, and nobody waits for it."""

    def test_the_chain_gives_none(self, worker: Worker) -> None:
        """Each step is done, with None."""
        last = chain(skipped(), mark.s(), mark.si(), mark.s())()

        assert wait(last) is None
        assert steps(last) == [("SUCCESS", None)] * 4
        assert ran() == []

    def test_the_steps_before_have_run(self, worker: Worker) -> None:
        """A chain is cut where the row is missing."""
        last = chain(mark.s(name="before"), skip_after.s(order(GONE)), mark.s(name="after"))()

        assert wait(last) is None
        assert wait(last.parent.parent) == "before"
        assert ran() == ["before"]

    def test_a_task_that_stands_alone(self, worker: Worker) -> None:
        """It succeeds with None."""
        result = skip_order.delay(order(GONE))

        assert wait(result) is None
        assert result.state == "SUCCESS"

    def test_callbacks_do_not_run(self, worker: Worker) -> None:
        """And one that somebody waits for is done."""
        callback = mark.s(name="callback")
        handle = callback.freeze()

        result = skip_order.apply_async((order(GONE),), link=[callback, mark.s(name="other")])

        assert (wait(result), wait(handle)) == (None, None)
        assert wait(mark.delay(name="later")) == "later"
        assert ran() == ["later"]

    def test_callbacks_of_what_is_cut_off_do_not_run(self, worker: Worker) -> None:
        """They hang on steps that never ran."""
        callback = mark.s(name="callback")
        handle = callback.freeze()
        last = chain(skipped(), mark.s().set(link=[callback]))()

        assert (wait(last), wait(handle)) == (None, None)
        assert ran() == []

    def test_a_group_at_the_end(self, worker: Worker) -> None:
        """Each of its members is done."""
        result = chain(skipped(), group(mark.s(), chain(mark.s(), mark.s())))()

        assert wait(result) == [None, None]
        assert ran() == []

    def test_chains_in_a_group(self, worker: Worker) -> None:
        """One is cut, the other runs."""
        result = group(chain(skipped(), mark.s()), chain(skip_order.si(order(1)), mark.s()))()

        assert wait(result) == [None, "ran"]

    def test_a_task_that_is_not_skipped(self, worker: Worker) -> None:
        """Its chain and its callbacks run."""
        last = chain(skip_order.si(order(1)), mark.s(name="next"))()

        assert wait(last) == "next"
        assert ran() == ["next"]


@on(WITH_CHORDS)
class TestChords:
    """A chord around what is skipped completes."""

    def test_a_member(self, worker: Worker) -> None:
        """Its result is None."""
        result = chord([skipped(), skip_order.si(order(1)), skipped()], collect.s())()

        assert wait(result) == [None, 1, None]

    def test_a_chain_in_the_header(self, worker: Worker) -> None:
        """The step that stands for it in the chord is done."""
        header = [chain(skipped(), mark.s(), mark.s()), skip_order.si(order(1))]

        result = chord(header, collect.s())()

        assert wait(result) == [None, 1]
        assert ran() == []

    def test_a_chain_in_the_header_that_ends_in_a_group(self, worker: Worker) -> None:
        """Each member of the group counts."""
        header = [chain(skipped(), group(mark.s(), mark.s())), skip_order.si(order(1))]

        result = chord(header, collect.s())()

        assert wait(result) == [[None, None], 1]
        assert ran() == []

    def test_a_chain_in_the_header_that_ends_in_a_chord(self, worker: Worker) -> None:
        """Its body counts, its header does not."""
        inner = chord([mark.s(), mark.s()], collect.s())
        header = [chain(skipped(), inner), skip_order.si(order(1)), skip_order.si(order(2))]

        result = chord(header, collect.s())()

        assert wait(result) == [None, 1, 2]
        assert ran() == []

    def test_a_chord_in_a_chain_that_is_cut_off(self, worker: Worker) -> None:
        """Its header is done as well, and counts for nothing."""
        last = chain(skipped(), group(mark.s(), mark.s()), collect.s(), mark.s())()

        assert wait(last) is None
        assert wait(last.parent) is None
        assert wait(last.parent.parent) == [None, None]
        assert ran() == []

    def test_chords_in_chains_in_chords(self, worker: Worker) -> None:
        """Cut at the outermost chain, all of it is done."""
        innermost = chord([mark.s(), mark.s()], collect.s())
        inner = chord([chain(mark.s(), innermost), mark.s()], chain(collect.s(), mark.s()))

        result = chord([chain(skipped(), inner), skip_order.si(order(1))], collect.s())()

        assert wait(result) == [None, 1]
        assert ran() == []

    def test_a_body_and_what_follows_it(self, worker: Worker) -> None:
        """A body may be skipped like any task."""
        header = group(skip_order.si(order(1)), skip_order.si(order(2)))

        last = chain(header, skip_after.s(order(GONE)), mark.s())()

        assert wait(last) is None
        assert ran() == []

    def test_a_member_whose_callbacks_are_cut_off(self, worker: Worker) -> None:
        """It still counts, once."""
        header = [skipped().set(link=[mark.s()]), skip_order.si(order(1))]

        result = chord(header, collect.s())()

        assert wait(result) == [None, 1]
        assert ran() == []

    def test_a_cut_off_step_whose_result_nobody_keeps(self, worker: Worker) -> None:
        """It counts for the chord and is not stored."""
        header = [chain(skipped(), mark.s().set(ignore_result=True), mark.s())]

        result = chord([*header, skip_order.si(order(1))], collect.s())()

        assert wait(result) == [None, 1]


@pytest.mark.needs("redis")
class TestTaskProtocol1:
    """Messages of the first protocol carry the chain in their callbacks."""

    @pytest.fixture
    def queue(self, make_queue: MakeQueue, start_worker: StartWorker) -> Iterator[Queue]:
        """A queue that is sent such messages, and its worker."""
        queue = make_queue("redis", task_protocol=1)
        start_worker(queue=queue, pool="solo")
        with queue.producing():
            yield queue

    def test_the_chain_gives_none(self, queue: Queue) -> None:
        """Each step is done, with None."""
        last = chain(skipped(), mark.s(), mark.s())()

        assert wait(last) is None
        assert steps(last) == [("SUCCESS", None)] * 3
        assert ran() == []

    def test_a_chord_around_a_chain_completes(self, queue: Queue) -> None:
        """The step that stands for it in the chord is done."""
        header = [chain(skipped(), mark.s(), mark.s()), skip_order.si(order(1))]

        assert wait(chord(header, collect.s())()) == [None, 1]
        assert ran() == []


@on(BACKENDS)
class TestRetries:
    """`retry` sends the call again, by the settings of the task."""

    def test_a_row_that_comes_later_is_found(self, worker: Worker) -> None:
        """The body runs once it is there."""
        result = tasks.retry_order.delay(order(GONE))
        worker.wait_for_log("retry_order[" + result.id + "] retry: Retry in 1s: ReferenceNotFound")

        Order.objects.create(pk=GONE)

        assert wait(result) == [GONE, True]

    def test_the_row_is_the_error_when_no_try_is_left(self, worker: Worker) -> None:
        """Which comes back as itself."""
        with pytest.raises(Order.DoesNotExist) as caught:
            wait(tasks.retry_twice.delay(order(GONE)))

        assert isinstance(caught.value, ReferenceNotFound)
        assert str(caught.value.identity) == "shop.order:42"

    def test_retries_back_off(self, worker: Worker) -> None:
        """By the settings that autoretry goes by."""
        result = tasks.retry_backing_off.delay(order(GONE))

        worker.wait_for_log(f"retry_backing_off[{result.id}] retry: Retry in 40s: ")
        result.revoke()

    def test_autoretry_and_retry_do_not_add_up(self, worker: Worker) -> None:
        """The row is the error after as many tries as `retry_kwargs` says."""
        result = tasks.retry_and_autoretry.delay(order(GONE))

        with pytest.raises(Order.DoesNotExist):
            wait(result)

        assert worker.log.count(f"retry_and_autoretry[{result.id}] retry: Retry in 0s") == 2


@on(BACKENDS)
class TestMaps:
    """A map whose items are missing is a map like any other."""

    def test_a_skipped_item(self, worker: Worker) -> None:
        """The chain around the map goes on: none of it is the item's affair."""
        sent = chain(skip_order.map([order(1), order(GONE)]), mark.s(name="after"))()

        assert wait(sent) == "after"
        assert wait(sent.parent) == [1, None]

    def test_a_retried_item(self, worker: Worker) -> None:
        """Fails the map with the row."""
        with pytest.raises(Order.DoesNotExist):
            wait(tasks.retry_twice.map([order(1), order(GONE)]).delay())


@on(BACKENDS[:1])
class TestQueries:
    """Policies cost no query."""

    def test_lazy_references_load_with_the_rest(self, worker: Worker) -> None:
        """One query for the call, of rows that are there and rows that are not."""
        result: AsyncResult = tasks.count_queries.delay(order(1), [order(2), order(GONE), order(1)])

        assert wait(result)["queries"] == {"default": 1}

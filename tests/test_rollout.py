"""The roll-out: which release understands which, and the order in which nothing is lost.

The steps are those of `tests.rollout`.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from celery import chain, chord

from modelref.codecs.json import CONTENT_TYPE
from modelref.errors import NotEncodable
from tests.proj import Setup
from tests.queues import Broker, MakeQueue
from tests.rollout import SEND, Step, send_as_accept, send_as_full, send_as_old, start_on
from tests.shop.models import Order
from tests.tasks_rollout import largest_of, note_at_second_try, note_of
from tests.workers import StartWorker, Worker

pytestmark = [pytest.mark.needs("redis"), pytest.mark.django_db(transaction=True)]

REFUSED = f"Refusing to deserialize untrusted content of type modelref-json ({CONTENT_TYPE})"


@pytest.fixture
def order() -> Order:
    """An order with a note."""
    return Order.objects.create(note="gift", total=1)


@pytest.fixture(scope="module")
def old_worker(start_module_worker: StartWorker) -> Worker:
    """A worker of a release without modelref."""
    return start_on(start_module_worker, "old")


@pytest.fixture(scope="module")
def accepting_worker(start_module_worker: StartWorker) -> Worker:
    """A worker with `setup(app, send=False)`."""
    return start_on(start_module_worker, "accept")


@pytest.fixture(scope="module")
def full_worker(start_module_worker: StartWorker) -> Worker:
    """A worker with `setup(app)`."""
    return start_on(start_module_worker, "full")


class TestWhoUnderstandsWhom:
    """Each producer with each worker."""

    @pytest.mark.parametrize("send", [send_as_old, send_as_accept])
    @pytest.mark.parametrize("name", ["old_worker", "accepting_worker", "full_worker"])
    def test_keys_as_json_are_understood_by_all(
        self, request: pytest.FixtureRequest, name: str, send: Callable[..., Any], order: Order
    ) -> None:
        """A primary key is what it has always been, and the new code takes it for the row."""
        worker = request.getfixturevalue(name)

        assert send(worker.queue, order).get(timeout=10) == "gift"

    @pytest.mark.parametrize("name", ["accepting_worker", "full_worker"])
    def test_references_are_understood_where_they_are_accepted(
        self, request: pytest.FixtureRequest, name: str, order: Order
    ) -> None:
        """Either `setup` is enough to receive them."""
        worker = request.getfixturevalue(name)

        assert send_as_full(worker.queue, order).get(timeout=10) == "gift"

    def test_keys_sent_by_the_new_code_are_understood_by_new_workers(
        self, accepting_worker: Worker, full_worker: Worker, order: Order
    ) -> None:
        """Code may send keys for as long as it likes."""
        for worker in (accepting_worker, full_worker):
            with worker.queue.producing("full"):
                result = note_of.delay(order.pk)  # type: ignore[modelref-call]  # a key
                assert result.get(timeout=10) == "gift"

    @pytest.mark.parametrize("setup", ["full", "accept", "none"])
    def test_what_is_sent(self, make_queue: MakeQueue, setup: Setup, order: Order) -> None:
        """Only `setup(app)` changes the type of messages."""
        queue = make_queue("redis")

        with queue.producing(setup):
            note_of.delay(order.pk)  # type: ignore[modelref-call]  # a key

        sent = CONTENT_TYPE if setup == "full" else "application/json"
        assert queue.take().content_type == sent


class TestLoss:
    """What the documented order is there for."""

    @pytest.mark.parametrize("send_key", [False, True])
    @pytest.mark.parametrize("broker", ["redis", "rabbitmq"])
    def test_an_old_worker_drops_what_a_full_producer_sends(
        self, start_worker: StartWorker, broker: Broker, send_key: bool, order: Order
    ) -> None:
        """References or not: the message is logged and gone, its result stays pending."""
        worker = start_on(start_worker, "old", broker=broker)
        with worker.queue.producing("full"):
            lost = note_of.delay(order.pk if send_key else order)  # type: ignore[modelref-call]  # a key

        worker.wait_for_log(REFUSED)
        worker.wait_for_log("The message has been ignored and discarded.")
        assert send_as_old(worker.queue, order).get(timeout=10) == "gift"

        worker.kill()
        assert worker.queue.take() is None
        assert lost.state == "PENDING"

    def test_the_documented_order_loses_nothing(
        self, start_worker: StartWorker, make_queue: MakeQueue, order: Order
    ) -> None:
        """Accept everywhere, then send; back in reverse; whatever waits in the queue meanwhile."""
        queue = make_queue("redis")
        there: list[tuple[Step, list[Step]]] = [
            ("old", ["old", "accept"]),
            ("accept", ["old", "accept", "full"]),
            ("full", ["accept", "full"]),
        ]
        for step, producers in [*there, *reversed(there)]:
            sent = [SEND[producer](queue, order) for producer in producers]
            worker = start_on(start_worker, step, queue=queue)
            sent += [SEND[producer](queue, order) for producer in producers]

            assert [result.get(timeout=10) for result in sent] == ["gift"] * len(sent)
            worker.kill()

        assert queue.take() is None


class TestMixedFleet:
    """A call of a `full` producer goes through a worker that still stands on `accept`."""

    @pytest.fixture(autouse=True)
    def producing(self, accepting_worker: Worker) -> Iterator[None]:
        """Send references to it."""
        with accepting_worker.queue.producing("full"):
            yield

    def test_a_retry_is_sent_again(self, order: Order) -> None:
        """What came in may go out again."""
        assert note_at_second_try.delay(order).get(timeout=10) == "gift"

    def test_the_next_step_of_a_chain_is_sent(self, order: Order) -> None:
        """Its references have come with the first step's message."""
        result = chain(note_of.si(order), note_of.si(order)).delay()

        assert result.get(timeout=10) == "gift"
        assert result.parent.state == "SUCCESS"

    def test_a_callback_is_sent(self, order: Order) -> None:
        """And the task it follows succeeds."""
        result = note_of.apply_async([order], link=note_of.si(order))

        assert result.get(timeout=10) == "gift"
        assert result.children is not None
        assert result.children[0].get(timeout=10) == "gift"

    def test_the_body_of_a_chord_is_sent(self, order: Order) -> None:
        """Its references have come with each member's message."""
        result = chord([note_of.si(order), note_of.si(order)])(note_of.si(order))

        assert result.get(timeout=10) == "gift"


class TestRefusal:
    """Without `setup(app)` an instance is refused before anything is sent."""

    @pytest.mark.parametrize("setup", ["accept", "none"])
    @pytest.mark.parametrize(
        "send",
        [
            lambda order: note_of.delay(order),
            lambda order: note_of.delay(order=order),
            lambda order: note_of.apply_async([order]),
            lambda order: note_of.s(order=order).apply_async(),
            lambda order: note_of.si(order).delay(),
        ],
        ids=["delay", "by name", "apply_async", "s", "si"],
    )
    def test_it_names_task_parameter_and_setup(
        self, make_queue: MakeQueue, setup: Setup, send: Callable[..., Any], order: Order
    ) -> None:
        """The sender learns what to do."""
        queue = make_queue("redis")

        with queue.producing(setup), pytest.raises(NotEncodable) as caught:
            send(order)

        assert "tests.tasks_rollout.note_of: order:" in str(caught.value)
        assert "modelref.celery.setup(app)" in str(caught.value)
        assert queue.take() is None

    def test_a_positional_argument_of_a_signature_is_named_by_its_place(
        self, make_queue: MakeQueue, order: Order
    ) -> None:
        """Which parameter it will go to is not known yet."""
        with make_queue("redis").producing("accept"), pytest.raises(NotEncodable) as caught:
            note_of.s(order)

        assert "tests.tasks_rollout.note_of: args[0]:" in str(caught.value)

    def test_a_list_is_refused_as_well(self, make_queue: MakeQueue, order: Order) -> None:
        """As one instance is."""
        queue = make_queue("redis")

        with queue.producing("accept"), pytest.raises(NotEncodable, match=r"setup\(app\)"):
            largest_of.delay([order])

        assert queue.take() is None

    def test_a_task_may_say_so_for_itself(self, accepting_worker: Worker, order: Order) -> None:
        """One call by our serializer is sent, and accepted."""
        with accepting_worker.queue.producing("accept"):
            result = note_of.apply_async([order], serializer="modelref-json")

        assert result.get(timeout=10) == "gift"

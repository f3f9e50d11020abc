"""Old and new side by side: tasks that take keys and tasks that take rows, old workers and new.

The steps of the roll-out are those of `tests.rollout`.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import chain, chord, current_app, group
from celery.canvas import Signature
from django.db import transaction

from modelref import is_reference
from tests.queues import MakeQueue, Queue
from tests.rollout import SETUP, Step, start_on
from tests.shop.models import Customer, Order
from tests.tasks_results import give_one
from tests.tasks_rollout import (
    customer_of,
    joined,
    note_failure_of,
    note_of,
    pk_of,
    plain_fail,
    plain_joined,
    plain_note_of,
    plain_pk_of,
    plain_sender,
    sender,
)
from tests.workers import StartWorker, Worker

pytestmark = [pytest.mark.needs("redis"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def order() -> Order:
    """An order with a note."""
    return Order.objects.create(note="gift", customer=Customer.objects.create(name="Ada"))


@pytest.fixture(scope="module")
def worker_on(start_module_worker: StartWorker) -> Callable[[Step], Worker]:
    """Give the module's worker of a step."""
    started: dict[Step, Worker] = {}

    def worker_on(step: Step) -> Worker:
        if step not in started:
            started[step] = start_on(start_module_worker, step)
        return started[step]

    return worker_on


#: Canvases in which a task that takes rows stands beside one that takes keys.
MIXED: dict[str, Callable[[Order], Any]] = {
    "key to row": lambda order: chain(plain_pk_of.s(order.pk), note_of.s()),
    "row to key": lambda order: chain(pk_of.s(order), plain_note_of.s()),
    "row, then key": lambda order: chain(note_of.si(order), plain_note_of.si(order.pk)),
    "key, then row": lambda order: chain(plain_note_of.si(order.pk), note_of.si(order)),
    "there and back": lambda order: chain(
        plain_pk_of.s(order.pk), pk_of.s(), plain_pk_of.s(), note_of.s()
    ),
    "chord of keys": lambda order: chord(
        [plain_note_of.s(order.pk), note_of.s(order.pk)],  # type: ignore[modelref-call]  # a key
        joined.s(),
    ),
    "chord of rows": lambda order: chord([note_of.s(order), note_of.s(order)], plain_joined.s()),
    "group in a chain": lambda order: chain(
        pk_of.s(order), group(plain_note_of.s(), note_of.s()), plain_joined.s()
    ),
}


class TestOneProject:
    """Half of its tasks are changed; worker and producer are on the last step."""

    @pytest.fixture(autouse=True)
    def _producing(self, worker_on: Callable[[Step], Worker]) -> Iterator[None]:
        with worker_on("full").queue.producing("full"):
            yield

    @pytest.mark.parametrize("canvas", MIXED)
    def test_a_canvas_of_both(self, order: Order, canvas: str) -> None:
        """Keys and rows go through it, whichever comes first."""
        found = MIXED[canvas](order).apply_async().get(timeout=10)

        assert found in {"gift", "gift gift"}

    def test_a_group_of_both(self, order: Order) -> None:
        """Each gets what it takes."""
        of_key = note_of.s(order.pk)  # type: ignore[modelref-call]  # a key
        found = group(plain_note_of.s(order.pk), note_of.s(order), of_key)()

        assert found.get(timeout=10) == ["gift"] * 3

    @pytest.mark.parametrize(("task", "callback"), [(plain_pk_of, note_of), (pk_of, plain_note_of)])
    def test_a_callback_of_the_other_kind(self, order: Order, task: Any, callback: Any) -> None:
        """It gets the key that the task returns."""
        result = task.apply_async((order.pk,), link=callback.s())

        assert result.get(timeout=10) == order.pk
        assert result.children[0].get(timeout=10) == "gift"

    def test_an_errback_that_takes_a_row(self, order: Order, tmp_path: Path) -> None:
        """After a task that takes a key."""
        path = tmp_path / "noted"
        errback = note_failure_of.s(order=order, path=str(path))
        result = plain_fail.apply_async((order.pk,), link_error=errback)

        with pytest.raises(ValueError, match=str(order.pk)):
            result.get(timeout=10)

        sent = current_app.AsyncResult(result.id)
        wait_for_text(path, f"{sent.id} gift")

    @pytest.mark.parametrize("task", [plain_sender, sender])
    def test_a_task_that_sends_one_of_the_other_kind(self, order: Order, task: Any) -> None:
        """As the project's code has always done."""
        sent = task.delay(order.pk).get(timeout=10)

        assert current_app.AsyncResult(sent).get(timeout=10) == "gift"

    def test_a_row_that_is_handed_to_a_task_for_keys_is_a_reference(self, order: Order) -> None:
        """So a task whose result goes to one returns the key."""
        result = chain(give_one.s(order), plain_pk_of.s())()

        assert is_reference(result.get(timeout=10))


#: Canvases of keys alone, whose tasks every release has.
OF_KEYS: dict[str, Callable[[Callable[..., Signature], int], Any]] = {
    "chain": lambda call, pk: chain(call(pk_of, pk), call(note_of)),
    "chain of three": lambda call, pk: chain(call(pk_of, pk), call(pk_of), call(note_of)),
    "group": lambda call, pk: group(call(note_of, pk), call(note_of, pk)),
    "chord": lambda call, pk: chord([call(note_of, pk), call(note_of, pk)], call(joined)),
    "chord in a chain": lambda call, pk: chain(
        call(pk_of, pk), group(call(note_of), call(note_of)), call(joined)
    ),
}


@pytest.mark.parametrize("canvas", OF_KEYS)
@pytest.mark.parametrize(
    ("producer", "worker"),
    [
        *(("old", worker) for worker in ("old", "accept", "full")),
        *(("accept", worker) for worker in ("old", "accept", "full")),
        *(("full", worker) for worker in ("accept", "full")),
    ],
)
def test_a_canvas_of_keys_between_releases(
    worker_on: Callable[[Step], Worker], order: Order, producer: Step, worker: Step, canvas: str
) -> None:
    """As JSON, from whom to whom; by name where the producer knows no more."""
    queue = worker_on(worker).queue
    with queue.producing(SETUP[producer]) as app:

        def call(task: Any, *args: Any) -> Signature:
            by_name = producer == "old"
            made: Signature = app.signature(task.name, args) if by_name else task.s(*args)
            return made

        found = OF_KEYS[canvas](call, order.pk).apply_async().get(timeout=10)

    assert found in ("gift", "gift gift", ["gift", "gift"])


def test_workers_of_two_releases_share_a_queue(
    start_worker: StartWorker, make_queue: MakeQueue, order: Order
) -> None:
    """Each takes what comes, and sends on what the other takes."""
    queue = make_queue("redis")
    workers = [start_on(start_worker, step, queue=queue) for step in ("old", "accept")]

    with queue.producing("accept"):
        step = pk_of.s(order.pk)  # type: ignore[modelref-call]  # a key
        sent = [chain(step, pk_of.s(), note_of.s())() for _ in range(20)]

        assert [result.get(timeout=20) for result in sent] == ["gift"] * 20
    assert all(f"{note_of.name}[" in worker.log for worker in workers)


class TestOneTask:
    """A project may also go task by task: one that says `serializer="json"` takes keys."""

    @pytest.mark.parametrize("worker", ["old", "accept", "full"])
    def test_a_call_that_says_so_is_read_by_all(
        self, worker_on: Callable[[Step], Worker], order: Order, worker: Step
    ) -> None:
        """Also what the last step sends."""
        with worker_on(worker).queue.producing("full"):
            result = note_of.apply_async((order.pk,), serializer="json")  # type: ignore[modelref-call]  # a key

            assert result.get(timeout=10) == "gift"


class TestMessages:
    """What an old worker is sent is what it was sent before."""

    @pytest.fixture
    def queue(self, make_queue: Callable[..., Queue]) -> Queue:
        """A queue that nobody reads."""
        return make_queue("redis")

    def parts(self, queue: Queue) -> dict[str, Any]:
        """Return what the next message says but for what is of this call alone."""
        message = queue.take()
        of_this_call = {"id", "root_id", "correlation_id", "delivery_tag", "argsrepr", "task"}
        return {
            "body": message.body,
            "content": (message.content_type, message.content_encoding),
            "headers": {k: v for k, v in message.headers.items() if k not in of_this_call},
            "properties": {k: v for k, v in message.properties.items() if k not in of_this_call},
        }

    @pytest.mark.parametrize(
        "send",
        [
            lambda pk: customer_of.delay(pk),
            lambda pk: customer_of.apply_async((pk,)),
            lambda pk: customer_of.apply_async((pk,), on_commit=False),
            lambda pk: customer_of.apply_async_on_commit((pk,)),
            lambda pk: customer_of.delay_on_commit(pk),
            lambda pk: customer_of.s(pk).apply_async(),
            lambda pk: customer_of.s(pk).set(on_commit=True).apply_async(),
            lambda pk: customer_of.signature((pk,), {}, {"on_commit": True}).delay(),
        ],
        ids=[
            *("delay", "apply_async", "per call", "apply_async_on_commit", "delay_on_commit"),
            *("s", "set", "signature"),
        ],
    )
    @pytest.mark.parametrize("in_transaction", [False, True])
    def test_options_of_this_package_stay_out_of_them(
        self, queue: Queue, order: Order, send: Callable[[Any], Any], in_transaction: bool
    ) -> None:
        """A task that has them all, sent in every way, in a transaction or not."""
        with queue.producing("accept"):
            plain_pk_of.delay(order.pk)
            expected = self.parts(queue)
            if in_transaction:
                with transaction.atomic():
                    send(order.pk)
            else:
                send(order.pk)

        assert self.parts(queue) == expected

    def test_nor_are_they_in_a_chain(self, queue: Queue, order: Order) -> None:
        """The later steps travel with the first."""
        with queue.producing("accept"):
            chain(note_of.si(order.pk), customer_of.si(order.pk))()  # type: ignore[modelref-call]  # keys

        body = queue.take().body.decode()
        assert customer_of.name in body
        assert not [name for name in ("on_commit", "on_missing", "load") if name in body]


def wait_for_text(path: Any, text: str) -> None:
    """Wait until a file says this."""
    deadline = time.monotonic() + 10
    while not path.exists() or path.read_text() != text:
        assert time.monotonic() < deadline
        time.sleep(0.02)

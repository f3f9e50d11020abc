"""During the roll-out: remote control and results between releases.

The steps are those of `tests.rollout`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from kombu.exceptions import ContentDisallowed

from modelref import is_reference
from tests.queues import Broker, Queue
from tests.rollout import SETUP, STEPS, Step, start_on
from tests.shop.models import Order
from tests.tasks_rollout import hold, largest_of, note_of
from tests.workers import StartWorker, Worker, wait_until

pytestmark = [pytest.mark.needs("redis"), pytest.mark.django_db(transaction=True)]

FROM_TO = [(client, step) for client in STEPS for step in STEPS]


@pytest.fixture
def order() -> Order:
    """An order with a note."""
    return Order.objects.create(note="gift", total=1)


WorkerOn = Callable[..., Worker]


@pytest.fixture(scope="module")
def worker_on(start_module_worker: StartWorker) -> WorkerOn:
    """Give the module's worker of a step: `worker_on(step, broker="redis")`."""

    @cache
    def worker_on(step: Step, broker: Broker = "redis") -> Worker:
        return start_on(start_module_worker, step, broker=broker)

    return worker_on


@contextmanager
def holding(worker: Worker, step: Step, order: Order, path: Path) -> Iterator[str]:
    """Keep a task active in a worker that holds the order as its step has it; give its id."""
    with worker.queue.producing(SETUP[step]):
        given = order if step == "full" else order.pk
        result = hold.delay(given, str(path))  # type: ignore[modelref-call]  # a key
    worker.wait_for_log(f"[{result.id}] received")
    try:
        yield result.id
    finally:
        path.touch()
        assert result.get(timeout=10) == "gift"


def ask(client: Celery, command: str) -> Any:
    """Return what the one worker of the client's queue answers; None for no answer in time."""
    answers = getattr(client.control.inspect(limit=1, timeout=3), command)()
    return None if answers is None else next(iter(answers.values()))


@pytest.mark.parametrize(("client", "step"), FROM_TO)
class TestControl:
    """Each client with each worker, while a task is active that holds an order."""

    def test_ping_is_answered(
        self, worker_on: WorkerOn, client: Step, step: Step, order: Order, tmp_path: Path
    ) -> None:
        """Whoever asks."""
        worker = worker_on(step)
        app = worker.queue.app(SETUP[client])

        with holding(worker, step, order, tmp_path / "go on"):
            assert ask(app, "ping") == {"ok": "pong"}

    def test_active_tasks_are_shown(
        self, worker_on: WorkerOn, client: Step, step: Step, order: Order, tmp_path: Path
    ) -> None:
        """A reference is shown as text, a key as it is."""
        worker = worker_on(step)
        app = worker.queue.app(SETUP[client])
        path = tmp_path / "go on"

        with holding(worker, step, order, path) as task_id:
            wait_until(lambda: ask(app, "active"))
            [task] = ask(app, "active")

        shown = f"<ModelRef shop.order pk={order.pk}>" if step == "full" else order.pk
        assert (task["id"], task["args"]) == (task_id, [shown, str(path)])

    def test_waiting_tasks_are_revoked(
        self, worker_on: WorkerOn, client: Step, step: Step, order: Order, tmp_path: Path
    ) -> None:
        """The worker hears the command, and does not run them."""
        worker = worker_on(step)
        app = worker.queue.app(SETUP[client])
        path = tmp_path / "go on"

        with holding(worker, step, order, path), worker.queue.producing(SETUP[step]):
            given = order if step == "full" else order.pk
            waiting = note_of.delay(given)  # type: ignore[modelref-call]  # a key
            worker.wait_for_log(f"[{waiting.id}] received")
            app.control.revoke(waiting.id, reply=True, limit=1)

        worker.wait_for_log(f"Discarding revoked task: {note_of.name}[{waiting.id}]")


@pytest.mark.parametrize("broker", ["redis", "rabbitmq"])
class TestResults:
    """What clients get from a worker on the last step: its results are `modelref-json`."""

    @pytest.fixture
    def queue(self, worker_on: WorkerOn, broker: Broker) -> Queue:
        """The queue of a worker with `setup(app)`."""
        return worker_on("full", broker).queue

    @pytest.mark.parametrize("client", ["accept", "full"])
    def test_plain_results_are_read_by_who_accepts_them(
        self, queue: Queue, client: Step, order: Order
    ) -> None:
        """Values and errors alike."""
        app = queue.app(SETUP[client])

        assert app.send_task(note_of.name, [order.pk]).get(timeout=10) == "gift"
        with pytest.raises(Order.DoesNotExist):
            app.send_task(note_of.name, [order.pk + 1]).get(timeout=10)

    def test_plain_results_are_read_by_old_clients_of_a_key_value_store(
        self, queue: Queue, broker: Broker, order: Order
    ) -> None:
        """Redis keeps no content type; a message has one, which an old client refuses."""
        result = queue.app("none").send_task(note_of.name, [order.pk])

        if broker == "redis":
            assert result.get(timeout=10) == "gift"
        else:
            with pytest.raises(ContentDisallowed):
                result.get(timeout=10)

    def test_rows_are_references_for_full_clients(self, queue: Queue, order: Order) -> None:
        """A returned instance arrives as a reference."""
        found = queue.app("full").send_task(largest_of.name, [[order.pk]]).get(timeout=10)

        assert is_reference(found)
        assert found == order

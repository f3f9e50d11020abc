"""The steps of the roll-out: workers and producers of each release of a project.

- `old`: without modelref, `tests.old_release`;
- `accept`: with `setup(app, send=False)`, its code still sends primary keys;
- `full`: with `setup(app)`, its code sends instances.
"""

from collections.abc import Callable
from typing import Any, Literal

from celery.result import AsyncResult

from tests.proj import Setup
from tests.queues import Queue
from tests.shop.models import Order
from tests.tasks_rollout import note_of
from tests.workers import StartWorker, Worker

Step = Literal["old", "accept", "full"]

SETUP: dict[Step, Setup] = {"old": "none", "accept": "accept", "full": "full"}
STEPS = tuple(SETUP)


def start_on(start_worker: StartWorker, step: Step, **options: Any) -> Worker:
    """Start a worker of this step; further options are those of `start_worker`."""
    app = "tests.old_release:app" if step == "old" else "tests.proj:app"
    return start_worker(app=app, setup=SETUP[step], **options)


def send_as_old(queue: Queue, order: Order) -> AsyncResult:
    """Send the key, by an app that knows nothing of modelref."""
    return queue.app("none").send_task(note_of.name, [order.pk])


def send_as_accept(queue: Queue, order: Order) -> AsyncResult:
    """Send the key."""
    with queue.producing("accept"):
        return note_of.delay(order.pk)  # type: ignore[modelref-call]  # a key, as before


def send_as_full(queue: Queue, order: Order) -> AsyncResult:
    """Send the instance."""
    with queue.producing("full"):
        return note_of.delay(order)


SEND: dict[Step, Callable[[Queue, Order], AsyncResult]] = {
    "old": send_as_old,
    "accept": send_as_accept,
    "full": send_as_full,
}

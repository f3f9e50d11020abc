"""Tasks whose requests a worker's main process handles: lost children, limits, errbacks."""

import os
import pickle
import signal
import time
from pathlib import Path
from typing import Any

from celery import shared_task
from celery.worker.request import Request as CeleryRequest

from modelref import ModelRef
from modelref.celery import task
from modelref.celery.request import Request
from tests.shop.models import Order

MEASURED = "bytes of the request dict:"


class Measured(Request):
    """A request of a project's own, which says how much of it goes to a child."""

    @property
    def request_dict(self) -> dict[str, Any]:
        """What is pickled."""
        told = super().request_dict
        print(f"{MEASURED} {len(pickle.dumps(told))}")  # noqa: T201, into the worker's log
        return told


class MeasuredOfCelery(CeleryRequest):
    """The same of Celery's own request."""

    request_dict = Measured.request_dict  # pyright: ignore[reportIncompatibleMethodOverride]


def noted(path: str) -> int:
    """Add a line to a file; return how many there were before."""
    with Path(path).open("a+") as file:
        file.seek(0)
        before = len(file.readlines())
        file.write(f"{os.getpid()}\n")
    return before


@task(Request=Measured)
def count_measured(orders: list[ModelRef[Order]]) -> int:
    """Say how many came."""
    return len(orders)


@task(acks_late=True, reject_on_worker_lost=True)
def die_first(order: Order, path: str) -> str:
    """Lose the child at the first try."""
    if not noted(path):
        os.kill(os.getpid(), signal.SIGKILL)
    return order.note


@task(acks_late=True, retry_on_worker_lost=True, default_retry_delay=0)
def die_first_and_retry(order: Order, path: str) -> str:
    """Lose the child at the first try, and be sent again by the main process."""
    if not noted(path):
        os.kill(os.getpid(), signal.SIGKILL)
    return order.note


@task(time_limit=1)
def hang(order: ModelRef[Order]) -> None:
    """Run into the hard limit."""
    time.sleep(20)


@task(soft_time_limit=1)
def hang_softly(order: ModelRef[Order]) -> None:
    """Run into the soft limit."""
    time.sleep(20)


@shared_task
def note_arguments(request: Any, exc: Exception, traceback: Any, *, path: str) -> None:
    """Be an errback that writes down what the failed task was given."""
    Path(path).write_text(f"{type(exc).__name__} {request.args!r}")


@task
def sleep_over(order: ModelRef[Order], path: str) -> None:
    """Be there to be ended."""
    noted(path)
    time.sleep(20)


@task(bind=True)
def give_note(self: Any, order: Order) -> tuple[str, int]:
    """Say what came, and how many arguments the request knows."""
    return order.note, len(self.request.args)

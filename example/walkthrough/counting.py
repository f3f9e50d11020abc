"""The shop's Celery app for the demo's worker: it counts the queries of each task.

Counting starts before the arguments of a task are read from the database and
stops after its body. The count goes to a file that has the task's id in its name.
"""

from collections.abc import Callable
from pathlib import Path

from celery.signals import task_postrun, task_prerun
from django.conf import settings
from django.db import connection

from shopproject.celery import app

__all__ = ["app", "queries_of"]


class QueryCounter:
    """Counts the queries of a connection; fit for Django's `execute_wrappers`."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Callable[..., object], *query: object) -> object:
        """Count one query and run it."""
        self.count += 1
        return execute(*query)


# One for the process: a prefork worker's child runs one task at a time.
counter = QueryCounter()


@task_prerun.connect
def start(**_: object) -> None:
    """Count the queries of the task that begins."""
    counter.count = 0
    connection.execute_wrappers.append(counter)


@task_postrun.connect
def stop(task_id: str, **_: object) -> None:
    """Write down the count of the task that ends."""
    connection.execute_wrappers.remove(counter)
    count_file(task_id).write_text(str(counter.count))


def queries_of(task_id: str) -> int | None:
    """Return how many queries a task has run, or None if it has not ended."""
    file = count_file(task_id)
    return int(file.read_text()) if file.exists() else None


def count_file(task_id: str) -> Path:
    """Return the file of one task's count."""
    return Path(settings.DATA, f"{task_id}.queries")

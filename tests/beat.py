"""A `Beat`: a real `celery beat` process, and the schedule of its app, which is this module's.

The process is told in `MODELREF_TEST_BEAT` how the order of its one entry is given: by a key of
`ENTRIES`, or, with `null`, that there is no entry but those in the database.
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from celery import Celery

from modelref import reference
from tests.proj import app
from tests.queues import Queue
from tests.workers import CeleryProcess

VARIABLE = "MODELREF_TEST_BEAT"
EVERY = 0.2  # seconds
NAME = "the one entry"

_numbers = count(1)


class Beat(CeleryProcess):
    """A beat process.

    Args:
        queue: where it sends to.
        scheduler: full name of its scheduler.
        entry: how the order is given, None for no entry.
        pk: key of the order.
        path: where the task writes to; the file of a schedule is beside it.
    """

    def __init__(
        self, queue: Queue, scheduler: str, *, entry: str | None, pk: int, path: Path
    ) -> None:
        self.file = path.with_name("schedule")
        command = ["beat", "-l", "DEBUG", "-S", scheduler, "--max-interval", "1"]
        command += ["--pidfile", "", "--schedule", str(self.file)]
        super().__init__(
            queue,
            name=f"beat-{next(_numbers)}",
            app="tests.beat:app",
            command=command,
            setup="full",
            env={VARIABLE: json.dumps([entry, pk, str(path)])},
        )
        self._written = path

    def wait_for_line(self, line: str, timeout: float = 20) -> None:
        """Wait until the task has written down this line.

        Raises:
            RuntimeError: beat ended, or the time is over; the message has its log.
        """
        deadline = time.monotonic() + timeout
        while not self._written.exists() or line not in self._written.read_text().splitlines():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"no line {line!r}; the log of beat is:\n{self.log}")
            time.sleep(0.02)


@contextmanager
def beating(*args: Any, **kwargs: Any) -> Iterator[Beat]:
    """Start beat, and stop it at the end; the arguments are those of `Beat`."""
    beat = Beat(*args, **kwargs)
    try:
        yield beat
    finally:
        beat.stop()


def _order(pk: int) -> Any:
    from tests.shop.models import Order  # here: beat imports its app before it sets up Django

    return Order.objects.get(pk=pk)


def _setting(order: Any, path: str) -> Callable[[Celery], None]:
    """Return what adds an entry to the setting `beat_schedule`."""
    kwargs = {"order": order, "path": path}
    entry = {"task": "tests.tasks_beat.note_down", "schedule": EVERY, "kwargs": kwargs}
    return lambda app: app.conf.update(beat_schedule={NAME: entry})


def _signature(pk: int, path: str) -> Callable[[Celery], None]:
    """Return what adds a signature that was given an instance."""
    from tests.tasks_beat import note_down  # here: see above

    signature = note_down.s(_order(pk), path)
    return lambda app: app.add_periodic_task(EVERY, signature, name=NAME)


#: Ways to say which order it is, by key and path of the file.
ENTRIES: dict[str, Callable[[int, str], Callable[[Celery], None]]] = {
    "key": _setting,
    "reference": lambda pk, path: _setting(reference(type(_order(pk)), pk), path),
    "instance": lambda pk, path: _setting(_order(pk), path),
    "signature": _signature,
}


if VARIABLE in os.environ:

    @app.on_after_finalize.connect
    def add_entry(sender: Celery, **kwargs: Any) -> None:
        """Add what the test has asked for."""
        entry, pk, path = json.loads(os.environ[VARIABLE])
        if entry is not None:
            ENTRIES[entry](pk, path)(sender)

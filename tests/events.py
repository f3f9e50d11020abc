"""What is told as events: by producers, and by workers that are started with `-E`."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery import Celery

POLL = 0.1  # seconds
START_TIMEOUT = 20
PING = "test-ping"


@contextmanager
def receiving_events(app: Celery) -> Iterator[list[dict[str, Any]]]:
    """Give the list of the events that arrive in this block; it grows, until the block ends."""
    seen: list[dict[str, Any]] = []
    with app.connection_for_read() as connection:
        receiver = app.events.Receiver(connection, handlers={"*": seen.append})

        def receive() -> None:
            deque(receiver.consume(limit=None, safety_interval=POLL, wakeup=False), maxlen=0)

        thread = threading.Thread(target=receive)
        thread.start()
        try:
            _ping_until_heard(app, seen)
            yield seen
        finally:
            receiver.should_stop = True
            thread.join(10)


def _ping_until_heard(app: Celery, seen: list[dict[str, Any]]) -> None:
    """Wait until events arrive: those before a receiver has subscribed are lost."""
    deadline = time.monotonic() + START_TIMEOUT
    with app.events.default_dispatcher() as dispatcher:
        while not seen:
            assert time.monotonic() < deadline
            dispatcher.send(PING)
            time.sleep(POLL)

"""A recorder inside a worker: what each of its processes receives, decodes, asks a database, ends.

A worker loads it with the option `-I tests.spy`, and is told in the variable `MODELREF_TEST_SPY`
which file to write to. The test reads that with `events`.
"""

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from tests.queues import Queue
from tests.workers import StartWorker, Worker

VARIABLE = "MODELREF_TEST_SPY"

Kind = Literal["receive", "decode", "query", "end"]


def start_watched_worker(start_worker: StartWorker, queue: Queue, **env: str) -> Worker:
    """Start a worker on the queue with the recorder in it."""
    path = _path(queue)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return start_worker(queue=queue, options=["-I", "tests.spy"], env={VARIABLE: str(path), **env})


def events(worker: Worker, kind: Kind, pid: int | None = None) -> list[dict[str, Any]]:
    """Return what a process of the worker has recorded, its main process if not told."""
    found = all_events(worker)
    return [each for each in found if (each["kind"], each["pid"]) == (kind, pid or worker.pid)]


def all_events(worker: Worker, since: int = 0) -> list[dict[str, Any]]:
    """Return what all processes of the workers on the queue have recorded, in its order.

    Args:
        worker: one of the workers.
        since: what `recorded` gave earlier; what is older than that is left out.
    """
    with _path(worker.queue).open() as file:
        file.seek(since)
        return [json.loads(line) for line in file]


def recorded(worker: Worker) -> int:
    """Return how much has been recorded so far."""
    return _path(worker.queue).stat().st_size


def _path(queue: Queue) -> Path:
    return queue.folder / "spy.jsonl"


def _record(kind: Kind, **details: Any) -> None:
    line = json.dumps({"kind": kind, "pid": os.getpid(), **details})
    with Path(os.environ[VARIABLE]).open("a") as file:
        file.write(line + "\n")


class _Tasks(threading.local):
    """The ids of the tasks that a thread is in, the innermost last."""

    def __init__(self) -> None:
        self.ids: list[str] = []


def _watch_tasks() -> _Tasks:
    from celery.signals import task_postrun, task_prerun, task_received

    running = _Tasks()

    def receive(request: Any, **kwargs: Any) -> None:
        body = request.body
        _record("receive", id=request.id, body=body if isinstance(body, str) else body.decode())

    def begin(task_id: str, **kwargs: Any) -> None:
        running.ids.append(task_id)

    def end(task_id: str, state: str, **kwargs: Any) -> None:
        running.ids.remove(task_id)
        _record("end", id=task_id, state=state)

    task_received.connect(receive, weak=False)
    task_prerun.connect(begin, weak=False)
    task_postrun.connect(end, weak=False)
    return running


def _watch_decoder() -> None:
    from kombu.serialization import register

    from modelref.codecs import json as codec

    def decode(text: str | bytes) -> Any:
        try:
            message = codec.decode(text)
        except Exception as error:
            _record("decode", error=repr(error))
            raise
        _record("decode", error=None)
        return message

    register(codec.NAME, codec.encode, decode, codec.CONTENT_TYPE, "utf-8")


def _watch_connections(running: _Tasks) -> None:
    from django.db import connections
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.backends.signals import connection_created

    def query(
        execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        task = running.ids[-1] if running.ids else None
        _record("query", sql=sql, alias=context["connection"].alias, task=task)
        return execute(sql, params, many, context)

    def watch(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
        if query not in connection.execute_wrappers:
            connection.execute_wrappers.append(query)

    connection_created.connect(watch, weak=False)  # those of other threads and of the children
    for connection in connections.all():  # those of this thread, which may be open already
        watch(connection)


if VARIABLE in os.environ:
    _watch_connections(_watch_tasks())
    _watch_decoder()

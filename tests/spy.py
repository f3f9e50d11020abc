"""A recorder inside a worker: what each of its processes receives, decodes and asks a database.

A worker loads it with the option `-I tests.spy`, and is told in the variable `MODELREF_TEST_SPY`
which file to write to. The test reads that with `events`.
"""

import json
import os
from pathlib import Path
from typing import Any, Literal

from tests.queues import Queue
from tests.workers import StartWorker, Worker

VARIABLE = "MODELREF_TEST_SPY"

Kind = Literal["receive", "decode", "query"]


def start_watched_worker(start_worker: StartWorker, queue: Queue, **env: str) -> Worker:
    """Start a worker on the queue with the recorder in it."""
    path = _path(queue)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return start_worker(queue=queue, options=["-I", "tests.spy"], env={VARIABLE: str(path), **env})


def events(worker: Worker, kind: Kind, pid: int | None = None) -> list[dict[str, Any]]:
    """Return what a process of the worker has recorded, its main process if not told."""
    lines = _path(worker.queue).read_text().splitlines()
    found = (json.loads(line) for line in lines)
    return [each for each in found if (each["kind"], each["pid"]) == (kind, pid or worker.pid)]


def _path(queue: Queue) -> Path:
    return queue.folder / "spy.jsonl"


def _record(kind: Kind, **details: Any) -> None:
    line = json.dumps({"kind": kind, "pid": os.getpid(), **details})
    with Path(os.environ[VARIABLE]).open("a") as file:
        file.write(line + "\n")


def _install() -> None:
    from celery.signals import task_received
    from django.db import connections
    from django.db.backends.signals import connection_created
    from kombu.serialization import register

    from modelref.codecs import json as codec

    def receive(request, **kwargs):
        body = request.body
        _record("receive", id=request.id, body=body if isinstance(body, str) else body.decode())

    def decode(text):
        try:
            message = codec.decode(text)
        except Exception as error:
            _record("decode", error=repr(error))
            raise
        _record("decode", error=None)
        return message

    def query(execute, sql, params, many, context):
        _record("query", sql=sql)
        return execute(sql, params, many, context)

    def watch(connection, **kwargs):
        if query not in connection.execute_wrappers:
            connection.execute_wrappers.append(query)

    task_received.connect(receive, weak=False)
    register(codec.NAME, codec.encode, decode, codec.CONTENT_TYPE, "utf-8")
    connection_created.connect(watch, weak=False)  # those of other threads and of the children
    for connection in connections.all():  # those of this thread, which may be open already
        watch(connection)


if VARIABLE in os.environ:
    _install()

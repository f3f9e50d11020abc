"""Messages put onto a queue as bytes, as no sender of the project would."""

from typing import Any

from celery import Task
from celery.result import AsyncResult
from celery.utils import uuid

from modelref.codecs.json import CONTENT_TYPE
from tests.queues import Queue


def post(
    queue: Queue,
    task: Task | str,
    body: str | bytes,
    content_type: str = CONTENT_TYPE,
    content_encoding: str = "utf-8",
) -> AsyncResult:
    """Send a message for a task, or a name, whose body is this text; return its result."""
    app = queue.app()
    task_id = uuid()
    name = task if isinstance(task, str) else task.name
    message = app.amqp.as_task_v2(task_id, name)
    properties: dict[str, Any] = {**message.properties, "reply_to": app.thread_oid}
    with app.producer_or_acquire() as producer:
        producer.publish(
            body,
            headers=message.headers,
            content_type=content_type,
            content_encoding=content_encoding,
            exchange="",
            routing_key=queue.name,
            **properties,
        )
    return app.AsyncResult(task_id)


def body_of(*args: str, embed: str = "{}") -> str:
    """Return the body of a call with these arguments, each as JSON."""
    return f"[[{','.join(args)}],{{}},{embed}]"

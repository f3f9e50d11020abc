"""Tasks for messages that no honest sender sends."""

import os
from pathlib import Path
from typing import Any

from celery import shared_task

from modelref import ModelRef
from modelref.celery import task
from tests.shop.models import Order


@task
def take_reference(order: ModelRef[Order]) -> str:
    """Read the order in the body."""
    return order.note


@task
def take_instance(order: Order) -> str:
    """Get the order loaded."""
    return order.note


@task
def take_references(orders: list[ModelRef[Order]]) -> list[str]:
    """Read orders in the body."""
    return [order.note for order in orders]


@task
def take_instances(orders: list[Order]) -> list[str]:
    """Get orders loaded."""
    return [order.note for order in orders]


@task
def take_anything(value: Any) -> str:
    """Say what came."""
    return repr(value)


@task(autoretry_for=(Exception,), max_retries=1, default_retry_delay=0)
def take_again(value: Any) -> str:
    """Be tried twice where it fails."""
    return repr(value)


@task
def note_failure(task_id: str) -> str:
    """Be an errback that is sent as a message."""
    return f"noted {task_id}"


@shared_task
def write_failure(request: Any, exc: Exception, traceback: Any, *, path: str) -> None:
    """Be an errback that is called where the task failed."""
    Path(path).write_text(f"{type(exc).__name__} of {request.id}")


@shared_task
def child_pid() -> int:
    """Say which process of the pool this is."""
    return os.getpid()

"""Tasks of a project that takes up modelref; `tests.old_release` has them as they were before."""

from typing import Any

from modelref import ModelRef
from modelref.celery import task
from tests.shop.models import Order
from tests.tasks_workers import wait_for


@task
def note_of(order: Order) -> str:
    """Say what is noted on an order."""
    return order.note


@task(bind=True, max_retries=1, default_retry_delay=0)
def note_at_second_try(self: Any, order: Order) -> str:
    """Ask for a retry first."""
    if not self.request.retries:
        raise self.retry()
    return order.note


@task
def largest_of(orders: list[Order]) -> Order:
    """Find an order: the result is a row."""
    return max(orders, key=lambda order: order.total)


@task
def hold(order: ModelRef[Order], path: str) -> str:
    """Be active until a file is there."""
    wait_for(path)
    return order.note

"""Tasks of a project that takes up modelref; `tests.old_release` has them as they were before."""

from pathlib import Path
from typing import Any

from celery import shared_task

from modelref import ModelRef
from modelref.celery import Load, task
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


@task
def pk_of(order: ModelRef[Order]) -> int:
    """Hand on which order it is, as tasks of any release take it."""
    return order.pk


@task
def joined(notes: list[str]) -> str:
    """Take what others have found."""
    return " ".join(notes)


@task(on_missing="none", on_commit=True, load={"order": Load(select_related=("customer",))})
def customer_of(order: Order | None) -> str:
    """Use what this release can do; its messages are those of any other task."""
    return "" if order is None or order.customer is None else order.customer.name


@shared_task
def plain_note_of(order_pk: int) -> str:
    """Be a task that has not been changed yet: it takes a primary key."""
    return Order.objects.get(pk=order_pk).note


@shared_task
def plain_pk_of(order_pk: int) -> int:
    """Hand on a primary key."""
    return order_pk


@shared_task
def plain_joined(notes: list[str]) -> str:
    """Take what others have found."""
    return " ".join(notes)


@shared_task
def plain_sender(order_pk: int) -> str:
    """Send a task that has been changed, as before."""
    return note_of.delay(order_pk).id  # type: ignore[modelref-call]  # a key, as before


@task
def sender(order: ModelRef[Order]) -> str:
    """Send a task that has not been changed, as before."""
    return str(plain_note_of.delay(order.pk).id)


@shared_task
def plain_fail(order_pk: int) -> None:
    """Fail."""
    raise ValueError(order_pk)


@task
def note_failure_of(task_id: str, *, order: Order, path: str) -> None:
    """Be an errback that takes a row, and write down what it got."""
    Path(path).write_text(f"{task_id} {order.note}")

"""Tasks that wait for the transaction, and tasks that do not."""

from collections.abc import Callable
from typing import Any

from celery import chain, chord, group, shared_task
from celery.exceptions import Ignore
from django.db import transaction

from modelref import ModelRef
from modelref.celery import task
from tests.shop.models import Order


@task(on_commit=True)
def ship(order: ModelRef[Order]) -> str:
    """Return the note of an order; wait for the transaction."""
    return order.note


@task(on_commit=True)
def ship_two(first: Order, second: Order) -> list[str]:
    """Return the notes of two orders; wait for the transaction."""
    return [first.note, second.note]


@task(on_commit=True)
def add(before: Any, order: ModelRef[Order]) -> str:
    """Return what came before, and the note of an order; wait for the transaction."""
    return f"{before} {order.note}"


@task(on_commit=True)
def pass_on(value: Any) -> Any:
    """Return what is given; wait for the transaction."""
    return value


@task(on_commit=True, ignore_result=True)
def forget(order: ModelRef[Order]) -> None:
    """Return nothing that anybody keeps; wait for the transaction."""


@task(on_commit=True)
def ignore(order: ModelRef[Order]) -> None:
    """End without a result; wait for the transaction."""
    raise Ignore


@task
def pack(order: ModelRef[Order]) -> str:
    """Return the note of an order; leave it to the settings whether to wait."""
    return order.note


@task(on_commit=False)
def peek(order: ModelRef[Order]) -> str:
    """Return the note of an order; never wait."""
    return order.note


@shared_task
def plain(value: Any) -> Any:
    """Return what is given; a task of Celery's own class."""
    return value


@task(bind=True, on_commit=True, max_retries=1, default_retry_delay=0)
def retry_in_block(self: Any, order: ModelRef[Order]) -> list[Any]:
    """Go for another try inside a block, which that rolls back."""
    if self.request.retries == 0:
        with transaction.atomic():
            Order.objects.create(note="rolled back")
            raise self.retry()
    return [order.note, Order.objects.count()]


def replacement(kind: str, order: Any) -> Any:
    """Return a signature of tasks that wait."""
    made: dict[str, Callable[[], Any]] = {
        "task": lambda: ship.si(order),
        "chain": lambda: chain(ship.si(order), add.s(order)),
        "group": lambda: group(ship.si(order), ship.si(order)),
        "chord": lambda: chord([ship.si(order), ship.si(order)], pass_on.s()),
        "chain of a group": lambda: chain(group(ship.si(order), ship.si(order)), pass_on.s()),
        "map": lambda: ship.map([order, order]),
    }
    return made[kind]()


def replace_in_a_block(self: Any, kind: str, order: Any) -> Any:
    """Let a signature take the place of a task inside a block, which that rolls back."""
    with transaction.atomic():
        Order.objects.create(note="rolled back")
        return self.replace(replacement(kind, order))


@task(bind=True, on_commit=True)
def replace_in_block(self: Any, kind: str, order: ModelRef[Order]) -> Any:
    """Do what :func:`replace_in_a_block` says."""
    return replace_in_a_block(self, kind, order)


@shared_task(bind=True)
def replace_plain_in_block(self: Any, kind: str, order: Any) -> Any:
    """Do what :func:`replace_in_a_block` says, in a task of Celery's own class."""
    return replace_in_a_block(self, kind, order)


@task(bind=True)
def send_from_block(self: Any, order: ModelRef[Order], *, commit: bool) -> list[Any]:
    """Call a task inside a block; give its id, and how many children the caller has then.

    Before the block has ended, and after.
    """
    with transaction.atomic():
        order.note = "changed in a worker"
        order.save()
        result = ship.delay(order)
        before = len(self.request.children)
        transaction.set_rollback(not commit)
    return [result.id, before, len(self.request.children)]


@task
def write(note: str) -> None:
    """Write an order."""
    Order.objects.create(note=note)


@task(bind=True)
def grow_chord(self: Any, kind: str, order: ModelRef[Order], *, commit: bool) -> str:
    """Add a member to the chord that this is a member of, inside a block."""
    with transaction.atomic():
        self.add_to_chord(replacement(kind, order))
        transaction.set_rollback(not commit)
    return order.note

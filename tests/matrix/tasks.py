"""The tasks of the matrix. A note is what a task has seen of a row."""

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from celery import Task as CeleryTask
from celery import chain
from django.db import transaction

from modelref import ModelRef
from modelref.celery import Load, task
from tests.shop.models import Order

# --- calls --------------------------------------------------------------------------------------


@task
def read(order: Order) -> str:
    """Get a row loaded."""
    return order.note


@task
def touch(order: ModelRef[Order]) -> str:
    """Load a row by touching it."""
    return order.note


@task
def read_pair(order: Order, ref: ModelRef[Order], *, mark: str = "") -> list[str]:
    """Take one row each way, and a value."""
    return [order.note + mark, ref.note + mark]


@task
def read_all(orders: list[Order]) -> list[str]:
    """Get rows loaded."""
    return [order.note for order in orders]


@task
def read_named(orders: dict[str, ModelRef[Order]]) -> dict[str, str]:
    """Load the rows of a dict by touching them."""
    return {name: order.note for name, order in orders.items()}


@task
def keys(orders: list[ModelRef[Order]]) -> list[int]:
    """Touch nothing but keys."""
    return [order.pk for order in orders]


@task
def by_note(orders: list[Order]) -> dict[str, Any]:
    """Return an instance, a list of them and a dict of them."""
    named = {order.note: order for order in orders}
    return {"first": orders[0], "all": orders, "by note": named}


# --- canvas -------------------------------------------------------------------------------------


@task
def hand_on(order: ModelRef[Order]) -> ModelRef[Order]:
    """Return what came, untouched, for the next step."""
    return order


@task
def start(order: Order) -> list[str]:
    """Be the first step: begin a list of notes."""
    return [order.note]


@task
def add(notes: list[str], order: Order) -> list[str]:
    """Be a later step: add a note to those of the steps before."""
    return [*notes, order.note]


@task
def join(notes: list[Any]) -> str:
    """Be the body of a chord over notes, or over lists of them."""
    return " ".join(each if isinstance(each, str) else "+".join(each) for each in notes)


@task
def fail(order: Order) -> None:
    """Read a row, and fail."""
    raise RuntimeError(f"failed over {order.pk}")


@task(bind=True)
def read_stamps(self: CeleryTask, order: Order) -> list[Any]:
    """Read a row and the stamps of the call."""
    return [order.note, self.request.stamps]


@task(bind=True)
def replace_by_one(self: CeleryTask, order: Order, ref: ModelRef[Order]) -> Any:
    """Let a task take this one's place."""
    return self.replace(add.si([order.note], ref))


@task(bind=True)
def replace_by_two(self: CeleryTask, order: Order, ref: ModelRef[Order]) -> Any:
    """Let a chain take this one's place."""
    return self.replace(chain(start.si(order), add.s(ref)))


# --- retries ------------------------------------------------------------------------------------


#: Time enough for a try to end before the next one begins. Celery, up to 5.7, stores the state
#: `RETRY` after it has sent the next try, and in a pool of several overwrites how that has ended.
RETRY_DELAY = 0.3  # seconds


class NotYetError(Exception):
    """The row is not as a task needs it."""


@task(bind=True, max_retries=1)
def read_on_retry(self: CeleryTask, order: Order) -> str:
    """Change the instance, not the row, and go for another try."""
    if self.request.retries == 0:
        order.note = "never saved"
        raise self.retry(countdown=RETRY_DELAY)
    return order.note


@task(bind=True, max_retries=1)
def save_on_retry(self: CeleryTask, order: Order, ref: ModelRef[Order]) -> list[str]:
    """Change one row through another instance, and go for another try."""
    if self.request.retries == 0:
        order.__class__.objects.using(ref._state.db).filter(pk=order.pk).update(note="changed")
        raise self.retry(countdown=RETRY_DELAY)
    return [order.note, ref.note]


@task(
    bind=True,
    autoretry_for=(NotYetError,),
    retry_backoff=False,
    retry_jitter=False,
    default_retry_delay=RETRY_DELAY,
    max_retries=200,
)
def read_when_ready(self: CeleryTask, order: Order) -> list[Any]:
    """Try until the row is ready; say how often that was not so."""
    if order.note != "ready":
        raise NotYetError(order.pk)
    return [order.note, self.request.retries]


@task(
    autoretry_for=(NotYetError,), default_retry_delay=RETRY_DELAY, max_retries=2, retry_jitter=False
)
def never_ready(order: ModelRef[Order]) -> None:
    """Read the row and fail, three times."""
    raise NotYetError(order.note)


# --- policies -----------------------------------------------------------------------------------


@task(on_missing="skip")
def read_or_skip(order: Order) -> str:
    """Get a row loaded, or do nothing."""
    return order.note


@task(on_missing="skip")
def add_or_skip(notes: list[str], order: Order) -> list[str]:
    """Be a later step that does nothing, and lets nothing follow, without its row."""
    return [*notes, order.note]


@task(on_missing="skip")
def read_those_there(orders: list[Order]) -> list[str]:
    """Get those rows loaded that exist."""
    return [order.note for order in orders]


@task(on_missing="none")
def read_or_none(order: Order | None) -> str | None:
    """Get a row loaded, or None."""
    return None if order is None else order.note


@task(on_missing="retry", default_retry_delay=RETRY_DELAY, max_retries=200)
def read_when_there(order: Order) -> str:
    """Get a row loaded as soon as it exists."""
    return order.note


@task
def give_back(value: Any) -> Any:
    """Return what came: the results of a group, or a row of any model, unread."""
    return value


@task(on_commit=True)
def read_after_commit(order: Order) -> str:
    """Get a row loaded, when the transaction of the sender has been committed."""
    return order.note


@task
def change_and_send(order: Order, *, fail: bool) -> str:
    """Change a row and send it in one transaction, and fail in the end of that or do not."""
    with suppress(NotYetError), transaction.atomic(using=order._state.db):
        order.note = "changed"
        order.save(update_fields=["note"])
        result = read_after_commit.delay(order)
        time.sleep(0.2)  # long enough for a message that did not wait to be handled
        if fail:
            raise NotYetError
    return result.id


@task(load={"order": Load(for_update=True)})
def add_one(order: Order) -> None:
    """Add to what a row has, and take time over it."""
    total = order.total
    time.sleep(0.05)
    order.total = total + 1
    order.save(update_fields=["total"])


@task(load={"orders": Load(for_update=True)})
def add_one_to_each(orders: list[Order]) -> None:
    """Add to what rows have, and take time over it."""
    for order in orders:
        time.sleep(0.02)
        order.total += 1
        order.save(update_fields=["total"])


# --- kills --------------------------------------------------------------------------------------


@task(bind=True, acks_late=True, reject_on_worker_lost=True)
def wait_to_be_killed(self: CeleryTask, order: Order, path: str) -> list[Any]:
    """Wait, the first time; say what was there the second time, and whether it was one."""
    first = Path(path)
    if not first.exists():
        unfinished = first.with_suffix(".unfinished")
        unfinished.write_text(f"{os.getpid()} {order.note}")
        unfinished.rename(first)
        time.sleep(60)
    return [order.note, self.request.delivery_info["redelivered"]]


@task(acks_late=True, reject_on_worker_lost=True)
def read_late(order: Order) -> str:
    """Read a row, with a message that is acknowledged when that is done."""
    return order.note

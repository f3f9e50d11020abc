"""Tasks for tests of faults: they say what they saw, and through which connection."""

import time
from pathlib import Path
from typing import Any

from celery import Task as CeleryTask
from django.db import OperationalError, connections, transaction

from modelref import ModelRef
from modelref.celery import Load, task
from tests.sessions import end_own_session, session_of
from tests.shop.models import Order


def alias_of(order: Order) -> str:
    """Return in which database a row is."""
    alias = order._state.db
    assert alias is not None
    return alias


@task
def see_instance(order: Order) -> tuple[str, int]:
    """Get a row loaded."""
    return order.note, session_of(alias_of(order))


@task
def see_reference(order: ModelRef[Order]) -> tuple[str, int]:
    """Load a row by touching it."""
    return order.note, session_of(alias_of(order))


@task
def see_instances(orders: list[Order]) -> tuple[str, int]:
    """Get rows loaded."""
    return " ".join(order.note for order in orders), session_of(alias_of(orders[0]))


@task(load={"order": Load(for_update=True)})
def see_locked(order: Order) -> tuple[str, int]:
    """Get a row loaded that nobody else can change until the body ends."""
    return order.note, session_of(alias_of(order))


@task
def see_and_end(order: Order) -> tuple[str, int]:
    """Get a row loaded, and leave a connection that the server has ended."""
    alias = alias_of(order)
    return order.note, end_own_session(alias)


@task
def see_and_let_time_out(order: Order) -> tuple[str, int]:
    """Get a row loaded, and leave a connection that MariaDB ends when it is idle for a second."""
    alias = alias_of(order)
    with connections[alias].cursor() as cursor:
        cursor.execute("SET SESSION wait_timeout = 1")
    return order.note, session_of(alias)


def lose_connection(order: Any, path: str) -> None:
    """Change a row, lose the connection, and read the row, all in one transaction."""
    alias = alias_of(order)
    _note_run(path)
    with transaction.atomic(using=alias):
        Order.objects.using(alias).filter(pk=order.pk).update(note="half done")
        end_own_session(alias)
        raise AssertionError(f"read {order.note}")


@task
def lose_connection_once(order: ModelRef[Order], path: str) -> None:
    """Fail with the error of the database."""
    lose_connection(order, path)


@task(load={"order": Load(for_update=True)})
def lose_locked_connection(order: Order, path: str) -> None:
    """Change a row, lose the connection that has locked it, and go on as if nothing was wrong."""
    _note_run(path)
    order.note = "half done"
    order.save(update_fields=["note"])
    end_own_session(alias_of(order))
    order.save(update_fields=["note"])


@task(bind=True, autoretry_for=(OperationalError,), default_retry_delay=0, retry_jitter=False)
def lose_connection_and_retry(self: CeleryTask, order: ModelRef[Order], path: str) -> str:
    """Fail with the error of the database, and read the row at the second try."""
    if self.request.retries == 0:
        lose_connection(order, path)
    return order.note


@task
def work_on_instance(order: Order, path: str) -> None:
    """Get a row loaded, wait, and save it."""
    _wait(path)
    order.save(update_fields=["note"])


@task
def work_on_reference(order: ModelRef[Order], path: str) -> str:
    """Wait, and load a row by touching it."""
    _wait(path)
    return order.note


@task(bind=True, acks_late=True, reject_on_worker_lost=True)
def see_late(self: CeleryTask, orders: list[Order], path: str) -> list[str]:
    """Get rows loaded, by a message that is acknowledged in the end; count the runs of the body."""
    _note_run(path)
    return [order.note for order in orders]


@task
def wait_and_see(order: ModelRef[Order], path: str) -> str:
    """Keep a child busy, and load a row by touching it."""
    _wait(path)
    return order.note


def _note_run(path: str) -> None:
    """Write a line for a run of a body."""
    with Path(path).open("a") as runs:
        runs.write("run\n")


def _wait(path: str) -> None:
    """Say that the body has begun, and wait until it may go on."""
    begun, goes_on = Path(path).with_suffix(".begun"), Path(path)
    begun.touch()
    deadline = time.monotonic() + 30
    while not goes_on.exists():
        if time.monotonic() > deadline:
            raise TimeoutError(path)
        time.sleep(0.01)

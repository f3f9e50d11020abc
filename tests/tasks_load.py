"""Tasks that say how their rows are read."""

import time
from typing import Any

from django.db import connection
from django.db.models import F, Prefetch

from modelref import ModelRef, identity, is_resolved
from modelref.celery import Load, task
from tests.sessions import session_of
from tests.shop.models import Customer, Line, Order
from tests.tasks_workers import CountingTask

WITH_ALL = Load(
    select_related=("customer",),
    prefetch_related=(Prefetch("lines", queryset=Line.objects.order_by("-quantity")), "tags"),
)
LOCKED = Load(for_update=True)


def read(order: Order) -> list[Any]:
    """Give what a body needs of an order, its customer and its lines."""
    customer = order.customer
    return [order.pk, customer and customer.name, [line.quantity for line in order.lines.all()]]


@task(base=CountingTask, bind=True, load={"orders": WITH_ALL})
def read_and_count(self: CountingTask, orders: list[Order]) -> Any:
    """Say how many queries the arguments took."""
    return self.report(list(map(read, orders)))


@task(load={"order": WITH_ALL})
def read_lazily(order: ModelRef[Order]) -> Any:
    """Take a reference, which is read so when it is used."""
    assert not is_resolved(order)
    return read(order)


@task(load={"groups": WITH_ALL})
def read_nested(groups: dict[str, list[Order]]) -> Any:
    """Take lists in a dict."""
    return {name: list(map(read, orders)) for name, orders in groups.items()}


@task(load={"order": WITH_ALL})
def read_one(order: Order) -> Any:
    """Take an instance, with all that belongs to it."""
    return read(order)


@task(load={"order": WITH_ALL})
def read_items(order: Order, other: ModelRef[Order]) -> Any:
    """Be called for each item of a map, with one row read so and another as usual."""
    return [read(order), other.pk, other.note]


@task(load={"order": Load(using="replica")})
def read_replica(order: Order, ref: ModelRef[Order]) -> Any:
    """Take one row from the replica and another from where it is."""
    return [order.note, ref.note]


@task(load={"order": Load(using="replica")})
def send_on(order: ModelRef[Order]) -> ModelRef[Order]:
    """Read a row from the replica, and let the next step have it."""
    assert order.note
    return order


@task
def where(order: ModelRef[Order]) -> list[str]:
    """Say which row came, and what it holds."""
    return [str(identity(order)), order.note]


@task(load={"orders": LOCKED, "customer": LOCKED}, autoretry_for=())
def add_one(customer: Customer | None, orders: list[ModelRef[Order]]) -> list[Any]:
    """Change locked rows."""
    for order in orders:
        order.total += 1
        order.save(update_fields=["total"])
    return [connection.in_atomic_block, len(orders)]


@task(bind=True, load={"source": LOCKED, "target": LOCKED})
def transfer(self: Any, source: Order, target: Order, pause: float = 0) -> str:
    """Move one from an order to another, as it is written without locks in mind."""
    source.total -= 1
    target.total += 1
    time.sleep(pause)
    source.save()
    target.save()
    return "done"


@task(load={"order": LOCKED})
def increase(order: Order) -> None:
    """Read, think, and write: what is lost where nobody holds a lock."""
    total = order.total
    time.sleep(0.02)
    order.total = total + 1
    order.save()


@task(bind=True, load={"order": LOCKED}, max_retries=1, default_retry_delay=0)
def write_and_retry(self: Any, order: Order) -> int:
    """Write, and go for another try: which takes back what was written."""
    order.total += 1
    order.save()
    if self.request.retries == 0:
        raise self.retry()
    return int(Order.objects.get(pk=order.pk).total)


@task(load={"order": LOCKED})
def ping(order: Order) -> list[Any]:
    """Say on which connection the row was locked."""
    return [order.pk, session_of("default")]


@task(load={"orders": LOCKED}, on_missing="skip")
def count_locked(orders: list[Order]) -> int:
    """Count the rows there are, all of which are locked."""
    return Order.objects.filter(pk__in=[o.pk for o in orders]).update(total=F("total") + 1)

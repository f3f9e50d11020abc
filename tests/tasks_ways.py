"""Tasks that are called in every way there is, and say what they got."""

from typing import Any

from modelref import ModelRef, is_reference
from modelref.celery import task
from tests.shop.models import Customer, Order
from tests.tasks_workers import CountingTask


def kinds(*values: Any) -> list[str]:
    """Name what each value is: a reference, or its class."""
    return ["reference" if is_reference(value) else type(value).__name__ for value in values]


@task(base=CountingTask, bind=True)
def show(self: CountingTask, order: Order, ref: ModelRef[Order]) -> dict[str, Any]:
    """Take a row as an instance and another as a reference."""
    return {"kinds": kinds(order, ref), **self.report([order.note, ref.note])}


@task
def show_one(order: Order) -> dict[str, Any]:
    """Take one row as an instance, and change it where nobody else should see it."""
    note = order.note
    order.note = "changed by a body"
    return {"kinds": kinds(order), "notes": [note]}


@task
def show_two(order: Order, ref: ModelRef[Order]) -> dict[str, Any]:
    """Take two rows, without counting."""
    return {"kinds": kinds(order, ref), "notes": [order.note, ref.note]}


@task(bind=True, max_retries=1)
def show_on_retry(self: Any, order: Order, ref: ModelRef[Order], more: list[Any]) -> dict[str, Any]:
    """Change what it was given, save half of it, and go for another try."""
    if self.request.retries == 0:
        Order.objects.filter(pk=ref.pk).update(note="changed between tries")
        order.note = "never saved"
        more.append("never sent")
        raise self.retry(countdown=0)
    return {"kinds": kinds(order, ref), "notes": [order.note, ref.note, *map(str, more)]}


@task
def relay_apply_async(customer: ModelRef[Customer], ref: ModelRef[Order]) -> str:
    """Send a customer for an order, from inside a task, by `apply_async`."""
    return show_two.apply_async((customer, ref)).id  # type: ignore[modelref-call]  # is tested


@task
def relay_delay(customer: ModelRef[Customer], ref: ModelRef[Order]) -> str:
    """Send a customer for an order, from inside a task, by `delay`."""
    return show_two.delay(customer, ref).id  # type: ignore[modelref-call]  # is tested


@task
def give(order: ModelRef[Order]) -> ModelRef[Order]:
    """Return what was given, for the next step of a chain."""
    return order


@task
def give_customer(customer: ModelRef[Customer]) -> ModelRef[Customer]:
    """Return what was given, which is no order."""
    return customer


@task(bind=True)
def replace_itself(self: Any, order: Order, ref: ModelRef[Order]) -> Any:
    """Let another task take its place, with what it was given the other way round."""
    return self.replace(show_two.si(ref, order))

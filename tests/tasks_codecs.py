"""Tasks that are sent by each codec."""

from typing import Any

from modelref import ModelRef
from modelref.celery import task
from tests.shop.models import Order


@task
def give_back(value: Any) -> Any:
    """Return what came."""
    return value


@task
def read_notes(orders: list[Order], note: str = "") -> list[str]:
    """Read the notes of orders."""
    return [order.note + note for order in orders]


@task
def find(order: ModelRef[Order]) -> ModelRef[Order]:
    """Return an order that has been read."""
    _ = order.note
    return order


@task
def describe(value: Any) -> str:
    """Say what came."""
    return repr(value)

"""The work of the shop that is done in the background.

The annotation of a parameter says what arrives. For `ModelRef[Order]` it is a
reference, which reads the row when the first of its attributes is used; for
`Order` it is the instance itself, read before the body runs. The references of
one call are read together, in one query.
"""

from collections.abc import Iterable
from typing import TypedDict

from modelref import ModelRef
from modelref.celery import task

from shop.models import Customer, Order, Product


class Parcel(TypedDict):
    """A parcel that waits for its label."""

    recipient: ModelRef[Customer]
    grams: int


@task
def confirm(order: ModelRef[Order]) -> str:
    """Return the text that confirms an order."""
    return f"#{order.pk} {order.status}"


@task
def list_orders(orders: list[ModelRef[Order]]) -> list[str]:
    """Return a line for each order, in the order given."""
    return [f"#{order.pk} {order.status}" for order in orders]


@task
def list_prices(products: Iterable[ModelRef[Product]]) -> list[str]:
    """Return a line for each product, in the order given."""
    return [f"{product.name} {product.price}" for product in products]


@task
def label(parcel: Parcel) -> str:
    """Return the label of a parcel."""
    recipient = parcel["recipient"]
    return f"{recipient.postcode} {recipient.city}"


@task
def ship(order: Order) -> str:
    """Ship an order, unless it has been cancelled; return its status."""
    if order.status != Order.Status.CANCELLED:
        order.status = Order.Status.SHIPPED
        order.save(update_fields=["status"])
    return order.status

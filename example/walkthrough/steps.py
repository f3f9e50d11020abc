"""What the demo sends: each step sends a task, then changes the rows it was given.

A step says what the task must report when it runs after the change.
"""

import pickle
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import F

from shop.models import Customer, Order, Product
from shop.tasks import confirm, label, list_orders, list_prices
from shopproject.celery import app

Report = str | list[str]


@dataclass(frozen=True)
class Step:
    """One task that has been sent, and what to expect of it."""

    task: str
    argument: str
    task_id: str
    pickled: int  # bytes of the instances if they were pickled
    at_sending: Report  # what the task would have reported when it was sent
    expected: Report  # what it reports if it sees the rows as they are now

    def is_ready(self) -> bool:
        """Return whether the task has ended, well or badly."""
        return app.AsyncResult(self.task_id).ready()


def steps() -> Iterator[Step]:
    """Take all steps, one after another."""
    yield send_one_order()
    yield send_a_list()
    yield send_a_queryset()
    yield send_a_dict()
    yield send_a_method()
    yield send_a_pk()


def send_one_order() -> Step:
    """Place an order and send its confirmation; then it is shipped."""
    order = place_order()
    sent = confirm.delay(order)
    pickled = len(pickle.dumps(order))
    Order.objects.filter(pk=order.pk).update(status=Order.Status.SHIPPED)
    return Step(
        task="confirm",
        argument="one order",
        task_id=sent.id,
        pickled=pickled,
        at_sending=f"#{order.pk} placed",
        expected=f"#{order.pk} shipped",
    )


def send_a_list() -> Step:
    """Send the 200 dearest of the paid orders; then all of them are packed."""
    orders = list(Order.objects.filter(status=Order.Status.PAID).order_by("-total")[:200])
    sent = list_orders.delay(orders)
    pickled = len(pickle.dumps(orders))
    pks = [order.pk for order in orders]
    Order.objects.filter(pk__in=pks).update(status=Order.Status.PACKED)
    return Step(
        task="list_orders",
        argument=f"a list of {len(orders)} orders",
        task_id=sent.id,
        pickled=pickled,
        at_sending=[f"#{order.pk} paid" for order in orders],
        expected=[f"#{order.pk} packed" for order in orders],
    )


def send_a_queryset() -> Step:
    """Send the products of a department; then their prices go up."""
    products = Product.objects.filter(department="linen").order_by("name")
    sent = list_prices.delay(products)
    before = list(products)
    products.update(price=F("price") + 2)
    return Step(
        task="list_prices",
        argument=f"a queryset of {len(before)}",
        task_id=sent.id,
        pickled=len(pickle.dumps(before)),
        at_sending=[f"{product.name} {product.price}" for product in before],
        expected=[f"{product.name} {product.price + 2}" for product in before],
    )


def send_a_dict() -> Step:
    """Send a parcel with its recipient inside; then the recipient moves."""
    customer = Customer.objects.filter(city="Lyon").earliest("pk")
    sent = label.delay({"recipient": customer, "grams": 750})
    pickled = len(pickle.dumps(customer))
    Customer.objects.filter(pk=customer.pk).update(postcode="1010", city="Vienna")
    return Step(
        task="label",
        argument="a customer in a dict",
        task_id=sent.id,
        pickled=pickled,
        at_sending="69001 Lyon",
        expected="1010 Vienna",
    )


def send_a_method() -> Step:
    """Place an order and send a reminder, which is a method of it; then a discount is given."""
    order = place_order()
    sent = order.remind.delay()
    pickled = len(pickle.dumps(order))
    Order.objects.filter(pk=order.pk).update(total=order.total - 1)
    return Step(
        task="Order.remind",
        argument="one order, as self",
        task_id=sent.id,
        pickled=pickled,
        at_sending=f"#{order.pk} {order.total} to pay",
        expected=f"#{order.pk} {order.total - 1} to pay",
    )


def send_a_pk() -> Step:
    """Send a bare key in plain JSON, as a release without references does."""
    order = place_order()
    sent = app.send_task("shop.tasks.ship", args=(order.pk,), serializer="json")
    pickled = len(pickle.dumps(order))
    Order.objects.filter(pk=order.pk).update(status=Order.Status.CANCELLED)
    return Step(
        task="ship",
        argument="a bare pk",
        task_id=sent.id,
        pickled=pickled,
        at_sending="placed",
        expected="cancelled",
    )


def place_order() -> Order:
    """Place an order of two products and read it back."""
    customer = Customer.objects.earliest("pk")
    apron, kettle = Product.objects.filter(name__in=("Linen apron", "Copper kettle"))
    order = Order.objects.place(customer, {apron: 2, kettle: 1})
    order.refresh_from_db()
    return order

"""Sales: the everyday models, int and UUID keys, a proxy, foreign keys of three kinds."""

import uuid
from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property

from django.db import models
from django.utils import timezone

from tests.shop.models.people import Customer, Named


class Product(Named):
    """An article of the shop, with a second unique column to point at."""

    number = models.CharField(max_length=20, unique=True, null=True)
    price = models.DecimalField(max_digits=8, decimal_places=2, default=Decimal("1.00"))


class Tag(Named):
    """UUID key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)


class TagNote(models.Model):
    """One-to-one key to a UUID key."""

    tag = models.OneToOneField(Tag, models.CASCADE, primary_key=True, related_name="note")
    text = models.CharField(max_length=80, blank=True)


class OrderQuerySet(models.QuerySet["Order"]):
    """Questions asked of orders."""

    def large(self) -> "OrderQuerySet":
        """Keep orders of 100 and more."""
        return self.filter(total__gte=100)


class Order(models.Model):
    """Int key, relations both ways, properties, methods and a cached property."""

    customer = models.ForeignKey(Customer, models.CASCADE, null=True, related_name="orders")
    total = models.DecimalField(max_digits=10, decimal_places=2, default=Decimal("0.00"))
    note = models.CharField(max_length=80, blank=True)
    created = models.DateTimeField(default=timezone.now)
    tags = models.ManyToManyField(Tag, blank=True, related_name="orders")

    objects = OrderQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Order over {self.total}"

    @property
    def gross(self) -> Decimal:
        """Give the total with a fifth of tax."""
        return self.total * Decimal("1.2")

    @gross.setter
    def gross(self, gross: Decimal) -> None:
        self.total = gross / Decimal("1.2")

    @cached_property
    def summary(self) -> list[str]:
        """Give a list that is made once for an instance."""
        return [self.note, str(self.total)]

    @classmethod
    def largest(cls) -> "Order":
        """Give the order with the greatest total."""
        return cls.objects.order_by("-total")[0]

    def discounted(self, percent: int) -> Decimal:
        """Give the total less some per cent."""
        return self.total * (100 - percent) / 100

    def duplicate(self) -> "Order":
        """Make an unsaved order of the same kind, the way many projects write it."""
        return type(self)(customer=self.customer, total=self.total, note=self.note)

    def products(self) -> Iterator[str]:
        """Name the products in order of line."""
        for line in self.lines.select_related("product").order_by("pk"):
            assert line.product is not None
            yield line.product.name


class UrgentOrder(Order):
    """Proxy of `Order`."""

    class Meta:
        proxy = True

    def hurry(self) -> str:
        """Say something only the proxy says."""
        return f"{self.note}!"


class Line(models.Model):
    """Points to an order and a product."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, models.CASCADE, null=True, related_name="lines")
    quantity = models.PositiveIntegerField(default=1)


class Parcel(models.Model):
    """What is shipped; an order may have none."""

    order = models.ForeignKey(Order, models.CASCADE, null=True, related_name="parcels")
    weight = models.PositiveIntegerField(default=0)


class Shipment(models.Model):
    """Foreign key to another column than the key."""

    product = models.ForeignKey(
        Product, models.CASCADE, to_field="number", null=True, related_name="shipments"
    )
    carrier = models.CharField(max_length=20, blank=True)

"""What the shop has: orders of five columns, parcels, and the orders of django-cereal."""

from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class Customer(models.Model):
    """Somebody who orders."""

    name = models.CharField(max_length=80)


class Order(models.Model):
    """What one customer has ordered at one time."""

    # What django-stubs' plugin adds to the models of the settings it is run with, the tests'.
    objects: ClassVar[models.Manager[Self]]
    parcels: "RelatedManager[Parcel]"

    customer = models.ForeignKey(Customer, models.CASCADE, null=True, related_name="orders")
    status = models.CharField(max_length=10, default="placed")
    placed_at = models.DateTimeField(default=timezone.now)
    total = models.DecimalField(max_digits=9, decimal_places=2, default=Decimal("19.90"))

    def is_paid(self) -> bool:
        """Whether the order has been paid."""
        return self.status == "paid"


class CerealOrder(Order):
    """An order whose class `benchmarks.rivals` patches: that slows a class down for everybody."""

    class Meta:
        """The table is the same."""

        proxy = True


class Parcel(models.Model):
    """A part of an order on its way."""

    objects: ClassVar[models.Manager[Self]]  # as above

    order = models.ForeignKey(Order, models.CASCADE, related_name="parcels")

"""Pickled by reference: models that say so themselves, by an abstract base, by inheritance."""

import uuid

from django.db import models

from modelref import PickledByReference
from tests.shop.models.people import Named


class Stored(PickledByReference, Named):
    """Abstract base whose children are pickled by reference."""

    class Meta:
        abstract = True


class Invoice(Stored):
    """Says so by its base; points to another of its kind."""

    corrects = models.ForeignKey("self", models.CASCADE, null=True, related_name="corrections")


class PaidInvoice(Invoice):
    """A child with a table of its own."""

    paid = models.IntegerField(default=0)


class OpenInvoice(Invoice):
    """A proxy."""

    class Meta:
        proxy = True


class Voucher(PickledByReference, models.Model):
    """Says so itself; UUID key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    value = models.IntegerField(default=0)

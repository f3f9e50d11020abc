"""Samples: how to make a row of each kind of model, and what to read of it first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models

from tests.shop.fields import Isbn
from tests.shop.models import (
    Article,
    Audited,
    Basket,
    Book,
    Car,
    City,
    Country,
    Customer,
    Document,
    Employee,
    Gauge,
    Holiday,
    Instrument,
    Lease,
    Ledger,
    Locker,
    Moment,
    Museum,
    Notice,
    Options,
    Order,
    Payload,
    Plugin,
    Price,
    Product,
    Profile,
    Remark,
    Rule,
    Seat,
    Secret,
    Shipment,
    Sku,
    Snippet,
    SportsCar,
    Switch,
    Tag,
    TagNote,
    Tracked,
    Truck,
    UrgentOrder,
    User,
    Vehicle,
    Version,
)

NOON = datetime(2024, 5, 4, 12, 0, 0, 123456, tzinfo=UTC)


@dataclass(frozen=True)
class Sample:
    """One kind of model.

    `build(n, alias)` saves and gives the nth row in a database; `read` is an attribute that
    needs the row; `text` is row 1's primary key as `str()` of its identity has it.
    """

    kind: str
    build: Callable[[int, str], models.Model]
    read: str
    text: str = "1"

    def make(self, n: int = 1, alias: str = "default") -> models.Model:
        """Save row `n` of this kind and read it back whole."""
        instance = self.build(n, alias)
        return type(instance)._base_manager.using(alias).get(pk=instance.pk)

    def __str__(self) -> str:
        return self.kind


def columns(instance: models.Model) -> dict[str, Any]:
    """Give all an instance holds of its row."""
    return {
        field.attname: field.value_from_object(instance) for field in instance._meta.concrete_fields
    }


def row(
    model: type[models.Model], /, **values: Callable[[int], Any]
) -> Callable[..., models.Model]:
    """Make a `build` from a function for each field."""

    def build(n: int, alias: str) -> models.Model:
        """Save the nth row."""
        return model._base_manager.using(alias).create(
            **{name: value(n) for name, value in values.items()}
        )

    return build


def numbered(model: type[models.Model], /, **values: Callable[[int], Any]) -> Callable[..., Any]:
    """Make a `build` for a model with an int key `id`, whose value is n."""
    return row(model, id=lambda n: n, **values)


def profile(n: int, alias: str) -> Profile:
    """Save a profile and its customer."""
    customer = Customer.objects.using(alias).create(pk=n, name=f"customer {n}")
    return Profile.objects.using(alias).create(customer=customer, bio=f"bio {n}")


def tag_note(n: int, alias: str) -> TagNote:
    """Save a note and its tag."""
    tag = Tag.objects.using(alias).create(pk=UUID(int=n), name=f"tag {n}")
    return TagNote.objects.using(alias).create(tag=tag, text=f"text {n}")


def city(n: int, alias: str) -> City:
    """Save a city and its country."""
    country = Country.objects.using(alias).create(code=f"C{n}")
    return City.objects.using(alias).create(pk=n, name=f"city {n}", country=country)


def shipment(n: int, alias: str) -> Shipment:
    """Save a shipment and its product."""
    product = Product.objects.using(alias).create(pk=n + 100, name="p", number=f"P{n}")
    return Shipment.objects.using(alias).create(pk=n, product=product, carrier=f"carrier {n}")


def employee(n: int, alias: str) -> Employee:
    """Save an employee and a boss."""
    boss = Employee.objects.using(alias).create(pk=n + 100, name=f"boss {n}")
    return Employee.objects.using(alias).create(pk=n, name=f"employee {n}", boss=boss)


def remark(n: int, alias: str) -> Remark:
    """Save a remark on a document."""
    document = Document.objects.using(alias).create(pk=n, title=f"document {n}")
    return Remark.objects.using(alias).create(pk=n, text=f"remark {n}", subject=document)


SAMPLES = [
    Sample("int key", numbered(Order, total=lambda n: Decimal(n), note=str), "total"),
    Sample("proxy", numbered(UrgentOrder, total=lambda n: Decimal(n), note=str), "hurry"),
    Sample(
        "abstract base", numbered(Customer, name=str, email=lambda n: f"{n}@example.com"), "shout"
    ),
    Sample("swapped user", numbered(User, username=lambda n: f"user{n}", phone=str), "phone"),
    Sample(
        "UUID key",
        row(Tag, id=lambda n: UUID(int=n), name=str),
        "name",
        "00000000-0000-0000-0000-000000000001",
    ),
    Sample("text key", row(Country, code=lambda n: f"C{n}", name=str), "name", "C1"),
    Sample("text key like a number", row(Country, code=str, name=str), "name"),
    Sample("text key without case", row(Sku, code=lambda n: f"Sku-{n}", name=str), "name", "Sku-1"),
    Sample("Decimal key", row(Price, amount=lambda n: Decimal(n) / 2, label=str), "label", "0.50"),
    Sample(
        "date key",
        row(Holiday, day=lambda n: date(2024, 12, 24) + timedelta(n), name=str),
        "name",
        "2024-12-25",
    ),
    Sample(
        "datetime key",
        row(Moment, at=lambda n: NOON + timedelta(hours=n), event=str),
        "event",
        "2024-05-04T13:00:00.123456+00:00",
    ),
    Sample(
        "custom key",
        row(Book, isbn=lambda n: Isbn(f"978{n:010}"), title=str),
        "title",
        "978-0000000001",
    ),
    Sample(
        "composite key",
        row(Seat, row=lambda n: "A", number=lambda n: n, guest=str),
        "guest",
        '["A",1]',
    ),
    Sample("one-to-one key", profile, "bio"),
    Sample("one-to-one UUID key", tag_note, "text", "00000000-0000-0000-0000-000000000001"),
    Sample("key in another column", row(Locker, number=lambda n: n, id=str), "id"),
    Sample("parent table", numbered(Vehicle, wheels=lambda n: n), "wheels"),
    Sample("child table", numbered(Car, wheels=lambda n: n, model=str), "model"),
    Sample("grandchild table", numbered(SportsCar, model=str, top_speed=lambda n: n), "wheels"),
    Sample(
        "child table, own key", row(Truck, plate=lambda n: f"T{n}", tons=lambda n: n), "id", "T1"
    ),
    Sample("foreign key to a text key", city, "country_id"),
    Sample("foreign key to another column", shipment, "product_id"),
    Sample("foreign key to itself", employee, "boss_id"),
    Sample("generic foreign key", remark, "object_id"),
    Sample(
        "names of a reference",
        numbered(Instrument, model=str, get=str, identity=str, using=str, sealed=str),
        "model",
    ),
    Sample("field called objects", numbered(Museum, objects=lambda n: n), "objects"),
    Sample("filtering manager", numbered(Article, title=str), "title"),
    Sample("chosen manager", numbered(Notice, title=str, deleted=lambda n: True), "title"),
    Sample("no manager called objects", numbered(Secret, word=str), "word"),
    Sample("container", numbered(Basket, items=lambda n: [n]), "items"),
    Sample("callable", numbered(Rule, factor=lambda n: n), "factor"),
    Sample("own equality", numbered(Version, number=lambda n: n), "number"),
    Sample("context manager", numbered(Lease, holder=str), "holder"),
    Sample("HTML", numbered(Snippet, text=str), "text"),
    Sample("truth value", numbered(Switch, on=lambda n: n % 2 == 1), "on"),
    Sample("JSON", numbered(Payload, content=lambda n: {"n": n}), "content"),
    Sample("state set in __init__", numbered(Gauge, level=lambda n: n), "level_at_start"),
    Sample("__getattr__", numbered(Options, choices=lambda n: {"n": n}), "n"),
    Sample("__setattr__", numbered(Ledger, balance=lambda n: n), "balance"),
    Sample("third-party descriptor", numbered(Tracked, price=lambda n: n), "tracker"),
    Sample("registered subclass", numbered(Plugin, speed=lambda n: n), "speed"),
    Sample("metaclass", numbered(Audited, auditor=str), "auditor"),
    Sample(
        "files",
        numbered(Document, scan=lambda n: f"{n}.txt", picture=lambda n: f"{n}.png"),
        "scan",
    ),
]

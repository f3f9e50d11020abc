"""The census: what Django and its tools ask of a reference that has not been loaded.

Every operation is done with an instance and with a pending reference to the same row. Both have
the same result and send as many queries, and the reference is pending afterwards. The names that
were asked for are what the library's tables have to hold, no more and no less, on the Django that
is installed.
"""

import abc
import collections.abc
import copy
import dataclasses
import inspect
import json
import logging
import pickle
import pprint
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from asgiref.sync import iscoroutinefunction
from celery.utils.saferepr import saferepr
from django import forms
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.db import models, router, transaction
from django.db.models import Case, Count, Exists, FilteredRelation, Q, Value, When
from django.dispatch import Signal
from django.forms.models import model_to_dict
from django.shortcuts import get_object_or_404
from django.template import Context, Engine
from django.utils.hashable import make_hashable

from modelref import ModelRef, identity, is_resolved, reference
from modelref.codecs import json as codec
from modelref.pending import ANSWERS, PROBED
from tests.shop.models import (
    Car,
    City,
    Country,
    Customer,
    Employee,
    Line,
    Order,
    Parcel,
    Product,
    Profile,
    Remark,
    Ride,
    Shipment,
    SportsCar,
    Tag,
    TagNote,
    UrgentOrder,
    User,
    Vehicle,
)
from tests.shop.queries import ALIASES, queries

pytestmark = pytest.mark.django_db(databases=ALIASES)

#: What is asked of an order, with the rows around it where it needs them.
Operation = Callable[..., Any]

#: What IPython asks any value that it is to display, with the name that finds out liars first.
SHELL_NAMES = (
    "_ipython_canary_method_should_not_exist_",
    "_ipython_display_",
    "_repr_html_",
    "_repr_javascript_",
    "_repr_jpeg_",
    "_repr_json_",
    "_repr_latex_",
    "_repr_markdown_",
    "_repr_mimebundle_",
    "_repr_pdf_",
    "_repr_png_",
    "_repr_pretty_",
    "_repr_svg_",
)

#: What asks whether a value is a coroutine function: asyncio before Python 3.12, inspect since.
COROUTINE_NAMES = ("_is_coroutine", "_is_coroutine_marker")


def pks(rows: Iterable[Any]) -> list[Any]:
    """Give the keys of rows, so that results can be compared."""
    return sorted(row.pk for row in rows)


def rendered(template: str, **context: Any) -> str:
    """Render a Django template."""
    return Engine().from_string(template).render(Context(context))


@dataclasses.dataclass
class Note:
    """A dataclass that holds an order."""

    order: Order


class OrderForm(forms.Form):
    """Chooses one order, and several."""

    order = forms.ModelChoiceField(Order.objects.all(), required=False)
    orders = forms.ModelMultipleChoiceField(Order.objects.all(), required=False)


class LineForm(forms.ModelForm):  # type: ignore[type-arg]  # Django has no arguments for it
    """Edits a line and the order it belongs to."""

    class Meta:
        model = Line
        fields = ["order", "quantity"]


def reassigned(line: Line, order: Order) -> tuple[int, int]:
    """Set the foreign key of an existing row, save it, and read it again."""
    line.order = order
    line.save()
    line.refresh_from_db()
    return line.order_id, Line.objects.get(pk=line.pk).order_id


def bulk_updated(line: Line, order: Order) -> list[Any]:
    """Set the foreign key by `bulk_update`."""
    line.order = order
    Line.objects.bulk_update([line], ["order"])
    return pks(Line.objects.filter(order_id=42))


def prefetched(line: Line, order: Order) -> bool:
    """Prefetch a relation that is there already."""
    line.order = order
    models.prefetch_related_objects([line], "order")
    return line.order is order


def tagged(tag: Tag, order: Order) -> list[list[int]]:
    """Add, add again, remove, set, set again, clear."""
    found = []
    changes: list[Operation] = [
        lambda: tag.orders.add(order),
        lambda: tag.orders.add(order),
        lambda: tag.orders.remove(order),
        lambda: tag.orders.set([order]),
        lambda: tag.orders.set([order], clear=True),
        lambda: tag.orders.set([]),
    ]
    for change in changes:
        change()
        found.append(list(tag.orders.values_list("pk", flat=True)))
    return found


def signalled(order: Order) -> list[int]:
    """Send a signal with the order as its sender."""
    heard = []
    signal = Signal()
    receiver = lambda sender, **kwargs: heard.append(sender.pk)  # noqa: E731, signals hold weakly
    signal.connect(receiver)
    signal.connect(receiver, sender=order)
    signal.send(sender=order, instance=order)
    return heard


#: Each is given an order and the rows around it.
OPERATIONS: dict[str, Operation] = {
    # foreign keys
    "assign": lambda order, shop: Line(order=order).order_id,
    "assign and read back": lambda order, shop: Line(order=order).order is order,
    "assign to a row": lambda order, shop: reassigned(shop.line, order),
    "assign to a nullable key": lambda order, shop: Parcel.objects.create(order=order).order_id,
    "save": lambda order, shop: Line(order=order).save(),
    "create": lambda order, shop: Line.objects.create(order=order).order_id,
    "create and use": lambda order, shop: Line.objects.create(order=order).order.pk,
    "get_or_create": lambda order, shop: [
        Line.objects.get_or_create(order=order, product=shop.product)[1] for _ in range(2)
    ],
    "update_or_create": lambda order, shop: [
        Line.objects.update_or_create(order=order, defaults={"quantity": 2})[1] for _ in range(2)
    ],
    "update_or_create with a default": lambda order, shop: (
        Line.objects.update_or_create(pk=shop.line.pk, defaults={"order": order})[0].order_id
    ),
    "update": lambda order, shop: Line.objects.update(order=order),
    "update with a condition": lambda order, shop: Line.objects.filter(order=order).update(
        quantity=2
    ),
    "bulk_create": lambda order, shop: [
        line.order_id for line in Line.objects.bulk_create([Line(order=order), Line(order=order)])
    ],
    "bulk_create, conflicts ignored": lambda order, shop: len(
        Line.objects.bulk_create([Line(order=order)], ignore_conflicts=True)
    ),
    "bulk_update": lambda order, shop: bulk_updated(shop.line, order),
    "validate a row": lambda order, shop: Line(order=order, product=shop.product).full_clean(),
    "prefetch what is there": lambda order, shop: prefetched(shop.line, order),
    "repr of a row": lambda order, shop: repr(Line(order=order)),
    "compare rows": lambda order, shop: Line(pk=1, order=order) == Line(pk=1, order=order),
    "copy a row": lambda order, shop: copy.copy(Line(order=order)).order_id,
    "deepcopy a row": lambda order, shop: copy.deepcopy(Line(order=order)).order.pk,
    "pickle a row": lambda order, shop: pickle.loads(pickle.dumps(Line(order=order))).order.pk,
    "serialize a row": lambda order, shop: serializers.serialize("json", [Line(order=order)]),
    "model_to_dict of a row": lambda order, shop: model_to_dict(Line(order=order)),
    # queries
    "filter": lambda order, shop: pks(Line.objects.filter(order=order)),
    "filter __exact": lambda order, shop: pks(Line.objects.filter(order__exact=order)),
    "filter __in list": lambda order, shop: pks(Line.objects.filter(order__in=[order])),
    "filter __in set": lambda order, shop: pks(Line.objects.filter(order__in={order})),
    "filter __in with a key": lambda order, shop: pks(Line.objects.filter(order__in=[order, 43])),
    "filter __gte": lambda order, shop: pks(Line.objects.filter(order__gte=order)),
    "exclude": lambda order, shop: pks(Line.objects.exclude(order=order)),
    "exclude across a join": lambda order, shop: pks(Product.objects.exclude(lines__order=order)),
    "filter across a join": lambda order, shop: pks(Product.objects.filter(lines__order=order)),
    "filter a reverse relation": lambda order, shop: pks(Customer.objects.filter(orders=order)),
    "filter many to many": lambda order, shop: pks(Tag.objects.filter(orders=order)),
    "filter a related manager": lambda order, shop: pks(shop.product.lines.filter(order=order)),
    "filter by its key": lambda order, shop: pks(Order.objects.filter(pk=order.pk)),
    "get": lambda order, shop: Line.objects.get(order=order).pk,
    "get_object_or_404": lambda order, shop: get_object_or_404(Line, order=order).pk,
    "exists": lambda order, shop: Line.objects.filter(order=order).exists(),
    "contains": lambda order, shop: Order.objects.contains(order),
    "contains, evaluated": lambda order, shop: order in list(Order.objects.all()),
    "delete rows": lambda order, shop: Line.objects.filter(order=order).delete(),
    "or of querysets": lambda order, shop: pks(
        Line.objects.filter(order=order) | Line.objects.filter(quantity=9)
    ),
    "union": lambda order, shop: pks(
        Line.objects.filter(order=order).union(Line.objects.filter(quantity=9))
    ),
    "pickle a query": lambda order, shop: str(
        pickle.loads(pickle.dumps(Line.objects.filter(order=order).query))
    ),
    "SQL of a query": lambda order, shop: str(Line.objects.filter(order=order).query),
    # Q and expressions
    "Q": lambda order, shop: pks(Line.objects.filter(Q(order=order) & ~Q(order=None))),
    "Q, negated": lambda order, shop: pks(Line.objects.filter(~Q(order=order))),
    "Q compared": lambda order, shop: Q(order=order) == Q(order=order),
    "Q hashed": lambda order, shop: hash(Q(order=order)) == hash(Q(order=order)),
    "Q copied": lambda order, shop: copy.deepcopy(Q(order=order)) == Q(order=order),
    "Q combined": lambda order, shop: len((Q(order=order) | Q() | Q(order=order)).children),
    "Q flattened": lambda order, shop: len(list(Q(order=order).flatten())),
    "Q deconstructed": lambda order, shop: Q(order=order).deconstruct()[0],
    "Q printed": lambda order, shop: isinstance(repr(Q(order=order)), str),
    "Q annotated": lambda order, shop: list(
        Line.objects.annotate(hit=Q(order=order)).values_list("hit", flat=True)
    ),
    "aggregate": lambda order, shop: Line.objects.aggregate(n=Count("pk", filter=Q(order=order))),
    "annotate": lambda order, shop: list(
        Product.objects.annotate(n=Count("lines", filter=Q(lines__order=order))).values_list("n")
    ),
    "Case and When": lambda order, shop: list(
        Line.objects.annotate(
            n=Case(When(order=order, then=Value(1)), default=Value(0))
        ).values_list("n")
    ),
    "Exists": lambda order, shop: pks(
        Product.objects.filter(Exists(Line.objects.filter(order=order)))
    ),
    "FilteredRelation": lambda order, shop: pks(
        Product.objects.annotate(
            hits=FilteredRelation("lines", condition=Q(lines__order=order))
        ).filter(hits__isnull=False)
    ),
    # many to many, generic foreign keys
    "many to many": lambda order, shop: tagged(shop.tag, order),
    "many to many through": lambda order, shop: (
        Order.tags.through.objects.create(order=order, tag=shop.tag).order_id
    ),
    "many to many create through": lambda order, shop: (
        Order.tags.through(order=order, tag=shop.tag).order is order
    ),
    "generic foreign key": lambda order, shop: Remark(subject=order).object_id,
    "generic foreign key read back": lambda order, shop: Remark(subject=order).subject is order,
    "generic foreign key saved": lambda order, shop: Remark.objects.create(subject=order).object_id,
    "generic foreign key filtered": lambda order, shop: Remark.objects.filter(
        content_type=ContentType.objects.get_for_model(order), object_id=order.pk
    ).count(),
    "content type": lambda order, shop: ContentType.objects.get_for_model(order).model,
    "content types": lambda order, shop: len(ContentType.objects.get_for_models(order, shop.line)),
    "router": lambda order, shop: (
        router.db_for_write(Order, instance=order),
        router.db_for_read(Line, instance=order),
        router.allow_relation(order, shop.line),
    ),
    "signal": lambda order, shop: signalled(order),
    # forms and templates
    "form": lambda order, shop: str(OrderForm(initial={"order": order, "orders": [order]})),
    "form field": lambda order, shop: OrderForm.base_fields["order"].prepare_value(order),
    "form changed": lambda order, shop: (
        OrderForm({"order": "42"}, initial={"order": order}).changed_data
    ),
    "model form": lambda order, shop: LineForm(initial={"order": order})["order"].value(),
    "model form of a row": lambda order, shop: LineForm(instance=Line(order=order)).initial,
    "model form saved": lambda order, shop: (
        LineForm({"order": order.pk, "quantity": 3}, instance=Line(order=order)).save().order_id
    ),
    "inline formset": lambda order, shop: forms.inlineformset_factory(
        Order, Line, fields=["quantity"]
    )(instance=order).initial_form_count(),
    "template, key": lambda order, shop: rendered("{{ order.pk }} {{ order.id }}", order=order),
    "template, if": lambda order, shop: rendered(
        "{% if order and order in orders and order == orders.0 %}yes{% endif %}",
        order=order,
        orders=[order],
    ),
    "template, loop": lambda order, shop: rendered(
        "{% for one in orders %}{% with other=one %}{{ other.pk }}{% endwith %}{% endfor %}",
        orders=[order, order],
    ),
    # Python
    "==": lambda order, shop: (
        order == shop.order,
        shop.order == order,
        order == 42,
        order != shop.line,
        [None].count(order),
    ),
    "hash": lambda order, shop: hash(order),
    "in a set": lambda order, shop: order in {order, shop.order},
    "in a dict": lambda order, shop: {shop.order: "found"}[order],
    "in a list": lambda order, shop: [shop.order, order].index(order),
    "truth": lambda order, shop: bool(order and not None),
    "make_hashable": lambda order, shop: make_hashable({"order": [order]}) is not None,
    "copy": lambda order, shop: copy.copy(order).pk,
    "deepcopy": lambda order, shop: [one.pk for one in copy.deepcopy([order, order])],
    "pickle": lambda order, shop: pickle.loads(pickle.dumps({"order": order}))["order"].pk,
    "isinstance": lambda order, shop: (
        isinstance(order, Order),
        isinstance(order, models.Model),
        isinstance(order, (Line, str, dict)),
    ),
    "abstract classes": lambda order, shop: [
        isinstance(order, kind)
        for kind in vars(collections.abc).values()
        if isinstance(kind, abc.ABCMeta) and kind.__name__ != "ByteString"
    ],
    "callable": lambda order, shop: callable(order),
    "inspect": lambda order, shop: (
        inspect.isclass(order),
        inspect.isawaitable(order),
        inspect.iscoroutinefunction(order),
        iscoroutinefunction(order),
        inspect.isroutine(order),
        inspect.isgenerator(order),
    ),
    "dataclass": lambda order, shop: dataclasses.asdict(Note(order))["order"].pk,
    "dataclass replaced": lambda order, shop: dataclasses.replace(Note(order)) == Note(order),
    "mock call": lambda order, shop: mock.call(order) == mock.call(shop.order),
    "mock called": lambda order, shop: mock.Mock()(order) is None,
    "encode": lambda order, shop: codec.encode([order, {"order": order}, [order, order]]),
    "identity": lambda order, shop: str(identity(order)),
}

#: These show a reference as what it is, so they are not compared with the instance.
PROBES: dict[str, Operation] = {
    "repr": repr,
    "repr in a format": lambda order: f"{order!r} {[order]} %r" % order,
    "log": lambda order: logging.getLogger("census").error("%r", order),
    "pprint": lambda order: pprint.pformat({"order": [order]}),
    "saferepr": lambda order: saferepr((order, {"order": order})),
    "mock": lambda order: repr(mock.call(order, order=order)),
    "json": lambda order: json.dumps([order], default=repr),
    "shell": lambda order: [getattr(order, name, None) for name in SHELL_NAMES],
    "expression": lambda order: hasattr(order, "as_sql"),  # asked of what may be SQL
    "exceptions": lambda order: (order.DoesNotExist, order.MultipleObjectsReturned),
    "coroutine": lambda order: [getattr(order, name, None) for name in COROUTINE_NAMES],
}


@pytest.fixture
def shop() -> SimpleNamespace:
    """An order, and rows that point to another one and to it."""
    ContentType.objects.clear_cache()
    ContentType.objects.get_for_models(Order, Line, Remark)
    customer = Customer.objects.create(name="Ada")
    order = Order.objects.create(pk=42, note="gift", customer=customer)
    product = Product.objects.create(name="tea")
    return SimpleNamespace(
        order=order,
        product=product,
        tag=Tag.objects.create(name="red"),
        line=Line.objects.create(order=Order.objects.create(pk=43), product=product),
        own=Line.objects.create(order=order, product=product, quantity=3),
    )


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Write down each name that is asked of a reference, and of which class it was."""
    names: set[str] = set()

    def traced(ref: Any, name: str) -> Any:
        names.add(name)
        return object.__getattribute__(ref, name)

    monkeypatch.setattr(ModelRef, "__getattribute__", traced, raising=False)
    return names


def undone(operation: Operation, *args: Any) -> tuple[Any, int]:
    """Run an operation, take back what it wrote, and give its result and its queries."""
    with transaction.atomic():
        connection = transaction.get_connection()
        connection.queries_log.clear()
        before = connection.force_debug_cursor
        connection.force_debug_cursor = True
        result = operation(*args)
        connection.force_debug_cursor = before
        sent = len(connection.queries_log)
        transaction.set_rollback(True)
    return result, sent


class TestOperations:
    """Each operation by itself."""

    @pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
    def test_it_does_not_load(self, shop: SimpleNamespace, operation: Operation) -> None:
        """The same result and as many queries as with the instance, and no load."""
        with_instance = undone(operation, Order.objects.get(pk=42), copy.deepcopy(shop))
        ref = reference(Order, 42)

        with_reference = undone(operation, ref, copy.deepcopy(shop))

        assert with_reference == with_instance
        assert not is_resolved(ref)

    @pytest.mark.parametrize("operation", PROBES.values(), ids=PROBES)
    def test_printing_and_probing_does_not_load(
        self, shop: SimpleNamespace, operation: Operation
    ) -> None:
        """No query, for people or for machines."""
        ref = reference(Order, 42)

        with queries():
            operation(ref)

        assert not is_resolved(ref)


#: A model that is pointed to, and one that points to it by the field of that name.
RELATIONS = [
    pytest.param(Order, Line, "order", id="int key"),
    pytest.param(UrgentOrder, Line, "order", id="proxy"),
    pytest.param(Tag, TagNote, "tag", id="one-to-one, UUID key"),
    pytest.param(Customer, Profile, "customer", id="one-to-one, int key"),
    pytest.param(Country, City, "country", id="text key"),
    pytest.param(Vehicle, Ride, "vehicle", id="parent"),
    pytest.param(Car, Ride, "vehicle", id="child"),
    pytest.param(SportsCar, Ride, "vehicle", id="grandchild"),
    pytest.param(Employee, Employee, "boss", id="its own model"),
]


@pytest.mark.parametrize(("model", "pointer", "name"), RELATIONS)
class TestRelations:
    """Foreign keys to every kind of key."""

    @pytest.fixture
    def ref(self, model: Any) -> Any:
        """A pending reference to a row of the model."""
        key = {"code": "DE"} if model is Country else {}
        return reference(model, model.objects.create(**key).pk)

    def test_a_row_that_points_to_it_is_written_and_found(
        self, ref: Any, pointer: Any, name: str
    ) -> None:
        """Assign, save, filter, exclude, filter by a list: four queries, no load."""
        with queries(default=4):
            row = pointer(**{name: ref})
            row.save(force_insert=True)
            found = [
                list(pointer.objects.filter(**{name: ref})),
                list(pointer.objects.filter(**{f"{name}__in": [ref]})),
                list(pointer.objects.exclude(**{name: ref}).filter(pk=row.pk)),
            ]

        assert found == [[row], [row], []]
        assert getattr(row, name) is ref
        assert not is_resolved(ref)

    def test_rows_that_point_to_it_are_written_in_bulk(
        self, ref: Any, pointer: Any, name: str
    ) -> None:
        """`bulk_create` and `update`: two queries, no load."""
        with queries(default=2):
            pointer.objects.bulk_create([pointer(**{name: ref})])
            pointer.objects.filter(**{name: ref}).update(**{name: ref})

        assert pointer.objects.filter(**{name: ref.pk}).count() == 1
        assert not is_resolved(ref)


class TestManyToMany:
    """Many-to-many fields of other kinds."""

    def test_a_child_is_added(self) -> None:
        """A multi-table child's key is its parent's."""
        ref = reference(Car, Car.objects.create().pk)
        ride = Ride.objects.create(vehicle=Vehicle.objects.create())

        ride.cars.add(ref)
        ride.cars.set([ref])

        assert pks(ride.cars.all()) == [ref.pk]
        assert not is_resolved(ref)

    def test_a_text_key_is_added(self) -> None:
        """A key need not be a number."""
        ref = reference(Country, Country.objects.create(code="DE").pk)
        city = City.objects.create(name="Bonn", country=ref)

        city.twins.add(ref)
        city.twins.remove(ref)
        city.twins.set([ref])

        assert pks(Country.objects.filter(twin_cities=city)) == ["DE"]
        assert not is_resolved(ref)

    def test_a_user_is_added_to_a_group(self) -> None:
        """The swapped user model is related to by Django's own models."""
        ref = reference(User, User.objects.create(username="ada").pk)
        group = Group.objects.create(name="staff")

        group.user_set.add(ref)

        assert pks(Group.objects.filter(user=ref)) == [group.pk]
        assert list(Permission.objects.filter(group__user=ref)) == []
        assert not is_resolved(ref)

    def test_a_relation_to_its_own_model(self) -> None:
        """A symmetrical relation takes references."""
        ref = reference(Customer, Customer.objects.create(name="Ada").pk)
        grace = Customer.objects.create(name="Grace")

        grace.friends.add(ref)

        assert pks(grace.friends.all()) == [ref.pk]
        assert not is_resolved(ref)


class TestWhatLoadsOnce:
    """Where Django reads or writes the row itself."""

    def test_a_foreign_key_to_another_column_loads_once(self) -> None:
        """The value of that column is the row's: one query, then the row is there."""
        product = Product.objects.create(name="tea", number="T-1")
        ref = reference(Product, product.pk)

        with queries(default=1):
            shipment = Shipment(product=ref)
            assert shipment.product_id == "T-1"

        with queries(default=2):
            shipment.save()
            assert Shipment.objects.filter(product=ref).get() == shipment

    def test_filtering_by_a_foreign_key_to_another_column_loads_once(self) -> None:
        """The same, with the query first."""
        product = Product.objects.create(name="tea", number="T-1")
        shipment = Shipment.objects.create(product=product)
        ref = reference(Product, product.pk)

        with queries(default=2):
            assert Shipment.objects.get(product=ref) == shipment

    def test_add_on_a_reverse_foreign_key_loads_once(self, shop: SimpleNamespace) -> None:
        """Django writes the foreign key on what is added: a load and an update."""
        customer = Customer.objects.create(name="Grace")
        ref = reference(Order, 42)

        with queries(default=2):
            customer.orders.add(ref)

        assert Order.objects.get(pk=42).customer == customer
        assert ref.customer == customer

    def test_set_on_a_reverse_foreign_key_loads_once(self, shop: SimpleNamespace) -> None:
        """What is there is asked for, then as with `add`."""
        customer = Customer.objects.create(name="Grace")
        ref = reference(Order, 42)

        with queries(default=3):
            customer.orders.set([ref])

        assert pks(customer.orders.all()) == [42]


class TestTables:
    """The library's tables of names, against what was asked."""

    @pytest.fixture
    def census(self, shop: SimpleNamespace, asked: set[str]) -> set[str]:
        """Every name that was asked of a pending order in any of the operations."""
        for operation in OPERATIONS.values():
            undone(operation, reference(Order, 42), copy.deepcopy(shop))
        for operation in PROBES.values():
            operation(reference(Order, 42))
        return {name for name in asked if not (name.startswith("__") and name.endswith("__"))}

    def test_they_hold_what_is_asked_for(self, census: set[str]) -> None:
        """Each name but the key's and dunders is in one of the tables."""
        assert census - {"id"} <= ANSWERS.keys() | PROBED

    def test_they_hold_nothing_else(self, census: set[str]) -> None:
        """Each name in the tables is asked for by something."""
        assert (ANSWERS.keys() | PROBED) - census == set()

    def test_no_name_is_in_both(self) -> None:
        """A name is either answered or missing."""
        assert not ANSWERS.keys() & PROBED

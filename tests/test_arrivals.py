"""The table "What arrives", cell by cell, with the queries of the whole call."""

import uuid
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, Literal, NamedTuple

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.migrations.state import ModelState, ProjectState
from django.utils.functional import SimpleLazyObject
from pytest_django import Settings

from modelref import ModelRef, identity, is_reference, is_resolved, reference, resolve
from modelref.errors import ArgumentMismatch, NotEncodable, UnsavedInstance
from tests.shop.echoes import Echo
from tests.shop.models import (
    Car,
    Country,
    Customer,
    Order,
    Seat,
    SportsCar,
    Tag,
    UrgentOrder,
    Vehicle,
)
from tests.shop.queries import ALIASES, queries

pytestmark = pytest.mark.django_db(databases=ALIASES)

COLUMNS = {"Order": Order, "ModelRef": ModelRef[Order], "list": list[Order], "Any": Any}


@pytest.fixture
def echo() -> Echo:
    """A task that keeps what it gets."""
    return Echo()


@pytest.fixture
def rows() -> list[Order]:
    """Two orders, 1 and 2, and a customer."""
    Customer.objects.create(pk=1, name="Ada")
    return [Order.objects.create(pk=1, note="one"), Order.objects.create(pk=2, note="two")]


def historical(model: Any) -> Any:
    """Return the model as a migration has it."""
    state = ProjectState()
    for each in (model, Customer, Tag):
        state.add_model(ModelState.from_model(each))
    return state.apps.get_model("shop", model.__name__)


class Cell(NamedTuple):
    """One cell of the table."""

    check: Callable[[Any], None] | type[Exception]
    queries: int = 0


def an_instance(got: Any) -> None:
    """The loaded instance itself."""
    assert type(got) is Order
    assert got.note == "one"


def a_ref(got: Any) -> None:
    """A lazy reference."""
    assert is_reference(got)
    assert not is_resolved(got)
    assert str(identity(got)) == "shop.order:1"


def instances(got: Any) -> None:
    """A list of both instances, in the order they were given."""
    assert type(got) is list
    assert [(type(row), row.note) for row in got] == [(Order, "two"), (Order, "one")]


def refs(got: Any) -> None:
    """A list of both references, in the order they were given."""
    assert type(got) is list
    assert [str(identity(row)) for row in got] == ["shop.order:2", "shop.order:1"]
    assert not any(map(is_resolved, got))


def equals(value: Any) -> Callable[[Any], None]:
    """The value itself, or what its serializer makes of it."""

    def check(got: Any) -> None:
        assert (type(got), got) == (type(value), value)

    return check


def other_ref(got: Any) -> None:
    """A reference to the row of another model."""
    assert is_reference(got)
    assert identity(got).label == "shop.customer"


def half(got: Any) -> None:
    """A list of references, and of values for the bare keys."""
    assert [str(identity(each)) if is_reference(each) else each for each in got] == [
        "shop.order:2",
        1,
    ]


MISMATCH = Cell(ArgumentMismatch)
UNSAVED = Cell(UnsavedInstance)
REF, INSTANCE = Cell(a_ref), Cell(an_instance, 1)

#: What is given, by the words of the table, and what arrives under each annotation.
ROWS: dict[str, tuple[Callable[[], Any], Cell, Cell, Cell, Cell]] = {
    "instance": (lambda: Order.objects.get(pk=1), INSTANCE, REF, MISMATCH, REF),
    "pending ref": (lambda: reference(Order, 1), INSTANCE, REF, MISMATCH, REF),
    "loaded ref": (lambda: reference(Order.objects.get(pk=1)), INSTANCE, REF, MISMATCH, REF),
    "historical": (lambda: historical(Order).objects.get(pk=1), INSTANCE, REF, MISMATCH, REF),
    "lazy object": (
        lambda: SimpleLazyObject(lambda: Order.objects.get(pk=1)),
        INSTANCE,
        REF,
        MISMATCH,
        REF,
    ),
    "unsaved": (Order, UNSAVED, UNSAVED, Cell(ArgumentMismatch), UNSAVED),
    "another model": (
        lambda: Customer.objects.get(pk=1),
        MISMATCH,
        MISMATCH,
        MISMATCH,
        Cell(other_ref),
    ),
    "int key": (lambda: 1, INSTANCE, REF, MISMATCH, Cell(equals(1))),
    "str key": (lambda: "1", INSTANCE, REF, MISMATCH, Cell(equals("1"))),
    "bool": (lambda: True, MISMATCH, MISMATCH, MISMATCH, Cell(equals(True))),
    "float": (lambda: 1.0, MISMATCH, MISMATCH, MISMATCH, Cell(equals(1.0))),
    "text that is no key": (lambda: "one", MISMATCH, MISMATCH, MISMATCH, Cell(equals("one"))),
    "None": (lambda: None, MISMATCH, MISMATCH, MISMATCH, Cell(equals(None))),
    "list of instances": (
        lambda: list(Order.objects.order_by("-pk")),
        MISMATCH,
        MISMATCH,
        Cell(instances, 1),
        Cell(refs),
    ),
    "tuple of refs": (
        lambda: (reference(Order, 2), reference(Order, 1)),
        MISMATCH,
        MISMATCH,
        Cell(instances, 1),
        Cell(refs),
    ),
    "list of keys": (
        lambda: [2, 1],
        MISMATCH,
        MISMATCH,
        Cell(instances, 1),
        Cell(equals([2, 1])),
    ),
    "mixed list": (
        lambda: [reference(Order, 2), 1],
        MISMATCH,
        MISMATCH,
        Cell(instances, 1),
        Cell(half),
    ),
    "queryset": (
        lambda: Order.objects.order_by("-pk"),
        MISMATCH,
        MISMATCH,
        Cell(instances, 2),
        Cell(refs, 1),
    ),
}


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("row", ROWS)
def test_what_arrives(rows: list[Order], echo: Echo, row: str, column: str) -> None:
    """What is given to a parameter arrives as the table says, in so many queries."""
    make, *cells = ROWS[row]
    cell = cells[list(COLUMNS).index(column)]
    given = make()
    if row == "lazy object":
        assert given.note == "one"  # the user's own look at it is not counted

    with queries(**({"default": cell.queries} if cell.queries else {})):
        if isinstance(cell.check, type):
            with pytest.raises(cell.check):
                echo.give(COLUMNS[column], given)
        else:
            cell.check(echo.give(COLUMNS[column], given))


class TestModelsOfAFamily:
    """Children, proxies, parents."""

    @pytest.mark.parametrize("made", [Car, SportsCar])
    def test_a_child_arrives_as_what_was_sent(self, echo: Echo, made: type[Car]) -> None:
        """`Vehicle` takes a `Car` and gets a `Car`."""
        child = made.objects.create(model="T")

        assert type(echo.give(Vehicle, child)) is made
        assert echo.give(ModelRef[Vehicle], child).model == "T"

    def test_a_proxy_arrives_as_the_proxy(self, echo: Echo, rows: list[Order]) -> None:
        """`Order` takes an `UrgentOrder`, which can still hurry."""
        urgent = UrgentOrder.objects.get(pk=1)

        assert echo.give(Order, urgent).hurry() == "one!"

    @pytest.mark.parametrize("lazy", [False, True])
    def test_a_parent_for_a_child_is_a_mismatch(self, echo: Echo, lazy: bool) -> None:
        """A `Vehicle` need not be a `Car`."""
        vehicle = Vehicle.objects.create()

        with pytest.raises(ArgumentMismatch, match=r"takes \S*Car\]?, got a row of Vehicle"):
            echo.give(ModelRef[Car] if lazy else Car, vehicle)

    def test_the_concrete_model_for_a_proxy_is_a_mismatch(
        self, echo: Echo, rows: list[Order]
    ) -> None:
        """An `Order` need not be urgent."""
        with pytest.raises(ArgumentMismatch, match="UrgentOrder, got a row of Order"):
            echo.give(UrgentOrder, rows[0])


class TestBareKeys:
    """Keys in the place of instances, for keys of other types."""

    TAG = uuid.UUID("6f1c2b7e-0000-4000-8000-000000000001")

    @pytest.mark.parametrize("given", [TAG, str(TAG), TAG.hex])
    def test_a_uuid_or_its_text(self, echo: Echo, given: Any) -> None:
        """What `to_python` gives, or text that it takes."""
        Tag.objects.create(pk=self.TAG, name="red")

        assert echo.give(Tag, given).name == "red"

    @pytest.mark.parametrize("given", [date(2026, 1, 1), Decimal(1), "red", b"x", ["x"]])
    def test_what_is_no_uuid_is_a_mismatch(self, echo: Echo, given: Any) -> None:
        """A value of another type, or text that is none."""
        with pytest.raises(ArgumentMismatch, match="takes Tag, got a value of type"):
            echo.give(Tag, given)

    def test_a_str_key_takes_an_int(self, echo: Echo) -> None:
        """As `to_python` of a `CharField` does."""
        Country.objects.create(pk="49", name="Germany")

        assert echo.give(ModelRef[Country], 49).name == "Germany"

    @pytest.mark.parametrize("given", [("A", 4), ["A", 4], ["A", "4"]])
    def test_a_composite_key_is_a_tuple_or_list_of_its_parts(self, echo: Echo, given: Any) -> None:
        """Part by part."""
        Seat.objects.create(row="A", number=4, guest="Ada")

        assert echo.give(Seat, given).guest == "Ada"

    @pytest.mark.parametrize("given", [("A",), ("A", 4, 5), ("A", "x"), "A4", ("A", None)])
    def test_another_length_or_part_is_a_mismatch(self, echo: Echo, given: Any) -> None:
        """Neither shorter, longer, nor of other types."""
        with pytest.raises(ArgumentMismatch):
            echo.give(Seat, given)

    def test_the_alias_is_the_one_the_router_writes_to(
        self, echo: Echo, settings: Settings
    ) -> None:
        """Not the sender's guess: the receiver asks its router."""
        settings.DATABASE_ROUTERS = ["tests.shop.routers.CountryRouter"]

        got = echo.give(ModelRef[Country], "DE")

        assert str(identity(got)) == "shop.country:DE@eu"

    def test_a_key_of_nobody_is_reference_not_found(self, echo: Echo, rows: list[Order]) -> None:
        """Before the body runs, for a parameter that asks for the instance."""
        with pytest.raises(Order.DoesNotExist, match="shop.order:99"):
            echo.give(Order, 99)

        assert echo.got == []


class TestOtherValues:
    """What stands for no row."""

    def test_none_for_an_optional_parameter(self, echo: Echo) -> None:
        """`Order | None` takes it."""
        assert echo.give(Order | None, None) is None
        assert echo.give(ModelRef[Order] | None, None) is None

    @pytest.mark.parametrize("annotation", [str, int, date, bytes, int | None, Literal["x"]])
    def test_a_model_for_another_class_is_a_mismatch(
        self, echo: Echo, rows: list[Order], annotation: Any
    ) -> None:
        """`str` is not where an order goes."""
        with pytest.raises(ArgumentMismatch, match="got a row of Order"):
            echo.give(annotation, rows[0])

    def test_other_values_for_another_class_are_not_checked(self, echo: Echo) -> None:
        """The table is about models."""
        assert echo.give(int, "x") == "x"

    def test_an_anonymous_user_is_no_row(self, echo: Echo, django_user_model: Any) -> None:
        """For a user it is a mismatch, for no annotation it cannot travel."""
        with pytest.raises(ArgumentMismatch, match="AnonymousUser"):
            echo.give(django_user_model, AnonymousUser())
        with pytest.raises(NotEncodable, match="AnonymousUser cannot travel as modelref-json"):
            echo.give(Any, AnonymousUser())

    def test_an_unsaved_instance_in_a_list_is_named(self, echo: Echo, rows: list[Order]) -> None:
        """The message leads to it."""
        with pytest.raises(UnsavedInstance, match=r"value\[1\]"):
            echo.give(list[Order], [rows[0], Order()])

    def test_a_manager_asks_for_all(self, echo: Echo) -> None:
        """`Order.objects` for no annotation cannot travel; for a list it does not fit."""
        with pytest.raises(NotEncodable, match=r"add \.all\(\)"):
            echo.give(Any, Order.objects)
        with pytest.raises(ArgumentMismatch, match=r"got a manager \(add \.all\(\)\)\.$"):
            echo.give(list[Order], Order.objects)

    def test_a_queryset_of_values_is_called_that(self, echo: Echo) -> None:
        """It is no queryset of orders."""
        with pytest.raises(ArgumentMismatch, match=r"got a queryset of \.values\(\)\.$"):
            echo.give(list[Order], Order.objects.values())

    def test_a_scalar_is_said_to_be_no_key(self, echo: Echo) -> None:
        """A value of another kind was no attempt at one."""
        with pytest.raises(ArgumentMismatch, match="type str, which is no primary key of it"):
            echo.give(Order, "x")
        with pytest.raises(ArgumentMismatch, match=r"got a value of type float\.$"):
            echo.give(Order, 1.5)


class TestOneRowIsOneReference:
    """Within a call."""

    def test_twice_in_a_list(self, echo: Echo, rows: list[Order]) -> None:
        """The same reference, and the same instance."""
        got = echo.give(list[ModelRef[Order]], [rows[0], reference(Order, 1), 1])

        assert got[0] is got[1] is got[2]

    def test_instances_too(self, echo: Echo, rows: list[Order]) -> None:
        """`list[Order]` of one row twice holds one instance."""
        with queries(default=1):
            got = echo.give(list[Order], [rows[0], rows[0]])

        assert got[0] is got[1]
        assert type(resolve(got[0])) is Order

    def test_twice_in_a_list_of_references(self, echo: Echo, rows: list[Order]) -> None:
        """Also where the whole list is made at once."""
        got = echo.give(list[ModelRef[Order]], [rows[0], rows[1], rows[0]])

        assert got[0] is got[2]
        assert [identity(each).pk for each in got] == [1, 2, 1]

    def test_in_several_lists(self, echo: Echo, rows: list[Order]) -> None:
        """The lists may have one of them, or all, in common."""
        given = {"a": rows, "b": rows[::-1], "c": rows[1:]}

        got = echo.give(dict[str, list[ModelRef[Order]]], given)

        assert got["b"][0] is got["a"][1] is got["c"][0]
        assert got["b"][1] is got["a"][0]

    @pytest.mark.parametrize("kind", [list, tuple, set, frozenset])
    @pytest.mark.parametrize("item", [Order, ModelRef[Order]], ids=["Order", "ModelRef"])
    def test_containers_of_references_are_what_the_annotation_says(
        self, echo: Echo, rows: list[Order], kind: Any, item: Any
    ) -> None:
        """Made at once or item by item; the rows are read together."""
        args = (item, ...) if kind is tuple else item
        annotation = kind[args]  # pyright: ignore[reportInvalidTypeArguments]  # not known

        with queries(default=1):
            got = echo.give(annotation, rows)
            notes = {each.note for each in got}

        assert type(got) is kind
        assert notes == {"one", "two"}
        assert [is_reference(each) for each in got] == [item is not Order] * 2

    def test_another_model_in_a_list_is_a_mismatch(self, echo: Echo, rows: list[Order]) -> None:
        """A list of references to rows of one other model, or of several."""
        customers = [Customer.objects.create(pk=pk, name="Ben") for pk in (2, 3)]

        for given in (customers, [rows[0], customers[0]]):
            with pytest.raises(ArgumentMismatch, match="got a row of Customer"):
                echo.give(list[ModelRef[Order]], given)

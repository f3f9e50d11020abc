"""Annotations that are rare: unpacked tuples, names of builtins, choices inside `ModelRef`."""

import typing
from collections.abc import Callable
from typing import Any

import pytest

from modelref import ModelRef, is_reference  # noqa: F401 - named in annotations
from modelref.celery import task
from modelref.celery.checks import check_app
from modelref.errors import ArgumentMismatch
from tests.shop.echoes import Echo
from tests.shop.models import Customer, Order
from tests.shop.queries import ALIASES

if typing.TYPE_CHECKING:
    from tests.shop.models import Order as Warning  # noqa: A004, F401 - a name of Python's own

Unpack = typing.Unpack

pytestmark = pytest.mark.django_db(databases=ALIASES)


@pytest.fixture
def echo() -> Echo:
    """A task that keeps what it gets."""
    return Echo(__name__)


@pytest.fixture
def order() -> Order:
    """An order with a customer of the same key."""
    return Order.objects.create(pk=1, customer=Customer.objects.create(pk=1))


def warnings_about(made: Any, echo: Echo) -> list[str]:
    """Return what the system check says about a task."""
    with echo.sending() as app:
        found = check_app(lambda: vars(app)["modelref"])
    return [f"{each.id}: {each.msg}" for each in found if made.name in each.msg]


def starred(echo: Echo) -> Callable[..., Any]:
    """Return a function whose positional arguments are those of an unpacked tuple."""

    def keep(*x: *tuple[Order, ...]) -> None:
        echo.got.append(x)

    return keep


class TestUnpacked:
    """`*tuple[...]`: how many there are depends on the call."""

    @pytest.mark.parametrize(
        "given", [[1], [1, "order"], [1, "order", "order"], [1, "order", "order", "order"]], ids=len
    )
    @pytest.mark.parametrize(
        "annotation", ["tuple[int, *tuple[Order, ...]]", "tuple[int, Unpack[tuple[Order, ...]]]"]
    )
    def test_a_call_of_any_length_is_taken(
        self, echo: Echo, order: Order, annotation: str, given: list[Any]
    ) -> None:
        """Rows in it arrive as references, as where there is no annotation."""
        got = echo.give(annotation, [order if each == "order" else each for each in given])

        assert list(map(is_reference, got)) == [each == "order" for each in given]

    def test_starred_arguments_are_taken(self, echo: Echo, order: Order) -> None:
        """`*x: *tuple[Order, ...]` is how a checker knows their types."""
        made = task(app=echo.app, shared=False, name="unusual.starred")(starred(echo))

        made.delay(order, order)

        assert list(map(is_reference, echo.got.pop())) == [True, True]

    def test_a_model_in_it_is_a_warning(self, echo: Echo) -> None:
        """Who wrote it expects instances."""
        inside = echo.task("tuple[int, *tuple[Order, ...]]")
        made = task(app=echo.app, shared=False, name="unusual.warned")(starred(echo))

        for each in (inside, made):
            [warning] = warnings_about(each, echo)
            assert warning.startswith("modelref.W001")
            assert "rows are not looked for inside this type" in warning

    @pytest.mark.parametrize(("member", "warned"), [("Order", 1), ("str", 0)])
    def test_as_text_it_is_read_too(self, echo: Echo, member: str, warned: int) -> None:
        """As in a module with `from __future__ import annotations`."""
        keep = starred(echo)
        keep.__annotations__["x"] = f"*tuple[{member}, ...]"
        made = task(app=echo.app, shared=False, name="unusual.text")(keep)

        found = warnings_about(made, echo)

        assert len(found) == warned
        assert all("rows are not looked for inside this type" in each for each in found)

    def test_without_a_model_there_is_nothing_to_say(self, echo: Echo) -> None:
        """It is nobody's business."""
        made = echo.task("tuple[int, *tuple[str, ...]]")

        made.delay((1, "a", "b"))

        assert warnings_about(made, echo) == []
        assert echo.got == [[1, "a", "b"]]


class TestNamesOfBuiltins:
    """A model that is called as a class of Python is."""

    def test_an_import_under_type_checking_goes_first(self, echo: Echo, order: Order) -> None:
        """As it does for a checker."""
        assert type(echo.give("Warning", order)) is Order
        assert is_reference(echo.give("ModelRef[Warning]", order))
        with pytest.raises(ArgumentMismatch, match="takes 'Warning', got a row of Customer"):
            echo.give("Warning", order.customer)

    def test_other_names_are_those_of_python(self, echo: Echo, order: Order) -> None:
        """`str` is `str`."""
        assert echo.give("list[str] | None", ["a"]) == ["a"]
        with pytest.raises(ArgumentMismatch):
            echo.give("UserWarning", order)


class TestChoicesOfReferences:
    """`ModelRef[Order | None]` is `ModelRef[Order] | None`."""

    @pytest.mark.parametrize(
        "annotation", ["ModelRef[Order | None]", "ModelRef[typing.Optional[Order]]"]
    )
    def test_none_and_rows_are_taken_and_rows_are_checked(
        self, echo: Echo, order: Order, annotation: str
    ) -> None:
        """A row of another model is none."""
        assert echo.give(annotation, None) is None
        assert is_reference(echo.give(annotation, order))
        assert is_reference(echo.give(annotation, 1))
        with pytest.raises(ArgumentMismatch, match="got a row of Customer"):
            echo.give(annotation, order.customer)
        assert warnings_about(echo.task(annotation), echo) == []

    def test_one_of_two_models(self, echo: Echo, order: Order) -> None:
        """Each as a reference, and no bare key."""
        for given in (order, order.customer):
            got = echo.give("ModelRef[Order | Customer]", given)
            assert is_reference(got)
            assert got == given
        with pytest.raises(ArgumentMismatch):
            echo.give("ModelRef[Order | Customer]", 1)

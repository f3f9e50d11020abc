"""Annotations of every shape: containers, unions, aliases, names that are hard to find."""

from __future__ import annotations

import typing
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import wraps
from typing import (
    Annotated,
    Any,
    Literal,
    NewType,
    NotRequired,
    Optional,
    Protocol,
    TypedDict,
    TypeVar,
    Union,
)

import pytest
from django.db.models import Model
from typing_extensions import TypeAliasType

from modelref import ModelRef, is_reference
from modelref.celery import task
from modelref.errors import ArgumentMismatch, NotEncodable
from tests.shop.echoes import Echo
from tests.shop.models import Customer, Line, Order, Seat, Tag
from tests.shop.models.people import Named
from tests.shop.queries import ALIASES, queries

if typing.TYPE_CHECKING:
    from nowhere import (  # type: ignore[import-not-found]  # pyright: ignore[reportMissingImports]
        Nothing,  # noqa: F401
    )

    from tests.shop.models import Country as Land  # noqa: F401

pytestmark = pytest.mark.django_db(databases=ALIASES)

T = TypeVar("T")
Tree = TypeAliasType("Tree", "Order | list[Tree]")
Old = Union[Order, list["Old"]]  # noqa: UP007 - a string is no operand of |
OrderId = NewType("OrderId", Order)


class Sized(Protocol):
    """What every row can be."""

    total: Decimal


class Note(TypedDict):
    """The part of a dispatch that has no row."""

    note: str


class Dispatch(Note):
    """A dict whose keys have types of their own."""

    order: Order
    customer: NotRequired[ModelRef[Customer]]


class Shippable:
    """A class that no model of the shop derives from."""


@pytest.fixture
def echo() -> Echo:
    """A task that keeps what it gets."""
    return Echo(__name__)


@pytest.fixture
def order() -> Order:
    """An order with a customer of the same key."""
    return Order.objects.create(pk=1, customer=Customer.objects.create(pk=1, name="Ada"), note="x")


def shown(value: Any) -> Any:
    """Write down a structure with the kind of each row in it."""
    if is_reference(value):
        return f"ref of {value.__class__.__name__}"
    if isinstance(value, Model):
        return type(value).__name__
    if isinstance(value, dict):
        return {key: shown(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return type(value)(map(shown, value))
    return value


class TestContainers:
    """Sequences and mappings of rows."""

    @pytest.mark.parametrize(
        ("annotation", "kind"),
        [
            (list[Order], list),
            (tuple[Order, ...], tuple),
            (set[Order], set),
            (frozenset[Order], frozenset),
            (Sequence[Order], list),
            (Iterable[Order], list),
            (Collection[Order], list),
            (typing.List[Order], list),  # noqa: UP006
            (Annotated[list[Order], "of the day"], list),
        ],
        ids=str,
    )
    @pytest.mark.parametrize("given", [list, tuple, set, frozenset], ids=lambda kind: kind.__name__)
    def test_any_container_is_taken_and_the_annotated_one_arrives(
        self, echo: Echo, order: Order, annotation: Any, kind: Any, given: Any
    ) -> None:
        """The abstract ones arrive as a list."""
        with queries(default=1):
            got = echo.give(annotation, given([order]))

        assert type(got) is kind
        assert [type(row) for row in got] == [Order]

    @pytest.mark.parametrize(
        "given",
        ["ab", range(2), iter([1]), {1: 2}.values(), (n for n in [1]), {"a": 1}, 5],
        ids=lambda value: type(value).__name__,
    )
    def test_nothing_else_is_a_container(self, echo: Echo, given: Any) -> None:
        """Never a string, a range, an iterator or a view of a dict."""
        with pytest.raises(ArgumentMismatch, match=r"takes list\[Order\], got a value of type"):
            echo.give(list[Order], given)

    def test_a_set_of_references(self, echo: Echo, order: Order) -> None:
        """They are hashed by their key, without a query."""
        with queries():
            got = echo.give(set[ModelRef[Order]], {order})

        assert shown(got) == {"ref of Order"}

    def test_a_mapping(self, echo: Echo, order: Order) -> None:
        """The values are what the annotation says, the keys stay."""
        given = {"a": order, "b": 1}

        assert shown(echo.give(dict[str, Order], given)) == {"a": "Order", "b": "Order"}
        assert shown(echo.give(Mapping[str, ModelRef[Order]], given)) == {
            "a": "ref of Order",
            "b": "ref of Order",
        }
        assert given == {"a": order, "b": 1}

    def test_a_tuple_of_places(self, echo: Echo, order: Order) -> None:
        """Each place has a type of its own."""
        got = echo.give(tuple[Order, int, ModelRef[Customer]], (order, 3, order.customer))

        assert shown(got) == ("Order", 3, "ref of Customer")

    def test_a_tuple_of_another_length_is_a_mismatch(self, echo: Echo, order: Order) -> None:
        """Two places are two values."""
        with pytest.raises(ArgumentMismatch):
            echo.give(tuple[Order, int], (order, 1, 2))

    def test_a_typed_dict(self, echo: Echo, order: Order) -> None:
        """Each key has a type of its own, inherited ones and optional ones too."""
        got = echo.give(Dispatch, {"order": order, "customer": 1, "note": "n", "more": order})

        assert shown(got) == {
            "order": "Order",
            "customer": "ref of Customer",
            "note": "n",
            "more": "ref of Order",
        }

    def test_containers_in_containers(self, echo: Echo, order: Order) -> None:
        """To any depth, in one query for each model."""
        given = {"a": [[order], [1, order]], "b": []}

        with queries(default=1):
            got = echo.give(dict[str, list[list[Order]]], given)

        assert shown(got) == {"a": [["Order"], ["Order", "Order"]], "b": []}

    def test_a_mismatch_deep_inside_names_the_way(self, echo: Echo, order: Order) -> None:
        """The parameter, what it takes, what was given, and where."""
        message = r"parameter 'value' takes dict\[str, list\[Order\]\], got a row of Customer at "

        with pytest.raises(ArgumentMismatch, match=message + r"value\[\"a\"\]\[1\]"):
            echo.give(dict[str, list[Order]], {"a": [order, order.customer]})

    @pytest.mark.parametrize("given", [range(3), "ab", (1, 2)])
    def test_containers_of_other_things_are_nobodys_business(self, echo: Echo, given: Any) -> None:
        """`list[int]` is not checked."""
        with echo.sending():
            echo.task(list[int]).s(given)


class TestUnions:
    """Rows go to a model, other values to what admits them."""

    @pytest.mark.parametrize(
        ("annotation", "given", "arrives"),
        [
            (Order | Customer, "order", "Order"),
            (Customer | Order, "order", "Order"),
            (Model | ModelRef[Order], "order", "Order"),
            (ModelRef[Order] | Model, "order", "ref of Order"),
            (Order | int, 1, 1),
            (Order | str, 1, "Order"),
            (Order | float, 1, 1),
            (Order | Any, 1, 1),
            (Order | Literal["all"], "all", "all"),
            (Order | Literal["all"], "1", "Order"),
            (Order | list[Customer], [1], ["Customer"]),
            (Order | list[Customer], 1, "Order"),
            (Order | dict[str, Order] | None, None, None),
            (Order | dict[str, Order] | None, {"a": 1}, {"a": "Order"}),
            (Seat | list[int], [1, 2], [1, 2]),
            (Optional[Order], 1, "Order"),  # noqa: UP045
            (Union[Order, Union[Customer, None]], None, None),  # noqa: UP007
        ],
        ids=str,
    )
    def test_the_member_that_fits(
        self, echo: Echo, order: Order, annotation: Any, given: Any, arrives: Any
    ) -> None:
        """In the order of the specification."""
        assert shown(echo.give(annotation, order if given == "order" else given)) == arrives

    @pytest.mark.parametrize(
        ("annotation", "given"),
        [(Order | Customer, 1), (Order | None, "x"), (Customer | int, "order"), (Order | int, "x")],
        ids=str,
    )
    def test_no_member_fits(self, echo: Echo, order: Order, annotation: Any, given: Any) -> None:
        """A bare key for two models is anybody's guess."""
        with pytest.raises(ArgumentMismatch):
            echo.give(annotation, order if given == "order" else given)


class TestOpenTypes:
    """Types that many rows fit."""

    @pytest.mark.parametrize("annotation", [Model, Named], ids=str)
    def test_a_model_class_without_rows_takes_instances(
        self, echo: Echo, order: Order, annotation: Any
    ) -> None:
        """`Model` and abstract models: the instance of whatever was sent; a key is a mismatch."""
        assert type(echo.give(annotation, order.customer)) is Customer
        assert shown(echo.give(ModelRef[annotation], order.customer)) == "ref of Customer"
        with pytest.raises(ArgumentMismatch):
            echo.give(annotation, 1)

    def test_a_row_that_does_not_derive_is_a_mismatch(self, echo: Echo, order: Order) -> None:
        """An order is nothing named."""
        with pytest.raises(ArgumentMismatch):
            echo.give(Named, order)

    @pytest.mark.parametrize("annotation", [object, Sized, T, ModelRef], ids=str)
    def test_open_annotations_get_references(
        self, echo: Echo, order: Order, annotation: Any
    ) -> None:
        """`object`, a protocol, a type variable: a reference, and a key is left alone."""
        assert shown(echo.give(annotation, order)) == "ref of Order"
        assert echo.give(annotation, 1) == 1

    def test_a_class_that_the_model_does_not_derive_from_is_a_mismatch(
        self, echo: Echo, order: Order
    ) -> None:
        """Nor is a reference handed to what asks for something else."""
        with pytest.raises(ArgumentMismatch):
            echo.give(Shippable, order)


class TestNames:
    """Aliases, recursion, and names that only a type checker imports."""

    @pytest.mark.parametrize("annotation", [Tree, Old], ids=["type alias", "union of itself"])
    def test_a_type_inside_itself(self, echo: Echo, order: Order, annotation: Any) -> None:
        """Rows are found at any depth."""
        assert shown(echo.give(annotation, [order, [[1]]])) == ["Order", [["Order"]]]

    def test_a_new_type_is_what_it_was_made_from(self, echo: Echo, order: Order) -> None:
        """`NewType` is for checkers."""
        assert shown(echo.give(OrderId, order)) == "Order"

    @pytest.mark.parametrize(
        "annotation", ["Order", "ModelRef[Order]", "list['Order']", "None | Order"]
    )
    def test_annotations_as_text(self, echo: Echo, order: Order, annotation: Any) -> None:
        """They are evaluated at the first call."""
        given = [order] if annotation.startswith("list") else order

        assert "Order" in str(shown(echo.give(annotation, given)))

    def test_an_import_under_type_checking_is_run(self, echo: Echo) -> None:
        """One line of them that fails does not keep the others from working."""
        from tests.shop.models import Country

        land = Country.objects.create(pk="DE", name="Germany")

        assert shown(echo.give("Land", land)) == "Country"

    def test_a_name_that_is_nowhere_is_that_of_an_installed_model(
        self, echo: Echo, order: Order
    ) -> None:
        """Where there is one of that class name."""
        from tests.shop.models import Parcel

        parcel = Parcel.objects.create()

        assert shown(echo.give("Parcel", parcel)) == "Parcel"

    @pytest.mark.parametrize(
        ("annotation", "says"),
        [
            ("Nowhere", "Nowhere"),
            (Callable[[Order], int], "not looked for"),
            (type[Order], "not looked for"),
            (dict[Tag, int], "not looked for"),
            (ModelRef[int], "takes a model"),  # type: ignore[type-var]  # what is tested
        ],
        ids=str,
    )
    def test_what_cannot_be_read_is_a_warning(
        self, echo: Echo, order: Order, annotation: Any, says: str
    ) -> None:
        """The system check names task and parameter, and the row arrives as a reference."""
        from modelref.celery.checks import check_app

        made = echo.task(annotation)
        with echo.sending() as app:
            [warning] = [
                each for each in check_app(lambda: vars(app)["modelref"]) if made.name in each.msg
            ]

        assert warning.id == "modelref.W001"
        assert "'value'" in warning.msg
        assert says in warning.msg


class TestParameters:
    """Every kind of parameter."""

    def test_each_kind(self, echo: Echo, order: Order) -> None:
        """Positional only, by keyword only, starred and double starred."""

        def keep(
            a: Order, /, b: ModelRef[Order], *rest: Order, c: Order, **more: ModelRef[Order]
        ) -> None:
            echo.got.append([a, b, rest, c, more])

        made = task(app=echo.app, name="echoes.kinds")(keep)

        with queries(default=1):
            made.delay(1, order, 1, order, c=1, d=order, e=1)  # type: ignore[modelref-call]  # keys

        assert shown(echo.got.pop()) == [
            "Order",
            "ref of Order",
            ("Order", "Order"),
            "Order",
            {"d": "ref of Order", "e": "ref of Order"},
        ]

    def test_a_bound_task_and_a_task_class(self, echo: Echo, order: Order) -> None:
        """The first parameter is the task itself."""
        from modelref.celery import RefTask

        class Keeping(RefTask):
            name = "echoes.class"

            def run(self, order: Order) -> None:
                echo.got.append((self.name, order))

        made = echo.app.register_task(Keeping())

        @task(bind=True, app=echo.app, name="echoes.bound")
        def bound(self, order) -> None:  # type: ignore[no-untyped-def]  # what is tested
            echo.got.append((self.name, order))

        made.delay(order)
        bound.delay(order)

        assert shown(echo.got) == [("echoes.class", "Order"), ("echoes.bound", "ref of Order")]

    def test_a_decorator_with_parameters_of_its_own(self, echo: Echo, order: Order) -> None:
        """What a caller gives goes to its parameters, and the annotations are the function's."""

        def with_tenant(function: Any) -> Any:
            @wraps(function)
            def inner(order):  # type: ignore[no-untyped-def]  # what is tested
                return function("tenant", order)

            return inner

        def with_anything(function: Any) -> Any:
            @wraps(function)
            def inner(*args, **kwargs):  # type: ignore[no-untyped-def]  # what is tested
                return function(*args, **kwargs)

            return inner

        def keep(tenant: str, order: Order) -> None:
            echo.got.append(order)

        for name, made in (("own", with_tenant(keep)), ("bare", with_anything(with_tenant(keep)))):
            task(app=echo.app, shared=False, name=f"echoes.{name}")(made).delay(order=order)

            assert shown(echo.got.pop()) == "Order"

    def test_celery_checks_the_number_of_arguments(self, echo: Echo, order: Order) -> None:
        """Its own error, as for any task."""
        with pytest.raises(TypeError, match="takes 1 positional argument"):
            echo.task(Order).delay(order, order)

    def test_what_is_no_list_of_arguments_is_refused_by_celery(
        self, echo: Echo, order: Order
    ) -> None:
        """`apply_async(order)` is a mistake, also for a model that can be iterated."""
        with pytest.raises(TypeError):
            echo.task(Order).apply_async("ab")


def test_a_value_no_codec_can_carry_is_named_by_its_path(echo: Echo, order: Order) -> None:
    """Deep in a dict, beside rows; nothing is sent."""
    with pytest.raises(NotEncodable, match=r'args\[0\]\["rows"\]\[1\]: generator cannot travel'):
        echo.give(Any, {"rows": [order, (n for n in [1])]})


def test_a_related_row_is_no_surprise(echo: Echo, order: Order) -> None:
    """A line that has its order cached sends the line only."""
    line = Line.objects.create(order=order)

    with queries(default=1):
        got = echo.give(Line, line)

    assert "order" not in got._state.fields_cache

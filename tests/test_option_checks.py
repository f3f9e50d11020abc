"""System checks of `on_missing` and `load`: what only annotations and models can tell."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.checks import CheckMessage
from django.db import models
from django.db.models import Prefetch

from modelref import ModelRef
from modelref.celery import Load, task
from modelref.celery.checks import check_app
from modelref.celery.rows.loads import resolver_of
from tests.queues import Queue
from tests.shop.models import (
    City,
    Customer,
    Line,
    Order,
    Profile,
    Remark,
    Shipment,
    SportsCar,
)
from tests.shop.models.people import Named
from tests.shop.samples import SAMPLES

Check = Callable[..., list[CheckMessage]]


@pytest.fixture
def check(memory_queue: Queue) -> Check:
    """Define a task, and give what the checks say of it."""
    app = memory_queue.app()

    def check(body: Any, **options: Any) -> list[CheckMessage]:
        made = task(app=app, shared=False, name=f"checked.{body.__name__}", **options)(body)
        found = check_app(lambda: vars(app)["modelref"])
        return [each for each in found if each.msg.startswith(f"{made.name}:")]

    return check


def optional(order: Order | None, lists: dict[str, list[ModelRef[Order] | None]]) -> None:
    """Allow None somewhere."""


def required(order: Order, orders: list[ModelRef[Order]], number: int, loose: Any) -> None:
    """Allow None nowhere."""


class TestNone:
    """`on_missing="none"` where nothing can be None."""

    def test_each_such_parameter_is_warned_of(self, check: Check) -> None:
        """With its annotation."""
        found = check(required, on_missing="none")

        assert [each.id for each in found] == ["modelref.W006"] * 2
        assert found[0].msg == (
            "checked.required: on_missing='none', and Order of 'order' allows no None."
        )
        assert "list[ModelRef[Order]] of 'orders'" in found[1].msg
        assert "'| None'" in (found[0].hint or "")

    def test_none_anywhere_will_do(self, check: Check) -> None:
        """In the parameter, or in a container in it."""
        assert check(optional, on_missing="none") == []

    @pytest.mark.parametrize("policy", ["raise", "skip", "retry"])
    def test_other_policies_ask_for_nothing(self, check: Check, policy: str) -> None:
        """They give no None."""
        assert check(required, on_missing=policy) == []


class TestParameters:
    """`load` for a parameter that holds no rows, as far as its annotation says."""

    @pytest.mark.parametrize("name", ["number", "loose"])
    def test_it_is_an_error(self, check: Check, name: str) -> None:
        """By task and parameter."""
        (error,) = check(required, load={name: Load()})

        assert error.id == "modelref.E009"
        assert error.msg == (
            f"checked.required: load[{name!r}] says how rows are read, and no model stands in "
            f"the annotation of {name!r}."
        )
        assert error.hint

    def test_an_abstract_model_may_be_any(self, check: Check) -> None:
        """Its rows are read so; what they lack Django says."""

        def takes_any(row: Named) -> None: ...

        assert check(takes_any, load={"row": Load(only=("nothing",))}) == []


class TestAliases:
    """`using` names a database."""

    def test_an_unknown_one_is_an_error(self, check: Check) -> None:
        """By task, parameter and alias."""
        (error,) = check(required, load={"order": Load(using="mars")})

        assert error.id == "modelref.E011"
        assert error.msg == (
            "checked.required: load['order'] has using='mars', which is not in DATABASES."
        )
        assert "default" in (error.hint or "")

    def test_a_known_one_is_none(self, check: Check) -> None:
        """As `eu` is."""
        assert check(required, load={"order": Load(using="eu")}) == []


LINES = Prefetch("lines", queryset=Line.objects.all(), to_attr="all_lines")

GOOD = [
    (Order, {"select_related": ("customer", "customer__profile")}),
    (Customer, {"select_related": ("profile",)}),
    (Shipment, {"select_related": ("product",)}),
    (SportsCar, {"select_related": ("car_ptr__vehicle_ptr",)}),
    (Order, {"prefetch_related": ("lines", "lines__product", "tags__orders__customer")}),
    (Order, {"prefetch_related": (LINES, "all_lines__product__lines")}),
    (Order, {"prefetch_related": ("customer", Prefetch("parcels"))}),
    (Customer, {"prefetch_related": ("orders__lines", "friends", "profile")}),
    (Remark, {"prefetch_related": ("subject",)}),
    (City, {"prefetch_related": ("country__twin_cities",)}),
    (SportsCar, {"prefetch_related": ("rides", "rides_along__vehicle")}),
    (Order, {"only": ("note", "pk", "customer_id", "customer__name"), "defer": ("total",)}),
    (SportsCar, {"only": ("wheels", "model", "top_speed")}),
    (Profile, {"defer": ("bio", "customer__email")}),
]

KINDS = {
    City: "foreign key to a text key",
    Customer: "abstract base",
    Order: "int key",
    Profile: "one-to-one key",
    Remark: "generic foreign key",
    Shipment: "foreign key to another column",
    SportsCar: "grandchild table",
}

BAD = [
    (
        Order,
        {"select_related": ("customre",)},
        "'customre' in select_related, and Order",
        "customer",
    ),
    (
        Order,
        {"select_related": ("customer__prfile",)},
        "'prfile' in select_related, and Customer",
        "",
    ),
    (Order, {"select_related": ("lines",)}, "'lines' in select_related, and Order", "It has"),
    (
        Order,
        {"select_related": ("note",)},
        "'note' in select_related, and Order",
        "It has customer.",
    ),
    (Order, {"prefetch_related": ("line",)}, "'line' in prefetch_related, and Order", "'lines'"),
    (Order, {"prefetch_related": ("note",)}, "'note' in prefetch_related, and Order", ""),
    (Order, {"prefetch_related": ("lines__prodct",)}, "'prodct' in prefetch_related, and Line", ""),
    (Order, {"prefetch_related": (Prefetch("lins"),)}, "'lins' in prefetch_related", "'lines'"),
    (
        Order,
        {"prefetch_related": (LINES, "all_line")},
        "'all_line' in prefetch_related",
        "all_lines",
    ),
    (
        Order,
        {"prefetch_related": (LINES, "all_lines__prodct")},
        "'prodct' in prefetch_related, and Line",
        "'product'",
    ),
    (Order, {"only": ("nots",)}, "'nots' in only, and Order has no such field", "'note'"),
    (Order, {"defer": ("customer__nme",)}, "'nme' in defer, and Customer", "'name'"),
]


class TestNames:
    """The names in a `Load` are those of the parameter's models."""

    @pytest.mark.parametrize(("model", "said"), GOOD, ids=str)
    def test_what_a_model_has(
        self, check: Check, model: type[models.Model], said: dict[str, Any]
    ) -> None:
        """Whatever Django takes."""
        takes_it = annotated(model)

        assert check(takes_it, load={"row": Load(**said)}) == []

    @pytest.mark.parametrize(("model", "said", "message", "hint"), BAD, ids=str)
    def test_what_a_model_lacks(
        self, check: Check, model: type[models.Model], said: dict[str, Any], message: str, hint: str
    ) -> None:
        """By task, parameter, option, model and name, with the one that was meant."""
        (error,) = check(annotated(model), load={"row": Load(**said)})

        assert error.id == "modelref.E010"
        assert error.msg.startswith("checked.takes: load['row'] has ")
        assert message in error.msg
        assert hint in (error.hint or "")

    @pytest.mark.django_db
    @pytest.mark.parametrize(("model", "said"), GOOD, ids=str)
    def test_django_takes_what_the_check_takes(
        self, model: type[models.Model], said: dict[str, Any]
    ) -> None:
        """A row is read so."""
        (sample,) = [each for each in SAMPLES if each.kind == KINDS[model]]
        row = sample.make()

        found = resolver_of(Load(**said)).read(model, [row.pk], None)

        assert found == {row.pk: row}

    def test_what_cannot_be_told_is_left_to_django(self, check: Check) -> None:
        """Such as what a generic foreign key leads to."""
        load = {"row": Load(prefetch_related=("subject__anything",))}

        assert check(annotated(Remark), load=load) == []

    def test_each_model_of_a_parameter(self, check: Check) -> None:
        """Of a union, in containers."""

        def takes(rows: list[Order | Customer]) -> None: ...

        found = check(takes, load={"rows": Load(prefetch_related=("lines",))})

        assert ["Customer" in each.msg for each in found] == [True]


def annotated(model: Any) -> Any:
    """Give a function that takes a row of a model."""

    def takes(row: Any) -> None: ...

    takes.__annotations__["row"] = model
    return takes

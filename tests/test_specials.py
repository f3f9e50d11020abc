"""Special methods: a reference has those of its model, and no others."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from modelref import (
    Identity,
    ModelRef,
    identity,
    reference,
    resolve,
)
from modelref.codecs import json as codec
from tests.shop.arrivals import arrived
from tests.shop.models import (
    Basket,
    Lease,
    Order,
    Payload,
    Rule,
    Snippet,
    Switch,
    Version,
)
from tests.shop.queries import ALIASES, queries

pytestmark = pytest.mark.django_db(databases=ALIASES)


@pytest.fixture
def order() -> Order:
    """An order in the database."""
    return Order.objects.create(pk=42, total=Decimal("12.50"), note="gift")


@pytest.fixture
def pending(order: Order) -> ModelRef[Order]:
    """A reference to the order that has not read it."""
    return reference(Order, 42)


@pytest.fixture
def loaded(order: Order) -> ModelRef[Order]:
    """A reference to the order that has read it."""
    ref = reference(Order, 42)
    resolve(ref)
    return ref


@pytest.fixture(params=["pending", "loaded", "wrapping", "arrived"])
def ref(request: pytest.FixtureRequest, order: Order) -> ModelRef[Order]:
    """A reference to the order, however it was made and used."""
    made: dict[str, Callable[[], ModelRef[Order]]] = {
        "pending": lambda: reference(Order, 42),
        "loaded": lambda: request.getfixturevalue("loaded"),
        "wrapping": lambda: reference(order),
        "arrived": lambda: arrived(order)[0],
    }
    return made[request.param]()


def _enter(lease: Any) -> tuple[Any, Any]:
    """Use as a context manager."""
    with lease as holder:
        return holder, lease.holder


SPECIAL = {
    "__len__": (Basket, {"items": [3, 4]}, len, 2),
    "__iter__": (Basket, {"items": [3, 4]}, list, [3, 4]),
    "__contains__": (Basket, {"items": [3, 4]}, lambda ref: 4 in ref, True),
    "__getitem__": (Basket, {"items": [3, 4]}, lambda ref: ref[1], 4),
    "truth by __len__": (Basket, {"items": []}, bool, False),
    "__call__": (Rule, {"factor": 3}, lambda ref: ref(5), 15),
    "__eq__": (Version, {"number": 3}, lambda ref: ref == Version(pk=99, number=3), True),
    "__eq__, the other way": (
        Version,
        {"number": 3},
        lambda ref: Version(pk=99, number=3) == ref,
        True,
    ),
    "__ne__": (Version, {"number": 3}, lambda ref: ref != Version(pk=99, number=3), False),
    "__hash__": (Version, {"number": 3}, hash, hash(("version", 3))),
    "__lt__": (Version, {"number": 3}, lambda ref: ref < Version(number=4), True),
    "__gt__, the other way": (
        Version,
        {"number": 3},
        lambda ref: Version(number=4) > ref,
        True,
    ),
    "__ge__ by total_ordering": (
        Version,
        {"number": 3},
        lambda ref: ref >= Version(number=4),
        False,
    ),
    "__int__": (Version, {"number": 3}, int, 3),
    "__add__": (Version, {"number": 3}, lambda ref: ref + 1, 4),
    "__radd__": (Version, {"number": 3}, lambda ref: 1 + ref, 4),
    "__enter__ and __exit__": (Lease, {"holder": "Ada"}, _enter, ("Ada", "Ada")),
    "__html__": (Snippet, {"text": "<"}, lambda ref: ref.__html__(), "<b>&lt;</b>"),
    "__format__": (Snippet, {"text": "hi"}, lambda ref: f"{ref:>4}", "  hi"),
    "__bool__": (Switch, {"on": False}, bool, False),
    "__json__": (Payload, {"content": {"a": 1}}, lambda ref: ref.__json__(), {"a": 1}),
}


class TestSpecialMethods:
    """Special methods are the model's, and only those it has."""

    @pytest.mark.parametrize(("model", "fields", "use", "result"), SPECIAL.values(), ids=SPECIAL)
    def test_a_special_method_of_the_model_loads_and_runs(
        self, model: Any, fields: dict[str, Any], use: Callable[[Any], Any], result: Any
    ) -> None:
        """Each gives what it gives on the instance, after one query."""
        model.objects.create(pk=1, **fields)
        ref = reference(model, 1)

        with queries(default=1):
            assert use(ref) == result

    @pytest.mark.parametrize(("model", "fields", "use", "result"), SPECIAL.values(), ids=SPECIAL)
    def test_it_runs_on_a_loaded_reference(
        self, model: Any, fields: dict[str, Any], use: Callable[[Any], Any], result: Any
    ) -> None:
        """After loading it is the model's own method, without a query."""
        ref = reference(model.objects.create(pk=1, **fields))

        with queries():
            assert use(ref) == result

    @pytest.mark.parametrize(
        "use",
        [
            len,
            iter,
            next,
            reversed,
            int,
            float,
            abs,
            bytes,
            lambda ref: ref(),
            lambda ref: ref[0],
            lambda ref: 1 in ref,
            lambda ref: ref < Order(),
            lambda ref: ref + 1,
            lambda ref: 1 + ref,
            _enter,
        ],
    )
    def test_what_the_model_lacks_is_a_type_error(
        self, ref: ModelRef[Order], use: Callable[[Any], Any]
    ) -> None:
        """`len(ref)` on a model without `__len__` is a TypeError, and no query."""
        with queries(), pytest.raises(TypeError):
            use(ref)

    def test_an_item_is_set_on_the_model(self) -> None:
        """`ref[0] = …` goes to the model's `__setitem__`."""
        Basket.objects.create(pk=1, items=[3])
        ref = reference(Basket, 1)

        ref[0] = 5

        assert resolve(ref).items == [5]

    def test_references_sort_by_the_models_order(self) -> None:
        """`sorted` uses `__lt__`: one query for a batch."""
        versions = [Version.objects.create(number=n) for n in (3, 1, 2)]
        refs = arrived(*versions)

        with queries(default=1):
            assert [ref.number for ref in sorted(refs)] == [1, 2, 3]

    def test_a_model_with_its_own_json_travels_as_a_reference(self) -> None:
        """Encoding a reference again does not ask for the model's `__json__`."""
        ref = reference(Payload, 1)

        with queries():
            assert identity(codec.decode(codec.encode([ref]))[0]) == Identity("shop.payload", 1)

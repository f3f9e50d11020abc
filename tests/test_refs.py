"""`ModelRef`, exactly: what a reference is, what it answers without a query, what loads it.

What it is once loaded stands in `test_models.py`, what it is equal to in `test_identity.py`,
special methods in `test_specials.py`, copies and pickles in `test_copies.py`, how rows are read in
`test_loading.py`.
"""

import collections.abc
import copy
import functools
import pickle
import typing
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from modelref import (
    Identity,
    ModelRef,
    identity,
    is_reference,
    is_resolved,
    reference,
    resolve,
)
from modelref.codecs import json as codec
from tests.shop.arrivals import arrived
from tests.shop.fields import Isbn
from tests.shop.models import (
    Basket,
    Book,
    Car,
    Customer,
    Instrument,
    Line,
    Locker,
    Order,
    Product,
    Profile,
    Rule,
    Seat,
    SportsCar,
    Tag,
    TagNote,
    Truck,
    UrgentOrder,
    Vehicle,
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


class TestMaking:
    """`reference`, and `ModelRef` called."""

    def test_a_reference_to_a_key_is_pending(self, order: Order) -> None:
        """Making a reference from model and key asks the database nothing."""
        with queries():
            ref = reference(Order, 42)

        assert is_reference(ref)
        assert not is_resolved(ref)
        assert identity(ref) == Identity("shop.order", 42, None)

    def test_a_reference_to_an_instance_wraps_that_very_instance(self, order: Order) -> None:
        """A reference made from an instance is resolved and gives that instance."""
        with queries():
            ref = reference(order)

            assert is_resolved(ref)
            assert resolve(ref) is order

    def test_wrapping_an_instance_does_not_change_it(self, order: Order) -> None:
        """The instance that is wrapped keeps its type and its `__dict__`."""
        before = dict(order.__dict__)

        reference(order)

        assert type(order) is Order
        assert order.__dict__ == before

    def test_an_alias_can_be_named(self) -> None:
        """`using=` says which database has the row."""
        Order.objects.using("eu").create(pk=42, note="from eu")

        ref = reference(Order, 42, using="eu")

        with queries(eu=1):
            assert ref.note == "from eu"

    @pytest.mark.parametrize(
        "make",
        [
            pytest.param(lambda order: ModelRef(order), id="ModelRef(order)"),  # pyright: ignore[reportCallIssue]  # an alias
            pytest.param(lambda order: ModelRef[Order](order), id="ModelRef[Order](order)"),
        ],
    )
    def test_calling_the_class_with_an_instance_makes_what_reference_makes(
        self, order: Order, make: Callable[..., Any]
    ) -> None:
        """`ModelRef(order)` and `ModelRef[Order](order)` wrap the instance."""
        with queries():
            ref = make(order)

        assert resolve(ref) is order
        assert identity(ref) == identity(reference(order))

    @pytest.mark.parametrize(
        "make",
        [
            pytest.param(lambda: ModelRef(Order, 42), id="ModelRef(Order, 42)"),  # pyright: ignore[reportCallIssue]  # an alias
            pytest.param(lambda: ModelRef[Order](Order, 42), id="ModelRef[Order](Order, 42)"),
        ],
    )
    def test_calling_the_class_with_a_key_makes_what_reference_makes(
        self, order: Order, make: Callable[..., Any]
    ) -> None:
        """`ModelRef[Order](Order, 42)` is pending, `__orig_class__` notwithstanding."""
        with queries():
            ref = make()

        assert not is_resolved(ref)
        assert ref.note == "gift"

    def test_a_generic_call_leaves_no_trace_on_the_instance(self, order: Order) -> None:
        """What `typing` sets on the result does not reach the instance's `__dict__`."""
        ModelRef[Order](order)

        assert "__orig_class__" not in order.__dict__

    def test_the_class_can_be_called_with_an_alias(self) -> None:
        """`ModelRef(Order, 42, using="eu")` takes what `reference` takes."""
        ref = ModelRef(Order, 42, using="eu")  # pyright: ignore[reportCallIssue]  # an alias
        assert identity(ref) == Identity("shop.order", 42, "eu")

    def test_model_ref_is_generic(self) -> None:
        """`ModelRef[Order]` keeps its argument for who reads annotations."""
        annotation = ModelRef[Order]

        assert typing.get_origin(annotation) is ModelRef
        assert typing.get_args(annotation) == (Order,)

    @pytest.mark.parametrize("value", [None, 42, "shop.order:42", Order, ModelRef, object()])
    def test_what_is_no_reference_is_not_taken_for_one(self, value: Any) -> None:
        """`is_reference` is false for anything but a reference."""
        assert not is_reference(value)

    def test_an_instance_is_no_reference(self, order: Order) -> None:
        """`is_reference` and `isinstance` tell an instance from a reference to it."""
        assert not is_reference(order)
        assert not isinstance(order, ModelRef)  # pyright: ignore[reportArgumentType]  # an alias

    def test_resolve_passes_an_instance_through(self, order: Order) -> None:
        """`resolve(order)` is `order`, without a query."""
        with queries():
            assert resolve(order) is order


class TestClass:
    """A reference is an instance of its model to whoever asks."""

    def test_a_reference_is_an_instance_of_its_model_and_of_model_ref(
        self, ref: ModelRef[Order]
    ) -> None:
        """`isinstance` holds for both, before and after loading."""
        with queries():
            assert isinstance(ref, Order)
            assert isinstance(ref, ModelRef)  # pyright: ignore[reportArgumentType]  # an alias
            assert is_reference(ref)

        assert not isinstance(ref, Product)  # type: ignore[unreachable]  # what is tested

    def test_its_class_is_the_model_and_its_type_a_model_ref(self, ref: ModelRef[Order]) -> None:
        """`ref.__class__` is the model, `type(ref)` a `ModelRef`."""
        with queries():
            assert ref.__class__ is Order
            assert issubclass(type(ref), ModelRef)  # pyright: ignore[reportArgumentType]  # an alias

    def test_it_knows_its_models_options(self, ref: ModelRef[Order]) -> None:
        """`ref._meta` is the model's."""
        with queries():
            assert ref._meta is Order._meta

    def test_a_reference_to_a_proxy_is_of_the_proxy_and_of_its_model(self, order: Order) -> None:
        """A proxy keeps its own class."""
        ref = arrived(UrgentOrder.objects.get())[0]

        assert ref.__class__ is UrgentOrder
        assert isinstance(ref, Order)
        assert ref.hurry() == "gift!"

    def test_a_reference_to_a_child_is_of_its_parents(self) -> None:
        """Multi-table inheritance is inheritance."""
        ref = reference(SportsCar, 1)

        assert isinstance(ref, Car)
        assert isinstance(ref, Vehicle)
        assert not isinstance(reference(Car, 1), SportsCar)

    def test_singledispatch_dispatches_on_the_model(self, ref: ModelRef[Order]) -> None:
        """A function registered for the model gets the reference, without a query."""

        @functools.singledispatch
        def describe(value: Any) -> str:
            return "anything"

        @describe.register
        def describe_order(value: Order) -> str:
            return "an order"

        with queries():
            assert describe(ref) == "an order"

    def test_a_class_pattern_matches(self, pending: Any) -> None:
        """`match` sees the model, and reads its attributes."""
        found: Any
        with queries():
            match pending:
                case Product():
                    found = "product"
                case Order(pk=pk):
                    found = pk

        with queries(default=1):
            match pending:
                case Order(note=note):
                    assert (found, note) == (42, "gift")

    def test_abstract_base_classes_see_the_models_methods(self) -> None:
        """`isinstance(ref, Sized)` says what it says of the model, without a query."""
        with queries():
            assert isinstance(reference(Basket, 1), collections.abc.Sized)
            assert isinstance(reference(Basket, 1), collections.abc.Iterable)
            assert isinstance(reference(Rule, 1), collections.abc.Callable)  # type: ignore[arg-type]
            assert not isinstance(reference(Order, 1), collections.abc.Sized)
            assert not isinstance(reference(Order, 1), collections.abc.Iterable)
            assert isinstance(reference(Order, 1), collections.abc.Hashable)

    def test_callable_says_what_it_says_of_the_model(self) -> None:
        """`callable(ref)` is true only for a model with `__call__`."""
        with queries():
            assert callable(reference(Rule, 1))
            assert not callable(reference(Order, 1))


NEVER: dict[str, Callable[[Any], Any]] = {
    "pk": lambda ref: ref.pk,
    "the key's attname": lambda ref: ref.id,
    "_meta": lambda ref: ref._meta,
    "_state": lambda ref: (ref._state.adding, ref._state.db, ref._state.fields_cache),
    "_is_pk_set": lambda ref: ref._is_pk_set(),
    "prepare_database_save": lambda ref: ref.prepare_database_save(Line._meta.get_field("order")),
    "isinstance": lambda ref: isinstance(ref, Order),
    "repr": repr,
    "format with !r": lambda ref: f"{ref!r}",
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": pickle.dumps,
    "encode": lambda ref: codec.encode([ref]),
    "==": lambda ref: ref == Order(pk=42),
    "== the other way": lambda ref: Order(pk=42) == ref,
    "!=": lambda ref: ref != Order(pk=1),
    "hash": hash,
    "truth": bool,
    "dict key": lambda ref: {ref: 1}[ref],
    "identity": identity,
    "is_reference": is_reference,
    "is_resolved": is_resolved,
}


class TestNeverAQuery:
    """What a pending reference answers itself."""

    @pytest.mark.parametrize("use", NEVER.values(), ids=NEVER)
    def test_it_answers_without_loading(
        self, pending: ModelRef[Order], use: Callable[[Any], Any]
    ) -> None:
        """None of these sends a query or loads the reference."""
        with queries():
            use(pending)

        assert not is_resolved(pending)

    def test_the_key_is_the_rows(self, ref: ModelRef[Order]) -> None:
        """`pk` and the key's name give the key."""
        with queries():
            assert (ref.pk, ref.id) == (42, 42)

    def test_the_state_is_that_of_a_row_that_was_read(self, pending: ModelRef[Order]) -> None:
        """A pending reference is not being added, and knows its alias."""
        assert pending._state.adding is False
        assert pending._state.db == "default"
        assert reference(Order, 42, using="eu")._state.db == "eu"

    def test_the_key_is_set(self, pending: ModelRef[Order]) -> None:
        """`_is_pk_set()` and `prepare_database_save()` answer for the key."""
        assert pending._is_pk_set() is True  # type: ignore[attr-defined]  # Django's own
        field: Any = Line._meta.get_field("order")
        assert pending.prepare_database_save(field) == 42

    @pytest.mark.parametrize(
        ("model", "pk", "names"),
        [
            (Seat, ("A", 4), {"row": "A", "number": 4}),
            (Car, 7, {"vehicle_ptr_id": 7, "id": 7}),
            (SportsCar, 7, {"car_ptr_id": 7, "vehicle_ptr_id": 7, "id": 7}),
            (Profile, 7, {"customer_id": 7}),
            (TagNote, UUID(int=7), {"tag_id": UUID(int=7)}),
            (Locker, 7, {"number": 7}),
            (Book, Isbn("9780000000007"), {"isbn": Isbn("9780000000007")}),
        ],
        ids=lambda value: value.__name__ if isinstance(value, type) else "",
    )
    def test_every_column_of_the_key_is_known(
        self, model: Any, pk: Any, names: dict[str, Any]
    ) -> None:
        """Parts of a composite key, a relation's attname and the parents' keys need no row."""
        ref = reference(model, pk)

        with queries():
            assert ref.pk == pk
            assert {name: getattr(ref, name) for name in names} == names

    def test_a_field_called_id_that_is_not_the_key_is_read(self) -> None:
        """`id` is a field like any other where the key has another name."""
        Locker.objects.create(number=7, id="seven")
        ref = reference(Locker, 7)

        with queries(default=1):
            assert ref.id == "seven"

    def test_the_key_of_a_parent_that_the_child_does_not_share_is_read(self) -> None:
        """A child with a key of its own does not know its parent's."""
        parent = Truck.objects.create(plate="HH-1").vehicle_id
        ref = reference(Truck, "HH-1")

        with queries(default=1):
            assert (ref.pk, ref.id, ref.vehicle_id) == ("HH-1", parent, parent)

    def test_a_key_that_is_a_relation_is_followed(self) -> None:
        """The name of a one-to-one key gives the related row: one query for each."""
        Profile.objects.create(customer=Customer.objects.create(pk=7, name="Ada"))
        ref = reference(Profile, 7)

        with queries(default=2):
            assert ref.customer.name == "Ada"

    @pytest.mark.parametrize(
        "name",
        [
            "resolve_expression",
            "get_source_expressions",
            "as_sql",
            "_repr_html_",
            "_repr_mimebundle_",
            "_ipython_display_",
            "__wrapped__",
            "__html__",
            "__json__",
            "__rich_repr__",
            "__await__",
            "__array__",
            "__len__",
            "__name__",
            "__qualname__",
            "__mro__",
            "__bases__",
            "__text_signature__",
            "__call__",
        ],
    )
    def test_a_name_that_tools_probe_is_missing_without_loading(
        self, pending: ModelRef[Order], name: str
    ) -> None:
        """What the model lacks and Django or a tool asks for is an AttributeError, no query."""
        with queries(), pytest.raises(AttributeError):
            getattr(pending, name)

        assert not is_resolved(pending)

    def test_setting_an_unknown_dunder_does_not_load(self, pending: ModelRef[Order]) -> None:
        """`ref.__anything__ = 1` is an AttributeError, no query."""
        with queries(), pytest.raises(AttributeError):
            pending.__anything__ = 1  # type: ignore[attr-defined]  # what is tested

        assert not is_resolved(pending)

    @pytest.mark.parametrize(
        ("pk", "using", "text"),
        [
            (42, None, "<ModelRef shop.order pk=42>"),
            (42, "eu", "<ModelRef shop.order pk=42 using=eu>"),
        ],
    )
    def test_repr_shows_label_key_and_alias(self, pk: Any, using: str | None, text: str) -> None:
        """A pending reference shows where its row is, and nothing of the row."""
        assert repr(reference(Order, pk, using=using)) == text

    def test_repr_is_the_same_however_the_reference_is_used(self, ref: ModelRef[Order]) -> None:
        """Loading does not put field values into `repr`."""
        assert repr(ref) == "<ModelRef shop.order pk=42>"

    @pytest.mark.parametrize(
        ("model", "pk", "shown"),
        [
            (Seat, ("A", 4), 'pk=["A",4]'),
            (Tag, UUID(int=1), "pk=00000000-0000-0000-0000-000000000001"),
            (Book, Isbn("9780000000007"), "pk=978-0000000007"),
        ],
    )
    def test_repr_shows_the_key_as_it_travels(self, model: Any, pk: Any, shown: str) -> None:
        """Keys of other types are shown as on the wire."""
        assert shown in repr(reference(model, pk))


LOADS = {
    "field": (lambda ref: ref.note, 1),
    "foreign key's attname": (lambda ref: ref.customer_id, 1),
    "relation that is null": (lambda ref: ref.customer, 1),
    "property": (lambda ref: ref.gross, 1),
    "cached property": (lambda ref: ref.summary, 1),
    "method": (lambda ref: ref.discounted(10), 1),
    "class method": (lambda ref: ref.largest, 1),
    "reverse relation": (lambda ref: list(ref.lines.all()), 2),
    "str": (str, 1),
    "format": (lambda ref: f"{ref}", 1),
    "__dict__": (vars, 1),
    "write": (lambda ref: setattr(ref, "note", "new"), 1),
    "write of the key": (lambda ref: setattr(ref, "pk", None), 1),
    "write of a name of its own": (lambda ref: setattr(ref, "remember", 1), 1),
    "write of a private name": (lambda ref: setattr(ref, "_private", 1), 1),
    "delete": (lambda ref: delattr(ref, "note"), 1),
    "save": (lambda ref: ref.save(), 2),
    "refresh_from_db": (lambda ref: ref.refresh_from_db(), 2),
    "hasattr": (lambda ref: hasattr(ref, "no_such_name"), 1),
    "getattr with a default": (lambda ref: getattr(ref, "_cache", None), 1),
}


class TestEverythingElseLoads:
    """What needs the row reads it, once."""

    @pytest.mark.parametrize(("use", "sent"), LOADS.values(), ids=LOADS)
    def test_it_loads_first(
        self, pending: ModelRef[Order], use: Callable[[Any], Any], sent: int
    ) -> None:
        """The first use reads the row; what is beyond that is the use's own."""
        with queries(default=sent):
            use(pending)

        assert is_resolved(pending)

    @pytest.mark.parametrize("first", [LOADS["field"][0], LOADS["write"][0], str])
    def test_a_second_use_sends_nothing(
        self, pending: ModelRef[Order], first: Callable[[Any], Any]
    ) -> None:
        """Whatever came first, fields are there afterwards."""
        first(pending)

        with queries():
            assert pending.total == Decimal("12.50")

    def test_what_is_read_is_the_rows(self, pending: ModelRef[Order]) -> None:
        """Fields, properties, methods and relations give what they give on the instance."""
        assert pending.total == Decimal("12.50")
        assert pending.gross == Decimal("15.00")
        assert pending.discounted(50) == Decimal("6.25")
        assert str(pending) == "Order over 12.50"
        assert list(pending.lines.all()) == []

    def test_a_write_is_kept(self, pending: ModelRef[Order]) -> None:
        """The first use may be a write; the load does not undo it."""
        pending.note = "written"

        assert pending.note == "written"
        assert resolve(pending).note == "written"

    def test_a_property_is_written_through_its_setter(self, pending: ModelRef[Order]) -> None:
        """A write goes to the model's own descriptor."""
        pending.gross = Decimal("24.00")

        assert pending.total == Decimal("20.00")

    def test_a_deleted_field_is_deferred(self, pending: ModelRef[Order]) -> None:
        """`del ref.note` does what it does on an instance: the field is read again."""
        del pending.note

        assert pending.get_deferred_fields() == {"note"}
        with queries(default=1):
            assert pending.note == "gift"

    def test_a_missing_name_is_the_models_error(self, pending: ModelRef[Order]) -> None:
        """An AttributeError names the model's class, as the instance's would."""
        with pytest.raises(AttributeError, match="'Order' object has no attribute 'no_such_name'"):
            _ = pending.no_such_name  # type: ignore[attr-defined]  # what is tested

    def test_resolve_loads(self, pending: ModelRef[Order]) -> None:
        """`resolve(ref)` gives a real instance of the model."""
        with queries(default=1):
            instance = resolve(pending)

        assert type(instance) is Order
        assert resolve(pending) is instance

    def test_words_of_a_reference_are_the_models(self) -> None:
        """Fields and methods may have any name: a reference hides none of them."""
        Instrument.objects.create(
            pk=1, model="m", get="g", identity="i", using="u", label="l", batch="b", sealed="s"
        )
        ref = reference(Instrument, 1)

        assert (ref.model, ref.get, ref.identity, ref.using) == ("m", "g", "i", "u")
        assert (ref.label, ref.batch, ref.sealed, ref.instance) == ("l", "b", "s", "")
        assert ref.is_resolved is False
        assert (ref.resolve(), ref.load(), ref.reference()) == (
            "m resolved",
            "m loaded",
            "m referenced",
        )

    def test_there_is_no_public_name_of_its_own(self) -> None:
        """The class adds no name without an underscore to what a model has."""
        assert [name for name in dir(ModelRef) if not name.startswith("_")] == []

"""What a reference stands for: equality, hash and identity, before and after it is used."""

import dataclasses
import pickle
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

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
    Car,
    Moment,
    Order,
    Product,
    UrgentOrder,
    Vehicle,
)
from tests.shop.queries import ALIASES, queries
from tests.shop.samples import SAMPLES, Sample

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


class TestEqualityAndHash:
    """Django's rules: the same concrete model and the same key."""

    def test_it_equals_its_row_from_both_sides(self, ref: ModelRef[Order], order: Order) -> None:
        """References and instances of one row are equal, and hash alike."""
        with queries():
            assert ref == order
            assert order == ref
            assert ref == reference(Order, 42)
            assert hash(ref) == hash(order)
            assert len({ref, order, reference(Order, 42)}) == 1

    def test_it_differs_from_other_rows_and_models(self, ref: ModelRef[Order]) -> None:
        """Another key, another model and what is no model are not equal."""
        with queries():
            assert ref != reference(Order, 43)
            assert ref != reference(Product, 42)  # type: ignore[comparison-overlap]  # what is tested
            assert ref != Order()
            assert ref != 42  # type: ignore[comparison-overlap]  # what is tested
            assert ref is not None

    def test_a_proxy_equals_its_model(self, ref: ModelRef[Order]) -> None:
        """The concrete model counts."""
        assert ref == reference(UrgentOrder, 42)
        assert reference(UrgentOrder, 42) == ref

    def test_a_parent_and_its_child_differ(self) -> None:
        """Multi-table children are other rows, as in Django."""
        assert reference(Vehicle, 1) != reference(Car, 1)

    def test_it_stays_where_it_was_in_a_dict(self, pending: ModelRef[Order]) -> None:
        """Loading changes no hash."""
        found = {pending: "here"}

        resolve(pending)

        assert found[pending] == "here"

    @pytest.mark.parametrize("sample", SAMPLES, ids=str)
    def test_every_kind_equals_its_instance(self, sample: Sample) -> None:
        """A reference equals the row read directly, and hashes like it, before and after."""
        instance = sample.make()
        ref = arrived(instance)[0]

        pending = (ref == instance, instance == ref, hash(ref) == hash(instance))
        resolve(ref)
        loaded = (ref == instance, instance == ref, hash(ref) == hash(instance))

        assert pending == loaded == (True, True, True)

    def test_a_reference_whose_key_was_removed_has_no_hash(self, loaded: ModelRef[Order]) -> None:
        """After `ref.pk = None` the hash is Django's TypeError."""
        loaded.pk = None

        with pytest.raises(TypeError, match="without primary key"):
            hash(loaded)


class TestIdentity:
    """`identity` and its text."""

    @pytest.mark.parametrize("sample", SAMPLES, ids=str)
    def test_its_text_is_label_and_key(self, sample: Sample) -> None:
        """`str(identity(...))` is the same for the instance and for a reference to it."""
        instance = sample.make()
        text = f"{instance._meta.label_lower}:{sample.text}"

        with queries():
            ref = arrived(instance)[0]

            assert str(identity(instance)) == text
            assert str(identity(ref)) == text
            assert str(identity(reference(instance))) == text
            assert str(identity(reference(type(instance), instance.pk))) == text

    @pytest.mark.parametrize("sample", SAMPLES, ids=str)
    def test_its_text_ends_in_the_alias(self, sample: Sample) -> None:
        """A row of another database than `default` has its alias in the text."""
        instance = sample.make(alias="eu")

        text = f"{instance._meta.label_lower}:{sample.text}@eu"

        assert str(identity(instance)) == text
        assert str(identity(arrived(instance)[0])) == text

    @pytest.mark.parametrize("sample", SAMPLES, ids=str)
    def test_its_key_has_the_type_of_the_rows(self, sample: Sample) -> None:
        """Where Django is set up, the key of an identity is the key of the row."""
        instance = sample.make()

        pk = identity(arrived(instance)[0]).pk

        assert pk == instance.pk
        assert type(pk) is type(instance.pk)

    def test_identities_of_one_row_are_equal(self, ref: ModelRef[Order], order: Order) -> None:
        """An identity is a value: equal, with one hash, usable as a key."""
        assert identity(ref) == identity(order)
        assert {identity(ref): "row"}[identity(order)] == "row"

    def test_an_alias_makes_another_identity(self) -> None:
        """Row 42 of `eu` is not row 42 of `default`."""
        assert identity(reference(Order, 42)) != identity(reference(Order, 42, using="eu"))

    def test_default_is_no_alias(self) -> None:
        """The alias `default` goes unsaid."""
        assert identity(reference(Order, 42, using="default")).using is None

    def test_a_proxy_keeps_its_label(self) -> None:
        """The label is of the class that was named."""
        assert identity(reference(UrgentOrder, 42)).label == "shop.urgentorder"

    def test_it_is_frozen(self) -> None:
        """Nothing of an identity can be changed."""
        found = identity(reference(Order, 42))

        with pytest.raises((AttributeError, dataclasses.FrozenInstanceError)):
            found.pk = 43  # type: ignore[misc]  # what is tested

    def test_it_survives_a_pickle(self) -> None:
        """An identity can be kept where values are kept."""
        found = identity(reference(Moment, datetime(2024, 5, 4, tzinfo=UTC), using="eu"))

        assert pickle.loads(pickle.dumps(found)) == found


class TestAfterDelete:
    """A loaded reference whose row was deleted through it."""

    @pytest.fixture
    def deleted(self, pending: ModelRef[Order]) -> ModelRef[Order]:
        """A reference after `ref.delete()`."""
        pending.delete()
        return pending

    def test_the_row_is_gone(self, deleted: ModelRef[Order]) -> None:
        """`ref.delete()` deletes, and takes the key as Django does."""
        assert not Order.objects.filter(pk=42).exists()
        assert deleted.pk is None

    def test_identity_and_repr_keep_the_last_row(self, deleted: ModelRef[Order]) -> None:
        """Logs can still say which row it was."""
        assert identity(deleted) == Identity("shop.order", 42)
        assert repr(deleted) == "<ModelRef shop.order pk=42>"

    def test_hash_raises_as_djangos_does(self, deleted: ModelRef[Order]) -> None:
        """A deleted instance has no hash, nor has its reference."""
        with pytest.raises(TypeError, match="without primary key"):
            hash(deleted)

    def test_deleting_the_instance_is_deleting_the_reference(self, order: Order) -> None:
        """It does not matter which side `delete` was called on."""
        ref = reference(order)

        order.delete()

        assert str(identity(ref)) == "shop.order:42"
        assert ref.pk is None


class TestCopyIdiom:
    """`ref.pk = None; ref.save()`, Django's way to copy a row."""

    @pytest.fixture
    def copied(self, pending: ModelRef[Order]) -> ModelRef[Order]:
        """A reference after the idiom."""
        pending.pk = None
        pending.save()
        return pending

    def test_a_new_row_is_made(self, copied: ModelRef[Order]) -> None:
        """There are two rows that differ in their key."""
        assert Order.objects.filter(note="gift").count() == 2
        assert copied.pk not in (None, 42)

    def test_the_reference_is_to_the_new_row(self, copied: ModelRef[Order]) -> None:
        """Key, equality, hash, identity and repr follow the instance."""
        new = Order.objects.exclude(pk=42).get()

        assert copied == new
        assert copied != reference(Order, 42)
        assert hash(copied) == hash(new)
        assert identity(copied) == Identity("shop.order", new.pk)
        assert repr(copied) == f"<ModelRef shop.order pk={new.pk}>"

    def test_the_new_row_is_what_is_sent(self, copied: ModelRef[Order]) -> None:
        """A reference that a task passes on names the row it is now."""
        sent = codec.decode(codec.encode([copied]))[0]

        assert sent.pk == copied.pk

    def test_a_save_to_another_database_changes_the_alias(self, loaded: ModelRef[Order]) -> None:
        """`ref.save(using="eu")` makes it the row of `eu`, as on the instance."""
        loaded.save(using="eu")

        assert str(identity(loaded)) == "shop.order:42@eu"

"""Copies and pickles of references."""

import copy
import pickle
import pickletools
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache.backends.locmem import LocMemCache
from django.test import TestCase

from modelref import (
    Identity,
    identity,
    is_reference,
    is_resolved,
    reference,
    resolve,
)
from modelref.errors import ReferenceNotFound
from tests.shop.arrivals import arrived
from tests.shop.models import (
    Basket,
    Car,
    Customer,
    Line,
    Options,
    Order,
    Profile,
    Ride,
    Seat,
    Tracked,
    Version,
)
from tests.shop.queries import ALIASES, queries
from tests.shop.samples import SAMPLES, Sample, columns

pytestmark = pytest.mark.django_db(databases=ALIASES)

Copy = Callable[[Any], Any]  # of the module copy

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)
both_copies = pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])


@pytest.fixture
def order() -> Order:
    """An order in the database."""
    return Order.objects.create(pk=42, note="gift")


@pytest.fixture
def pending(order: Order) -> Order:
    """A reference that has not read it."""
    return reference(Order, 42)


@pytest.fixture
def loaded(order: Order) -> Order:
    """A reference that has read it."""
    ref = reference(Order, 42)
    resolve(ref)
    return ref


@both_copies
class TestCopiesOfPending:
    """A copy of a pending reference is pending and tied to it."""

    def test_a_copy_is_another_pending_reference(self, pending: Order, copied: Copy) -> None:
        """Copying sends nothing and loads nothing."""
        with queries():
            again = copied(pending)

        assert again is not pending
        assert again == pending
        assert is_reference(again)
        assert again.__class__ is Order
        assert identity(again) == identity(pending)
        assert not is_resolved(again)
        assert not is_resolved(pending)

    def test_the_load_of_the_original_fills_the_copy(self, pending: Order, copied: Copy) -> None:
        """One read serves both."""
        again = copied(pending)

        with queries(default=1):
            assert pending.note == "gift"
            assert is_resolved(again)
            assert again.note == "gift"

    def test_each_has_an_instance_of_its_own(self, pending: Order, copied: Copy) -> None:
        """What is changed on one does not show on the other."""
        again = copied(pending)

        pending.note = "changed"

        assert resolve(again) is not resolve(pending)
        assert type(resolve(again)) is Order
        assert again.note == "gift"

    def test_an_old_copy_keeps_what_was(self, pending: Order, copied: Copy) -> None:
        """`old = copy(order)`, change, save: the copy holds the row as it was, for one read."""
        with queries(default=2):
            old = copied(pending)
            pending.note = "changed"
            pending.save()
            assert (old.note, pending.note) == ("gift", "changed")

    def test_a_write_to_the_copy_leaves_the_original(self, pending: Order, copied: Copy) -> None:
        """It holds the other way, too."""
        again = copied(pending)

        again.note = "changed"

        assert pending.note == "gift"

    def test_a_copy_of_a_copy_is_tied_as_well(self, pending: Order, copied: Copy) -> None:
        """Three references, one read, three instances."""
        again = copied(pending)
        third = copied(again)

        with queries(default=1):
            assert [pending.note, again.note, third.note] == ["gift"] * 3
        assert len({id(resolve(ref)) for ref in (pending, again, third)}) == 3

    def test_mutable_values_are_not_shared(self, copied: Copy) -> None:
        """The instances have no list in common, however they were copied."""
        Basket.objects.create(pk=1, items=[1])
        ref = reference(Basket, 1)
        again = copied(ref)

        ref.items.append(2)

        assert again.items == [1]

    def test_copies_load_with_the_batch(self, copied: Copy) -> None:
        """The read of several references fills the copy of one."""
        orders = [Order.objects.create(note=str(n)) for n in range(3)]
        refs = arrived(*orders)
        again = copied(refs[1])

        with queries(default=1):
            assert [ref.note for ref in refs] == ["0", "1", "2"]
            assert again.note == "1"

    def test_a_relation_cached_on_one_is_not_on_the_other(self, copied: Copy) -> None:
        """`_state` is not shared."""
        customer = Customer.objects.create(name="Ada")
        ref = reference(Customer, customer.pk)
        again = copied(ref)

        profile = Profile(customer=again)

        assert again.profile is profile
        with pytest.raises(Profile.DoesNotExist):
            _ = ref.profile

    def test_a_copy_of_a_missing_row_is_missing(self, copied: Copy) -> None:
        """Both say so."""
        ref = reference(Order, 43)
        again = copied(ref)

        for missing in (again, ref):
            with pytest.raises(ReferenceNotFound):
                _ = missing.note

    def test_a_models_own_special_methods_are_not_asked(self, copied: Copy) -> None:
        """Copying asks neither the row nor the model."""
        with queries():
            again = copied([reference(Version, 1), reference(Basket, 1), reference(Options, 1)])

        assert [is_resolved(ref) for ref in again] == [False] * 3


class TestDirection:
    """Whether the load of a copy fills its original."""

    def test_the_load_of_a_shallow_copy_fills_the_original(self, pending: Order) -> None:
        """Whichever is used first, one read serves both, and the batch."""
        refs = arrived(*(Order.objects.create(note=str(n)) for n in range(3)))
        again = copy.copy(refs[1])

        with queries(default=1):
            assert again.note == "1"
            assert [ref.note for ref in refs] == ["0", "1", "2"]

    def test_the_load_of_a_deep_copy_leaves_the_original(self, pending: Order) -> None:
        """What a deep copy reads stays with it: `TestCase` makes one of its data for each test."""
        again = copy.deepcopy(pending)

        assert again.note == "gift"

        assert not is_resolved(pending)

    def test_a_deep_copy_that_has_loaded_keeps_what_it_has(self, pending: Order) -> None:
        """The later load of the original does not touch it."""
        again = copy.deepcopy(pending)
        again.note = "changed"

        assert pending.note == "gift"
        assert again.note == "changed"


class TestDeepCopiesOfContainers:
    """`deepcopy` of what contains references."""

    def test_one_reference_twice_stays_one(self, pending: Order) -> None:
        """The copy keeps the shape."""
        first, second = copy.deepcopy([pending, pending])

        assert first is second
        assert first is not pending

    def test_copies_of_a_batch_load_in_one_query(self) -> None:
        """The copies of a list are one read; the originals are another."""
        refs = arrived(*(Order.objects.create(note=str(n)) for n in range(3)))
        again = copy.deepcopy({"orders": refs})["orders"]

        with queries(default=1):
            assert [ref.note for ref in again] == ["0", "1", "2"]
        with queries(default=1):
            assert [ref.note for ref in refs] == ["0", "1", "2"]


class TestCopiesOfLoaded:
    """A copy of a loaded reference wraps a copied instance."""

    @both_copies
    def test_it_wraps_a_copy(self, loaded: Order, copied: Copy) -> None:
        """The copy is loaded, and its instance is another."""
        with queries():
            again = copied(loaded)

            assert is_reference(again)
            assert is_resolved(again)
            assert again == loaded
            assert type(resolve(again)) is Order
            assert resolve(again) is not resolve(loaded)

    @both_copies
    def test_writes_are_apart(self, loaded: Order, copied: Copy) -> None:
        """Neither sees the other's changes."""
        again = copied(loaded)

        again.note = "copy"
        loaded.total = 7

        assert (loaded.note, again.total) == ("gift", 0)

    @both_copies
    def test_unsaved_changes_are_copied(self, loaded: Order, copied: Copy) -> None:
        """A copy is of what the reference is now."""
        loaded.note = "unsaved"

        assert copied(loaded).note == "unsaved"

    @both_copies
    def test_a_copy_of_a_wrapping_reference_leaves_the_instance(
        self, order: Order, copied: Copy
    ) -> None:
        """The caller's instance is not the copy's."""
        again = copied(reference(order))

        again.note = "copy"

        assert order.note == "gift"

    @both_copies
    def test_a_copy_after_the_copy_idiom_is_of_the_new_row(
        self, loaded: Order, copied: Copy
    ) -> None:
        """A copy stands for what its original stands for."""
        loaded.pk = None
        loaded.save()

        assert identity(copied(loaded)) == identity(loaded) == Identity("shop.order", loaded.pk)

    def test_a_shallow_copy_shares_values_and_a_deep_one_does_not(self) -> None:
        """As with instances."""
        ref = reference(Basket.objects.create(items=[1]))
        shallow, deep = copy.copy(ref), copy.deepcopy(ref)

        ref.items.append(2)

        assert (shallow.items, deep.items) == ([1, 2], [1])

    def test_a_model_with_getattr_is_copied(self) -> None:
        """A half-built copy asks the model's `__getattr__` nothing it cannot answer."""
        ref = reference(Options.objects.create(choices={"colour": "red"}))

        assert copy.deepcopy(ref).colour == "red"
        assert copy.copy(ref).colour == "red"


class TestCopiesOfCircles:
    """Instances and references that lead to each other."""

    @pytest.mark.parametrize("load", [True, False], ids=["loaded", "pending"])
    def test_a_circle_through_a_foreign_key(self, load: bool) -> None:
        """An instance whose cached relation is a reference that leads back is copied whole."""
        customer = Customer.objects.create(pk=5, name="Ada")
        ref = reference(Customer, 5)
        if load:
            resolve(ref)
        profile = Profile(customer=ref)

        with queries():
            given: list[Any] = [profile, ref]
            first, second = copy.deepcopy(given)

        assert first.customer is second
        assert second.profile is first
        assert (second.pk, second.name) == (5, customer.name)

    @pytest.mark.parametrize("load", [True, False], ids=["loaded", "pending"])
    def test_a_circle_that_starts_at_the_reference(self, load: bool) -> None:
        """It holds whichever end the copy starts from."""
        Customer.objects.create(pk=5, name="Ada")
        ref = reference(Customer, 5)
        if load:
            resolve(ref)
        profile = Profile(customer=ref)

        given: list[Any] = [ref, profile]

        second, first = copy.deepcopy(given)

        assert first.customer is second
        assert second.profile is first
        assert ref.profile is profile

    def test_a_circle_through_a_parent_link(self) -> None:
        """Multi-table children with a cached parent are copied whole."""
        car = Car.objects.create(pk=1, model="Z")
        ref: Any = reference(Car, 1)
        ride = Ride.objects.create(vehicle=ref)
        assert ref.vehicle_ptr.car is ref

        again = copy.deepcopy({"ref": ref, "ride": ride, "car": reference(car)})

        assert again["ride"].vehicle is again["ref"]
        assert again["ref"].vehicle_ptr.car is again["ref"]


class TestSetUpTestData(TestCase):
    """References among the data that Django's `TestCase` copies for each test."""

    databases = {"default"}

    order: Order
    line: Line
    pending: Order
    loaded: Order
    points: Line
    both: list[Order]
    late: Order

    @classmethod
    def setUpTestData(cls) -> None:
        """Make rows and references once for the class."""
        cls.order = Order.objects.create(pk=42, note="gift")
        cls.line = Line.objects.create(order=cls.order)
        cls.pending = reference(Order, 42)
        cls.loaded = reference(cls.order)
        cls.points = Line(order=cls.pending)
        cls.both = [cls.loaded, cls.pending]
        cls.late = reference(Order, 42)

    def use(self) -> None:
        """Change everything, finding it untouched."""
        assert not is_resolved(self.pending)
        assert not is_resolved(self.late)
        assert self.points.order is self.pending
        assert self.both[0] is self.loaded
        assert self.loaded.note == self.pending.note == self.line.order.note == "gift"
        assert resolve(self.loaded) is self.order
        self.loaded.note = self.pending.note = self.line.order.note = "changed"
        Order.objects.update(note=self.id()[-80:])
        assert self.late.note == self.id()[-80:]

    def test_one_test_finds_them_as_they_were(self) -> None:
        """Each test has copies of its own, in the shape of the class's."""
        self.use()

    def test_another_test_finds_them_as_they_were(self) -> None:
        """What the other test changed is not seen here."""
        self.use()


def globals_of(pickled: bytes) -> set[str]:
    """Name the modules that a pickle imports from."""
    texts = [arg for opcode, arg, _ in pickletools.genops(pickled) if isinstance(arg, str)]
    return {
        text.split(".")[0] for text in texts if text.startswith(("modelref", "tests", "django"))
    }


@pytest.mark.parametrize("protocol", PROTOCOLS)
class TestPicklesOfPending:
    """A pending reference is pickled as one."""

    def test_it_comes_back_pending(self, pending: Order, protocol: int) -> None:
        """No query either way, and the row is read when it is used."""
        with queries():
            again = pickle.loads(pickle.dumps(pending, protocol))
            assert identity(again) == identity(pending)
            assert again.__class__ is Order
            assert not is_resolved(again)

        with queries(default=1):
            assert again.note == "gift"

    def test_it_is_a_function_and_plain_values(self, pending: Order, protocol: int) -> None:
        """Nothing of the project or of Django is in the pickle, so nothing can fail to load."""
        assert globals_of(pickle.dumps(pending, protocol)) == {"modelref"}

    def test_a_reference_to_nothing_is_pickled_like_any(self, protocol: int) -> None:
        """A pickle does not ask whether the row, the alias or the model exists."""
        refs = [reference(Order, 43), reference(Order, 43, using="eu")]

        with queries():
            again = pickle.loads(pickle.dumps(refs, protocol))

        assert [str(identity(ref)) for ref in again] == ["shop.order:43", "shop.order:43@eu"]


class TestPicklesOfEveryKind:
    """Keys of all types survive a pickle."""

    @pytest.mark.parametrize("sample", SAMPLES, ids=str)
    def test_a_pending_reference_comes_back(self, sample: Sample) -> None:
        """The copy reads the same row."""
        instance = sample.make()

        again = pickle.loads(pickle.dumps(arrived(instance)[0]))

        assert (again.pk, type(again.pk)) == (instance.pk, type(instance.pk))
        with queries(default=1):
            assert columns(again) == columns(instance)

    @pytest.mark.parametrize(
        "sample", [each for each in SAMPLES if each.kind != "third-party descriptor"], ids=str
    )
    def test_a_loaded_reference_is_pickled_as_its_instance(self, sample: Sample) -> None:
        """The bytes are those of the instance, in every protocol.

        All but a model that something it holds leads back to: that one has to be met as itself.
        """
        instance = sample.make()
        ref = reference(type(instance), instance.pk)
        resolve(ref)

        for protocol in PROTOCOLS:
            assert pickle.dumps(ref, protocol) == pickle.dumps(resolve(ref), protocol)


class TestPicklesOfLoaded:
    """A loaded reference is its instance to whoever pickles it."""

    def test_it_comes_back_as_an_instance(self, loaded: Order) -> None:
        """A model that caches itself caches what it meant to: unsaved values and all."""
        loaded.note = "unsaved"

        with queries():
            again = pickle.loads(pickle.dumps(loaded))

            assert type(again) is Order
            assert again.note == "unsaved"

    def test_a_cache_stores_the_instance(self, loaded: Order) -> None:
        """Django's cache gives an instance back."""
        cache = LocMemCache("copies", {})

        cache.set("order", loaded)

        assert type(cache.get("order")) is Order

    def test_what_is_tied_to_the_instance_comes_back_tied(self) -> None:
        """A third-party descriptor that holds the instance holds the one that was unpickled."""
        ref = reference(Tracked.objects.create(price=3))

        again = pickle.loads(pickle.dumps(ref))
        again.price = 4

        assert again.tracker.changed() == {"price"}

    def test_an_instance_is_pickled_with_the_references_it_holds(self, pending: Order) -> None:
        """A row that points to a pending reference takes it along, pending."""
        line = pickle.loads(pickle.dumps(Line(order=pending, quantity=2)))

        assert (line.quantity, line.order_id) == (2, 42)
        with queries(default=1):
            assert line.order.note == "gift"

    def test_one_that_arrived_goes_on_as_a_reference(self, order: Order) -> None:
        """What Celery holds is sealed: loaded or not, it is pickled as it arrived."""
        (ref,) = arrived(order)
        ref.note = "unsaved"

        again = pickle.loads(pickle.dumps(ref))

        assert is_reference(again)
        assert not is_resolved(again)
        assert again.note == "gift"


class TestSealed:
    """References that Celery holds keep to the row they were made with."""

    def test_the_copy_idiom_does_not_change_what_is_sent_again(self, order: Order) -> None:
        """A retry sends what arrived, whatever the reference has become."""
        (ref,) = arrived(order)

        ref.pk = None
        ref.save()

        assert arrived(ref)[0].pk == 42

    def test_deleting_does_not_change_what_is_sent_again(self, order: Order) -> None:
        """The row is named although it has gone."""
        (ref,) = arrived(order)

        ref.delete()

        assert str(identity(arrived(ref)[0])) == "shop.order:42"

    def test_a_composite_key_is_sent_again_as_it_came(self) -> None:
        """Every part of the key is the one that arrived."""
        (ref,) = arrived(Seat.objects.create(row="A", number=4))

        ref.number = 5

        assert arrived(ref)[0].pk == ("A", 4)


def test_a_relation_that_is_set_between_two_steps_of_a_deep_copy_is_kept() -> None:
    """As a `__deepcopy__` of the user's own may do; the copies are of one group."""
    customer = Customer.objects.create(name="a")
    rows = [Order.objects.create(customer=customer) for _ in range(2)]
    first, second = arrived(*rows)
    memo: dict[int, Any] = {}

    again = copy.deepcopy(first, memo)
    second._state.fields_cache["customer"] = customer
    twin = copy.deepcopy(second, memo)

    with queries(default=1):
        assert again.note == ""
        assert twin.customer.name == "a"

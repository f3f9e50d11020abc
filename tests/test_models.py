"""Every kind of model: what arrives is what a direct read gives, an instance of its model."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db.models import Model, prefetch_related_objects, signals
from django.forms.models import model_to_dict

from modelref import ModelRef, is_reference, is_resolved, reference, resolve
from tests.shop.arrivals import arrived
from tests.shop.models import (
    Audited,
    Customer,
    Document,
    Line,
    Order,
    Plugin,
    PluginBase,
    Profile,
    RecordingBase,
    Remark,
    SportsCar,
    Tag,
)
from tests.shop.queries import ALIASES, queries
from tests.shop.samples import SAMPLES, Sample, columns

pytestmark = pytest.mark.django_db(databases=ALIASES)


def fixed_columns(instance: Model) -> set[str]:
    """Name the columns that no other row may have, and those that make up the key."""
    parts = getattr(instance._meta.pk, "field_names", ())
    return {
        field.attname
        for field in instance._meta.concrete_fields
        if field.unique or field.name in parts
    }


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
class TestEveryKind:
    """One row of each kind of model, sent and used."""

    def test_it_arrives_pending_and_is_read_once(self, sample: Sample) -> None:
        """No query on the way, one at the first access, none at the second."""
        instance = sample.make()

        with queries():
            (ref,) = arrived(instance)
            assert isinstance(ref, type(instance))
            assert ref.pk == instance.pk
            assert not is_resolved(ref)

        with queries(default=1):
            getattr(ref, sample.read)

        with queries():
            getattr(ref, sample.read)
            columns(ref)
            assert is_resolved(ref)

    def test_what_arrives_equals_a_direct_read(self, sample: Sample) -> None:
        """Every column, the key and the class are those of the row."""
        instance = sample.make()

        (ref,) = arrived(instance)

        assert columns(ref) == columns(instance)
        assert (ref.pk, type(ref.pk)) == (instance.pk, type(instance.pk))
        assert type(resolve(ref)) is type(instance)

    def test_what_arrives_is_fresh(self, sample: Sample) -> None:
        """What was changed after sending is seen."""
        instance, other = sample.make(), sample.make(2)
        (ref,) = arrived(instance)
        changes = {
            name: value
            for name, value in columns(other).items()
            if value != columns(instance)[name] and name not in fixed_columns(instance)
        }
        assert changes

        type(instance)._base_manager.filter(pk=instance.pk).update(**changes)

        assert columns(ref) == columns(instance) | changes

    def test_a_list_of_them_is_read_at_once(self, sample: Sample) -> None:
        """Three rows are one query, each in its place."""
        instances = [sample.make(n) for n in (3, 1, 2)]

        refs = arrived(*instances)

        with queries(default=1):
            assert [columns(ref) for ref in refs] == [columns(one) for one in instances]

    def test_it_is_read_from_its_own_database(self, sample: Sample) -> None:
        """A row of another database is not looked for in `default`."""
        instance = sample.make(alias="eu")

        (ref,) = arrived(instance)

        with queries(eu=1):
            assert columns(ref) == columns(instance)
        assert ref._state.db == "eu"

    def test_a_reference_to_an_instance_is_that_instance(self, sample: Sample) -> None:
        """Wrapping needs no query, and everything is there."""
        instance = sample.make()

        with queries():
            ref = reference(instance)

            assert columns(ref) == columns(instance)
            assert resolve(ref) is instance

    def test_a_key_and_a_model_are_enough(self, sample: Sample) -> None:
        """`reference(model, pk)` finds the row of every kind of key."""
        instance = sample.make()

        ref = reference(type(instance), instance.pk)

        with queries(default=1):
            assert columns(ref) == columns(instance)

    def test_it_can_be_saved(self, sample: Sample) -> None:
        """`ref.save()` writes the row it was read from, and makes no other."""
        instance = sample.make()
        (ref,) = arrived(instance)
        manager = type(instance)._base_manager
        rows = manager.count()

        ref.save()

        assert columns(manager.get(pk=instance.pk)) == columns(instance)
        assert manager.count() == rows


@pytest.fixture
def order() -> Order:
    """An order in the database."""
    customer = Customer.objects.create(pk=5, name="Ada")
    return Order.objects.create(pk=42, total=Decimal("12.50"), note="gift", customer=customer)


@pytest.fixture(params=["loaded", "wrapping", "arrived"])
def ref(request: pytest.FixtureRequest, order: Order) -> ModelRef[Order]:
    """A loaded reference to the order, however it came to be."""
    made: dict[str, Callable[[], ModelRef[Order]]] = {
        "loaded": lambda: reference(Order, 42),
        "wrapping": lambda: reference(Order.objects.get()),
        "arrived": lambda: arrived(order)[0],
    }
    ref = made[request.param]()
    resolve(ref)
    return ref


def customer_of(order: Order) -> Customer:
    """Return the customer of an order that has one."""
    assert order.customer is not None
    return order.customer


class TestOneState:
    """A loaded reference and its instance are two views of one state."""

    def test_they_share_one_dict(self, ref: ModelRef[Order]) -> None:
        """`__dict__` is the very same object."""
        assert ref.__dict__ is resolve(ref).__dict__

    def test_a_write_to_the_reference_is_seen_on_the_instance(self, ref: ModelRef[Order]) -> None:
        """Fields, relations and other names are written once."""
        ref.note = "new"
        ref.customer = None
        ref.remembered = [1]  # type: ignore[attr-defined]  # no field

        instance = resolve(ref)

        assert (instance.note, instance.customer_id) == ("new", None)
        assert instance.remembered == [1]  # type: ignore[attr-defined]  # no field

    def test_a_write_to_the_instance_is_seen_on_the_reference(self, ref: ModelRef[Order]) -> None:
        """And the other way."""
        instance = resolve(ref)

        instance.note = "new"
        instance.pk = 43
        del instance.total

        assert (ref.note, ref.pk) == ("new", 43)
        assert ref.get_deferred_fields() == {"total"}

    def test_a_cached_property_is_computed_once(self, ref: ModelRef[Order]) -> None:
        """It is kept for both."""
        summary = ref.summary

        assert resolve(ref).summary is summary

    def test_a_relation_is_read_once(self, ref: ModelRef[Order]) -> None:
        """What one side has fetched the other has."""
        with queries(default=1):
            customer = ref.customer

        with queries():
            assert resolve(ref).customer is customer

    def test_the_state_is_one(self, ref: ModelRef[Order]) -> None:
        """`_state` is the instance's."""
        assert ref._state is resolve(ref)._state


class TestSaving:
    """Writing the row through a reference."""

    def test_save_writes_the_row(self, ref: ModelRef[Order]) -> None:
        """One UPDATE, as on the instance."""
        ref.note = "written"

        with queries(default=1):
            ref.save()

        assert Order.objects.get().note == "written"

    def test_save_takes_update_fields(self, ref: ModelRef[Order]) -> None:
        """Only the fields that are named are written."""
        ref.note, ref.total = "written", Decimal(0)

        ref.save(update_fields=["note"])

        assert (Order.objects.get().note, Order.objects.get().total) == (
            "written",
            Decimal("12.50"),
        )

    def test_refresh_from_db_reads_the_row_again(self, ref: ModelRef[Order]) -> None:
        """One query, and both sides are fresh."""
        Order.objects.update(note="changed")

        with queries(default=1):
            ref.refresh_from_db()

        assert ref.note == resolve(ref).note == "changed"

    def test_refresh_from_db_forgets_relations(self, ref: ModelRef[Order]) -> None:
        """Cached relations go, as on the instance."""
        assert customer_of(ref).name == "Ada"
        Customer.objects.update(name="Grace")

        ref.refresh_from_db()

        assert customer_of(ref).name == "Grace"

    def test_signals_name_the_model(self, ref: ModelRef[Order]) -> None:
        """`pre_save` and `post_save` are sent once, by the model, with an instance of it."""
        heard = []

        def hear(sender: type[Order], instance: Order, **kwargs: Any) -> None:
            heard.append((sender, instance.__class__, isinstance(instance, Order), instance.pk))

        signals.pre_save.connect(hear, sender=Order)
        signals.post_save.connect(hear, sender=Order)
        ref.save()
        signals.pre_save.disconnect(hear, sender=Order)
        signals.post_save.disconnect(hear, sender=Order)

        assert heard == [(Order, Order, True, 42)] * 2

    def test_delete_cascades_and_signals(self, ref: ModelRef[Order]) -> None:
        """`ref.delete()` takes what hangs on it, and reports what the instance's would."""
        Line.objects.create(order=ref)
        heard = []

        def hear(sender: type[Order], **kwargs: Any) -> None:
            heard.append(sender)

        signals.post_delete.connect(hear, sender=Order)
        report = ref.delete()
        signals.post_delete.disconnect(hear, sender=Order)

        assert report == (2, {"shop.Line": 1, "shop.Order": 1})
        assert heard == [Order]
        assert not Line.objects.exists()

    def test_full_clean_checks_the_fields(self, ref: ModelRef[Order]) -> None:
        """Validation is the model's."""
        ref.note = "n" * 81

        with pytest.raises(ValidationError, match="note"):
            ref.full_clean()

    def test_bulk_update_takes_references(self, ref: ModelRef[Order]) -> None:
        """A loaded reference is written like an instance."""
        ref.note = "bulk"

        Order.objects.bulk_update([ref], ["note"])

        assert Order.objects.get().note == "bulk"

    def test_a_model_form_edits_it(self, ref: ModelRef[Order]) -> None:
        """`ModelForm(instance=ref)` shows and saves the row."""
        form_class = forms.modelform_factory(Order, fields=["note"])

        assert form_class(instance=ref).initial == {"note": "gift"}
        form_class({"note": "by form"}, instance=ref).save()

        assert Order.objects.get().note == "by form"

    def test_it_is_serialized_as_its_instance(self, ref: ModelRef[Order]) -> None:
        """Django's serializers and `model_to_dict` see no difference."""
        instance = Order.objects.get()

        assert serializers.serialize("json", [ref]) == serializers.serialize("json", [instance])
        assert model_to_dict(ref) == model_to_dict(instance)


class TestRealInstances:
    """What code of the model makes from a reference is real."""

    def test_its_type_is_hidden_and_of_both(self, ref: ModelRef[Order]) -> None:
        """The type is a subclass of `ModelRef` and of the model; `__class__` is the model."""
        assert issubclass(type(ref), ModelRef)  # pyright: ignore[reportArgumentType]  # an alias
        assert issubclass(type(ref), Order)
        assert ref.__class__ is Order

    def test_type_of_self_makes_a_real_instance(self, ref: ModelRef[Order]) -> None:
        """`type(self)(...)` in a method of the model gives an instance, not a reference."""
        copied = ref.duplicate()

        assert type(copied) is Order
        assert not is_reference(copied)
        assert (copied.note, copied.customer) == ("gift", ref.customer)
        assert copied.pk is None

    def test_class_of_self_makes_a_real_instance(self, ref: ModelRef[Order]) -> None:
        """`self.__class__(...)` is the model's constructor."""
        assert type(ref.__class__(note="x")) is Order

    def test_managers_are_reached_by_type(self, ref: ModelRef[Order]) -> None:
        """`type(self).objects` and class methods work, and give real instances."""
        assert type(type(ref).objects.get()) is Order
        assert type(ref.largest()) is Order

    def test_a_manager_is_not_reached_by_the_reference(self, ref: ModelRef[Order]) -> None:
        """Django refuses `instance.objects`; so does a reference."""
        with pytest.raises(AttributeError, match="Manager isn't accessible via Order instances"):
            _ = ref.objects  # type: ignore[arg-type]  # what is tested

    def test_the_app_registry_does_not_know_the_hidden_class(self, ref: ModelRef[Order]) -> None:
        """No reference class is among the models of the project."""
        models = apps.get_models(include_auto_created=True, include_swapped=True)

        assert Order in models
        assert not [model for model in models if issubclass(model, ModelRef)]  # pyright: ignore[reportArgumentType]  # an alias
        assert apps.get_model("shop", "order") is Order

    def test_a_registry_on_init_subclass_does_not_see_it(self) -> None:
        """The model's `__init_subclass__` is not run for references."""
        ref = arrived(Plugin.objects.create(speed=3))[0]

        assert ref.speed == 3
        assert PluginBase.registry == [Plugin]

    def test_a_metaclass_does_not_see_it(self) -> None:
        """The model's metaclass makes the model and nothing else."""
        ref = arrived(Audited.objects.create(auditor="Ada"))[0]

        assert ref.auditor == "Ada"
        assert RecordingBase.made == ["Audited"]

    def test_init_runs_once_a_row(self, order: Order) -> None:
        """One `post_init` for each instance that is read, none for the reference."""
        heard = []

        def hear(sender: type[Order], instance: Order, **kwargs: Any) -> None:
            heard.append(type(instance))

        signals.post_init.connect(hear, sender=Order)
        resolve(reference(Order, 42))
        signals.post_init.disconnect(hear, sender=Order)

        assert heard == [Order]


class TestRelations:
    """Relations from and to a reference."""

    def test_a_related_manager_makes_rows_that_point_to_it(self, ref: ModelRef[Order]) -> None:
        """`ref.lines.create()` sets the foreign key and its cache."""
        line = ref.lines.create(quantity=3)

        with queries():
            assert line.order == ref
        assert ref.lines.get().quantity == 3

    def test_many_to_many_goes_both_ways(self, ref: ModelRef[Order]) -> None:
        """`ref.tags.add(...)` writes the rows between."""
        tag = Tag.objects.create(name="red")

        ref.tags.add(tag)

        assert list(tag.orders.all()) == [ref]
        assert list(ref.tags.all()) == [tag]

    def test_prefetching_fills_it(self, ref: ModelRef[Order]) -> None:
        """`prefetch_related_objects([ref], …)` is one query, and the relation is there."""
        Line.objects.create(order=ref, quantity=2)

        with queries(default=1):
            prefetch_related_objects([ref], "lines")

        with queries():
            assert [line.quantity for line in ref.lines.all()] == [2]
            assert ref.lines.all()[0].order == ref

    def test_prefetching_pending_references_loads_them_together(self, order: Order) -> None:
        """Two queries for two pending references: their rows, the rows that point to them."""
        other = Order.objects.create(pk=43)
        refs = arrived(order, other)

        with queries(default=2):
            prefetch_related_objects(refs, "lines")

        with queries():
            assert [list(ref.lines.all()) for ref in refs] == [[], []]

    def test_a_relation_cached_while_pending_is_carried_over(self, order: Order) -> None:
        """What Django noted on a pending reference is there after the load."""
        ref = reference(Customer, 5)
        with queries():
            profile = Profile(customer=ref, bio="mathematician")

        with queries(default=1):
            assert ref.name == "Ada"

        with queries():
            assert ref.profile is profile

    def test_a_generic_relation_works_from_both_ends(self) -> None:
        """A reference can be what a generic foreign key points to."""
        ref = arrived(Document.objects.create(pk=1, title="deed"))[0]

        Remark.objects.create(subject=ref, text="signed")

        assert ref.remarks.get().text == "signed"
        assert Remark.objects.get().subject == ref

    def test_a_parent_can_be_reached_from_a_child(self) -> None:
        """The link to the parent gives the parent's instance."""
        SportsCar.objects.create(pk=1, model="Z", wheels=3)
        ref: Any = reference(SportsCar, 1)  # a type knows of no links to parents

        assert ref.car_ptr.model == "Z"
        assert ref.vehicle_ptr.wheels == 3

    def test_a_relation_to_its_own_model_leads_back(self, order: Order) -> None:
        """A symmetrical many-to-many is walked there and back."""
        ada = Customer.objects.get()
        ada.friends.add(Customer.objects.create(pk=6, name="Grace"))
        ref = reference(Customer, 5)

        assert [friend.name for friend in ref.friends.all()] == ["Grace"]
        assert ref.friends.get().friends.get() == ref

"""`PickledByReference`: a model whose instances are pickled as references, everywhere."""

import copy
import multiprocessing
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache.backends.locmem import LocMemCache
from django.db.migrations.state import ModelState
from django.db.migrations.writer import MigrationWriter

from modelref import PickledByReference, identity, is_reference, is_resolved, reference, resolve
from modelref.codecs import json as codec
from modelref.errors import ReferenceNotFound, UnsavedInstance
from tests.shop.models import Invoice, OpenInvoice, Order, PaidInvoice, Voucher
from tests.shop.queries import ALIASES, queries

pytestmark = pytest.mark.django_db(databases=ALIASES)

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)


def reloaded(value: Any, protocol: int = 5) -> Any:
    """Return what comes out of a pickle."""
    return pickle.loads(pickle.dumps(value, protocol))


class TestPickling:
    """`pickle.dumps` stores a reference, loading gives a lazy one."""

    @pytest.mark.parametrize("protocol", PROTOCOLS)
    @pytest.mark.parametrize("model", [Invoice, PaidInvoice, OpenInvoice, Voucher])
    def test_an_instance_is_a_lazy_reference_afterwards(self, model: Any, protocol: int) -> None:
        """By abstract base, by inheritance, by itself; by each protocol; without a query."""
        instance = model.objects.create()

        with queries():
            ref = reloaded(instance, protocol)
            assert is_reference(ref)
            assert not is_resolved(ref)
            assert identity(ref) == identity(instance)
            assert isinstance(ref, model)
        with queries(default=1):
            assert type(resolve(ref)) is model
        assert ref == instance

    @pytest.mark.parametrize("protocol", PROTOCOLS)
    def test_no_value_of_the_row_is_stored(self, protocol: int) -> None:
        """Label, key and alias are."""
        invoice = Invoice.objects.using("eu").create(name="secret")

        data = pickle.dumps(invoice, protocol)

        assert b"secret" not in data
        assert str(identity(pickle.loads(data))) == f"shop.invoice:{invoice.pk}@eu"

    def test_the_row_is_as_it_is_when_it_is_read(self) -> None:
        """Not as it was when it was stored."""
        invoice = Invoice.objects.create(name="before")
        data = pickle.dumps(invoice)
        Invoice.objects.update(name="after")

        assert pickle.loads(data).name == "after"

    def test_a_row_that_has_gone(self) -> None:
        """It says so where it is used."""
        data = pickle.dumps(Invoice.objects.create())
        Invoice.objects.all().delete()

        ref = pickle.loads(data)

        with pytest.raises(ReferenceNotFound):
            _ = ref.name

    def test_an_unsaved_instance_is_refused(self) -> None:
        """Also one whose key has been made up already, and one that is deleted."""
        deleted = Invoice.objects.create()
        deleted.delete()

        for instance in (Invoice(), Voucher(), deleted):
            with pytest.raises(UnsavedInstance, match="Save it first"):
                pickle.dumps(instance)

    @pytest.mark.parametrize("protocol", PROTOCOLS)
    def test_a_loaded_reference_is_pickled_as_its_instance(self, protocol: int) -> None:
        """As a reference, that is."""
        ref = reference(Invoice.objects.create())

        again = reloaded(ref, protocol)

        assert not is_resolved(again)
        assert again == ref

    def test_a_deferred_instance_loads_nothing(self) -> None:
        """Its key is all that is asked for."""
        Invoice.objects.create(pk=1)
        [invoice] = Invoice.objects.only("pk")

        with queries():
            assert identity(reloaded(invoice)).pk == 1

    def test_an_instance_that_other_objects_hold(self) -> None:
        """In containers, and in an ordinary instance's cached relations, a shared one once."""
        invoice = Invoice.objects.create()
        order: Any = Order(note="ordinary")
        order.invoice = invoice

        first, [second], again = reloaded((invoice, [invoice], order))

        assert first is second
        assert again.invoice is first
        assert type(again) is Order

    def test_caches_store_references(self) -> None:
        """What Django's caches do is pickle."""
        invoice = Invoice.objects.create(name="fresh")
        cache = LocMemCache("invoices", {})
        cache.set("invoice", invoice)

        with queries(default=1):
            assert cache.get("invoice").name == "fresh"

    def test_processes_are_sent_references(self) -> None:
        """What multiprocessing does is pickle, too."""
        receiver, sender = multiprocessing.Pipe()
        sender.send(Invoice.objects.create())

        assert is_reference(receiver.recv())

    def test_other_models_are_pickled_as_ever(self) -> None:
        """The mixin is a model's own choice."""
        order = Order.objects.create(note="whole")

        with queries():
            assert type(reloaded(order)) is Order
            assert reloaded(order).note == "whole"

    def test_in_messages_it_is_a_row_like_any_other(self) -> None:
        """The codecs need no mixin and mind none."""
        invoice = Invoice.objects.create(pk=1)

        assert codec.encode(invoice) == '{"__modelref__":["shop.invoice",1]}'


class TestCopying:
    """`copy` and `deepcopy` stay ordinary copies of the instance."""

    @pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
    @pytest.mark.parametrize("model", [Invoice, PaidInvoice, OpenInvoice])
    def test_a_copy_is_an_instance_of_its_own(
        self, model: Any, copied: Callable[[Any], Any]
    ) -> None:
        """With the values of the original, saved or not, and its state."""
        for instance in (model(name="unsaved"), model.objects.using("eu").create(name="saved")):
            with queries():
                twin = copied(instance)

            assert type(twin) is model
            assert twin is not instance
            assert twin.name == instance.name
            assert twin._state is not instance._state
            assert twin._state.adding == instance._state.adding
            assert twin._state.db == instance._state.db
            twin.name = "changed"
            assert instance.name != "changed"

    def test_a_copy_has_what_an_ordinary_one_has(self) -> None:
        """Nothing more and nothing less than that of a model without the mixin."""
        instances = [model.objects.create() for model in (Order, Invoice)]

        for copied in (copy.copy, copy.deepcopy):
            ordinary, by_mixin = (
                vars(copied(instance)).keys() - {field.attname for field in instance._meta.fields}
                for instance in instances
            )
            assert by_mixin == ordinary

    def test_a_copy_shares_and_a_deep_copy_does_not(self) -> None:
        """Attributes that are mutable, and cached relations."""
        first = Invoice.objects.create()
        second: Any = Invoice.objects.create(corrects=first)
        second.extra = [1]

        shallow, deep = copy.copy(second), copy.deepcopy(second)

        assert shallow.extra is second.extra
        assert shallow.corrects is first
        assert deep.extra == second.extra
        assert deep.extra is not second.extra
        assert type(deep.corrects) is Invoice
        assert deep.corrects is not first

    def test_a_deep_copy_of_a_circle(self) -> None:
        """Instances that point at each other are copied once."""
        invoice: Any = Invoice.objects.create()
        invoice.itself = invoice

        twin, again = copy.deepcopy([invoice, invoice])

        assert twin is again
        assert twin.itself is twin

    def test_a_reference_is_copied_as_any_other(self) -> None:
        """A loaded one wraps a copied instance."""
        ref = reference(Invoice.objects.create(name="x"))

        for twin in (copy.copy(ref), copy.deepcopy(ref)):
            assert is_resolved(twin)
            assert type(resolve(twin)) is Invoice
            assert resolve(twin) is not resolve(ref)

    def test_a_models_own_way_of_copying_wins(self) -> None:
        """Where another base has one."""

        class Copying:
            def __copy__(self) -> str:
                return "its own"

            def __deepcopy__(self, memo: Any) -> str:
                return "its own"

        class Model(PickledByReference, Copying):
            pass

        model: Any = Model()
        assert copy.copy(model) == "its own"
        assert copy.deepcopy(model) == "its own"


class TestClass:
    """What the mixin is."""

    def test_importing_it_imports_no_model(self) -> None:
        """`import modelref` goes on to work before Django is set up."""
        code = (
            "import sys; from modelref import PickledByReference; "
            "print([m for m in sys.modules if m in ('celery', 'django.db.models')])"
        )

        out = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )

        assert out.stdout.strip() == "[]"

    def test_it_adds_no_field_and_no_name(self) -> None:
        """Nothing of it hides a name of the model."""
        assert {name for name in vars(PickledByReference) if not name.startswith("__")} == set()
        assert [field.name for field in Voucher._meta.fields] == ["id", "value"]

    def test_migrations_import_it_by_its_public_name(self) -> None:
        """It is a base of the model like any other."""
        bases = ModelState.from_model(Voucher).bases

        text, imports = MigrationWriter.serialize(bases)

        assert text == "(modelref.PickledByReference, models.Model)"
        assert "import modelref" in imports

"""Rows that are gone, that are spelt differently, that a manager hides."""

import pickle
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import connections
from django.db.models import Model
from django.test import override_settings
from pytest_django import Settings

from modelref import (
    Identity,
    ModelRef,
    is_resolved,
    iter_resolved,
    reference,
    resolve,
    resolve_all,
)
from modelref.codecs import json as codec
from modelref.errors import ModelRefError, ReferenceNotFound
from modelref.settings import setting
from tests.shop.arrivals import arrived
from tests.shop.models import (
    Article,
    Museum,
    Notice,
    Order,
    Product,
    Seat,
    Secret,
    Sku,
    SportsCar,
    Vehicle,
)
from tests.shop.queries import ALIASES, queries

pytestmark = pytest.mark.django_db(databases=ALIASES)


def orders(number: int) -> list[Order]:
    """Save orders whose notes are "0", "1", … and whose keys start at 1."""
    return Order.objects.bulk_create(Order(pk=n + 1, note=str(n)) for n in range(number))


class TestMissing:
    """The row is gone."""

    def test_it_is_not_found(self) -> None:
        """The first access says so, after one query."""
        ref = reference(Order, 42)

        with queries(default=1), pytest.raises(ReferenceNotFound):
            _ = ref.note

    @pytest.mark.parametrize(
        "error",
        [ReferenceNotFound, Order.DoesNotExist, ObjectDoesNotExist, ModelRefError],
        ids=lambda error: error.__qualname__,
    )
    def test_it_is_caught_as_what_a_caller_would_expect(self, error: type[Exception]) -> None:
        """`ReferenceNotFound` is the model's own `DoesNotExist`, too."""
        with pytest.raises(error):
            resolve(reference(Order, 42))

    def test_it_is_not_another_models(self) -> None:
        """Another model's `DoesNotExist` does not catch it."""
        with pytest.raises(ReferenceNotFound) as caught:
            resolve(reference(Order, 42))

        assert not isinstance(caught.value, Product.DoesNotExist)

    def test_a_childs_is_its_parents(self) -> None:
        """As `SportsCar.DoesNotExist` is a `Vehicle.DoesNotExist`."""
        with pytest.raises(Vehicle.DoesNotExist) as caught:
            resolve(reference(SportsCar, 42))

        assert isinstance(caught.value, ReferenceNotFound)

    @pytest.mark.parametrize(
        ("model", "pk", "using", "text"),
        [
            (Order, 42, None, "shop.order:42"),
            (Order, 42, "eu", "shop.order:42@eu"),
            (Seat, ("A", 4), None, 'shop.seat:["A",4]'),
        ],
    )
    def test_it_names_the_row_and_what_can_be(
        self, model: type[Model], pk: Any, using: str | None, text: str
    ) -> None:
        """The identity is in the message and on the exception; so are the two causes."""
        with pytest.raises(ReferenceNotFound) as caught:
            resolve(reference(model, pk, using=using))

        assert text in str(caught.value)
        assert "deleted" in str(caught.value)
        assert "on_commit=True" in str(caught.value)
        assert caught.value.identity == Identity(model._meta.label_lower, pk, using)

    def test_it_survives_a_pickle_as_itself(self) -> None:
        """Message, identity and both classes come back."""
        with pytest.raises(ReferenceNotFound) as caught:
            resolve(reference(Order, 42, using="eu"))

        again = pickle.loads(pickle.dumps(caught.value))

        assert isinstance(again, ReferenceNotFound)
        assert isinstance(again, Order.DoesNotExist)
        assert str(again) == str(caught.value)
        assert again.identity == caught.value.identity

    def test_others_stay_usable(self) -> None:
        """What was found is loaded, whichever is touched first."""
        first, second, third = orders(3)
        refs = arrived(first, second, third)
        Order.objects.filter(pk=2).delete()

        with queries(default=1), pytest.raises(ReferenceNotFound):
            _ = refs[1].note
        with queries():
            assert (refs[0].note, refs[2].note) == ("0", "2")

    def test_a_missing_neighbour_does_not_disturb(self) -> None:
        """A row that exists is read although another of its batch has gone."""
        first, second = orders(2)
        refs = arrived(first, second)
        Order.objects.filter(pk=2).delete()

        assert refs[0].note == "0"
        for _ in range(2):
            with pytest.raises(ReferenceNotFound, match="shop.order:2"):
                _ = refs[1].note

    def test_keys_of_other_types_are_not_asked_again(self) -> None:
        """A number that did not come back is gone."""
        first, second = orders(2)
        refs = arrived(first, second)
        Order.objects.all().delete()

        with queries(default=1), pytest.raises(ReferenceNotFound):
            _ = refs[0].note

    def test_its_key_and_repr_are_still_there(self) -> None:
        """A reference to nothing answers what needs no row."""
        ref = reference(Order, 42)
        with pytest.raises(ReferenceNotFound):
            resolve(ref)

        assert (ref.pk, repr(ref)) == (42, "<ModelRef shop.order pk=42>")
        assert not is_resolved(ref)
        assert isinstance(ref, Order)

    def test_a_write_says_so_too(self) -> None:
        """`ref.x = 1` does not get lost."""
        with pytest.raises(ReferenceNotFound):
            reference(Order, 42).note = "lost"

    def test_resolve_all_raises(self) -> None:
        """And loads what it found."""
        orders(1)
        found, missing = reference(Order, 1), reference(Order, 42)

        with pytest.raises(ReferenceNotFound, match="shop.order:42"):
            resolve_all([missing, found])

        with queries():
            assert found.note == "0"

    def test_resolve_all_raises_for_the_first_of_several(self) -> None:
        """None of them has an instance."""
        missing = [reference(Order, 42), reference(Order, 43), *arrived(*orders(1))]
        Order.objects.all().delete()

        with pytest.raises(ReferenceNotFound, match="shop.order:42"):
            resolve_all(missing)

    def test_iter_resolved_raises_at_its_place(self) -> None:
        """What comes before the missing row in an earlier chunk has been given."""
        orders(2)
        given: list[str] = []

        with pytest.raises(ReferenceNotFound, match="shop.order:42"):
            for instance in iter_resolved((reference(Order, n) for n in (1, 2, 42)), chunk_size=2):
                given.append(instance.note)  # noqa: PERF401, the loop raises

        assert given == ["0", "1"]

    def test_no_field_value_is_in_the_message(self) -> None:
        """Nothing of a row gets into logs by way of an error."""
        (row,) = orders(1)
        Order.objects.update(note="confidential")
        ref = reference(Order.objects.get())
        row.delete()

        with pytest.raises(ReferenceNotFound) as caught:
            resolve(arrived(ref)[0])

        assert "confidential" not in str(caught.value)


class TestTextKeysWithoutCase:
    """A column that ignores case gives another text back than it was asked for."""

    pytestmark = pytest.mark.skipif(
        connections["default"].vendor == "postgresql", reason="PostgreSQL heeds case"
    )

    @pytest.fixture
    def refs(self) -> list[ModelRef[Sku]]:
        """References of one batch that spell the first key in another way."""
        Sku.objects.create(code="abc", name="first")
        Sku.objects.create(code="def", name="second")
        refs: list[ModelRef[Sku]]
        [refs] = codec.decode('[{"__modelrefs__":["shop.sku",["ABC","def"]]}]')
        return refs

    def test_it_is_asked_for_once_more(self, refs: list[ModelRef[Sku]]) -> None:
        """One query for the list, one by `get` for the key that did not come back."""
        with queries(default=2):
            assert [ref.name for ref in refs] == ["first", "second"]

    def test_a_single_one_is_found(self) -> None:
        """A `get` finds it at once."""
        Sku.objects.create(code="abc", name="first")

        with queries(default=1):
            assert reference(Sku, "ABC").name == "first"

    def test_resolve_all_finds_it(self, refs: list[ModelRef[Sku]]) -> None:
        """However the row is asked for."""
        assert [one.name for one in resolve_all([reference(Sku, "DEF"), *refs])] == [
            "second",
            "first",
            "second",
        ]

    def test_what_is_gone_is_gone(self, refs: list[ModelRef[Sku]]) -> None:
        """After both questions the key is called missing."""
        Sku.objects.filter(code="abc").delete()

        with queries(default=2), pytest.raises(ReferenceNotFound, match="shop.sku:ABC"):
            _ = refs[0].name


class TestManagers:
    """Through which manager rows are read."""

    def test_objects_is_used_where_there_is_one(self) -> None:
        """What `objects` hides is not found."""
        hidden = Article.all_objects.create(deleted=True)

        with pytest.raises(ReferenceNotFound):
            resolve(arrived(hidden)[0])

    def test_it_is_used_for_lists_too(self) -> None:
        """A hidden row among others is missing alone."""
        shown = Article.all_objects.create(title="shown")
        hidden = Article.all_objects.create(deleted=True)
        refs = arrived(shown, hidden)

        assert refs[0].title == "shown"
        with pytest.raises(ReferenceNotFound):
            _ = refs[1].title

    def test_a_model_chooses_its_manager(self) -> None:
        """`modelref_manager` names another."""
        hidden = Notice.all_objects.create(deleted=True, title="hidden")

        assert arrived(hidden)[0].title == "hidden"

    def test_else_the_default_manager_is_used(self) -> None:
        """A model without `objects` is read through its first manager."""
        shown = Secret.archive.create(word="shown")
        hidden = Secret.archive.create(deleted=True)

        assert arrived(shown)[0].word == "shown"
        with pytest.raises(ReferenceNotFound):
            resolve(arrived(hidden)[0])

    def test_a_field_called_objects_is_no_manager(self) -> None:
        """The default manager is used."""
        assert arrived(Museum.shelf.create(objects=3))[0].objects == 3

    def test_a_project_chooses_a_manager(self, settings: Settings) -> None:
        """`MODELREF["MANAGER"]` is used for all models: here soft-deleted rows included."""
        settings.MODELREF = {"MANAGER": "_base_manager"}
        article = Article.all_objects.create(deleted=True, title="hidden")
        secret = Secret.archive.create(deleted=True, word="hidden")

        assert arrived(article)[0].title == "hidden"
        assert arrived(secret)[0].word == "hidden"

    def test_a_model_without_the_projects_manager_is_read_through_its_default_one(
        self, settings: Settings
    ) -> None:
        """As it is with `objects`."""
        settings.MODELREF = {"MANAGER": "all_objects"}
        article = Article.all_objects.create(deleted=True, title="hidden")

        assert arrived(article)[0].title == "hidden"
        assert arrived(*orders(1))[0].note == "0"

    def test_a_setting_that_is_gone_is_the_default(self, settings: Settings) -> None:
        """Django tells nobody of a setting that a test deletes."""
        settings.MODELREF = {"MANAGER": "_base_manager"}
        assert setting("MANAGER") == "_base_manager"

        with override_settings():
            del django_settings.MODELREF  # type: ignore[misc]  # from where no plugin looks
            assert setting("MANAGER") == "objects"

        assert setting("MANAGER") == "_base_manager"

    def test_a_manager_is_asked_for_the_alias(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Its own `using` may hide rows."""
        order = Order.objects.create()
        manager = type(Order.objects)
        monkeypatch.setattr(manager, "using", lambda self, alias: self.get_queryset().none())

        with pytest.raises(ReferenceNotFound):
            resolve(reference(Order, order.pk))

    def test_a_models_choice_counts_more_than_the_projects(self, settings: Settings) -> None:
        """`modelref_manager` wins."""
        settings.MODELREF = {"MANAGER": "objects"}
        hidden = Notice.all_objects.create(deleted=True, title="hidden")

        assert arrived(hidden)[0].title == "hidden"

    def test_values_are_those_of_the_database(self) -> None:
        """Decimals and the like come as the model's fields make them."""
        Order.objects.create(pk=1, total="12.5")

        assert reference(Order, 1).total == Decimal("12.50")

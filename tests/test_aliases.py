"""Aliases: which database a row is read from."""

from typing import Any

import pytest
from pytest_django import Settings

from modelref import identity, is_resolved, reference, resolve, resolve_all
from modelref.codecs import json as codec
from modelref.errors import ReferenceNotFound, UnknownAlias
from tests.shop.arrivals import arrived
from tests.shop.models import Order
from tests.shop.queries import ALIASES, queries

pytestmark = pytest.mark.django_db(databases=ALIASES)

Rows = dict[str, Order]  # by alias


@pytest.fixture
def rows() -> Rows:
    """Row 42 in each database, with the name of the database as its note."""
    return {alias: Order.objects.using(alias).create(pk=42, note=alias) for alias in ALIASES}


@pytest.fixture
def replica(settings: Settings) -> None:
    """A project that reads from a replica and writes to its primary."""
    settings.DATABASE_ROUTERS = ["tests.shop.routers.PrimaryReplicaRouter"]


@pytest.fixture
def tenants(settings: Settings) -> None:
    """A project whose router takes a model without an instance to be of `eu`."""
    settings.DATABASE_ROUTERS = ["tests.shop.routers.TenantRouter"]


class TestWithoutRouter:
    """Django's own rule: an instance is written where it came from."""

    @pytest.mark.parametrize("alias", ALIASES)
    def test_an_instance_is_read_where_it_came_from(self, rows: Rows, alias: str) -> None:
        """One query, to its own database."""
        (ref,) = arrived(rows[alias])

        with queries(**{alias: 1}):
            assert ref.note == alias

    def test_one_key_in_two_databases_is_two_rows(self, rows: Rows) -> None:
        """Row 42 of `eu` is not row 42 of `default`: a query each, and each its own."""
        refs = arrived(rows["default"], rows["eu"], rows["default"])

        with queries(default=1, eu=1):
            assert [ref.note for ref in refs] == ["default", "eu", "default"]

    def test_an_alias_is_loaded_when_it_is_touched(self, rows: Rows) -> None:
        """References to another database wait for their own first access."""
        refs = arrived(rows["default"], rows["eu"])

        with queries(default=1):
            resolve(refs[0])

        assert [is_resolved(ref) for ref in refs] == [True, False]

    def test_resolve_all_tells_databases_apart(self, rows: Rows) -> None:
        """However the references were made."""
        refs = [reference(Order, 42, using=alias) for alias in ("eu", "default", "replica")]

        with queries(default=1, eu=1, replica=1):
            assert [one.note for one in resolve_all(refs)] == ["eu", "default", "replica"]

    def test_what_was_read_is_saved_where_it_was_read(self, rows: Rows) -> None:
        """`ref.save()` goes to the row's database."""
        (ref,) = arrived(rows["eu"])
        ref.note = "written"

        with queries(eu=1):
            ref.save()

    def test_a_missing_row_names_its_alias(self) -> None:
        """`ReferenceNotFound` says in which database there is no such row."""
        Order.objects.create(pk=42)

        with queries(eu=1), pytest.raises(ReferenceNotFound, match="shop.order:42@eu"):
            resolve(reference(Order, 42, using="eu"))


@pytest.mark.usefixtures("replica")
class TestPrimaryAndReplica:
    """The alias that travels is the one the row would be written to."""

    def test_an_instance_from_a_replica_is_read_from_its_primary(self, rows: Rows) -> None:
        """The replica may lag; the worker does not see that."""
        stale = Order.objects.get(pk=42)
        assert stale.note == "replica"

        (ref,) = arrived(stale)

        with queries(default=1):
            assert ref.note == "default"
        assert str(identity(stale)) == "shop.order:42"

    def test_a_key_is_read_from_the_primary(self, rows: Rows) -> None:
        """`reference(Order, 42)` asks the router where the model is written."""
        with queries(default=1):
            assert reference(Order, 42).note == "default"

    def test_a_list_is_read_from_the_primary(self, rows: Rows) -> None:
        """The read router is not asked for batches either."""
        Order.objects.using("default").create(pk=43, note="second")
        refs = [reference(Order, 42), reference(Order, 43)]

        with queries(default=1):
            assert [one.note for one in resolve_all(refs)] == ["default", "second"]

    def test_a_queryset_is_read_from_the_primary(self, rows: Rows) -> None:
        """A `QuerySet` without `.using()` is of the alias that is written to."""
        with queries(replica=1):
            (refs,) = codec.decode(codec.encode([Order.objects.all()]))

        with queries(default=1):
            assert [ref.note for ref in refs] == ["default"]

    def test_relations_of_what_was_read_follow_the_router(self, rows: Rows) -> None:
        """After the load Django decides: related rows are read from the replica."""
        ref = reference(Order, 42)
        resolve(ref)

        with queries(replica=1):
            list(ref.lines.all())


@pytest.mark.usefixtures("tenants")
class TestTenants:
    """A router that needs the instance to know the shard."""

    def test_an_instance_of_a_shard_is_read_from_its_shard(self, rows: Rows) -> None:
        """The router is asked with the instance."""
        with queries(eu=1):
            assert arrived(rows["eu"])[0].note == "eu"

    def test_no_alias_on_the_wire_is_default(self, rows: Rows) -> None:
        """The receiving side does not ask the router again, which would say `eu`."""
        text = codec.encode([rows["default"]])

        assert text == '[{"__modelref__":["shop.order",42]}]'
        with queries(default=1):
            assert codec.decode(text)[0].note == "default"

    def test_a_key_is_of_the_alias_that_the_model_is_written_to(self, rows: Rows) -> None:
        """`reference(Order, 42)` is fixed when it is made."""
        ref = reference(Order, 42)

        assert identity(ref).using == "eu"
        with queries(eu=1):
            assert ref.note == "eu"

    def test_the_alias_is_fixed_when_the_reference_is_made(
        self, rows: Rows, settings: Settings
    ) -> None:
        """A router that changes its mind afterwards changes nothing."""
        ref = reference(Order, 42)

        settings.DATABASE_ROUTERS = []

        assert ref.note == "eu"

    def test_a_named_alias_counts_more_than_the_router(self, rows: Rows) -> None:
        """`using="default"` is taken at its word."""
        with queries(default=1):
            assert reference(Order, 42, using="default").note == "default"

    def test_a_queryset_is_of_the_alias_that_was_named(self, rows: Rows) -> None:
        """`.using("default")` gives `default`, none the router's."""
        named, routed = codec.decode(
            codec.encode([Order.objects.using("default").all(), Order.objects.all()])
        )

        assert [str(identity(ref)) for ref in (*named, *routed)] == [
            "shop.order:42",
            "shop.order:42@eu",
        ]


class TestUnknownAlias:
    """An alias that the worker does not know."""

    @pytest.fixture
    def ref(self) -> Any:
        """A reference from a project that has a database called `mars`."""
        return codec.decode('[{"__modelref__":["shop.order",42,"mars"]}]')[0]

    def test_it_is_an_unknown_alias_when_it_is_used(self, ref: Any) -> None:
        """The message names the row and the alias."""
        with queries(), pytest.raises(UnknownAlias, match="mars") as caught:
            _ = ref.note

        assert "shop.order" in str(caught.value)
        assert isinstance(caught.value, LookupError)

    def test_resolve_all_says_so(self, ref: Any) -> None:
        """However it is read."""
        with pytest.raises(UnknownAlias, match="mars"):
            resolve_all([ref])

    def test_it_travels_on_as_it_came(self, ref: Any) -> None:
        """A worker that only passes it on loses nothing."""
        assert codec.encode([ref]) == '[{"__modelref__":["shop.order",42,"mars"]}]'
        assert repr(ref) == "<ModelRef shop.order pk=42 using=mars>"
        assert ref.pk == 42

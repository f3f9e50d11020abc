"""Loading: when rows are read, and how many at once.

Rows that are gone and the choice of the manager stand in `test_missing.py`, that of the database in
`test_aliases.py`, threads and async code in `test_concurrency.py`.
"""

import copy
import gc
import signal
import weakref
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from django.apps import apps
from django.db import connections
from django.db.models import Model
from django.db.models.signals import post_init

from modelref import (
    identity,
    is_resolved,
    iter_resolved,
    reference,
    resolve,
    resolve_all,
)
from modelref.codecs import json as codec
from modelref.errors import ReferenceNotFound
from tests.shop.arrivals import arrived
from tests.shop.models import (
    Country,
    Customer,
    Order,
    Product,
    Profile,
    Seat,
    UrgentOrder,
    Version,
)
from tests.shop.queries import ALIASES, queries
from tests.shop.samples import SAMPLES, Sample, columns

pytestmark = pytest.mark.django_db(databases=ALIASES)

AtMost = Callable[[int], None]


def orders(number: int) -> list[Order]:
    """Save orders whose notes are "0", "1", … and whose keys start at 1."""
    return Order.objects.bulk_create(Order(pk=n + 1, note=str(n)) for n in range(number))


def resolved(refs: list[Any]) -> list[int]:
    """Give the places of the references that are loaded."""
    return [place for place, ref in enumerate(refs) if is_resolved(ref)]


@pytest.fixture
def at_most(monkeypatch: pytest.MonkeyPatch) -> AtMost:
    """Let the database take no more than so many parameters in one query."""

    def limit(number: int) -> None:
        features = connections["default"].features
        monkeypatch.setattr(type(features), "max_query_params", number)
        monkeypatch.delitem(vars(features), "max_query_params", raising=False)  # if it is cached

    return limit


class TestDecoding:
    """Nothing is read on the way."""

    def test_decoding_never_queries(self) -> None:
        """Not for one, not for many, not for rows or databases that do not exist."""
        text = codec.encode([*orders(3), Product.objects.create(name="tea")])

        with queries():
            codec.decode(text)
            codec.decode('[{"__modelref__":["shop.order",1,"mars"]}]')
            codec.decode('[{"__modelrefs__":["shop.order",[98,99]]}]')

    def test_a_reference_that_is_not_used_is_not_read(self) -> None:
        """References may go all the way through a task unread."""
        refs = arrived(*orders(3))

        with queries():
            assert [ref.pk for ref in arrived(*refs)] == [1, 2, 3]

        assert resolved(refs) == []


class TestOneBatch:
    """What was decoded together loads together."""

    def test_one_reference_is_a_get(self) -> None:
        """A reference alone is read by its key."""
        (ref,) = arrived(*orders(1))

        with queries(default=1) as sent:
            assert ref.note == "0"

        assert " IN (" not in sent["default"][0]["sql"]

    def test_several_are_one_query(self) -> None:
        """The first access reads the batch."""
        refs = arrived(*orders(5))

        with queries(default=1) as sent:
            assert [ref.note for ref in refs] == ["0", "1", "2", "3", "4"]

        assert " IN (" in sent["default"][0]["sql"]

    def test_others_are_resolved_with_the_first(self) -> None:
        """`is_resolved` says that touching needs no query, touched or not."""
        refs = arrived(*orders(3))

        resolve(refs[1])

        assert resolved(refs) == [0, 1, 2]

    def test_references_deep_in_containers_are_of_the_batch(self) -> None:
        """Where a reference stands in the value does not matter."""
        first, second, third = orders(3)
        text = codec.encode({"a": [first], "b": {"c": second, "d": [[third]]}})

        value = codec.decode(text)

        with queries(default=1):
            assert value["b"]["d"][0][0].note == "2"
            assert (value["a"][0].note, value["b"]["c"].note) == ("0", "1")

    def test_results_are_put_back_by_key(self) -> None:
        """Each reference gets its own row, in whatever order the database gives them."""
        rows = orders(4)

        refs = arrived(rows[2], rows[0], rows[3], rows[1])

        assert [ref.note for ref in refs] == ["2", "0", "3", "1"]

    def test_each_model_is_a_query_of_its_own(self) -> None:
        """And is read when one of its references is touched, not before."""
        first, second = orders(2)
        tea, cake = Product.objects.create(name="tea"), Product.objects.create(name="cake")
        refs = arrived(first, tea, second, cake)

        with queries(default=1):
            assert refs[2].note == "1"
        assert resolved(refs) == [0, 2]
        with queries(default=1):
            assert [refs[1].name, refs[3].name] == ["tea", "cake"]

    def test_a_proxy_is_a_model_of_its_own(self) -> None:
        """References arrive as the class that was sent."""
        orders(2)

        refs = arrived(Order.objects.get(pk=1), UrgentOrder.objects.get(pk=2))

        assert [type(resolve(ref)) for ref in refs] == [Order, UrgentOrder]

    def test_one_row_is_one_instance(self) -> None:
        """A row that is named twice is read once, and is the same on both sides."""
        (row,) = orders(1)
        value = codec.decode(codec.encode([row, {"again": row}, [row]]))
        first, second, third = value[0], value[1]["again"], value[2][0]

        with queries(default=1):
            first.note = "changed"
            assert (second.note, third.note) == ("changed", "changed")

        assert resolve(first) is resolve(second) is resolve(third)

    def test_rows_are_told_apart_by_identity_not_by_equality(self) -> None:
        """A model's own `__eq__` merges no rows."""
        refs = arrived(*(Version.objects.create(pk=n, number=7) for n in (1, 2, 3)))

        with queries(default=1):
            assert [resolve(ref).pk for ref in refs] == [1, 2, 3]

    def test_two_messages_are_two_batches(self) -> None:
        """What was decoded apart is read apart."""
        first, second = orders(2)
        one, other = arrived(first), arrived(second)

        resolve(one[0])

        assert resolved(other) == []

    def test_references_that_pass_through_are_not_loaded(self) -> None:
        """The arguments of a signature that travels along belong to a later task."""
        first, second, third = orders(3)
        signature = {
            "task": "shop.tasks.ship",
            "args": [second],
            "kwargs": {"other": third},
            "options": {},
            "subtask_type": None,
            "immutable": False,
        }
        ref, later = codec.decode(codec.encode([first, {"chain": [signature]}]))

        with queries(default=1) as sent:
            assert ref.note == "0"

        assert " IN (" not in sent["default"][0]["sql"]
        assert resolved([*later["chain"][0]["args"], later["chain"][0]["kwargs"]["other"]]) == []

    def test_the_same_row_may_be_loaded_and_pass_through(self) -> None:
        """The reference that the call uses is not the one in the signature."""
        (row,) = orders(1)
        signature: dict[str, Any] = {
            "task": "shop.tasks.ship",
            "args": [row],
            "kwargs": {},
            "options": {},
            "subtask_type": None,
            "immutable": False,
        }
        ref, later = codec.decode(codec.encode([row, signature]))

        resolve(ref)

        assert not is_resolved(later["args"][0])


class TestWindow:
    """How much of a long list one query reads."""

    @pytest.mark.parametrize(
        ("touched", "read"),
        [
            ([0], [range(10)]),
            ([12], [range(12, 22)]),
            ([20], [range(20, 25), range(15, 20)]),
            ([24], [range(15, 25)]),
            ([12, 24], [range(12, 25), range(5, 12)]),
            ([12, 0], [range(10), range(12, 22)]),
            ([5, 2], [range(2, 22)]),
            ([5, 15, 4], [range(25)]),
        ],
        ids=str,
    )
    def test_a_touch_reads_what_follows_then_what_is_nearest_before(
        self, at_most: AtMost, touched: list[int], read: list[range]
    ) -> None:
        """The reference itself, pending ones after it, then up to the limit those before it."""
        refs = arrived(*orders(25))
        at_most(10)

        with queries(default=len(touched)):
            for place in touched:
                resolve(refs[place])

        assert resolved(refs) == sorted(place for places in read for place in places)

    @pytest.mark.parametrize("step", [1, -1], ids=["from the front", "from the back"])
    def test_a_long_list_loads_as_it_is_iterated(self, at_most: AtMost, step: int) -> None:
        """Twenty-five rows, ten at a time, are three queries from either end."""
        refs = arrived(*orders(25))
        at_most(10)

        with queries(default=3):
            assert [ref.note for ref in refs[::step]] == [str(n) for n in range(25)][::step]

    def test_the_last_row_is_read_when_its_turn_comes(self, at_most: AtMost) -> None:
        """A row beyond the window is as fresh as the moment it is reached."""
        refs = arrived(*orders(25))
        at_most(10)
        resolve(refs[0])

        Order.objects.update(note="changed")

        assert (refs[9].note, refs[10].note) == ("9", "changed")

    def test_two_thousand_rows_are_one_query(self, at_most: AtMost) -> None:
        """A query takes 2,000 rows, and no more where the database takes more parameters."""
        Country.objects.bulk_create(Country(code=f"{n:05}") for n in range(2_001))
        refs = codec.decode(codec.encode([reference(Country, f"{n:05}") for n in range(2_001)]))
        at_most(10_000)

        with queries(default=1):
            resolve(refs[0])
        assert resolved(refs) == list(range(2_000))

        with queries(default=1):
            resolve(refs[-1])

    def test_five_thousand_rows_are_three_queries(self, at_most: AtMost) -> None:
        """A long list costs a query for each 2,000 begun."""
        Country.objects.bulk_create(Country(code=f"{n:05}", name=f"{n}") for n in range(5_000))
        refs = codec.decode(codec.encode([reference(Country, f"{n:05}") for n in range(5_000)]))
        at_most(10_000)

        with queries(default=3):
            assert [ref.name for ref in refs] == [str(n) for n in range(5_000)]

    def test_no_query_has_more_parameters_than_the_database_takes(self, at_most: AtMost) -> None:
        """A composite key counts with each of its parts."""
        Seat.objects.bulk_create(Seat(row="A", number=n, guest=str(n)) for n in range(25))
        refs = arrived(*Seat.objects.order_by("number"))
        at_most(10)
        numbers: list[int] = []

        def count_parameters(
            execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
        ) -> Any:
            numbers.append(len(params))
            return execute(sql, params, many, context)

        with connections["default"].execute_wrapper(count_parameters):
            assert [ref.guest for ref in refs] == [str(n) for n in range(25)]

        assert max(numbers) <= 10
        assert len(numbers) == 5


class TestResolveAll:
    """`resolve_all` and `iter_resolved`."""

    def test_order_and_repetition_are_kept(self) -> None:
        """What comes out is what went in, in its place."""
        first, second, third = orders(3)
        refs = [reference(Order, pk) for pk in (3, 1, 2, 3)]

        assert resolve_all(refs) == [third, first, second, third]

    def test_references_of_different_batches_are_one_query(self) -> None:
        """However they were made, one query for a model and alias."""
        orders(4)
        refs = [reference(Order, 1), *arrived(*Order.objects.filter(pk__in=[2, 3]))]
        refs.append(reference(Order, 4))

        with queries(default=1):
            instances = resolve_all(refs)

        assert [instance.note for instance in instances] == ["0", "1", "2", "3"]
        assert [type(instance) for instance in instances] == [Order] * 4

    def test_the_references_are_loaded_with_the_instances(self) -> None:
        """Afterwards `resolve(ref)` is what `resolve_all` gave."""
        orders(2)
        refs = [reference(Order, 1), reference(Order, 2)]

        instances = resolve_all(refs)

        with queries():
            assert [resolve(ref) for ref in refs] == instances
            assert resolve(refs[0]) is instances[0]

    def test_models_and_aliases_are_a_query_each(self) -> None:
        """A mixed list costs one for each of its kinds."""
        orders(2)
        Order.objects.using("eu").create(pk=1, note="eu")
        tea = Product.objects.create(name="tea")
        refs = [
            reference(Order, 1),
            reference(Product, tea.pk),
            reference(Order, 1, using="eu"),
            reference(Order, 2),
        ]

        with queries(default=2, eu=1):
            instances = resolve_all(refs)

        assert [str(identity(instance)) for instance in instances] == [
            "shop.order:1",
            f"shop.product:{tea.pk}",
            "shop.order:1@eu",
            "shop.order:2",
        ]

    def test_instances_pass_through(self) -> None:
        """An instance among the references is given as it is."""
        first, _ = orders(2)

        with queries(default=1):
            instances = resolve_all([first, reference(Order, 2)])

        assert instances[0] is first

    def test_what_is_loaded_is_not_read_again(self) -> None:
        """Loaded references keep their instance and its changes."""
        first, _ = orders(2)
        wrapped = reference(first)
        wrapped.note = "unsaved"

        assert [one.note for one in resolve_all([wrapped, reference(Order, 2)])] == ["unsaved", "1"]

    def test_nothing_is_nothing(self) -> None:
        """An empty list costs no query."""
        with queries():
            assert resolve_all([]) == []
            assert list(iter_resolved([])) == []

    def test_any_iterable_will_do(self) -> None:
        """A generator is taken."""
        rows = orders(3)

        assert resolve_all(reference(Order, n) for n in (1, 2, 3)) == rows
        assert list(iter_resolved(reference(Order, n) for n in (1, 2, 3))) == rows

    def test_more_than_two_thousand_are_more_than_one_query(self, at_most: AtMost) -> None:
        """2,001 references are two."""
        Country.objects.bulk_create(Country(code=f"{n:05}") for n in range(2_001))
        refs = [reference(Country, f"{n:05}") for n in range(2_001)]
        at_most(10_000)

        with queries(default=2):
            assert [one.code for one in resolve_all(refs)] == [f"{n:05}" for n in range(2_001)]

    @pytest.mark.parametrize("sample", SAMPLES, ids=str)
    def test_every_kind_is_found(self, sample: Sample) -> None:
        """Keys of all types are put back in their place."""
        instances = [sample.make(n) for n in (3, 1, 2)]
        refs = [reference(type(one), one.pk) for one in instances]

        with queries(default=1):
            found = resolve_all(refs)

        assert [columns(one) for one in found] == [columns(one) for one in instances]

    def test_iteration_reads_chunk_by_chunk(self) -> None:
        """Each chunk is read when it is reached."""
        rows = orders(25)
        iterator = iter_resolved([reference(Order, n + 1) for n in range(25)], chunk_size=10)

        with queries():
            iter(iterator)
        with queries(default=1):
            first = [next(iterator) for _ in range(10)]
        with queries(default=2):
            rest = list(iterator)

        assert first + rest == rows

    def test_iteration_takes_its_input_chunk_by_chunk(self) -> None:
        """An endless generator of references can be iterated."""
        orders(25)
        made = count(1)

        iterator = iter_resolved((reference(Order, n) for n in made), chunk_size=10)

        assert [next(iterator).note for _ in range(15)] == [str(n) for n in range(15)]
        assert next(made) <= 21

    def test_a_decoded_list_is_iterated_in_as_many_queries(self) -> None:
        """References of one batch are read in the chunks that were asked for."""
        refs = arrived(*orders(25))

        with queries(default=3):
            assert [one.note for one in iter_resolved(refs, chunk_size=10)] == [
                str(n) for n in range(25)
            ]

    def test_iteration_holds_one_chunk(self) -> None:
        """Instances that were passed on are not kept, though the references are."""
        orders(50)
        refs = [reference(Order, n + 1) for n in range(50)]
        seen, alive = [], []

        for instance in iter_resolved(refs, chunk_size=10):
            seen.append(weakref.ref(instance))
            gc.collect()
            alive.append(sum(one() is not None for one in seen))

        assert len(seen) == 50
        assert max(alive) <= 11

    @pytest.mark.parametrize(
        "given",
        [lambda pk: reference(Order, pk), lambda pk: Order.objects.get(pk=pk)],
        ids=["references", "instances"],
    )
    def test_iteration_lets_go_of_a_chunk_before_the_next(
        self, given: Callable[[int], Order]
    ) -> None:
        """Of what was read, and of instances that an iterator gave, at most one is held."""
        orders(30)
        seen: list[weakref.ref[Order]] = []
        alive: list[int] = []

        def count_living(execute: Callable[..., Any], *args: Any) -> Any:
            gc.collect()
            alive.append(sum(one() is not None for one in seen))
            return execute(*args)

        with connections["default"].execute_wrapper(count_living):
            read = iter_resolved((given(n + 1) for n in range(30)), chunk_size=10)
            seen.extend(map(weakref.ref, read))

        assert len(seen) == 30
        assert max(alive) <= 1


class TestManyAtOnce:
    """The rows of one query are given to their references together."""

    def test_relations_cached_before_are_kept(self) -> None:
        """Those of the reference that is touched, and those of its neighbours."""
        for pk in range(3):
            Customer.objects.create(pk=pk + 1, name=str(pk))
        refs = arrived(*Customer.objects.order_by("pk"))
        profiles = [Profile(customer=ref) for ref in refs[1:]]

        with queries(default=1):
            assert [ref.name for ref in refs] == ["0", "1", "2"]

        assert [ref.profile for ref in refs[1:]] == profiles
        assert all(map(is_resolved, refs))

    def test_rows_that_come_twice_or_are_copied_or_are_gone(self) -> None:
        """Each reference gets what is its own."""
        rows = orders(4)
        refs = arrived(rows[0], rows[1], rows[0], rows[2], rows[3])
        again = copy.copy(refs[1])
        rows[2].delete()

        with queries(default=1):
            assert [refs[at].note for at in (0, 1, 2, 4)] == ["0", "1", "0", "3"]
            assert again.note == "1"
            with pytest.raises(ReferenceNotFound, match=r"shop\.order:3"):
                _ = refs[3].note

        assert resolve(refs[0]) is resolve(refs[2])
        assert resolve(again) is not resolve(refs[1])

    def test_a_manager_may_give_instances_of_several_classes(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Each reference becomes an instance of the class of its row."""
        orders(4)

        inherited: Any = vars(Model)["from_db"]

        def from_db(cls: type[Order], /, using: str, names: Any, values: Any, **more: Any) -> Order:
            kind = UrgentOrder if values[0] % 2 else cls
            made: Order = inherited.__func__(kind, using, names, values, **more)
            return made

        monkeypatch.setattr(Order, "from_db", classmethod(from_db))
        refs = arrived(*(reference(Order, n + 1) for n in range(4)))

        assert [ref.note for ref in refs] == ["0", "1", "2", "3"]
        assert [ref.__class__ for ref in refs] == [UrgentOrder, Order, UrgentOrder, Order]

    def test_references_of_before_the_setup_are_iterated(
        self, at_most: AtMost, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Their model is known at the first load, in the middle of a chunk."""
        orders(25)
        with monkeypatch.context() as before:
            before.setattr(apps, "models_ready", False)
            refs = codec.decode('{"__modelrefs__": ["shop.order", %s]}' % [*range(1, 26)])
        at_most(10)

        with queries(default=3):
            assert [one.note for one in iter_resolved(refs)] == [str(n) for n in range(25)]

    def test_references_of_before_and_after_the_setup_are_iterated_together(
        self, at_most: AtMost, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A row is not missing that was not asked for."""
        orders(12)
        form = '{"__modelrefs__": ["shop.order", %s]}'
        after = codec.decode(form % [1])
        with monkeypatch.context() as before:
            before.setattr(apps, "models_ready", False)
            refs = codec.decode(form % [*range(1, 13)])
        at_most(5)

        notes = [one.note for one in iter_resolved([*after, *refs])]

        assert notes == ["0", *(str(n) for n in range(12))]


class Interrupted(Exception):
    """A time limit is over."""


@pytest.fixture
def interrupt() -> Iterator[Callable[[float], None]]:
    """Raise `Interrupted` in so many seconds, as a soft time limit does."""

    def stop(*_: object) -> None:
        raise Interrupted

    old = signal.signal(signal.SIGALRM, stop)

    def interrupt(seconds: float) -> None:
        signal.setitimer(signal.ITIMER_REAL, seconds)

    yield interrupt
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, old)


def test_what_was_interrupted_is_read_again(interrupt: Callable[[float], None]) -> None:
    """A soft time limit may come in the middle of a load; no reference is lost by it."""
    number, interrupted = 900, 0  # of one query on any SQLite
    orders(number)

    for step in range(60):

        def arm(instance: Order, after: float = step * 1e-5 + 1e-6, **_: object) -> None:
            if instance.pk == number:
                interrupt(after)

        refs = codec.decode('{"__modelrefs__": ["shop.order", %s]}' % [*range(1, number + 1)])
        post_init.connect(arm, sender=Order)
        try:
            _ = refs[0].note
        except Interrupted:
            interrupted += 1
        finally:
            interrupt(0)
            post_init.disconnect(arm, sender=Order)

        assert [ref.note for ref in refs] == [str(n) for n in range(number)]

    assert interrupted

"""`load={"order": Load(...)}`: how the rows of a parameter are read."""

import copy
import dataclasses
from collections.abc import Callable, Iterator
from itertools import count
from math import ceil
from typing import Any

import pytest
from celery import Celery, chain
from django.core.exceptions import FieldError
from django.db.models import Prefetch
from pytest_django import Settings

from modelref import ModelRef, identity, is_resolved, iter_resolved, reference, resolve_all
from modelref.celery import Load, RefTask, task
from modelref.errors import ReferenceNotFound, UnknownAlias
from modelref.resolver import most_rows
from tests import tasks_load as tasks
from tests.queues import Broker, Queue
from tests.shop.models import (
    Article,
    Customer,
    Line,
    Notice,
    Order,
    Product,
    Seat,
    SportsCar,
    Tag,
)
from tests.shop.queries import ALIASES, queries
from tests.workers import StartWorker

pytestmark = pytest.mark.django_db(transaction=True, databases=ALIASES)


@pytest.fixture(autouse=True)
def app(memory_queue: Queue) -> Celery:
    """An app, for tasks that a test defines too; they are run in this process."""
    return memory_queue.app()


@pytest.fixture
def rows() -> list[Order]:
    """Save three orders of one customer, each with two lines."""
    customer = Customer.objects.create(pk=7, name="Ada")
    product = Product.objects.create(pk=5, name="pen")
    orders = [Order.objects.create(pk=n, note=str(n), customer=customer) for n in (1, 2, 3)]
    for order in orders:
        for quantity in (1, 2):
            Line.objects.create(order=order, product=product, quantity=quantity)
    return orders


def order(pk: int) -> Any:
    """Give a reference to an order."""
    return reference(Order, pk)


def customer_of(order: Order) -> Customer:
    """Give the customer of an order that has one."""
    assert order.customer is not None
    return order.customer


def orders(*pks: int) -> list[Any]:
    """Give references to orders."""
    return [order(pk) for pk in pks]


Run = Callable[..., Any]


@pytest.fixture
def run(app: Celery) -> Run:
    """Run a function as the body of a task: `run(body, *args, **options)`."""
    numbers = count(1)

    def run(body: Any, *args: Any, **options: Any) -> Any:
        name = f"tests.{body.__name__}_{next(numbers)}"
        return task(app=app, shared=False, name=name, **options)(body).apply(args).get()

    return run


class TestLoad:
    """The value itself."""

    def test_it_is_frozen_and_hashable(self) -> None:
        """Two that say the same are one."""
        load = Load(select_related=("customer",), for_update=True)

        assert load == Load(select_related=("customer",), for_update=True)
        assert hash(load) == hash(Load(select_related=("customer",), for_update=True))
        assert load != Load(select_related=("customer",))
        with pytest.raises(dataclasses.FrozenInstanceError):
            load.using = "eu"  # type: ignore[misc]

    def test_any_list_of_names_becomes_a_tuple(self) -> None:
        """So that it can be hashed."""
        assert Load(only=["note"]).only == ("note",)  # type: ignore[arg-type]

    def test_prefetch_objects_are_told_apart(self) -> None:
        """Django takes two for equal whose querysets differ."""
        first = Prefetch("lines", queryset=Line.objects.filter(quantity=1))
        second = Prefetch("lines", queryset=Line.objects.filter(quantity=2))

        assert first == second
        assert Load(prefetch_related=(first,)) != Load(prefetch_related=(second,))
        assert Load(prefetch_related=(first,)) == Load(prefetch_related=(first,))

    @pytest.mark.parametrize("option", ["select_related", "prefetch_related", "only", "defer"])
    def test_a_text_is_no_tuple(self, option: str) -> None:
        """The message says what to write."""
        with pytest.raises(TypeError, match=rf"write a tuple, {option}=\('customer',\)"):
            options: dict[str, Any] = {option: "customer"}
            Load(**options)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"only": 5},
            {"only": (5,)},
            {"defer": {"note": 1}},
            {"select_related": (Prefetch("lines"),)},
            {"for_update": "yes"},
            {"using": 5},
        ],
        ids=str,
    )
    def test_values_of_other_types_are_refused(self, wrong: dict[str, Any]) -> None:
        """By the option."""
        with pytest.raises(TypeError, match=rf"Load\({next(iter(wrong))}="):
            Load(**wrong)

    def test_a_queryset_is_refused_unread(self) -> None:
        """It is one of rows, not of names, and asks for none of them."""
        with queries():
            with pytest.raises(
                TypeError, match=r"prefetch_related=...\) is a tuple of names, not a O"
            ):
                Load(prefetch_related=Order.objects.all())  # type: ignore[arg-type]
            with pytest.raises(TypeError, match=r"load\['order'\] is a OrderQuerySet"):

                @task(load={"order": Order.objects.select_related("customer")})  # type: ignore[modelref-call]  # what is tested
                def misled(order: Order) -> None: ...

    def test_options_have_names(self) -> None:
        """None can be mistaken for another."""
        with pytest.raises(TypeError):
            Load(("customer",))  # type: ignore[call-arg]


class TestRead:
    """`select_related`, `prefetch_related`, `only`, `defer`."""

    def test_an_instance(self, rows: list[Order]) -> None:
        """One query, and one for each prefetch."""
        with queries(default=3):
            assert tasks.read_one.apply((rows[0],)).get() == [1, "Ada", [2, 1]]

    def test_a_reference(self, rows: list[Order]) -> None:
        """It stays lazy, and is read so when it is used."""
        with queries(default=3):
            assert tasks.read_lazily.apply((rows[0],)).get() == [1, "Ada", [2, 1]]

    def test_members_of_nested_containers(self, rows: list[Order]) -> None:
        """One query for all of them, and one for each prefetch."""
        with queries(default=3):
            result = tasks.read_nested.apply(({"a": orders(1, 2), "b": orders(3, 1)},)).get()

        assert result == {
            "a": [[1, "Ada", [2, 1]], [2, "Ada", [2, 1]]],
            "b": [[3, "Ada", [2, 1]], [1, "Ada", [2, 1]]],
        }

    def test_2000_rows_are_one_query(self, run: Run) -> None:
        """Or as many as the database takes; and one row more is another."""
        Order.objects.bulk_create(Order(pk=pk) for pk in range(1, 2_002))

        def body(rows: list[Order]) -> int:
            return len(rows)

        with queries(default=ceil(2_001 / most_rows(Order, None))):
            assert run(body, orders(*range(1, 2_002)), load={"rows": Load(only=("note",))}) == 2001

    def test_only_and_defer(self, rows: list[Order], run: Run) -> None:
        """What is left out is read when it is used; identity and repr need none of it."""

        def body(one: Order, other: ModelRef[Order]) -> Any:
            found = [one.get_deferred_fields(), other.get_deferred_fields()]
            with queries():
                names = [str(identity(one)), str(identity(other)), repr(other), one == other]
            with queries(default=1):
                assert one.note == "1"
            return [*found, *names]

        load = {"one": Load(only=("total",)), "other": Load(defer=("note", "created"))}

        assert run(body, order(1), order(2), load=load) == [
            {"customer_id", "note", "created"},
            {"note", "created"},
            "shop.order:1",
            "shop.order:2",
            "<ModelRef shop.order pk=2>",
            False,
        ]

    def test_only_together_with_defer(self, rows: list[Order], run: Run) -> None:
        """As Django has it: what is deferred is taken off what there is only."""

        def body(one: Order) -> Any:
            return one.get_deferred_fields()

        load = {"one": Load(only=("total", "note"), defer=("note",))}

        assert run(body, order(1), load=load) == {"customer_id", "note", "created"}

    def test_other_parameters_are_read_as_ever(self, rows: list[Order], run: Run) -> None:
        """A query for each way of reading."""

        def body(one: Order, other: Order) -> Any:
            return ["customer" in each._state.fields_cache for each in (one, other)]

        with queries(default=2):
            found = run(body, order(1), order(2), load={"one": Load(select_related=("customer",))})

        assert found == [True, False]

    def test_parameters_that_are_read_alike_are_read_together(
        self, rows: list[Order], run: Run
    ) -> None:
        """One query for equal loads."""

        def body(one: Order, other: list[Order]) -> Any:
            return [customer_of(each).name for each in (one, *other)]

        load = {name: Load(select_related=("customer",)) for name in ("one", "other")}
        with queries(default=1):
            assert run(body, order(1), orders(2, 3), load=load) == ["Ada"] * 3

    def test_a_row_in_two_parameters_is_one_row(self, rows: list[Order], run: Run) -> None:
        """One reference and one instance, read as the `Load` says, wherever it comes first."""

        def body(plain: Order, loaded: ModelRef[Order], also: ModelRef[Order]) -> Any:
            assert loaded is also
            plain.note = "changed"
            return [loaded.note, "customer" in plain._state.fields_cache]

        with queries(default=1):
            found = run(
                body,
                *(order(1), order(1), order(1)),
                load={"loaded": Load(select_related=("customer",))},
            )

        assert found == ["changed", True]

    def test_by_keyword_and_in_kwargs(self, rows: list[Order], app: Celery) -> None:
        """Wherever an argument stands."""

        def body(**several: Order) -> Any:
            return [customer_of(each).name for each in several.values()]

        load = {"several": Load(select_related=("customer",))}
        one = task(app=app, shared=False, load=load)(body)

        with queries(default=1):
            assert one.apply(kwargs={"a": order(1), "b": order(2)}).get() == ["Ada", "Ada"]

    def test_a_prefetch_may_be_used_by_many_calls(self, rows: list[Order]) -> None:
        """Nothing of one call is left in it."""
        prefetch: Any  # what is looked at is not in its type
        (prefetch, _) = tasks.WITH_ALL.prefetch_related

        for _ in range(2):
            tasks.read_one.apply((rows[0],)).get()

        assert prefetch.queryset._hints == {}
        assert prefetch.queryset._result_cache is None

    def test_what_a_manager_hides_stays_hidden(self, run: Run) -> None:
        """And a model's choice of a manager counts."""
        hidden = Article.all_objects.create(deleted=True)
        notice = Notice.all_objects.create(deleted=True, title="seen")

        def body(one: ModelRef[Article], other: Notice) -> Any:
            with pytest.raises(ReferenceNotFound):
                _ = one.title
            return other.get_deferred_fields()

        load = {name: Load(only=("title",)) for name in ("one", "other")}

        assert run(body, hidden, notice, load=load) == {"deleted"}

    def test_composite_keys(self, run: Run) -> None:
        """As any other."""
        Seat.objects.bulk_create(Seat(row="A", number=n, guest="Ada") for n in (1, 2))

        def body(seats: list[Seat]) -> Any:
            return [[seat.pk, sorted(seat.get_deferred_fields())] for seat in seats]

        seats = [reference(Seat, ("A", n)) for n in (2, 1)]
        found = run(body, seats, load={"seats": Load(defer=("guest",))})

        assert found == [[("A", 2), ["guest"]], [("A", 1), ["guest"]]]

    def test_children_with_tables_of_their_own(self, run: Run) -> None:
        """Fields of any of their tables."""
        SportsCar.objects.create(pk=3, model="fast", top_speed=200)

        def body(one: SportsCar) -> Any:
            with queries():
                assert (one.model, one.id, str(identity(one))) == ("fast", 3, "shop.sportscar:3")
            return {"top_speed", "wheels"} <= one.get_deferred_fields()

        with queries(default=1):
            assert run(body, reference(SportsCar, 3), load={"one": Load(only=("model",))})

    def test_what_django_refuses_is_the_tasks_error(self, rows: list[Order], run: Run) -> None:
        """A check would have said so before."""
        with pytest.raises(FieldError, match="customre"):
            run(body_of_order, order(1), load={"one": Load(select_related=("customre",))})

    def test_a_call_by_hand_reads_as_ever(self, rows: list[Order], app: Celery) -> None:
        """The options of a task are for its messages."""
        one = task(app=app, shared=False, load={"one": Load(only=("total",))})(body_of_order)

        assert one(order(1)) == set()

    def test_with_a_policy(self, rows: list[Order], run: Run) -> None:
        """References are read before the body, and so."""

        def body(refs: list[ModelRef[Order]]) -> Any:
            with queries():
                return [customer_of(each).name for each in refs]

        load = {"refs": Load(select_related=("customer",))}
        with queries(default=1):
            assert run(body, orders(1, 42, 2), load=load, on_missing="skip") == ["Ada", "Ada"]


class TestMaps:
    """Inner calls of `map`, `starmap` and chunks."""

    def test_the_items_are_read_together(self, rows: list[Order]) -> None:
        """One query for the whole map and one for each prefetch; each has its own instance."""
        with queries(default=3):
            result = tasks.read_one.map(orders(1, 2, 3, 1)).apply().get()

        assert result == [[n, "Ada", [2, 1]] for n in (1, 2, 3, 1)]

    def test_two_ways_of_reading(self, rows: list[Order]) -> None:
        """One query for each, and one for each prefetch."""
        with queries(default=4):
            result = tasks.read_items.starmap([orders(1, 2), orders(3, 1)]).apply().get()

        assert result == [[[1, "Ada", [2, 1]], 2, "2"], [[3, "Ada", [2, 1]], 1, "1"]]

    def test_what_belongs_to_a_row_is_each_calls_own(self, rows: list[Order], app: Celery) -> None:
        """As the row is."""

        def body(one: Order) -> Any:
            customer = customer_of(one)
            name, customer.name = customer.name, "changed"
            return name

        inner = task(app=app, shared=False, load={"one": Load(select_related=("customer",))})(body)

        assert inner.map(orders(1, 1)).apply().get() == ["Ada", "Ada"]

    def test_resolve_all_reads_by_the_map(self, rows: list[Order], app: Celery) -> None:
        """As an access to one of them does: all items in one query."""

        def body(refs: list[ModelRef[Order]]) -> Any:
            return [one.note for one in resolve_all(refs)]

        inner = task(app=app, shared=False)(body)

        with queries(default=1):
            result = inner.map([orders(1, 2), orders(3)]).apply().get()

        assert result == [["1", "2"], ["3"]]


class TestFunctions:
    """`resolve_all` and `iter_resolved` read references as their parameter says."""

    def test_resolve_all(self, rows: list[Order], run: Run) -> None:
        """One query for those that are read alike."""

        def body(plain: list[ModelRef[Order]], loaded: list[ModelRef[Order]]) -> Any:
            with queries(default=2):
                found = resolve_all([*plain, *loaded])
            with queries():
                return ["customer" in each._state.fields_cache for each in found]

        load = {"loaded": Load(select_related=("customer",))}

        assert run(body, orders(1), orders(2, 3), load=load) == [False, True, True]

    def test_iter_resolved(self, rows: list[Order], run: Run) -> None:
        """A query for each chunk, and the references are left as they are."""

        def body(refs: list[ModelRef[Order]]) -> Any:
            with queries(default=2):
                names = [customer_of(each).name for each in iter_resolved(refs, chunk_size=2)]
            assert not any(map(is_resolved, refs))
            return names

        load = {"refs": Load(select_related=("customer",))}

        assert run(body, orders(1, 2, 3), load=load) == ["Ada"] * 3

    def test_a_missing_row_is_said_to_be_missing(self, rows: list[Order], run: Run) -> None:
        """By either of them, with the alias that was asked."""

        def body(refs: list[ModelRef[Order]]) -> None:
            with pytest.raises(ReferenceNotFound, match="shop.order:42@replica"):
                resolve_all(refs)
            with pytest.raises(ReferenceNotFound, match="shop.order:42@replica"):
                list(iter_resolved(refs))

        run(body, orders(42), load={"refs": Load(using="replica")})


class TestUsing:
    """`using`: rows are read from another alias, and stay what they are."""

    @pytest.fixture(autouse=True)
    def copies(self) -> None:
        """Save row 42 in each database, with the name of the database as its note."""
        for alias in ALIASES:
            customer = Customer.objects.using(alias).create(pk=7, name=alias)
            Order.objects.using(alias).create(pk=42, note=alias, customer=customer)
            Line.objects.using(alias).create(pk=1, order_id=42)
            Tag.objects.using(alias).create(name=alias)

    @pytest.fixture(params=[False, True], ids=["no router", "router"])
    def router(self, request: pytest.FixtureRequest, settings: Settings) -> bool:
        """A project with a router for its replica, or without one."""
        if request.param:
            settings.DATABASE_ROUTERS = ["tests.shop.routers.PrimaryReplicaRouter"]
        return bool(request.param)

    def test_it_is_read_from_there(self, router: bool) -> None:
        """Other parameters are read from where they are."""
        Order.objects.using("default").create(pk=43, note="43 of default")

        with queries(default=1, replica=1):
            assert tasks.read_replica.apply(orders(42, 43)).get() == ["replica", "43 of default"]

    def test_it_says_that_it_is_the_row_that_was_sent(self, router: bool, run: Run) -> None:
        """A reference, read or not, and an instance."""

        def body(ref: ModelRef[Order], one: Order) -> Any:
            before = str(identity(ref))
            assert (ref.note, one.note) == ("replica", "replica")
            return [before, str(identity(ref)), str(identity(one)), repr(ref)]

        load = dict.fromkeys(("ref", "one"), Load(using="replica"))

        assert run(body, order(42), order(42), load=load) == [
            *["shop.order:42"] * 3,
            "<ModelRef shop.order pk=42>",
        ]

    def test_what_is_sent_on_is_read_from_the_primary(self, router: bool, run: Run) -> None:
        """As a result, in a chain, and by a body that calls another task."""
        sent_on = chain(tasks.send_on.s(order(42)), tasks.where.s()).apply()

        def body(one: Order, ref: ModelRef[Order]) -> Any:
            assert "replica" in (one.note, ref.note)
            return [list(tasks.where.apply((each,)).get()) for each in (one, ref)]

        load = dict.fromkeys(("one", "ref"), Load(using="replica"))

        assert sent_on.get() == ["shop.order:42", "default"]
        assert run(body, order(42), order(42), load=load) == [["shop.order:42", "default"]] * 2

    def test_it_is_written_to_the_primary(self, router: bool, run: Run) -> None:
        """With what was read with it, whatever the router says of reading."""

        def body(one: Order) -> None:
            with queries(default=1):
                one.save(update_fields=["note"])
            with queries(default=1):
                customer_of(one).save(update_fields=["name"])
            with queries(default=1):
                one.lines.all()[0].save(update_fields=["quantity"])
            with queries(default=1):
                one.made[0].save(update_fields=["quantity"])  # type: ignore[attr-defined]  # `to_attr`

        lines = Prefetch("lines", queryset=Line.objects.all(), to_attr="made")
        load = Load(
            using="replica", select_related=("customer",), prefetch_related=("lines", lines)
        )
        with queries(replica=3, default=4):
            run(body, order(42), load={"one": load})

        assert Order.objects.using("default").get().note == "replica"

    def test_a_row_of_a_shard_stays_one_of_its_shard(self, run: Run) -> None:
        """Wherever it is read from."""

        def body(one: Order) -> Any:
            return [one.note, str(identity(one)), one._state.db]

        found = run(body, reference(Order, 42, using="eu"), load={"one": Load(using="replica")})

        assert found == ["replica", "shop.order:42@eu", "eu"]

    def test_a_row_that_has_not_come_there_is_missing(self) -> None:
        """The error names the alias that was asked."""
        Order.objects.using("replica").all().delete()

        with pytest.raises(ReferenceNotFound, match="shop.order:42@replica") as caught:
            tasks.read_replica.apply(orders(42, 42)).get()

        assert caught.value.identity.using == "replica"

    def test_default_may_be_named(self, run: Run) -> None:
        """It counts as any alias does."""

        def body(one: Order) -> Any:
            return one.note

        found = run(body, reference(Order, 42, using="eu"), load={"one": Load(using="default")})

        assert found == "default"

    def test_in_a_map(self) -> None:
        """The items are read together from there."""
        with queries(replica=1):
            result = tasks.send_on.map(orders(42, 42)).apply().get()

        assert [str(identity(each)) for each in result] == ["shop.order:42"] * 2

    @pytest.mark.parametrize("for_update", [False, True])
    def test_an_alias_that_is_not_known_here(self, for_update: bool, run: Run) -> None:
        """It is an error of the task, and names the parameter."""
        load = {"one": Load(using="mars", for_update=for_update)}

        with pytest.raises(UnknownAlias, match="body_of_order_1: one: the database alias 'mars'"):
            run(body_of_order, order(42), load=load)


def body_of_order(one: Order) -> Any:
    """Say what was not read."""
    return one.get_deferred_fields()


class TestDefinition:
    """What is refused when a task is defined."""

    def test_a_name_that_is_no_parameter(self) -> None:
        """The message names the task, its parameters, and the one that was meant."""
        with pytest.raises(ValueError, match="misnamed: load names 'ordre'") as caught:

            @task(load={"ordre": Load()})  # type: ignore[modelref-load]  # what is tested
            def misnamed(order: Order, parcel: int) -> None: ...

        assert "the task takes order, parcel" in str(caught.value)
        assert "Did you mean 'order'?" in str(caught.value)

    def test_the_task_itself_is_no_parameter(self) -> None:
        """Of a bound task."""
        with pytest.raises(ValueError, match="load names 'self'"):

            @task(bind=True, load={"self": Load()})  # type: ignore[modelref-load]  # what is tested
            def bound(self: Any, order: Order) -> None: ...

    @pytest.mark.parametrize("wrong", [("customer",), "customer", None, Load])
    def test_a_value_that_is_no_load(self, wrong: Any) -> None:
        """Such as what would stand in one."""
        with pytest.raises(TypeError, match=r"unloaded: load\['order'\] is a \w+, and not a L"):

            @task(load={"order": wrong})
            def unloaded(order: Order) -> None: ...

    def test_a_load_without_a_parameter(self) -> None:
        """It says how to write it."""
        with pytest.raises(TypeError, match='load is a dict such as {"order": Load'):

            @task(load=Load())  # type: ignore[modelref-call]  # what is tested
            def undirected(order: Order) -> None: ...

    def test_a_class(self, run: Run) -> None:
        """Attributes of a subclass of `RefTask` are looked at as well."""
        with pytest.raises(ValueError, match="load names 'ordre'"):

            class Misnaming(RefTask):
                name = "tests.misnaming"
                load = {"ordre": Load()}

                def run(self, order: Order) -> None: ...

    def test_a_class_without_a_body_says_it_for_its_tasks(
        self, rows: list[Order], app: Celery
    ) -> None:
        """As it says all that tasks have in common."""

        class Reading(RefTask):
            abstract = True
            load = {"one": Load(only=("note",))}

        @task(base=Reading, app=app, shared=False)
        def reading(one: Order) -> Any:
            return sorted(one.get_deferred_fields())

        assert reading.apply((order(1),)).get() == ["created", "customer_id", "total"]


def test_copies_of_references_are_read_so(rows: list[Order], run: Run) -> None:
    """A copy is read together with its original."""

    def body(ref: ModelRef[Order]) -> Any:
        twin = copy.copy(ref)
        with queries(default=1):
            return [customer_of(twin).name, customer_of(ref).name]

    assert run(body, order(1), load={"ref": Load(select_related=("customer",))}) == ["Ada", "Ada"]


@pytest.mark.parametrize("broker", ["redis", "rabbitmq"])
class TestInWorkers:
    """The same in worker processes."""

    @pytest.fixture(autouse=True)
    def worker(
        self, broker: Broker, start_worker: StartWorker, rows: list[Order]
    ) -> Iterator[None]:
        """A worker, and the app that sends to it."""
        worker = start_worker(broker, pool="solo")
        with worker.queue.producing():
            yield

    def test_rows_and_what_belongs_to_them(self) -> None:
        """One query for the rows, and one for each prefetch."""
        result = tasks.read_and_count.delay(orders(3, 1)).get(timeout=20)

        assert result["notes"] == [[3, "Ada", [2, 1]], [1, "Ada", [2, 1]]]
        assert result["queries"] == {"default": 3}

    def test_maps_and_references(self) -> None:
        """As in this process."""
        sent = [tasks.read_one.map(orders(1, 2)).delay(), tasks.read_lazily.delay(order(3))]

        found = [each.get(timeout=20) for each in sent]

        assert found == [[[1, "Ada", [2, 1]], [2, "Ada", [2, 1]]], [3, "Ada", [2, 1]]]

    def test_a_row_of_the_replica_is_sent_on_as_one_of_its_primary(self) -> None:
        """The next step of a chain reads it there."""
        Order.objects.using("replica").create(pk=1, note="replica")

        sent = chain(tasks.send_on.s(order(1)), tasks.where.s())()

        assert sent.get(timeout=20) == ["shop.order:1", "1"]

"""`Load(for_update=True)`: locks that the body holds, on PostgreSQL and MariaDB."""

import re
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from celery import Celery
from celery.exceptions import Ignore
from django.db import DatabaseError, OperationalError, connections, transaction
from django.test.utils import CaptureQueriesContext

from modelref import ModelRef, is_resolved, reference
from modelref.celery import Load, task
from modelref.errors import ReferenceNotFound
from tests import tasks_load
from tests.queues import MakeQueue, Queue
from tests.sessions import end_own_session, end_session, session_of
from tests.shop.models import Car, Customer, Line, Order, Seat, SportsCar, UrgentOrder
from tests.shop.queries import ALIASES, queries
from tests.workers import StartWorker, Worker

pytestmark = [
    pytest.mark.needs("postgres"),
    pytest.mark.django_db(transaction=True, databases=[*ALIASES, "postgres"]),
]

LOCKED = Load(for_update=True)
BY_KEY: Any = tasks_load  # tasks that are given keys, which types do not take for rows
Run = Callable[..., Any]


@pytest.fixture(autouse=True)
def app(memory_queue: Queue) -> Celery:
    """An app for tasks that a test defines; they run in this process."""
    return memory_queue.app()


@pytest.fixture
def run(app: Celery) -> Run:
    """Run a function as the body of a task: `run(body, *args, **options)`."""
    numbers = count(1)

    def run(body: Any, *args: Any, **options: Any) -> Any:
        name = f"tests.{body.__name__}_{next(numbers)}"
        return task(app=app, shared=False, name=name, **options)(body).apply(args).get()

    return run


@pytest.fixture
def rows() -> None:
    """Save orders 1, 2 and 3 of one customer on PostgreSQL."""
    customer = Customer.objects.using("postgres").create(pk=7, name="Ada")
    for pk in (1, 2, 3):
        Order.objects.using("postgres").create(pk=pk, customer=customer)


def order(pk: int, using: str = "postgres", model: Any = Order) -> Any:
    """Give a reference to an order there."""
    return reference(model, pk, using=using)


def orders(*pks: int) -> list[Any]:
    """Give references to orders there."""
    return [order(pk) for pk in pks]


def is_locked(table: str, where: str, using: str = "postgres") -> bool:
    """Whether another connection cannot lock a row now."""
    other = connections[using].copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {table} WHERE {where} FOR UPDATE NOWAIT")
    except DatabaseError:
        return True
    finally:
        other.rollback()
        other.close()
    return False


def locked_orders(using: str = "postgres") -> list[int]:
    """Give the orders 1 to 3 that are locked."""
    return [pk for pk in (1, 2, 3) if is_locked("shop_order", f"id = {pk}", using)]


def statements(work: Callable[[], Any], using: str = "postgres") -> list[str]:
    """Give the SQL of some work."""
    with CaptureQueriesContext(connections[using]) as context:
        work()
    return [query["sql"] for query in context]


@pytest.mark.usefixtures("rows")
class TestLocks:
    """Rows are locked before the body starts, and until it ends."""

    def test_an_instance(self, run: Run) -> None:
        """In a transaction on the alias of the row; other rows are free."""

        def body(one: Order) -> Any:
            return [locked_orders(), connections["postgres"].in_atomic_block]

        assert run(body, order(2), load={"one": LOCKED}) == [[2], True]
        assert locked_orders() == []
        assert not connections["postgres"].in_atomic_block

    def test_a_reference(self, run: Run) -> None:
        """It is read before the body, too."""

        def body(one: ModelRef[Order], some: dict[str, list[ModelRef[Order]]]) -> Any:
            assert is_resolved(one)
            with queries():
                assert is_resolved(some["a"][0])
            return locked_orders()

        load = {"one": LOCKED, "some": LOCKED}

        assert run(body, order(1), {"a": orders(3)}, load=load) == [1, 3]

    def test_other_parameters_are_not_locked(self, run: Run) -> None:
        """They are read in the same transaction, after the locks are held."""

        def body(free: Order, locked: Order) -> Any:
            return locked_orders()

        sql = statements(lambda: run(body, order(1), order(2), load={"locked": LOCKED}))

        reads = [each for each in sql if "shop_order" in each]
        assert [("FOR UPDATE" in each) for each in reads] == [True, False]

    def test_only_the_rows_themselves(self, run: Run) -> None:
        """What is read with them stays free."""

        def body(one: Order) -> Any:
            assert one.customer is not None
            assert one.customer.name == "Ada"
            return [locked_orders(), is_locked("shop_customer", "id = 7")]

        load = {"one": Load(for_update=True, select_related=("customer",))}

        assert run(body, order(2), load=load) == [[2], False]

    def test_one_query_in_order_of_the_keys(self, run: Run) -> None:
        """For all parameters that are read alike, in whatever order they come."""

        def body(first: Order, others: list[Order]) -> Any:
            return [first.pk, *(other.pk for other in others)]

        load = {"first": LOCKED, "others": LOCKED}
        sql = statements(lambda: run(body, order(3), orders(2, 1, 3), load=load))

        (read,) = [each for each in sql if "shop_order" in each]
        assert 'ORDER BY "shop_order"."id" ASC' in read
        assert read.endswith('FOR UPDATE OF "shop_order"')

    def test_rows_of_several_queries(self, run: Run) -> None:
        """The keys of the first are all less than those of the second."""
        several = [Order(pk=pk) for pk in range(10, 2_012)]
        Order.objects.using("postgres").bulk_create(several)
        pks = [order.pk for order in several[::-1]]

        def body(some: list[Order]) -> Any:
            return [one.pk for one in some] == pks

        found = []
        sql = statements(lambda: found.append(run(body, orders(*pks), load={"some": LOCKED})))

        reads = [re.search(r"IN \(([^)]*)\)|= (\d+)", each) for each in sql if "FOR UPDATE" in each]
        asked = [[int(n) for n in (m[1] or m[2]).split(",")] for m in reads if m]
        assert found == [True]
        assert [len(each) for each in asked] == [2_000, 2]
        assert max(asked[0]) < min(asked[1])

    def test_two_ways_of_reading_one_table(self, run: Run) -> None:
        """All its rows are locked in one order first, and then read in both ways."""

        def body(one: Order, other: Order) -> Any:
            return [locked_orders(), "customer" in one._state.fields_cache]

        load = {"one": Load(for_update=True, select_related=("customer",)), "other": LOCKED}
        found = []
        sql = statements(lambda: found.append(run(body, order(3), order(1), load=load)))

        first = next(each for each in sql if "FOR UPDATE" in each)
        assert "IN (1, 3)" in first
        assert sum("FOR UPDATE" in each for each in sql) == 3
        assert found == [[[1, 3], True]]

    def test_a_row_in_a_locked_and_in_another_parameter(self, run: Run) -> None:
        """It is one row, and locked."""

        def body(free: ModelRef[Order], locked: ModelRef[Order]) -> Any:
            return [free is locked, locked_orders()]

        assert run(body, order(1), order(1), load={"locked": LOCKED}) == [True, [1]]

    def test_parts_of_a_row_in_parent_tables(self, run: Run) -> None:
        """They are the row as well, whatever is left out of it."""
        SportsCar.objects.using("postgres").create(pk=3, model="fast")

        def body(one: Car) -> Any:
            return [
                is_locked("shop_sportscar", "car_ptr_id = 3"),
                is_locked("shop_car", "vehicle_ptr_id = 3"),
                is_locked("shop_vehicle", "id = 3"),
            ]

        car = reference(SportsCar, 3, using="postgres")
        for load in (LOCKED, Load(for_update=True, only=("model",), defer=("wheels",))):
            assert run(body, car, load={"one": load}) == [True, True, True]

    def test_proxies_and_composite_keys(self, run: Run) -> None:
        """As any other row."""
        Seat.objects.using("postgres").create(row="A", number=4)

        def body(urgent: UrgentOrder, seats: list[Seat]) -> Any:
            return [locked_orders(), is_locked("shop_seat", "row = 'A' AND number = 4")]

        seats = [reference(Seat, ("A", n), using="postgres") for n in (4, 5)]
        load = {"urgent": LOCKED, "seats": LOCKED}

        found = run(body, order(2, model=UrgentOrder), seats, load=load, on_missing="skip")

        assert found == [[2], True]

    def test_the_items_of_a_map(self, app: Celery) -> None:
        """Each inner call locks its own rows, in a transaction of its own."""

        def body(one: Order) -> Any:
            return locked_orders()

        inner = task(app=app, shared=False, load={"one": LOCKED})(body)

        assert inner.map(orders(1, 2)).apply().get() == [[1], [2]]

    def test_a_result_that_still_has_to_be_read(self, run: Run) -> None:
        """It is, before the transaction ends."""

        def body(one: Order) -> Any:
            return Order.objects.using("postgres").select_for_update().order_by("-pk")

        assert [each.pk for each in run(body, order(1), load={"one": LOCKED})] == [3, 2, 1]


@pytest.mark.usefixtures("rows")
class TestTransactions:
    """The body is one transaction: what raises takes back what it wrote."""

    def test_an_exception(self, run: Run) -> None:
        """As `atomic` does."""

        def body(one: Order) -> None:
            one.delete()
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            run(body, order(1), load={"one": LOCKED})
        assert Order.objects.using("postgres").filter(pk=1).exists()

    def test_celerys_own_exceptions(self, app: Celery) -> None:
        """`Ignore`, `Reject` and `Retry` are exceptions."""

        def body(one: Order) -> None:
            one.delete()
            raise Ignore

        one = task(app=app, shared=False, load={"one": LOCKED})(body)

        assert one.apply((order(1),)).state == "IGNORED"
        assert Order.objects.using("postgres").filter(pk=1).exists()

    def test_rows_of_two_databases(self, run: Run) -> None:
        """A transaction on each; SQLite has no locks for rows, and none is asked for."""
        Order.objects.using("eu").create(pk=5)

        def body(some: list[Order]) -> Any:
            return [connections[alias].in_atomic_block for alias in ("eu", "postgres", "default")]

        found = run(body, [order(5, "eu"), order(1)], load={"some": LOCKED})

        assert found == [True, True, False]

    def test_no_row_at_all(self, run: Run) -> None:
        """The transaction is on the alias that the model is written to, or on that of the load."""

        def body(one: Order | None = None, some: list[Order] = []) -> Any:  # noqa: B006
            aliases = ("default", "eu", "postgres")
            return [alias for alias in aliases if connections[alias].in_atomic_block]

        other = Load(for_update=True, using="postgres")

        assert run(body, None, [], load={"one": LOCKED}) == ["default"]
        assert run(body, load={"one": LOCKED, "some": other}) == ["default", "postgres"]
        assert run(body, None, orders(1), load={"some": LOCKED}) == ["postgres"]

    def test_an_alias_of_the_load(self, run: Run) -> None:
        """The rows are locked there, and are written there."""

        def body(one: Order) -> Any:
            one.note = "written"
            one.save()
            return [locked_orders(), one._state.db]

        load = {"one": Load(for_update=True, using="postgres")}

        assert run(body, order(2, "eu"), load=load) == [[2], "postgres"]
        assert Order.objects.using("postgres").get(pk=2).note == "written"

    def test_a_missing_row(self, run: Run, app: Celery) -> None:
        """It is known before the body, and a policy counts."""

        def body(some: list[Order]) -> Any:
            return locked_orders()

        def body_of_one(one: Order) -> None: ...

        assert run(body, orders(42, 1), load={"some": LOCKED}, on_missing="skip") == [1]
        with pytest.raises(ReferenceNotFound, match="shop.order:42@postgres"):
            run(body, orders(42, 1), load={"some": LOCKED})
        one = task(app=app, shared=False, load={"one": LOCKED}, on_missing="skip")(body_of_one)
        assert one.apply((order(42),)).state == "IGNORED"
        assert not connections["postgres"].in_atomic_block

    def test_a_call_by_hand_locks_nothing(self, app: Celery) -> None:
        """The options of a task are for its messages."""

        def body(one: Order) -> Any:
            return [locked_orders(), connections["postgres"].in_atomic_block]

        one = task(app=app, shared=False, load={"one": LOCKED})(body)

        assert one(order(1)) == [[], False]

    def test_inside_a_transaction(self, run: Run) -> None:
        """The locks are held until that one ends."""

        def body(one: Order) -> None: ...

        with transaction.atomic(using="postgres"):
            run(body, order(1), load={"one": LOCKED})
            assert locked_orders() == [1]


@pytest.mark.usefixtures("rows")
class TestDeadConnections:
    """A connection that was lost before the body is opened again: nothing was done in it."""

    def test_a_connection_that_was_kept(self, run: Run) -> None:
        """The row is locked on a new one."""
        ended = end_own_session("postgres")

        def body(one: Order) -> Any:
            return [locked_orders(), session_of("postgres") != ended]

        assert run(body, order(1), load={"one": LOCKED}) == [[1], True]

    def test_a_connection_that_is_lost_in_the_body(self, run: Run) -> None:
        """The transaction is gone, so nothing is tried again."""
        runs = []

        def body(one: Order) -> None:
            runs.append(one.pk)
            one.delete()
            end_own_session("postgres")
            list(Order.objects.using("postgres").all())

        with pytest.raises(OperationalError):
            run(body, order(1), load={"one": LOCKED})

        assert runs == [1]
        connections["postgres"].close()
        assert Order.objects.using("postgres").filter(pk=1).exists()

    def test_a_transaction_around_it_is_not_given_up(self, run: Run) -> None:
        """What it has done would be lost without a word."""

        def body(one: Order) -> None: ...

        with pytest.raises(OperationalError), transaction.atomic(using="postgres"):
            end_own_session("postgres")
            run(body, order(1), load={"one": LOCKED})


@pytest.mark.needs("mariadb")
@pytest.mark.django_db(transaction=True, databases=[*ALIASES, "mariadb"])
class TestMariaDB:
    """It has no `FOR UPDATE OF`: what is joined is locked as well."""

    def test_rows_are_locked(self, run: Run) -> None:
        """Those of the parameter, and with them what is read in the same query."""
        customer = Customer.objects.using("mariadb").create(pk=7, name="Ada")
        for pk in (1, 2, 3):
            Order.objects.using("mariadb").create(pk=pk, customer=customer)

        def body(some: list[Order]) -> Any:
            return [locked_orders("mariadb"), is_locked("shop_customer", "id = 7", "mariadb")]

        some = [order(pk, "mariadb") for pk in (3, 1)]

        assert run(body, some, load={"some": LOCKED}) == [[1, 3], False]
        joined = Load(for_update=True, select_related=("customer",))
        assert run(body, some, load={"some": joined}) == [[1, 3], True]
        assert locked_orders("mariadb") == []

    def test_lines_of_several_queries_and_a_policy(self, run: Run) -> None:
        """As on any database."""
        Order.objects.using("mariadb").create(pk=1)
        Line.objects.using("mariadb").bulk_create(Line(pk=n, order_id=1) for n in range(1, 2_003))

        def body(lines: list[ModelRef[Line]]) -> Any:
            return len(lines)

        lines = [reference(Line, n, using="mariadb") for n in range(2_010, 0, -1)]

        assert run(body, lines, load={"lines": LOCKED}, on_missing="skip") == 2_002


@pytest.mark.needs("redis", "rabbitmq")
@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("broker", ["redis", "rabbitmq"])
class TestInWorkers:
    """Tasks that want the same rows at the same time."""

    @pytest.fixture
    def worker(self, broker: Any, start_worker: StartWorker) -> Iterator[Any]:
        """A worker with two children on PostgreSQL."""
        worker = start_worker(broker, concurrency=2, env={"MODELREF_TEST_DEFAULT": "postgres"})
        with worker.queue.producing():
            yield worker

    def test_opposite_orders_of_arguments_do_not_deadlock(self, worker: Worker) -> None:
        """Each pair of tasks locks its rows in the same order, and waits."""
        sent = []
        for _ in range(8):
            sent.append(BY_KEY.transfer.delay(1, 2, 0.05))
            sent.append(BY_KEY.transfer.delay(2, 1, 0.05))

        assert [each.get(timeout=30) for each in sent] == ["done"] * 16
        assert "deadlock" not in worker.log
        assert [int(Order.objects.using("postgres").get(pk=pk).total) for pk in (1, 2)] == [0, 0]

    def test_no_update_is_lost(self, worker: Worker) -> None:
        """What one has read, no other changes before it is written."""
        sent = [BY_KEY.increase.delay(1) for _ in range(10)]

        for each in sent:
            each.get(timeout=30)

        assert int(Order.objects.using("postgres").get(pk=1).total) == 10

    def test_a_retry_takes_back_what_was_written(self, worker: Worker) -> None:
        """`Retry` is an exception, and the body a transaction."""
        assert BY_KEY.write_and_retry.delay(1).get(timeout=30) == 1

    def test_a_policy(self, worker: Worker) -> None:
        """Rows that are there are locked and counted."""
        assert BY_KEY.count_locked.delay([1, 42, 3]).get(timeout=30) == 2
        assert BY_KEY.add_one.delay(None, [1, 2]).get(timeout=30) == [True, 2]


@pytest.mark.needs("redis")
@pytest.mark.usefixtures("rows")
def test_a_worker_that_keeps_connections_opens_a_lost_one_again(
    make_queue: MakeQueue, start_worker: StartWorker
) -> None:
    """With `CELERY_DB_REUSE_MAX` one outlives its task, and PostgreSQL may end it meanwhile."""
    queue = make_queue("redis", CELERY_DB_REUSE_MAX=100)
    start_worker(queue=queue, pool="solo", env={"MODELREF_TEST_DEFAULT": "postgres"})
    with queue.producing():
        _, kept = BY_KEY.ping.delay(1).get(timeout=20)
        assert BY_KEY.ping.delay(2).get(timeout=20) == [2, kept]

        end_session("postgres", kept)

        pk, other = BY_KEY.ping.delay(3).get(timeout=20)
    assert pk == 3
    assert other != kept

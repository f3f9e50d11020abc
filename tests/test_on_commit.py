"""Calls that wait for the transaction: when they are sent, and what with."""

import pickle
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import celery
import pytest
from asgiref.sync import async_to_sync, sync_to_async
from celery import chain, chord, group
from celery.exceptions import QueueNotFound
from django.core.exceptions import SynchronousOnlyOperation
from django.db import transaction
from django.test import TestCase
from kombu import Message
from kombu.exceptions import OperationalError
from kombu.serialization import loads
from pytest_django import Settings

from modelref import reference
from modelref.celery import RefTask, task
from modelref.celery.calls.sending import add_member
from modelref.errors import ArgumentMismatch, NotEncodable, NotPublished, UnsavedInstance
from tests.queues import MakeQueue, Queue
from tests.shop.models import Order, User
from tests.shop.queries import ALIASES, queries
from tests.tasks_on_commit import grow_chord, pack, pass_on, peek, plain, ship

EVERYWHERE = ["default", "eu", "postgres", "mariadb"]

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "eu"])

Call = Callable[[Order], Any]

WAYS: dict[str, Call] = {
    "delay": lambda order: ship.delay(order),
    "apply_async": lambda order: ship.apply_async((order,)),
    "apply_async with an id by position": lambda order: ship.apply_async((order,), None, "an-id"),
    "a signature": lambda order: ship.s(order).delay(),
    "an immutable signature": lambda order: ship.si(order).apply_async(),
    "delay_on_commit": lambda order: pack.delay_on_commit(order),
    "delay_on_commit by keyword": lambda order: pack.delay_on_commit(order=order),
    "apply_async_on_commit": lambda order: pack.apply_async_on_commit((order,), countdown=1),
    "delay_on_commit of a task that never waits": lambda order: peek.delay_on_commit(order),
    "the option of one call": lambda order: pack.apply_async((order,), on_commit=True),
    "the option of a signature": lambda order: pack.s(order).set(on_commit=True).delay(),
}


def sent(queue: Queue) -> list[Message]:
    """Take all messages off a queue."""
    messages = []
    while (message := queue.take()) is not None:
        messages.append(message)
    return messages


def rows_of(messages: list[Message]) -> list[Any]:
    """Return the primary keys of the first arguments."""
    return [message.payload[0][0].pk for message in messages]


def names(messages: list[Message]) -> list[str]:
    """Return the last part of the names of the tasks."""
    return [message.headers["task"].rpartition(".")[2] for message in messages]


class TestOneDatabase:
    """The blocks of a thread on one database."""

    @pytest.mark.parametrize("way", WAYS)
    def test_a_call_is_sent_after_the_commit(self, memory_queue: Queue, way: str) -> None:
        """Not before; under the id that its result has."""
        with transaction.atomic():
            order = Order.objects.create()
            result = WAYS[way](order)
            before = sent(memory_queue)

        [message] = sent(memory_queue)
        assert before == []
        assert message.headers["id"] == result.id
        assert "on_commit" not in message.headers | message.properties
        assert {**dict(enumerate(message.payload[0])), **message.payload[1]}.popitem()[1] == order

    @pytest.mark.parametrize("way", WAYS)
    def test_a_call_is_not_sent_after_a_rollback(self, memory_queue: Queue, way: str) -> None:
        """Never."""
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            WAYS[way](Order.objects.create())
            _ = 1 / 0

        assert sent(memory_queue) == []

    @pytest.mark.parametrize("way", WAYS)
    def test_a_call_outside_any_block_is_sent_at_once(self, memory_queue: Queue, way: str) -> None:
        """Its row is there already."""
        result = WAYS[way](Order.objects.create())

        assert [message.headers["id"] for message in sent(memory_queue)] == [result.id]

    def test_a_rollback_that_is_asked_for(self, memory_queue: Queue) -> None:
        """Without an exception."""
        with transaction.atomic():
            ship.delay(Order.objects.create())
            transaction.set_rollback(True)

        assert sent(memory_queue) == []

    def test_the_outermost_block_counts(self, memory_queue: Queue) -> None:
        """The end of an inner one is no commit."""
        with transaction.atomic():
            with transaction.atomic():
                order = Order.objects.create()
                ship.delay(order)
            assert sent(memory_queue) == []

        assert rows_of(sent(memory_queue)) == [order.pk]

    def test_a_savepoint_that_is_rolled_back_takes_its_calls_with_it(
        self, memory_queue: Queue
    ) -> None:
        """Those round it are sent."""
        with transaction.atomic():
            before = Order.objects.create()
            ship.delay(before)
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                ship.delay(Order.objects.create())
                _ = 1 / 0
            after = Order.objects.create()
            ship.delay(after)

        assert rows_of(sent(memory_queue)) == [before.pk, after.pk]

    def test_a_savepoint_that_ends_well_in_a_block_that_does_not(self, memory_queue: Queue) -> None:
        """Nothing was committed."""
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            with transaction.atomic():
                ship.delay(Order.objects.create())
            _ = 1 / 0

        assert sent(memory_queue) == []

    def test_a_durable_block(self, memory_queue: Queue) -> None:
        """It is a block as any other."""
        with transaction.atomic(durable=True):
            order = Order.objects.create()
            ship.delay(order)
            assert sent(memory_queue) == []

        assert rows_of(sent(memory_queue)) == [order.pk]

    def test_manual_commits(self, memory_queue: Queue) -> None:
        """Without autocommit and without a block Django knows of no commit to wait for."""
        order = Order.objects.create()
        transaction.set_autocommit(False)
        try:
            ship.delay(order)
            assert rows_of(sent(memory_queue)) == [order.pk]
        finally:
            transaction.rollback()
            transaction.set_autocommit(True)

    def test_a_block_between_manual_commits(self, memory_queue: Queue) -> None:
        """Django runs hooks when autocommit is on again."""
        transaction.set_autocommit(False)
        with transaction.atomic():
            order = Order.objects.create()
            ship.delay(order)
        before = sent(memory_queue)
        transaction.commit()
        transaction.set_autocommit(True)

        assert before == []
        assert rows_of(sent(memory_queue)) == [order.pk]

    def test_calls_are_sent_in_their_order(self, memory_queue: Queue) -> None:
        """And in their place among the hooks of others."""
        calls: list[Any] = []
        with transaction.atomic():
            first, second = Order.objects.create(), Order.objects.create()
            transaction.on_commit(lambda: calls.extend(rows_of(sent(memory_queue))))
            ship.delay(second)
            transaction.on_commit(lambda: calls.extend(rows_of(sent(memory_queue))))
            ship.delay(first)

        assert calls == [second.pk]
        assert rows_of(sent(memory_queue)) == [first.pk]

    def test_a_call_in_a_hook_is_sent_at_once(self, memory_queue: Queue) -> None:
        """The transaction is over."""
        with transaction.atomic():
            order = Order.objects.create()
            transaction.on_commit(lambda: ship.delay(order))

        assert rows_of(sent(memory_queue)) == [order.pk]

    def test_the_block_of_another_thread_does_not_count(self, memory_queue: Queue) -> None:
        """Each thread has connections of its own."""
        order = Order.objects.create()
        app = memory_queue.app()

        def send() -> None:
            app.set_current()
            ship.delay(order)

        with transaction.atomic():
            thread = threading.Thread(target=send)
            thread.start()
            thread.join()

            assert rows_of(sent(memory_queue)) == [order.pk]


class TestWho:
    """The option of a task, of a call, and the setting."""

    def test_a_task_without_the_option_does_not_wait(self, memory_queue: Queue) -> None:
        """As in Celery."""
        with transaction.atomic():
            pack.delay(Order.objects.create())

            assert len(sent(memory_queue)) == 1

    def test_the_setting_lets_all_tasks_wait(self, memory_queue: Queue, settings: Settings) -> None:
        """`MODELREF = {"ON_COMMIT": True}`."""
        settings.MODELREF = {"ON_COMMIT": True}

        with transaction.atomic():
            pack.delay(Order.objects.create())
            before = sent(memory_queue)

        assert before == []
        assert len(sent(memory_queue)) == 1

    def test_the_option_of_a_task_wins_over_the_setting(
        self, memory_queue: Queue, settings: Settings
    ) -> None:
        """`on_commit=False`."""
        settings.MODELREF = {"ON_COMMIT": True}

        with transaction.atomic():
            peek.delay(Order.objects.create())

            assert len(sent(memory_queue)) == 1

    def test_the_option_of_a_call_wins_over_all(
        self, memory_queue: Queue, settings: Settings
    ) -> None:
        """`on_commit=False`: this one is sent at once."""
        settings.MODELREF = {"ON_COMMIT": True}

        with transaction.atomic():
            ship.apply_async((Order.objects.create(),), on_commit=False)
            ship.apply_async((Order.objects.create(),), on_commit=None)  # says nothing

            [message] = sent(memory_queue)
        assert "on_commit" not in message.headers | message.properties

    def test_the_option_is_no_argument_of_the_task(self, memory_queue: Queue) -> None:
        """`delay` takes the arguments of the task and nothing else."""
        with pytest.raises(TypeError, match="on_commit"):
            ship.delay(Order.objects.create(), on_commit=False)  # type: ignore[modelref-call]  # what is tested


class TestCanvas:
    """What is sent of a canvas at the commit, and before it."""

    @pytest.mark.parametrize(
        ("canvas", "at_once", "after"),
        [
            (lambda order: chain(ship.si(order), plain.s(1)), [], ["ship"]),
            (lambda order: chain(plain.si(1), ship.si(order)), ["plain"], []),
            (lambda order: ship.si(order) | pass_on.s() | pass_on.s(), [], ["ship"]),
            (lambda order: group(ship.si(order), ship.si(order)), [], ["ship", "ship"]),
            (lambda order: group(plain.si(1), ship.si(order)), ["plain"], ["ship"]),
            (lambda order: group(ship.si(order) | plain.s(), plain.si(1)), ["plain"], ["ship"]),
            (lambda order: chord([ship.si(order), plain.si(1)], plain.s()), ["plain"], ["ship"]),
            (lambda order: chord([plain.si(1)], ship.si(order)), ["plain"], []),
            (lambda order: ship.map([order]), [], ["map"]),
            (lambda order: ship.starmap([(order,)]), [], ["starmap"]),
            (lambda order: ship.chunks([(order,)] * 3, 2), [], ["starmap", "starmap"]),
            (lambda order: ship.map([order]) | plain.s(), [], ["map"]),
            (lambda order: group(ship.map([order]), plain.si(1)), ["plain"], ["map"]),
            (lambda order: group(ship.chunks([(order,)] * 3, 2)), [], ["starmap", "starmap"]),
            (lambda order: chord([ship.map([order])], plain.s()), [], ["map"]),
            (lambda order: pack.map([order]), ["map"], []),
            (lambda order: pack.chunks([(order,)], 2), ["starmap"], []),
        ],
    )
    def test_each_message_waits_or_does_not(
        self, memory_queue: Queue, canvas: Call, at_once: list[str], after: list[str]
    ) -> None:
        """As its own task says."""
        with transaction.atomic():
            canvas(Order.objects.create()).delay()
            before = names(sent(memory_queue))

        assert before == at_once
        assert names(sent(memory_queue)) == after

    def test_the_option_of_one_map(self, memory_queue: Queue) -> None:
        """As for any signature."""
        with transaction.atomic():
            pack.map([Order.objects.create()]).apply_async(on_commit=True)
            before = sent(memory_queue)

        assert before == []
        assert names(sent(memory_queue)) == ["map"]

    def test_a_task_that_is_no_member_of_a_chord_adds_none(self, memory_queue: Queue) -> None:
        """As in Celery, at the call."""
        order = Order.objects.create()

        result = grow_chord.s("task", order, commit=True).apply()

        with pytest.raises(ValueError, match="not member of any chord"):
            result.get()

    def test_a_member_that_only_workers_know_is_added_at_once(self) -> None:
        """Nobody here can say whether it waits."""
        with transaction.atomic():
            assert add_member(dict, celery.signature("nowhere.task"))["task"] == "nowhere.task"

    def test_a_map_is_celerys(self, memory_queue: Queue) -> None:
        """It is called and run here as Celery's, and travels inside a message as Celery's."""
        order = Order.objects.create(note="gift")
        call = ship.map([order])

        assert call.type.name == "celery.map"
        assert call() == call.apply().get() == ["gift"]
        assert dict(call.clone()) == dict(call)
        assert pickle.loads(pickle.dumps(call)) == call

    def test_chunks_are_celerys(self, memory_queue: Queue) -> None:
        """The same."""
        order = Order.objects.create(note="gift")
        call = ship.chunks([(order,)] * 3, 2)

        assert call.group().apply().get() == [["gift", "gift"], ["gift"]]
        assert dict(call.clone()) == dict(call)
        assert pickle.loads(pickle.dumps(call)) == call
        assert isinstance(call, celery.chunks)  # type: ignore[unreachable]  # types tell the two apart


class TestSeveralDatabases:
    """A call waits for all that have a block open."""

    @pytest.mark.parametrize("order_of_aliases", [("default", "eu"), ("eu", "default")])
    def test_the_last_commit_sends(
        self, memory_queue: Queue, order_of_aliases: tuple[str, str]
    ) -> None:
        """Whichever database that is."""
        outer, inner = order_of_aliases
        with transaction.atomic(using=outer):
            with transaction.atomic(using=inner):
                order = Order.objects.using(inner).create()
                ship.delay(order)
            assert sent(memory_queue) == []

        assert rows_of(sent(memory_queue)) == [order.pk]

    @pytest.mark.parametrize("failing", ["outer", "inner"])
    @pytest.mark.parametrize("order_of_aliases", [("default", "eu"), ("eu", "default")])
    def test_one_rollback_is_enough(
        self, memory_queue: Queue, order_of_aliases: tuple[str, str], failing: str
    ) -> None:
        """The other one may commit."""
        outer, inner = order_of_aliases
        with transaction.atomic(using=outer):
            with transaction.atomic(using=inner):
                ship.delay(Order.objects.using(inner).create())
                transaction.set_rollback(failing == "inner", using=inner)
            transaction.set_rollback(failing == "outer", using=outer)

        assert sent(memory_queue) == []

    def test_a_block_that_begins_after_the_call_does_not_count(self, memory_queue: Queue) -> None:
        """Blocks open at the call do."""
        with transaction.atomic(using="eu"):
            order = Order.objects.using("eu").create()
            ship.delay(order)
        with transaction.atomic():
            assert rows_of(sent(memory_queue)) == [order.pk]

    def test_a_block_on_another_database_than_the_rows(self, memory_queue: Queue) -> None:
        """The task may read what was written there."""
        order = Order.objects.create()

        with transaction.atomic(using="eu"):
            ship.delay(order)
            before = sent(memory_queue)

        assert before == []
        assert rows_of(sent(memory_queue)) == [order.pk]

    @pytest.mark.needs("postgres", "mariadb")
    @pytest.mark.django_db(transaction=True, databases=EVERYWHERE)
    @pytest.mark.parametrize("last", ["default", "postgres", "mariadb"])
    @pytest.mark.parametrize("commits", [True, False])
    def test_three_databases(self, memory_queue: Queue, last: str, commits: bool) -> None:
        """On three servers, each of which may be the last, and may fail."""
        first, second = [each for each in ("default", "postgres", "mariadb") if each != last]
        with transaction.atomic(using=last):
            with transaction.atomic(using=second):
                with transaction.atomic(using=first):
                    order = Order.objects.using(last).create()
                    ship.delay(order)
                assert sent(memory_queue) == []
            assert sent(memory_queue) == []
            transaction.set_rollback(not commits, using=last)

        assert rows_of(sent(memory_queue)) == ([order.pk] if commits else [])

    @pytest.mark.needs("postgres")
    @pytest.mark.django_db(transaction=True, databases=["default", "postgres"])
    def test_a_commit_that_fails(self, memory_queue: Queue) -> None:
        """A deferred constraint of the database is a rollback at the very end."""
        from tests.shop.models import Line

        with pytest.raises(Exception, match="shop_line"), transaction.atomic(using="postgres"):
            Line.objects.using("postgres").create(order_id=4242)
            ship.delay(Order.objects.using("postgres").create())

        assert sent(memory_queue) == []


class TestInTestCase(TestCase):
    """Django's `TestCase`, whose own blocks are never committed, on two databases."""

    databases = {"default", "eu"}

    def setUp(self) -> None:
        """Send to a queue of the test's own."""
        self.queue = Queue("memory")
        self.addCleanup(self.queue.close)
        self.enterContext(self.queue.producing())

    def test_the_blocks_of_the_test_do_not_count(self) -> None:
        """A call with no other block round it is sent at once, as it would be elsewhere."""
        order = Order.objects.create()

        ship.delay(order)

        assert rows_of(sent(self.queue)) == [order.pk]

    def test_a_captured_hook_sends(self) -> None:
        """`captureOnCommitCallbacks(execute=True)` ends, and has run one hook."""
        with self.captureOnCommitCallbacks(execute=True) as hooks, transaction.atomic():
            order = Order.objects.create()
            ship.delay(order)
            assert sent(self.queue) == []

        assert len(hooks) == 1
        assert rows_of(sent(self.queue)) == [order.pk]

    def test_hooks_that_are_not_run_send_nothing(self) -> None:
        """As Django has it for all hooks in a `TestCase`."""
        with transaction.atomic():
            ship.delay(Order.objects.create())

        assert sent(self.queue) == []

    def test_hooks_that_the_test_runs_itself(self) -> None:
        """`captureOnCommitCallbacks()` gives them."""
        with self.captureOnCommitCallbacks() as hooks, transaction.atomic():
            order = Order.objects.create()
            ship.delay(order)
        before = sent(self.queue)
        for hook in hooks:
            hook()

        assert before == []
        assert rows_of(sent(self.queue)) == [order.pk]

    def test_a_hook_that_two_captures_run_sends_once(self) -> None:
        """The outer one runs what the inner one has run."""
        with (
            self.captureOnCommitCallbacks(execute=True),
            self.captureOnCommitCallbacks(execute=True),
            transaction.atomic(),
        ):
            ship.delay(Order.objects.create())

        assert len(sent(self.queue)) == 1

    def test_a_hook_that_is_run_twice_does_not_stand_for_another_one(self) -> None:
        """The other database has not been committed."""
        with (
            self.captureOnCommitCallbacks(using="eu") as hooks,
            transaction.atomic(using="eu"),
            transaction.atomic(),
        ):
            ship.delay(Order.objects.create())
        for hook in hooks * 2:
            hook()

        assert sent(self.queue) == []

    def test_two_databases(self) -> None:
        """A block on each, and a capture of each."""
        with self.captureOnCommitCallbacks(using="default", execute=True):
            with (
                self.captureOnCommitCallbacks(using="eu", execute=True),
                transaction.atomic(),
                transaction.atomic(using="eu"),
            ):
                order = Order.objects.create()
                ship.delay(order)
            before = sent(self.queue)

        assert before == []
        assert rows_of(sent(self.queue)) == [order.pk]

    def test_one_database_of_two(self) -> None:
        """The test's own block on the other one, which is never committed, does not count."""
        Order.objects.using("eu").create()
        with self.captureOnCommitCallbacks(execute=True), transaction.atomic():
            order = Order.objects.create()
            ship.delay(order)

        assert rows_of(sent(self.queue)) == [order.pk]


class TestHooks:
    """Hooks run one after the other, and one that fails stops those after it."""

    def test_a_hook_that_fails_before_ours(self, memory_queue: Queue) -> None:
        """Its error comes out of the block, whose rows are committed; the call is not sent."""
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            order = Order.objects.create()
            transaction.on_commit(lambda: 1 / 0)
            result = ship.delay(order)

        assert Order.objects.filter(pk=order.pk).exists()
        assert sent(memory_queue) == []
        with pytest.raises(NotPublished):
            result.get()

    def test_a_robust_hook_that_fails_before_ours(self, memory_queue: Queue) -> None:
        """Django logs it and goes on."""
        with transaction.atomic():
            order = Order.objects.create()
            transaction.on_commit(lambda: 1 / 0, robust=True)
            ship.delay(order)

        assert rows_of(sent(memory_queue)) == [order.pk]

    def test_a_broker_that_does_not_answer(self, make_queue: MakeQueue) -> None:
        """The error comes out of the block; the row is there, and the result says what is not."""
        queue = make_queue("memory", broker_url="redis://127.0.0.1:1", task_publish_retry=False)
        with (
            queue.producing(),
            pytest.raises(OperationalError, match="refused"),
            transaction.atomic(),
        ):
            order = Order.objects.create()
            result = ship.delay(order)
            other = ship.delay(order)

        assert Order.objects.filter(pk=order.pk).exists()
        for each in (result, other):
            with pytest.raises(NotPublished, match=each.id):
                each.get()


class TestFixed:
    """What is sent is what was given when the call was made."""

    @pytest.mark.parametrize("way", WAYS)
    def test_a_row_that_is_deleted_in_the_block(self, memory_queue: Queue, way: str) -> None:
        """The instance has lost its key by then."""
        with transaction.atomic():
            order = Order.objects.create(pk=42)
            WAYS[way](order)
            order.delete()

        [message] = sent(memory_queue)
        assert [*message.payload[0], *message.payload[1].values()] == [reference(Order, 42)]

    def test_another_key(self, memory_queue: Queue) -> None:
        """The idiom to copy a row."""
        with transaction.atomic():
            order = Order.objects.create(pk=42)
            ship.delay(order)
            order.pk = None
            order.save()

        assert rows_of(sent(memory_queue)) == [42]

    def test_containers(self, memory_queue: Queue) -> None:
        """What is added to a list or a dict after the call is not sent."""
        with transaction.atomic():
            values: list[Any] = [1, {"a": [Order.objects.create(pk=42)]}]
            pass_on.delay(values)
            values.append(2)
            values[1]["a"].append(3)

        [message] = sent(memory_queue)
        assert message.payload[0] == [[1, {"a": [reference(Order, 42)]}]]

    @pytest.mark.parametrize(
        ("option", "place"), [("link", "callbacks"), ("link_error", "errbacks")]
    )
    @pytest.mark.parametrize("several", [True, False])
    def test_signatures_that_no_task_has_seen(
        self, memory_queue: Queue, option: str, place: str, several: bool
    ) -> None:
        """`celery.signature` keeps the instance itself, and nested ones do."""
        with transaction.atomic():
            order = Order.objects.create(pk=42)
            inner = celery.signature("some.task", args=[order])
            outer = celery.signature("some.task", args=[[order]], kwargs={"order": order})
            outer.link(inner)
            options: dict[str, Any] = {option: [outer] if several else outer}
            ship.apply_async((order,), **options)
            order.delete()
            outer.args[0].append("late")

        [message] = sent(memory_queue)
        [following] = message.payload[2][place]
        expected = reference(Order, 42)
        assert following["args"] == [[expected]]
        assert following["kwargs"] == {"order": expected}
        assert following["options"]["link"][0]["args"] == [expected]

    @pytest.mark.parametrize("codec", ["json", "pickle", "yaml", "msgpack"])
    def test_by_any_serializer(self, memory_queue: Queue, codec: str) -> None:
        """The signatures are fixed in the form that they travel in."""
        with transaction.atomic():
            order = Order.objects.create(pk=42)
            later = celery.signature("some.task", args=[order], kwargs={"orders": [order, order]})
            later.options["eta"] = datetime(2024, 5, 4, tzinfo=UTC).isoformat()
            ship.apply_async((order,), link=later, serializer=f"modelref-{codec}")  # pyright: ignore[reportArgumentType]  # a signature of Celery's own
            order.delete()

        [message] = sent(memory_queue)
        args, _, following = loads(
            message.body, message.content_type, message.content_encoding, force=True
        )
        [callback] = following["callbacks"]
        expected = reference(Order, 42)
        assert list(args) == list(callback["args"]) == [expected]
        assert callback["kwargs"] == {"orders": [expected, expected]}
        assert callback["options"] == later.options

    def test_later_steps_of_a_chain(self, memory_queue: Queue) -> None:
        """They travel with the first."""
        with transaction.atomic():
            order = Order.objects.create(pk=42)
            later = celery.signature("some.task", args=[order])
            chain(ship.si(order), later, pass_on.si([order])).delay()
            order.delete()

        [message] = sent(memory_queue)
        last, second = message.payload[2]["chain"]
        assert (second["args"], last["args"]) == ([reference(Order, 42)], [[reference(Order, 42)]])

    def test_the_body_of_a_chord(self, memory_queue: Queue) -> None:
        """It travels with each member."""
        with transaction.atomic():
            order = Order.objects.create(pk=42)
            chord([ship.si(order)], celery.signature("some.task", kwargs={"order": order})).delay()
            order.delete()

        [message] = sent(memory_queue)
        assert message.payload[2]["chord"]["kwargs"] == {"order": reference(Order, 42)}

    @pytest.mark.django_db(transaction=True, databases=ALIASES)
    def test_no_query_is_sent(self, memory_queue: Queue) -> None:
        """Neither at the call nor at the commit."""
        order = Order.objects.create()
        with queries(default=2), transaction.atomic():  # BEGIN and COMMIT
            chain(ship.si(order), pass_on.si([order])).apply_async(link=pass_on.s(order))

        assert len(sent(memory_queue)) == 1

    def test_options(self, memory_queue: Queue) -> None:
        """All but the connection, which may be closed by then."""
        with transaction.atomic(), memory_queue.app().producer_pool.acquire() as producer:
            ship.apply_async(
                (Order.objects.create(),),
                task_id="an-id",
                producer=producer,
                headers={"who": "me"},
                priority=3,
                shadow="a name",
            )

        [message] = sent(memory_queue)
        assert message.headers["id"] == "an-id"
        assert (message.headers["who"], message.headers["shadow"]) == ("me", "a name")
        assert message.properties["priority"] == 3

    def test_headers_are_those_of_the_call(self, memory_queue: Queue) -> None:
        """Though the caller uses the dict for the next call."""
        headers = {}
        with transaction.atomic():
            for headers["who"] in ("me", "you"):
                pass_on.apply_async((1,), headers=headers)

        assert [message.headers["who"] for message in sent(memory_queue)] == ["me", "you"]

    @pytest.mark.parametrize(
        ("option", "error"),
        [({"queue": "nowhere"}, QueueNotFound), ({"compression": "nothing"}, KeyError)],
    )
    def test_what_cannot_be_sent_is_an_error_of_the_call(
        self, memory_queue: Queue, option: dict[str, Any], error: type[Exception]
    ) -> None:
        """At the commit it would take the messages after it along."""
        memory_queue.app().conf.task_create_missing_queues = False

        with transaction.atomic():
            with pytest.raises(error):
                pass_on.apply_async((1,), **option)
            pass_on.delay(2)

        [message] = sent(memory_queue)
        assert "2" in message.headers["argsrepr"]

    def test_a_countdown_runs_from_the_commit(self, memory_queue: Queue) -> None:
        """The message is made then."""
        with transaction.atomic():
            ship.apply_async((Order.objects.create(),), countdown=60)
            committed = datetime.now(UTC)

        [message] = sent(memory_queue)
        assert datetime.fromisoformat(message.headers["eta"]) >= committed + timedelta(seconds=60)

    def test_models_of_pydantic(self, memory_queue: Queue) -> None:
        """A task with `pydantic=True`: Celery 5.7 lets callers give them."""
        pydantic = pytest.importorskip("pydantic")
        if celery.VERSION < (5, 7):
            pytest.skip("callers give dicts")
        money_class = pydantic.create_model("Money", amount=int)

        def pay(money: money_class, order: Order) -> None:  # type: ignore[valid-type]  # is made here
            """Do nothing."""

        pay = task(app=memory_queue.app(), name="pay", pydantic=True, on_commit=True)(pay)
        order = Order.objects.create()

        with transaction.atomic():
            money = money_class(amount=3)
            pay.delay(money, order)
            money.amount = 4

        [message] = sent(memory_queue)
        assert message.payload[0] == [{"amount": 3}, order]

    def test_a_router_reads_the_instance(self, memory_queue: Queue) -> None:
        """As it was at the call, without a query, also when it is no row any more."""
        routed: list[Any] = []

        def route(name: str, args: Any, *rest: Any, **kwargs: Any) -> None:
            routed.append(args[0].note)

        memory_queue.app().conf.task_routes = [route]
        with transaction.atomic():
            order = Order.objects.create(note="gift")
            ship.delay(order)
            order.delete()

        assert routed == ["gift"]


class TestErrorsAtTheCall:
    """What cannot be sent is an error of the call, not of the commit."""

    @pytest.mark.parametrize(
        ("call", "error", "says"),
        [
            (lambda order: ship.delay(Order()), UnsavedInstance, "Save it first"),
            (lambda order: ship.delay(User()), ArgumentMismatch, "'order' takes"),  # type: ignore[modelref-call]
            (lambda order: pass_on.delay(object()), NotEncodable, r"args\[0\]: object cannot"),
            (lambda order: pass_on.delay(Order.objects), NotEncodable, r"add \.all\(\)"),
            (lambda order: ship.delay(order, order), TypeError, "2 were given"),  # type: ignore[modelref-call]
            (lambda order: ship.apply_async("ab"), TypeError, "argument"),  # type: ignore[modelref-call]  # what is tested
            (lambda order: pass_on.apply_async("a"), TypeError, "must be a list or tuple"),  # type: ignore[modelref-call]  # what is tested
            (lambda order: pass_on.apply_async((1,), "a"), TypeError, "mapping"),  # type: ignore[arg-type]
            (
                lambda order: ship.apply_async((order,), link=pass_on.signature((object(),))),  # type: ignore[modelref-chain]
                NotEncodable,
                r"callbacks\[0\].args\[0\]: object cannot",
            ),
            (
                lambda order: ship.apply_async((order,), link=celery.signature("x", (Order(),))),  # pyright: ignore[reportArgumentType]  # a signature of Celery's own
                UnsavedInstance,
                r"callbacks\[0\].args\[0\]",
            ),
            (
                lambda order: chain(ship.si(order), celery.signature("x", ([object()],)))(),
                NotEncodable,
                r"chain\[0\].args\[0\]\[0\]: object cannot",
            ),
            (
                lambda order: ship.apply_async((order,), countdown="soon"),  # type: ignore[modelref-call]
                TypeError,
                "'<' not supported",
            ),
            (lambda order: pass_on.map([object()]).delay(), NotEncodable, r'\["it"\]\[0\]: object'),
        ],
    )
    def test_it_names_what_is_wrong(
        self, memory_queue: Queue, call: Call, error: type[Exception], says: str
    ) -> None:
        """With the class that an immediate call raises; nothing is sent, the block goes on."""
        with transaction.atomic():
            order = Order.objects.create()
            with pytest.raises(error, match=says):
                call(order)
            ship.delay(order)

        assert len(sent(memory_queue)) == 1

    def test_by_a_serializer_that_knows_no_rows(self, memory_queue: Queue) -> None:
        """As for any call."""
        with transaction.atomic(), pytest.raises(NotEncodable, match="'json'"):
            ship.apply_async((Order.objects.create(),), serializer="json")

    def test_keys_may_go_by_such_a_serializer(self, memory_queue: Queue) -> None:
        """As in the first release of a roll-out."""
        with transaction.atomic():
            order = Order.objects.create()
            ship.apply_async((order.pk,), serializer="json", link=pass_on.s({"a": 1}))  # type: ignore[modelref-call, modelref-chain]  # what is tested

        [message] = sent(memory_queue)
        assert message.content_type == "application/json"
        assert message.payload[0] == [order.pk]
        assert message.payload[2]["callbacks"][0]["args"] == [{"a": 1}]

    def test_a_wrong_option_is_refused_when_the_task_is_defined(self) -> None:
        """It is yes, no, or what the settings say."""
        with pytest.raises(TypeError, match="Wrong: on_commit='yes' is none of True, False"):

            class Wrong(RefTask):
                on_commit = "yes"  # type: ignore[assignment]  # what is tested


class TestAsync:
    """Async code: the thread that a call is made in counts."""

    def test_an_event_loop_has_no_block(self, memory_queue: Queue) -> None:
        """Django refuses to begin one there, so a call is sent at once."""
        order = Order.objects.create()

        async def view() -> None:
            memory_queue.app().set_current()  # in the thread of the loop
            with pytest.raises(SynchronousOnlyOperation), transaction.atomic():
                pass
            ship.delay(order)

        with transaction.atomic():
            async_to_sync(view)()

            assert rows_of(sent(memory_queue)) == [order.pk]

    def test_a_block_in_a_thread_of_async_code(self, memory_queue: Queue) -> None:
        """`sync_to_async` round the block and the call in it."""

        def place() -> tuple[Order, list[Any]]:
            with transaction.atomic():
                order = Order.objects.create()
                ship.delay(order)
                return order, sent(memory_queue)

        order, before = async_to_sync(sync_to_async(place))()

        assert before == []
        assert rows_of(sent(memory_queue)) == [order.pk]

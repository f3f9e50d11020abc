"""Calls that wait for the transaction, with real brokers and from inside real workers."""

from collections.abc import Iterator
from typing import Any

import celery
import pytest
from celery import Celery, chain, chord, group
from django.db import transaction
from pytest_django import Settings

from modelref.errors import NotPublished
from tests.queues import Backend, Broker, MakeQueue, Queue
from tests.shop.models import Order
from tests.tasks_on_commit import (
    add,
    grow_chord,
    pass_on,
    replace_in_block,
    replace_plain_in_block,
    retry_in_block,
    send_from_block,
    ship,
)
from tests.test_on_commit import sent
from tests.workers import StartWorker, Worker

pytestmark = pytest.mark.django_db(transaction=True)

BROKERS = ["redis", "rabbitmq", "filesystem"]


class TestBrokers:
    """What is on the queue of a real broker."""

    @pytest.mark.parametrize("broker", BROKERS)
    @pytest.mark.parametrize("commit", [True, False])
    def test_the_queue_is_empty_until_the_commit(
        self, make_queue: MakeQueue, broker: Broker, commit: bool
    ) -> None:
        """A call, a chain, a group and a map; after a rollback it stays empty."""
        queue = make_queue(broker)
        with queue.producing(), transaction.atomic():
            order = Order.objects.create()
            ship.delay(order)
            chain(ship.si(order), add.s(order))()
            group(ship.si(order), ship.si(order))()
            ship.map([order]).delay()
            before = sent(queue)
            transaction.set_rollback(not commit)

        names = sorted(message.headers["task"] for message in sent(queue))
        assert before == []
        assert names == (["celery.map", *[ship.name] * 4] if commit else [])

    def test_a_chord_on_redis(self, make_queue: MakeQueue) -> None:
        """Its members wait, and the body is sent by the last of them."""
        queue = make_queue("redis")
        with queue.producing():
            for commit in (False, True):
                with transaction.atomic():
                    order = Order.objects.create()
                    chord([ship.si(order), ship.si(order)], pass_on.s())()
                    assert sent(queue) == []
                    transaction.set_rollback(not commit)
                names = [message.headers["task"] for message in sent(queue)]
                assert names == [ship.name] * 2 * commit

    @pytest.mark.parametrize("backend", ["database", "file"])
    def test_a_chord_where_celery_polls_for_its_members(
        self, make_queue: MakeQueue, backend: Backend
    ) -> None:
        """What polls is no task of ours: Celery sends it at once, and it polls for ever."""
        queue = make_queue("redis", backend)
        with queue.producing():
            for commit in (False, True):
                with transaction.atomic():
                    order = Order.objects.create()
                    chord([ship.si(order), ship.si(order)], pass_on.s())()
                    before = [message.headers["task"] for message in sent(queue)]
                    transaction.set_rollback(not commit)
                names = [message.headers["task"] for message in sent(queue)]
                assert before == ["celery.chord_unlock"]
                assert names == [ship.name] * 2 * commit

    @pytest.mark.parametrize("commit", [True, False])
    def test_such_a_chord_that_is_sent_by_a_hook(self, make_queue: MakeQueue, commit: bool) -> None:
        """What the documentation recommends: its references are fixed by `si`."""
        queue = make_queue("redis", "database")
        with queue.producing(), transaction.atomic():
            order = Order.objects.create()
            call = chord([ship.si(order), ship.si(order)], pass_on.s())
            transaction.on_commit(call.delay)
            before = sent(queue)
            transaction.set_rollback(not commit)

        names = [message.headers["task"] for message in sent(queue)]
        assert before == []
        assert names == (["celery.chord_unlock", ship.name, ship.name] if commit else [])

    @pytest.mark.parametrize("on_commit", [True, False])
    def test_a_map_where_all_tasks_are_of_our_class(
        self, memory_queue: Queue, settings: Settings, on_commit: bool
    ) -> None:
        """The task that a map calls says whether it waits, not the one of Celery's."""
        settings.MODELREF = {"ON_COMMIT": not on_commit}
        app = Celery("whole", set_as_current=False, task_cls="modelref.celery:RefTask")
        app.config_from_object(memory_queue.conf)
        double = app.task(name="whole.double", shared=False, on_commit=on_commit)(take_number)

        with transaction.atomic():
            double.map([1]).delay()
            before = sent(memory_queue)

        assert len(before) == (not on_commit)
        assert len(sent(memory_queue)) == on_commit

    def test_such_a_chord_where_all_tasks_are_of_our_class(
        self, make_queue: MakeQueue, settings: Settings
    ) -> None:
        """With `task_cls` and the setting what polls waits as well."""
        settings.MODELREF = {"ON_COMMIT": True}
        queue = make_queue("redis", "database")
        app = Celery("whole", set_as_current=False, task_cls="modelref.celery:RefTask")
        app.config_from_object(queue.conf)
        double = app.task(name="whole.double", shared=False)(take_number)

        with transaction.atomic():
            chord([double.si(1), double.si(2)], double.s(), app=app)()
            before = sent(queue)

        assert before == []
        assert [message.headers["task"] for message in sent(queue)] == [
            "celery.chord_unlock",
            "whole.double",
            "whole.double",
        ]
        app.close()


def take_number(number: Any) -> Any:
    """Return what is given."""
    return number


@pytest.mark.needs("redis")
class TestInWorkers:
    """Blocks in the body of a task."""

    @pytest.fixture(scope="class")
    @classmethod
    def worker(cls, start_module_worker: StartWorker) -> Worker:
        """A worker of two children."""
        return start_module_worker("redis", concurrency=2)

    @pytest.fixture(autouse=True)
    def _producing(self, worker: Worker) -> Iterator[None]:
        with worker.queue.producing():
            yield

    def test_a_call_in_a_task_is_sent_after_the_commit(self) -> None:
        """The task that is called sees what its caller has written, and is a child of it."""
        order = Order.objects.create(note="before")
        caller = send_from_block.delay(order, commit=True)

        task_id, children_before, children_after = caller.get(timeout=20)

        assert ship.AsyncResult(task_id).get(timeout=20) == "changed in a worker"
        assert (children_before, children_after) == (0, 1)
        assert [child.id for child in caller.children or ()] == [task_id]

    def test_a_call_in_a_task_is_not_sent_after_a_rollback(self) -> None:
        """It is no child either, for which somebody might wait."""
        order = Order.objects.create(note="before")
        caller = send_from_block.delay(order, commit=False)

        task_id, children_before, children_after = caller.get(timeout=20)

        assert (children_before, children_after) == (0, 0)
        assert ship.AsyncResult(task_id).state == "PENDING"
        assert not caller.children

    def test_a_retry_goes_out_though_its_block_is_rolled_back(self) -> None:
        """Else the task would be lost."""
        order = Order.objects.create(note="gift")

        assert retry_in_block.delay(order).get(timeout=20) == ["gift", 1]

    @pytest.mark.parametrize("task", [replace_in_block, replace_plain_in_block])
    @pytest.mark.parametrize(
        ("kind", "gives"),
        [
            ("task", "gift"),
            ("chain", "gift gift"),
            ("group", ["gift", "gift"]),
            ("chord", ["gift", "gift"]),
            ("chain of a group", ["gift", "gift"]),
        ],
    )
    def test_a_replacement_goes_out_though_its_block_is_rolled_back(
        self, task: Any, kind: str, gives: Any
    ) -> None:
        """Whatever it is made of; what was written in the block is not there."""
        order = Order.objects.create(note="gift")

        assert task.delay(kind, order).get(timeout=20) == gives
        assert Order.objects.count() == 1

    @pytest.mark.skipif(celery.VERSION < (5, 7), reason="a map loses its options, and its id")
    def test_a_replacement_by_a_map(self) -> None:
        """It keeps the id, so the result is that of the map."""
        order = Order.objects.create(note="gift")

        assert replace_in_block.delay("map", order).get(timeout=20) == ["gift", "gift"]

    @pytest.mark.parametrize(("kind", "gives"), [("task", "gift"), ("chain", "gift gift")])
    def test_a_member_that_is_added_to_a_chord(self, kind: str, gives: Any) -> None:
        """It is sent after the commit, and the body waits for it."""
        order = Order.objects.create(note="gift")

        result = chord([grow_chord.si(kind, order, commit=True)], pass_on.s())()

        assert sorted(result.get(timeout=20)) == sorted(["gift", gives])

    @pytest.mark.parametrize("kind", ["task", "chain"])
    def test_a_member_that_is_added_to_a_chord_in_a_block_that_is_rolled_back(
        self, kind: str
    ) -> None:
        """It is not sent, and the body does not wait for it."""
        order = Order.objects.create(note="gift")

        result = chord([grow_chord.si(kind, order, commit=False)], pass_on.s())()

        assert result.get(timeout=20) == ["gift"]

    def test_an_autoretry_of_a_call_that_waited(self, worker: Worker) -> None:
        """A call that was deferred is a message as any other."""
        with transaction.atomic():
            order = Order.objects.create(note="gift")
            result = retry_in_block.delay(order)
            with pytest.raises(NotPublished):
                result.get()

        assert result.get(timeout=20) == ["gift", 1]

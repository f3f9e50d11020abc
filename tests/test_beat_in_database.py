"""django-celery-beat: periodic tasks in the database, whose arguments are JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("django_celery_beat", reason="`make test` and `make versions` install it")

from celery.beat import SchedulingError
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from django_celery_beat.schedulers import ModelEntry as TheirEntry

from modelref import identity, is_reference, reference
from modelref.celery.beat import DatabaseScheduler, ModelEntry
from modelref.errors import ArgumentMismatch, NotEncodable
from tests.beat import NAME, beating
from tests.queues import Queue
from tests.shop.models import Order
from tests.tasks_beat import note_anything, note_down
from tests.workers import StartWorker, Worker

pytestmark = [pytest.mark.needs("redis"), pytest.mark.django_db(transaction=True)]

THEIRS = "django_celery_beat.schedulers:DatabaseScheduler"
OURS = "modelref.celery.beat:DatabaseScheduler"


@pytest.fixture
def order() -> Order:
    """An order with a note."""
    return Order.objects.create(note="gift")


def reference_to(order: Order) -> dict[str, Any]:
    """Return a reference as it is typed into the form of a periodic task."""
    return {"__modelref__": ["shop.order", order.pk]}


def save(task: Any, name: str = NAME, **kwargs: Any) -> PeriodicTask:
    """Save a periodic task with these arguments."""
    often, _ = IntervalSchedule.objects.get_or_create(every=200_000, period="microseconds")
    return PeriodicTask.objects.create(
        name=name, task=task.name, interval=often, kwargs=json.dumps(kwargs)
    )


class TestProcesses:
    """A beat process and a worker."""

    @pytest.fixture(scope="class")
    @classmethod
    def worker(cls, start_module_worker: StartWorker) -> Worker:
        """A worker that runs what beat sends."""
        return start_module_worker("redis", pool="solo")

    @pytest.mark.parametrize("scheduler", [THEIRS, OURS])
    def test_a_key_is_enough_for_a_parameter_that_takes_a_row(
        self, worker: Worker, order: Order, scheduler: str, tmp_path: Path
    ) -> None:
        """By either scheduler; the row is read each time."""
        path = tmp_path / "notes"
        save(note_down, order=order.pk, path=str(path))

        with beating(worker.queue, scheduler, entry=None, pk=order.pk, path=path) as beat:
            beat.wait_for_line("gift")
            Order.objects.update(note="changed")
            beat.wait_for_line("changed")

    @pytest.mark.parametrize("kwarg", ["order", "value"])
    def test_a_reference_is_read_by_the_scheduler_of_this_package(
        self, worker: Worker, order: Order, kwarg: str, tmp_path: Path
    ) -> None:
        """Also for a parameter that says nothing of rows."""
        path = tmp_path / "notes"
        task = note_down if kwarg == "order" else note_anything
        given: dict[str, Any] = {kwarg: reference_to(order), "path": str(path)}
        save(task, **given)

        with beating(worker.queue, OURS, entry=None, pk=order.pk, path=path) as beat:
            beat.wait_for_line("gift")

    @pytest.mark.parametrize("entry", ["reference", "instance", "key"])
    def test_a_schedule_of_the_project_is_kept_in_the_database(
        self, worker: Worker, order: Order, entry: str, tmp_path: Path
    ) -> None:
        """With what a message would have in the place of the row."""
        path = tmp_path / "notes"

        with beating(worker.queue, OURS, entry=entry, pk=order.pk, path=path) as beat:
            beat.wait_for_line("gift")

        kept = json.loads(PeriodicTask.objects.get(name=NAME).kwargs)
        assert kept["order"] == (order.pk if entry == "key" else reference_to(order))


class TestEntries:
    """What a scheduler makes of one row, and of one entry."""

    @pytest.fixture
    def scheduler(self, memory_queue: Queue) -> DatabaseScheduler:
        """A scheduler that has not read the database yet."""
        return DatabaseScheduler(app=memory_queue.app(), lazy=True)

    def test_references_of_one_call_are_one_batch(self, order: Order) -> None:
        """As those of a message."""
        model = save(note_down)
        model.args = json.dumps([reference_to(order), [reference_to(order), 1]])

        entry = ModelEntry(model)

        first, (second, one) = entry.args
        assert is_reference(first)
        assert is_reference(second)
        assert (identity(first), one) == (identity(order), 1)
        assert first.note == "gift"
        assert second.note == "gift"

    @pytest.mark.parametrize(
        "args", ["[]", "", "[1, {}, {}]", "[[1], {}, {}]", '[{"task": 1}]', "[[], {}]"]
    )
    def test_other_arguments_are_what_they_are(self, args: str) -> None:
        """Also those that look like a message."""
        model = save(note_down)
        model.args = args

        assert ModelEntry(model).args == json.loads(args or "[]")

    def test_arguments_that_are_no_json_disable_the_task(
        self, scheduler: DatabaseScheduler
    ) -> None:
        """As ever; other tasks go on."""
        save(note_down, "good", order=1)
        bad = save(note_down, "bad")
        PeriodicTask.objects.filter(name="bad").update(kwargs="{")

        assert set(scheduler.all_as_schedule()) == {"good", "bad"}
        bad.refresh_from_db()
        assert not bad.enabled
        assert set(scheduler.all_as_schedule()) == {"good"}

    def test_text_cannot_break_out_of_its_place(self, scheduler: DatabaseScheduler) -> None:
        """Arguments are JSON each by itself."""
        model = save(note_down)
        PeriodicTask.objects.update(args="[1],{", kwargs="}")

        [entry] = scheduler.all_as_schedule().values()

        model.refresh_from_db()
        assert (entry.args, entry.kwargs) == (None, None)
        assert not model.enabled

    def test_a_reference_that_cannot_be_read_is_the_failure_of_its_task(
        self, scheduler: DatabaseScheduler, memory_queue: Queue
    ) -> None:
        """Beat sends it as it is."""
        model = save(note_anything, value={"__modelref__": ["shop.nothing", 1]}, path="")

        scheduler.apply_async(ModelEntry(model, app=memory_queue.app()), advance=False)

        message = memory_queue.take()
        assert message is not None
        assert '{"__modelref__":["shop.nothing",1]}' in message.body.decode()

    def test_what_is_typed_in_is_refused_by_the_other_scheduler(
        self, scheduler: DatabaseScheduler, memory_queue: Queue, order: Order
    ) -> None:
        """When it would be sent: a dict of a project's own is never taken for a reference."""
        model = save(note_down, order=reference_to(order), path="")
        other = save(note_anything, "other", value=reference_to(order), path="")

        with pytest.raises(SchedulingError, match="got a value of type dict") as first:
            scheduler.apply_async(TheirEntry(model, app=memory_queue.app()), advance=False)
        with pytest.raises(SchedulingError, match="'__modelref__' alone is reserved") as second:
            scheduler.apply_async(TheirEntry(other, app=memory_queue.app()), advance=False)

        assert isinstance(first.value.__context__, ArgumentMismatch)
        assert isinstance(second.value.__context__, NotEncodable)
        assert memory_queue.take() is None

    def test_an_entry_of_the_project_may_not_look_like_a_reference(
        self, scheduler: DatabaseScheduler, caplog: pytest.LogCaptureFixture
    ) -> None:
        """It is refused, and the next one is kept."""
        entry = {"task": note_down.name, "schedule": 60}
        bad = {"kwargs": {"order": {"__modelref__": ["shop.order", 1]}}}

        scheduler.update_from_dict({"bad": entry | bad, "good": entry})

        assert "is reserved" in caplog.text
        assert set(PeriodicTask.objects.values_list("name", flat=True)) == {"good"}

    def test_an_entry_of_the_project_comes_back_as_it_was(
        self, scheduler: DatabaseScheduler
    ) -> None:
        """Places, names, aliases, lists of rows."""
        row = reference(Order, 1, using="eu")
        entry: dict[str, Any] = {
            "task": note_down.name,
            "schedule": 60,
            "args": (row, [row, reference(Order, 2, using="eu")], "text"),
            "kwargs": {"order": row},
            "options": {"queue": "other"},
        }

        scheduler.update_from_dict({"one": entry})

        kept = scheduler.all_as_schedule()["one"]
        assert kept.args == list(entry["args"])
        assert kept.kwargs == entry["kwargs"]
        assert str(identity(kept.args[1][1])) == "shop.order:2@eu"
        assert kept.options["queue"] == "other"

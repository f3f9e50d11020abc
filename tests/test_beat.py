"""Periodic tasks: a beat process sends references, and a worker reads the row each time."""

import shelve
from pathlib import Path

import pytest

from modelref import is_reference, is_resolved
from tests.beat import ENTRIES, NAME, beating
from tests.shop.models import Order
from tests.workers import StartWorker, Worker

pytestmark = [pytest.mark.needs("redis"), pytest.mark.django_db(transaction=True)]

IN_MEMORY = "celery.beat:Scheduler"
PERSISTENT = "celery.beat:PersistentScheduler"


@pytest.fixture
def order() -> Order:
    """An order with a note."""
    return Order.objects.create(note="gift")


@pytest.fixture(scope="module")
def worker(start_module_worker: StartWorker) -> Worker:
    """A worker that runs what beat sends."""
    return start_module_worker("redis", pool="solo")


class TestSchedules:
    """Entries of the project's own code."""

    @pytest.mark.parametrize("entry", ENTRIES)
    @pytest.mark.parametrize("scheduler", [IN_MEMORY, PERSISTENT])
    def test_each_call_reads_the_row(
        self, worker: Worker, order: Order, scheduler: str, entry: str, tmp_path: Path
    ) -> None:
        """As it is then; the entry says which one."""
        path = tmp_path / "notes"

        with beating(worker.queue, scheduler, entry=entry, pk=order.pk, path=path) as beat:
            beat.wait_for_line("gift")
            Order.objects.update(note="changed")
            beat.wait_for_line("changed")

    @pytest.mark.parametrize("entry", ["key", "reference", "signature"])
    def test_the_file_of_a_schedule_names_the_row(
        self, worker: Worker, order: Order, entry: str, tmp_path: Path
    ) -> None:
        """And holds nothing of what is in it; after a restart it is read again."""
        path = tmp_path / "notes"
        with beating(worker.queue, PERSISTENT, entry=entry, pk=order.pk, path=path) as beat:
            beat.wait_for_line("gift")

        with shelve.open(str(beat.file)) as store:
            kept = store["entries"][NAME]
        held = (*kept.args, *kept.kwargs.values())

        assert is_reference(held[0]) == (entry != "key")
        assert held[0] == (order.pk if entry == "key" else order)
        assert not is_resolved(held[0]) or entry == "key"
        assert not [
            each for each in beat.file.parent.glob("schedule*") if b"gift" in each.read_bytes()
        ]

        Order.objects.update(note="after a restart")
        with beating(worker.queue, PERSISTENT, entry=entry, pk=order.pk, path=path) as beat:
            beat.wait_for_line("after a restart")

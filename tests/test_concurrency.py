"""Threads that share references, and references in async code."""

import asyncio
import copy
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.exceptions import SynchronousOnlyOperation
from django.db import connections
from django.db.models.fields.files import FieldFile
from django.test.utils import CaptureQueriesContext

import modelref.refs as refs_module
from modelref import (
    aresolve,
    aresolve_all,
    identity,
    is_resolved,
    reference,
    resolve,
)
from modelref.errors import ReferenceNotFound
from modelref.refs import set_class
from tests.shop.arrivals import arrived
from tests.shop.models import Customer, Document, Order
from tests.shop.queries import ALIASES, queries

pytestmark = pytest.mark.django_db(databases=ALIASES)


def in_threads(*actions: Callable[[], Any]) -> tuple[list[Any], int]:
    """Run actions at once, each in a thread with slow queries; give results and queries sent."""
    start = threading.Barrier(len(actions))
    results: list[Any] = [None] * len(actions)
    sent: list[int] = []

    def slowly(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        time.sleep(0.05)
        return execute(sql, params, many, context)

    def run(place: int, action: Callable[[], Any]) -> None:
        connection = connections["default"]
        with CaptureQueriesContext(connection) as captured, connection.execute_wrapper(slowly):
            start.wait()
            try:
                results[place] = action()
            except Exception as error:  # noqa: BLE001, the test looks at it
                results[place] = error
        sent.append(len(captured))
        connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert len(sent) == len(actions)
    return results, sum(sent)


@pytest.mark.django_db(databases=ALIASES, transaction=True)
class TestThreads:
    """Several threads touch references of one batch."""

    @pytest.fixture
    def refs(self) -> list[Any]:
        """Three references of one batch."""
        return arrived(*(Order.objects.create(note=str(n)) for n in range(3)))

    def test_one_reference_is_read_once(self, refs: list[Any]) -> None:
        """Two threads that touch it see one instance, after one query."""
        results, sent = in_threads(lambda: resolve(refs[0]), lambda: resolve(refs[0]))

        assert sent == 1
        assert results[0] is results[1]
        assert type(results[0]) is Order

    def test_one_batch_is_read_once(self, refs: list[Any]) -> None:
        """Two threads that touch different references of it wait for one query."""
        results, sent = in_threads(*(lambda ref=ref: ref.note for ref in refs))

        assert (results, sent) == (["0", "1", "2"], 1)

    def test_a_write_and_a_read_are_of_one_instance(self, refs: list[Any]) -> None:
        """A write that loads is not lost to another thread's load."""

        def write() -> None:
            refs[0].note = "written"

        results, sent = in_threads(write, lambda: refs[0].total)

        assert (results, sent) == ([None, 0], 1)
        assert refs[0].note == resolve(refs[0]).note == "written"

    def test_a_missing_row_is_missing_for_all(self, refs: list[Any]) -> None:
        """Each thread gets the error."""
        Order.objects.all().delete()

        results, _ = in_threads(*(lambda ref=ref: ref.note for ref in refs))

        assert [isinstance(error, ReferenceNotFound) for error in results] == [True] * 3

    def test_copies_are_made_while_it_loads(self, refs: list[Any]) -> None:
        """A copy that meets a load is pending or loaded, never half of either."""
        results, _ = in_threads(
            lambda: refs[0].note,
            *(lambda: [copy.copy(refs[0]).note for _ in range(5)] for _ in range(3)),
        )

        assert results == ["0", *[["0"] * 5] * 3]


@pytest.mark.django_db(databases=ALIASES, transaction=True)
def test_a_reference_that_is_being_filled_shows_no_raw_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Between the row's `__dict__` and its class a file is not yet a file for the loader only."""
    pk = Document.objects.create(scan="a.txt", title="scanned").pk
    ref = reference(Document, pk)
    seen: list[Any] = []

    def look() -> None:
        seen.append(ref.scan)
        connections["default"].close()

    other = threading.Thread(target=look)

    def set_class_late(filled: Any, kind: type) -> None:
        other.start()
        other.join(timeout=0.3)  # it waits for this load, or has seen the state in between
        set_class(filled, kind)

    monkeypatch.setattr(refs_module, "set_class", set_class_late)

    title = ref.title
    other.join(timeout=20)

    assert title == "scanned"
    assert [(type(scan), scan.name) for scan in seen] == [(FieldFile, "a.txt")]


class TestAsync:
    """References in coroutines."""

    @pytest.fixture
    def pending(self) -> Order:
        """A reference that has not been read."""
        Order.objects.create(pk=42, note="gift", customer=Customer.objects.create(name="Ada"))
        return reference(Order, 42)

    @pytest.mark.parametrize(
        "use",
        [
            lambda ref: ref.note,
            str,
            lambda ref: setattr(ref, "note", "x"),
            lambda ref: ref.discounted(10),
            resolve,
        ],
        ids=["field", "str", "write", "method", "resolve"],
    )
    def test_an_access_that_would_load_is_refused_with_a_hint(
        self, pending: Order, use: Callable[[Any], object]
    ) -> None:
        """Django's own error, and what to do instead."""

        async def touch() -> None:
            use(pending)

        with (
            queries(),
            pytest.raises(SynchronousOnlyOperation, match=r"await aresolve\(") as caught,
        ):
            async_to_sync(touch)()

        assert "shop.order" in str(caught.value)
        assert not is_resolved(pending)

    def test_the_reference_can_be_used_afterwards(self, pending: Order) -> None:
        """A refused access leaves it pending."""

        async def touch() -> str:
            return pending.note

        with pytest.raises(SynchronousOnlyOperation):
            async_to_sync(touch)()

        assert pending.note == "gift"

    def test_what_needs_no_row_is_answered(self, pending: Order) -> None:
        """Key, repr, comparison and identity work in a coroutine."""

        async def look() -> tuple[int, str, bool, str]:
            return pending.pk, repr(pending), pending == Order(pk=42), str(identity(pending))

        with queries():
            found = async_to_sync(look)()

        assert found == (42, "<ModelRef shop.order pk=42>", True, "shop.order:42")

    def test_aresolve_gives_the_instance(self, pending: Order) -> None:
        """One query, and afterwards the reference is loaded."""

        async def load() -> tuple[Order, str]:
            instance = await aresolve(pending)
            return instance, pending.note

        with queries(default=1):
            instance, note = async_to_sync(load)()

        assert type(instance) is Order
        assert instance is resolve(pending)
        assert note == "gift"

    def test_aresolve_passes_what_is_loaded(self, pending: Order) -> None:
        """An instance or a loaded reference needs no query."""
        order = resolve(pending)

        async def load() -> tuple[Order, Order]:
            return await aresolve(order), await aresolve(pending)

        with queries():
            assert async_to_sync(load)() == (order, order)

    def test_aresolve_all_is_one_query(self) -> None:
        """In order, as `resolve_all`."""
        for n in (1, 2, 3):
            Order.objects.create(pk=n, note=str(n))
        refs = [reference(Order, n) for n in (3, 1, 2)]

        async def load() -> list[str]:
            return [order.note for order in await aresolve_all(refs)]

        with queries(default=1):
            assert async_to_sync(load)() == ["3", "1", "2"]
        assert all(is_resolved(ref) for ref in refs)

    def test_a_missing_row_is_not_found(self) -> None:
        """`aresolve` raises what `resolve` raises."""

        async def load() -> None:
            await aresolve(reference(Order, 99))

        with pytest.raises(ReferenceNotFound, match="shop.order:99"):
            async_to_sync(load)()

    @pytest.mark.django_db(databases=ALIASES, transaction=True)
    def test_tasks_of_a_loop_share_one_read(self) -> None:
        """Two coroutines that resolve references of one batch get one instance each row."""
        refs = arrived(*(Order.objects.create(note=str(n)) for n in range(2)))

        async def load() -> list[Any]:
            return await asyncio.gather(*(aresolve(ref) for ref in (*refs, *refs)))

        with queries(default=1):
            first, second, third, fourth = async_to_sync(load)()

        assert (first is third, second is fourth) == (True, True)
        assert [first.note, second.note] == ["0", "1"]

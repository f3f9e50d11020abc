"""The table "Way in": every way to call a task, in a worker process."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from unittest.mock import Mock

import pytest
from celery import chain, current_app, group

from modelref import is_reference, is_resolved, reference
from modelref.errors import ArgumentMismatch, UnsavedInstance
from tests.shop.models import Customer, Order
from tests.shop.queries import ALIASES, queries
from tests.tasks_ways import (
    give,
    give_customer,
    relay_apply_async,
    relay_delay,
    replace_itself,
    show,
    show_on_retry,
    show_one,
    show_two,
)
from tests.workers import StartWorker, Worker

pytestmark = pytest.mark.django_db(transaction=True, databases=ALIASES)

BOTH = ["Order", "reference"]


@pytest.fixture(scope="module")
def worker(start_module_worker: StartWorker) -> Worker:
    """A worker that needs no server."""
    return start_module_worker("filesystem", pool="solo")


@pytest.fixture(autouse=True)
def producing(worker: Worker) -> Iterator[None]:
    """Send to the worker."""
    with worker.queue.producing():
        yield


@pytest.fixture
def rows() -> tuple[Order, Order]:
    """Two orders; and a customer, whose key is that of the first."""
    Customer.objects.create(pk=1, name="Ada")
    return Order.objects.create(pk=1, note="one"), Order.objects.create(pk=2, note="two")


def result_of(sent: Any) -> Any:
    """Wait for a result."""
    return sent.get(timeout=20, interval=0.02)


class Way(NamedTuple):
    """How a call is made, and where a mismatch shows: `call` or `task`."""

    make: Callable[..., Any]
    mismatch: str


def send_raw(order: Any, ref: Any) -> Any:
    """Send by name, past every method of the task."""
    return current_app.send_task(show.name, (order, ref))


WAYS = {
    "delay": Way(lambda *args: show.delay(*args), "call"),
    "delay by keyword": Way(lambda order, ref: show.delay(ref=ref, order=order), "call"),
    "apply_async": Way(lambda *args: show.apply_async(args), "call"),
    "apply_async with kwargs": Way(
        lambda order, ref: show.apply_async(None, {"order": order, "ref": ref}), "call"
    ),
    "s": Way(lambda *args: show.s(*args).delay(), "call"),
    "s by keyword": Way(lambda order, ref: show.s(ref=ref, order=order).delay(), "call"),
    "si": Way(lambda *args: show.si(*args).apply_async(), "call"),
    "signature": Way(lambda *args: show.signature(args, immutable=True).delay(), "call"),
    "subtask": Way(lambda *args: show.subtask(args).delay(), "call"),
    "chain": Way(lambda *args: chain(give.si(args[1]), show.si(*args))(), "call"),
    "chain that hands on": Way(lambda order, ref: chain(give.s(order), show.s(ref=ref))(), "task"),
    "group": Way(lambda *args: group(show.s(*args))()[0], "call"),
    "send_task": Way(send_raw, "task"),
}


def chain_of_keys() -> Any:
    """Send a chain as an old release does."""
    return chain(give.si(2), show.si(1, 2))()  # type: ignore[modelref-call]  # keys


@pytest.mark.parametrize("way", WAYS)
def test_the_body_gets_what_the_table_says(rows: tuple[Order, Order], way: str) -> None:
    """An instance and a reference, both fresh, in one query."""
    sent = WAYS[way].make(*rows)

    result = result_of(sent)

    assert result["kinds"] == BOTH
    assert result["notes"] == ["one", "two"]
    assert result["queries"] == {"default": 1}


@pytest.mark.parametrize("way", [way for way in WAYS if "hands on" not in way])
def test_bare_keys_are_taken_as_an_old_release_sends_them(
    rows: tuple[Order, Order], way: str
) -> None:
    """In the message they stay keys, in the body they are rows."""
    sent = WAYS[way].make(1, 2) if way != "chain" else chain_of_keys()

    result = result_of(sent)

    assert (result["kinds"], result["queries"]) == (BOTH, {"default": 1})


@pytest.mark.parametrize("way", [way for way in WAYS if "hands on" not in way])
def test_a_mismatch_shows_where_the_table_says(rows: tuple[Order, Order], way: str) -> None:
    """At the call, with nothing sent, or as the failure of the task."""
    customer = Customer.objects.get()

    if WAYS[way].mismatch == "call":
        with pytest.raises(ArgumentMismatch, match="show: parameter 'order' takes Order"):
            WAYS[way].make(customer, rows[1])
    else:
        with pytest.raises(ArgumentMismatch, match="'order' takes Order, got a row of Customer"):
            result_of(WAYS[way].make(customer, rows[1]))


def test_a_result_that_does_not_fit_fails_the_step_that_takes_it(rows: tuple[Order, Order]) -> None:
    """The step before has done its work and succeeds."""
    last = chain(give_customer.s(1), show.s(ref=rows[1]))()  # type: ignore[modelref-call]  # a key

    with pytest.raises(ArgumentMismatch, match="'order' takes Order, got a row of Customer"):
        result_of(last)
    assert result_of(last.parent).name == "Ada"


@pytest.mark.parametrize("way", [way for way in WAYS if way != "send_task"])
def test_an_unsaved_instance_shows_at_the_call(rows: tuple[Order, Order], way: str) -> None:
    """There is nothing to refer to, so nothing can be sent."""
    with pytest.raises(UnsavedInstance, match="Save it first"):
        WAYS[way].make(Order(), rows[1])


class TestMaps:
    """`map`, `starmap` and `chunks`: one message, many calls."""

    def test_map(self, rows: tuple[Order, Order]) -> None:
        """Each call gets an instance of its own, of one row given twice as well."""
        results = result_of(show_one.map([rows[0], rows[1], rows[0]]).delay())

        assert [each["notes"] for each in results] == [["one"], ["two"], ["one"]]
        assert {tuple(each["kinds"]) for each in results} == {("Order",)}

    def test_starmap(self, rows: tuple[Order, Order]) -> None:
        """Each item is the arguments of a call."""
        results = result_of(show_two.starmap([rows, (2, 1)]).delay())  # type: ignore[modelref-call]  # keys

        assert [each["notes"] for each in results] == [["one", "two"], ["two", "one"]]
        assert [each["kinds"] for each in results] == [BOTH, BOTH]

    def test_chunks(self, rows: tuple[Order, Order]) -> None:
        """Cut into messages."""
        results = result_of(show_two.chunks([rows, rows, rows], 2).group()())

        assert [len(chunk) for chunk in results] == [2, 1]

    @pytest.mark.parametrize("way", ["map", "starmap", "chunks"])
    def test_a_mismatch_shows_at_the_call(self, rows: tuple[Order, Order], way: str) -> None:
        """Nothing is sent."""
        customer = Customer.objects.get()
        one: Any = show_one
        two: Any = show_two
        make: dict[str, Callable[[], Any]] = {
            "map": lambda: one.map([rows[0], customer]),
            "starmap": lambda: two.starmap([rows, (customer, 1)]),
            "chunks": lambda: two.chunks([(customer, 1)], 2),
        }

        with pytest.raises(ArgumentMismatch, match="got a row of Customer"):
            make[way]()

    def test_the_items_load_together(self, rows: tuple[Order, Order]) -> None:
        """In one query for all calls of a message, here in eager mode."""
        with queries(default=1):
            results = show_one.map(rows).apply().get()

        assert [each["notes"] for each in results] == [["one"], ["two"]]


class TestRetry:
    """A retry sends again what arrived."""

    def test_the_second_try_starts_from_the_message(self, rows: tuple[Order, Order]) -> None:
        """Fresh rows, none of the first try's changes, containers as they were sent."""
        result = result_of(show_on_retry.delay(rows[0], 2, ["sent"]))  # type: ignore[modelref-call]  # a key

        assert result["kinds"] == BOTH
        assert result["notes"] == ["one", "changed between tries", "sent"]


class TestReplace:
    """A task that lets another take its place."""

    def test_what_it_was_given_may_go_on(self, rows: tuple[Order, Order]) -> None:
        """Instances and references alike, read anew where they arrive."""
        result = result_of(replace_itself.delay(*rows))

        assert result == {"kinds": BOTH, "notes": ["two", "one"]}


class TestInsideATask:
    """What a running task sends."""

    def test_apply_async_fails_the_task_that_receives(self, rows: tuple[Order, Order]) -> None:
        """The one that sends has done its work and succeeds."""
        sender = relay_apply_async.delay(1, rows[1])  # type: ignore[modelref-call]  # a key

        receiver = current_app.AsyncResult(result_of(sender))

        with pytest.raises(ArgumentMismatch, match="got a row of Customer"):
            result_of(receiver)

    def test_delay_fails_the_task_that_sends(self, rows: tuple[Order, Order]) -> None:
        """It is checked at the call, everywhere."""
        with pytest.raises(ArgumentMismatch, match="show_two: parameter 'order'"):
            result_of(relay_delay.delay(1, rows[1]))  # type: ignore[modelref-call]  # a key


class TestByHand:
    """`ship(order)`: a plain call."""

    def test_instances_pass_untouched(self, rows: tuple[Order, Order]) -> None:
        """Saved or not, and nothing is queried."""
        unsaved = Order(note="new")

        with queries():
            assert show_two(unsaved, rows[0])["notes"] == ["new", "one"]

    def test_mocks_and_wrong_models_pass_untouched(self) -> None:
        """Nothing is checked."""
        mock = Mock(note="mocked")

        assert show_two(mock, mock)["notes"] == ["mocked", "mocked"]

    def test_references_arrive_as_annotated(self, rows: tuple[Order, Order]) -> None:
        """An instance for `Order`, the reference for `ModelRef[Order]`."""
        with queries(default=2):
            result = show_two(reference(Order, 1), reference(Order, 2))

        assert result["kinds"] == BOTH

    def test_a_signature_called_by_hand(self, rows: tuple[Order, Order]) -> None:
        """Its references arrive as annotated."""
        assert show_two.s(*rows)()["kinds"] == BOTH


class TestApply:
    """`apply`: a worker's call in this process."""

    def test_it_converts_and_checks_as_delay_does(self, rows: tuple[Order, Order]) -> None:
        """Instances are read anew, mismatches raise."""
        rows[0].note = "never saved"

        with queries(default=1):
            result = show_two.apply(rows).get()

        assert result == {"kinds": BOTH, "notes": ["one", "two"]}
        with pytest.raises(ArgumentMismatch):
            show_two.apply((Customer.objects.get(), 1))  # type: ignore[modelref-call]  # is tested

    def test_an_eager_chain_hands_references_on(self, rows: tuple[Order, Order]) -> None:
        """As a worker would."""
        assert chain(give.s(rows[0]), show_two.s(ref=rows[1])).apply().get()["kinds"] == BOTH


class TestFixedAtTheCall:
    """A reference is fixed when the call is made."""

    def test_what_happens_to_the_instance_later_changes_nothing(
        self, rows: tuple[Order, Order]
    ) -> None:
        """Not in a signature, which is sent later, nor inside a chain."""
        order = rows[0]
        signature = show_one.s(order)
        later = chain(give.si(rows[1]), show_one.si(order))
        order.pk = 77

        assert result_of(signature.delay())["notes"] == ["one"]
        assert result_of(later())["notes"] == ["one"]

    def test_a_signature_of_a_deleted_instance_still_names_its_row(
        self, rows: tuple[Order, Order]
    ) -> None:
        """The task says which row has gone."""
        signature = show_one.s(rows[0])
        rows[0].delete()

        with pytest.raises(Order.DoesNotExist, match="shop.order:1 does not exist"):
            result_of(signature.delay())

    def test_results_are_references(self, rows: tuple[Order, Order]) -> None:
        """A task may return a row; what comes back is lazy."""
        got = result_of(give.delay(rows[0]))

        assert is_reference(got)
        assert not is_resolved(got)
        assert got.note == "one"

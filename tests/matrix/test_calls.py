"""The matrix: single calls, what they take and return, and calls that never leave the process."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections

from modelref import is_reference, is_resolved
from modelref.errors import ReferenceNotFound
from tests.matrix.lane import Lane, leaves
from tests.matrix.tasks import (
    by_note,
    keys,
    read,
    read_all,
    read_named,
    read_on_retry,
    read_pair,
    touch,
)


@pytest.mark.parametrize("call", [read, touch], ids=lambda call: call.__name__)
def test_a_call_reads_its_row_once(lane: Lane, call: Any) -> None:
    """As an instance or as a reference."""
    [order] = lane.orders(1)

    result = call.delay(order)

    assert lane.get(result) == "0"
    assert lane.queries(result) == [1]


def test_keyword_arguments_are_read_together(lane: Lane) -> None:
    """Positional ones as well: one query for both rows."""
    order, other = lane.orders(2)

    named = read_pair.delay(ref=other, order=order, mark="!")
    mixed = read_pair.apply_async((order,), {"ref": other})

    assert lane.get(named) == ["0!", "1!"]
    assert lane.get(mixed) == ["0", "1"]
    assert lane.queries(named, mixed) == [1, 1]


def test_lists_and_dicts_are_read_in_one_query(lane: Lane) -> None:
    """Whatever their length; and not at all where only keys are asked for."""
    orders = lane.orders(20)

    listed = read_all.delay(orders)
    named = read_named.delay({order.note: order for order in orders})
    untouched = keys.delay(orders)

    assert lane.get(listed) == [order.note for order in orders]
    assert lane.get(named) == {order.note: order.note for order in orders}
    assert lane.get(untouched) == [order.pk for order in orders]
    assert lane.queries(listed, named, untouched) == [1, 1, 0]


def test_a_bare_key_is_read_from_the_default_database(lane: Lane) -> None:
    """As an old release sends it."""
    [order] = lane.orders(1)

    result = touch.delay(order.pk)  # type: ignore[modelref-call]  # what is tested

    assert lane.get(result) == "0"
    assert lane.queries(result, alias="default") == [1]


def test_a_row_that_is_gone_is_a_failure(lane: Lane) -> None:
    """Of that call alone."""
    gone, order = lane.orders(2)
    lane.remove(gone)

    failed, read_well = read.delay(gone), read.delay(order)

    with pytest.raises(ReferenceNotFound, match=f"shop.order:{gone.pk}"):
        lane.get(failed)
    assert failed.state == "FAILURE"
    assert lane.get(read_well) == "1"
    assert lane.queries(failed, read_well) == [1, 1]


def test_results_are_references(lane: Lane, django_assert_num_queries: Any) -> None:
    """Instances, lists and dicts of them: one query where they are looked at."""
    orders = lane.orders(3)

    result = by_note.delay(orders)
    got = lane.get(result)

    assert [is_reference(each) for each in got["all"]] == [True] * 3
    assert not any(map(is_resolved, got["all"]))
    with django_assert_num_queries(1, connection=connections[lane.alias]):
        assert [each.note for each in got["all"]] == ["0", "1", "2"]
        assert got["first"].note == "0"
        assert {name: each.note for name, each in got["by note"].items()} == {
            name: name for name in "012"
        }
    assert lane.queries(result) == [1]


class TestMaps:
    """One message, many calls, one query."""

    def test_map(self, lane: Lane) -> None:
        """Each item is the argument of a call."""
        orders = lane.orders(4)

        result = read.map(orders).apply_async()

        assert lane.get(result) == ["0", "1", "2", "3"]
        assert lane.queries(result) == [1]

    def test_starmap(self, lane: Lane) -> None:
        """Each item is the arguments of a call."""
        orders = lane.orders(4)

        result = read_pair.starmap(zip(orders, orders[::-1], strict=True)).apply_async()

        assert lane.get(result) == [["0", "3"], ["1", "2"], ["2", "1"], ["3", "0"]]
        assert lane.queries(result) == [1]

    def test_chunks(self, lane: Lane) -> None:
        """As many messages as there are chunks, one query each."""
        orders = lane.orders(4)

        result = read_pair.chunks([(order, order) for order in orders], 3).apply_async()

        assert lane.get(result) == [[["0", "0"], ["1", "1"], ["2", "2"]], [["3", "3"]]]
        assert lane.queries(*leaves(result)) == [1, 1]

    def test_an_item_that_is_gone_fails_the_map(self, lane: Lane) -> None:
        """Visibly."""
        gone, order = lane.orders(2)
        lane.remove(gone)

        result = read.map([order, gone]).apply_async()

        with pytest.raises(ReferenceNotFound, match=f"shop.order:{gone.pk}"):
            lane.get(result)
        [queries] = lane.queries(result)
        assert queries <= 2


class TestHere:
    """Calls that are run by the sender, as a worker would."""

    @pytest.fixture
    def _eager(self, lane: Lane) -> Iterator[None]:
        conf = lane.queue.app().conf
        conf.task_always_eager = True
        yield
        conf.task_always_eager = False

    @pytest.mark.usefixtures("_eager")
    def test_always_eager(self, lane: Lane, django_assert_num_queries: Any) -> None:
        """One query, of the row as it is."""
        [order] = lane.orders(1)
        order.note = "never saved"

        with django_assert_num_queries(1, connection=connections[lane.alias]):
            result = read.delay(order)

        assert result.get() == "0"

    @pytest.mark.usefixtures("_eager")
    def test_always_eager_with_a_retry(self, lane: Lane, django_assert_num_queries: Any) -> None:
        """One query a try."""
        [order] = lane.orders(1)

        with django_assert_num_queries(2, connection=connections[lane.alias]):
            result = read_on_retry.delay(order)

        assert result.get() == "0"

    def test_apply(self, lane: Lane, django_assert_num_queries: Any) -> None:
        """One query, of the row as it is."""
        order, other = lane.orders(2)
        order.note = "never saved"

        with django_assert_num_queries(1, connection=connections[lane.alias]):
            result = read_pair.apply((order,), {"ref": other})

        assert result.get() == ["0", "1"]

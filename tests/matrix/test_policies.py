"""The matrix: `on_missing`, `on_commit`, `load` and task methods."""

from decimal import Decimal
from typing import Any

import pytest
from celery import chain, chord
from django.db import transaction

from modelref import reference
from modelref.errors import NotPublished
from tests.matrix.lane import Lane, leaves, steps, wait_until
from tests.matrix.tasks import (
    add,
    add_one,
    add_one_to_each,
    add_or_skip,
    change_and_send,
    give_back,
    read_after_commit,
    read_or_none,
    read_or_skip,
    read_those_there,
    read_when_there,
    start,
)
from tests.shop.models import Consignment, Order


class TestOnMissing:
    """Rows that do not exist when the task is to start."""

    def test_a_skip_ends_a_chain(self, lane: Lane) -> None:
        """What follows does not run, and nobody waits for it."""
        first, gone, third = lane.orders(3)
        lane.remove(gone)

        last = chain(start.s(first), add_or_skip.s(gone), add.s(third))()

        assert lane.get(last) is None
        assert [lane.get(step) for step in steps(last)] == [["0"], None, None]
        assert lane.queries(*steps(last)) == [1, 1, 0]

    def test_a_chord_completes_without_a_member_that_is_skipped(self, lane: Lane) -> None:
        """The body gets None in its place; also where the member is a chain."""
        first, gone, third = lane.orders(3)
        lane.remove(gone)
        cut = chain(start.s(first), add_or_skip.s(gone), add.s(third))

        body = chord([read_or_skip.s(first), read_or_skip.s(gone), cut])(give_back.s())

        assert lane.get(body) == ["0", None, None]
        lane.look_at_all(queries=4)

    def test_a_list_is_read_without_its_missing_members(self, lane: Lane) -> None:
        """In one query."""
        first, gone, third = lane.orders(3)
        lane.remove(gone)

        result = read_those_there.delay([first, gone, third])

        assert lane.get(result) == ["0", "2"]
        assert lane.queries(result) == [1]

    def test_none(self, lane: Lane) -> None:
        """The body runs with it."""
        gone, order = lane.orders(2)
        lane.remove(gone)

        without, with_row = read_or_none.delay(gone), read_or_none.delay(order)

        assert (lane.get(without), lane.get(with_row)) == (None, "1")
        assert lane.queries(without, with_row) == [1, 1]

    def test_a_retry_waits_for_the_row(self, lane: Lane) -> None:
        """Which is sent before it exists."""
        [order] = lane.orders(1)
        lane.remove(order)

        result = read_when_there.delay(order)
        wait_until(lambda: result.state == "RETRY")
        order.save(using=lane.alias, force_insert=True)

        assert lane.get(result) == "0"
        [queries] = lane.queries(result)
        assert queries >= 2


class TestOnCommit:
    """Calls inside a transaction on the database of the rows."""

    def test_the_task_sees_what_the_sender_has_committed(self, lane: Lane) -> None:
        """It is sent by the commit."""
        with transaction.atomic(using=lane.alias):
            [order] = lane.orders(1)
            result = read_after_commit.delay(order)
            with pytest.raises(NotPublished):
                result.get()

        assert lane.get(result) == "0"
        assert lane.queries(result) == [1]

    def test_a_task_sends_after_its_own_commit(self, lane: Lane) -> None:
        """From inside its body, in any pool."""
        [order] = lane.orders(1)

        sender = change_and_send.delay(order, fail=False)
        sent = lane.queue.app().AsyncResult(lane.get(sender))

        assert lane.get(sent) == "changed"
        assert lane.queries(sender, sent) == [2, 1]  # a load and a save, a load

    def test_a_task_sends_nothing_after_its_rollback(self, lane: Lane) -> None:
        """Nothing arrives, and the next task finds the worker as it should be."""
        [order] = lane.orders(1)

        sender = change_and_send.delay(order, fail=True)
        never_sent = lane.get(sender)
        after = read_after_commit.delay(order)

        assert lane.get(after) == "0"
        assert never_sent not in lane.received()
        assert lane.queries(sender, after) == [2, 1]


@pytest.mark.only(database=["postgres", "mariadb"])
class TestLocks:
    """`load={...: Load(for_update=True)}`, where the database has locks on rows."""

    def test_tasks_on_one_row_wait_for_one_another(self, lane: Lane) -> None:
        """None overwrites what another has added."""
        [order] = lane.orders(1)

        results = [add_one.delay(order) for _ in range(6)]

        assert [lane.get(result) for result in results] == [None] * 6
        assert Order.objects.using(lane.alias).get(pk=order.pk).total == Decimal(6)
        assert lane.queries(*results) == [2] * 6  # a load and a save

    def test_tasks_on_the_same_rows_do_not_wait_for_one_another_for_ever(self, lane: Lane) -> None:
        """Whatever the order of their lists is."""
        orders = lane.orders(3)

        results = [add_one_to_each.delay(orders[:: (-1) ** n]) for n in range(6)]

        assert [lane.get(result) for result in results] == [None] * 6
        totals = Order.objects.using(lane.alias).values_list("total", flat=True)
        assert set(totals) == {Decimal(6)}
        assert lane.queries(*results) == [4] * 6


class TestMethods:
    """Task methods of a model."""

    @pytest.fixture
    def glass(self, lane: Lane) -> Consignment:
        """A row."""
        return Consignment.objects.using(lane.alias).create(label="glass")

    @pytest.fixture
    def china(self, lane: Lane) -> Consignment:
        """Another row."""
        return Consignment.objects.using(lane.alias).create(label="china")

    def test_a_call_reads_its_instance_and_its_arguments_together(
        self, lane: Lane, glass: Any, china: Any
    ) -> None:
        """In one query."""
        result = glass.load_on.delay(china)

        assert lane.get(result) == ["glass", "china"]
        assert lane.queries(result) == [1]

    def test_in_a_chain_no_result_pushes_the_instance_aside(
        self, lane: Lane, glass: Any, china: Any
    ) -> None:
        """On a reference as well, which is sent unread."""
        unread = reference(Consignment, glass.pk, using=lane.alias)

        last = chain(give_back.s(china), glass.load_on.s(), unread.describe.si("last"))()

        assert lane.get(last) == ["Consignment", "glass", "last"]
        assert lane.get(last.parent) == ["glass", "china"]
        assert lane.queries(*steps(last)) == [0, 1, 1]

    def test_in_a_chord(self, lane: Lane, glass: Any, china: Any) -> None:
        """As members and as the body."""
        body = chord([glass.describe.s(), china.describe.s()])(glass.gather.s())

        assert lane.get(body) == ["glass", ["Consignment", "glass"], ["Consignment", "china"]]
        assert lane.queries(*leaves(body.parent), body) == [1, 1, 1]

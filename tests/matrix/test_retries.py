"""The matrix: tasks that are tried again, and tasks that wait for their time."""

from datetime import UTC, datetime, timedelta

import pytest

from modelref.errors import ReferenceNotFound
from tests.matrix.lane import Lane, wait_until
from tests.matrix.tasks import (
    NotYetError,
    never_ready,
    read,
    read_on_retry,
    read_when_ready,
    save_on_retry,
    touch,
)


class TestRetry:
    """What a retry sends is what arrived."""

    def test_the_row_is_read_anew(self, lane: Lane) -> None:
        """What the first try did to its instance is gone with it."""
        [order] = lane.orders(1)

        result = read_on_retry.delay(order)

        assert lane.get(result) == "0"
        assert lane.queries(result) == [2]  # one a try

    def test_a_change_between_the_tries_is_seen(self, lane: Lane) -> None:
        """In rows that were read by the first try, and in others."""
        order, other = lane.orders(2)

        result = save_on_retry.delay(order, other)

        assert lane.get(result) == ["changed", "1"]
        first_try, its_update, second_try = 1, 1, 1
        assert lane.queries(result) == [first_try + its_update + second_try]


class TestAutoretry:
    """`autoretry_for`."""

    def test_it_sees_what_others_change(self, lane: Lane) -> None:
        """Tried until the row is as it should be; one query a try."""
        [order] = lane.orders(1)

        result = read_when_ready.delay(order)
        wait_until(lambda: result.state == "RETRY")
        lane.change(order, "ready")

        note, retries = lane.get(result)
        assert note == "ready"
        assert retries >= 1
        assert lane.queries(result) == [retries + 1]

    def test_a_row_that_goes_between_the_tries_is_not_found(self, lane: Lane) -> None:
        """No try runs on what an earlier one has read."""
        [order] = lane.orders(1)

        result = read_when_ready.delay(order)
        wait_until(lambda: result.state == "RETRY")
        lane.remove(order)

        with pytest.raises(ReferenceNotFound, match=f"shop.order:{order.pk}"):
            lane.get(result)
        assert result.state == "FAILURE"
        [queries] = lane.queries(result)
        assert queries >= 2

    def test_when_there_are_no_more_tries_the_error_is_the_tasks(self, lane: Lane) -> None:
        """Each try has read the row."""
        [order] = lane.orders(1)

        result = never_ready.delay(order)

        with pytest.raises(NotYetError, match="0"):
            lane.get(result)
        assert lane.queries(result) == [3]


class TestWaiting:
    """`countdown` and `eta`: a worker holds the message, and the row goes on changing."""

    def test_the_row_is_read_when_the_time_has_come(self, lane: Lane) -> None:
        """And not when the message arrives."""
        order, other = lane.orders(2)

        counted = touch.apply_async((order,), countdown=1)
        timed = read.apply_async((other,), eta=datetime.now(UTC) + timedelta(seconds=1))
        for each in (counted, timed):
            lane.worker.wait_for_log(f"[{each.id}] received")
        lane.change(order)
        lane.change(other)

        assert [lane.get(each) for each in (counted, timed)] == ["changed", "changed"]
        assert lane.queries(counted, timed) == [1, 1]

    def test_a_row_that_is_gone_by_then_is_not_found(self, lane: Lane) -> None:
        """The worker has held a reference and nothing else."""
        [order] = lane.orders(1)

        result = read.apply_async((order,), countdown=0.5)
        lane.remove(order)

        with pytest.raises(ReferenceNotFound, match=f"shop.order:{order.pk}"):
            lane.get(result)
        assert lane.queries(result) == [1]

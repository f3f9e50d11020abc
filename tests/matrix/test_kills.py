"""The matrix: workers that are killed in the middle of a task, with `acks_late`.

The task that was running and those that waited behind it are run by whoever comes next, on rows as
they are then. These tests start workers of their own.
"""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelref.errors import ReferenceNotFound
from tests.matrix.combinations import Combination
from tests.matrix.lane import Lane, wait_until
from tests.matrix.tasks import read_late, wait_to_be_killed

MakeLane = Callable[..., Lane]

VISIBILITY_TIMEOUT = 2  # seconds, after which Redis gives a message to another worker


class Held:
    """A task that waits in a worker to be killed, and others behind it.

    Args:
        lane: where; the worker does one task at a time.
        path: a file that says where the task is.

    The worker has taken as many messages as it takes: one that Redis has handed out and the worker
    has not yet written down would be lost with it, whatever it is about.
    """

    def __init__(self, lane: Lane, path: Path) -> None:
        self.order, *self.others = self.orders = lane.orders(4)
        self.result = wait_to_be_killed.delay(self.order, str(path))
        wait_until(path.exists)
        self.pid, self.note = path.read_text().split()
        self.behind = [read_late.delay(order) for order in self.others]
        wait_until(lambda: len(lane.received()) == taken(lane.combination))


@pytest.fixture
def hold(tmp_path: Path) -> Callable[[Lane], Held]:
    """Make a task wait in the worker of a lane."""
    return lambda lane: Held(lane, tmp_path / "running")


def taken(combination: Combination) -> int:
    """Return how many messages a worker that does one task at a time takes while it is at work."""
    if combination.pool == "solo":
        return 1
    if combination.pool == "gevent" or combination.broker == "filesystem":
        return 2  # without an event loop it waits with the second one for a place in the pool
    return 4  # worker_prefetch_multiplier


def start_another(lane: Lane) -> None:
    """Start the worker that gets the messages of one that was killed.

    On Redis it is one with an event loop: kombu, up to 5.7, looks in no other for messages whose
    time is over, so a project that has gevent workers only waits for one of another pool.
    """
    if lane.combination.broker == "redis":
        time.sleep(VISIBILITY_TIMEOUT + 0.5)
        lane.start_worker("threads" if lane.combination.pool == "gevent" else None)
    else:
        lane.start_worker()


@pytest.mark.only(pool=["prefork"])
class TestChildKilled:
    """The main process puts the message back, and starts another child."""

    @pytest.fixture
    def lane(self, make_lane: MakeLane) -> Lane:
        """A worker with one child."""
        return make_lane(concurrency=1)

    def test_the_task_is_run_again_on_fresh_rows(self, lane: Lane, hold: Any) -> None:
        """Those behind it as well, and none of them twice."""
        held = hold(lane)
        for order in held.orders:
            lane.change(order)

        os.kill(int(held.pid), signal.SIGKILL)

        assert held.note == "0"
        says_so = lane.combination.broker != "filesystem"  # whose transport does not mark it
        assert lane.get(held.result) == ["changed", says_so]
        assert [lane.get(each) for each in held.behind] == ["changed"] * 3
        assert lane.queries(held.result, *held.behind) == [2, 1, 1, 1]
        lane.assert_nothing_else_was_asked()

    @pytest.mark.only(broker=["redis"])
    def test_a_row_that_has_gone_is_a_failure(self, lane: Lane, hold: Any) -> None:
        """The second run does not start on what the first has read."""
        held = hold(lane)
        lane.remove(held.order)

        os.kill(int(held.pid), signal.SIGKILL)

        with pytest.raises(ReferenceNotFound, match=f"shop.order:{held.order.pk}"):
            lane.get(held.result)
        assert held.result.state == "FAILURE"
        assert [lane.get(each) for each in held.behind] == ["1", "2", "3"]


@pytest.mark.only(broker=["redis", "rabbitmq"])
class TestWorkerKilled:
    """Its connection ends, or its time with the message does, and another worker gets it."""

    @pytest.fixture
    def lane(self, make_lane: MakeLane) -> Lane:
        """A worker that does one task at a time."""
        return make_lane(concurrency=1, visibility_timeout=VISIBILITY_TIMEOUT)

    def test_another_runs_the_tasks_on_fresh_rows(self, lane: Lane, hold: Any) -> None:
        """The one that was running, and those that waited behind it; none of them twice."""
        held = hold(lane)

        lane.worker.kill()
        for order in held.orders:
            lane.change(order)
        start_another(lane)

        assert held.note == "0"
        assert lane.get(held.result) == ["changed", True]
        assert [lane.get(each) for each in held.behind] == ["changed"] * 3
        assert lane.queries(held.result, *held.behind) == [2, 1, 1, 1]
        lane.assert_nothing_else_was_asked()

"""The matrix: chains, groups, chords, one inside the other, callbacks, replacements, stamps."""

import pytest
from celery import chain, chord, group
from celery.exceptions import ChordError

from modelref import is_resolved
from modelref.codecs import json as codec
from modelref.errors import ReferenceNotFound, UnknownModel
from tests.matrix.lane import Lane, leaves, steps
from tests.matrix.tasks import (
    add,
    fail,
    give_back,
    hand_on,
    join,
    keys,
    read,
    read_all,
    read_stamps,
    replace_by_one,
    replace_by_two,
    start,
    touch,
)


class TestChain:
    """One step after the other."""

    def test_each_row_is_read_by_the_step_that_uses_it(self, lane: Lane) -> None:
        """Five steps over five orders: one query each, though the first message names them all."""
        first, *others = lane.orders(5)

        last = chain(start.s(first), *(add.s(order) for order in others))()

        assert lane.get(last) == ["0", "1", "2", "3", "4"]
        assert lane.queries(*steps(last)) == [1] * 5

    def test_a_row_goes_from_step_to_step_unread(self, lane: Lane) -> None:
        """What a step returns is the reference; only the last one looks at it."""
        [order] = lane.orders(1)

        last = chain(hand_on.s(order), hand_on.s(), touch.s())()

        assert lane.get(last) == "0"
        assert lane.queries(*steps(last)) == [0, 0, 1]

    def test_a_later_step_sees_its_row_as_it_is_then(self, lane: Lane) -> None:
        """Changed by the sender while the step before waits for its time."""
        first, second = lane.orders(2)

        last = chain(start.s(first), add.s(second).set(countdown=0.5))()
        lane.change(second)

        assert lane.get(last) == ["0", "changed"]
        assert lane.queries(*steps(last)) == [1, 1]

    def test_a_row_that_is_gone_ends_it(self, lane: Lane) -> None:
        """The steps before it have run, those behind it fail with it."""
        first, gone, third = lane.orders(3)
        lane.remove(gone)

        last = chain(start.s(first), add.s(gone), add.s(third))()

        with pytest.raises(ReferenceNotFound, match=f"shop.order:{gone.pk}"):
            lane.get(last)
        assert lane.states(steps(last)) == ["SUCCESS", "FAILURE", "FAILURE"]
        assert lane.queries(*steps(last)) == [1, 1, 0]

    def test_a_reference_that_nobody_can_read_ends_it(self, lane: Lane) -> None:
        """A model that the worker does not have: the step before it runs, in spite of its body."""
        first, third = lane.orders(2)
        unreadable = codec.decode('{"__modelref__":["shop.nothing",1]}')

        last = chain(start.s(first), read.si(unreadable), add.s(third))()

        with pytest.raises(UnknownModel, match="shop.nothing"):
            lane.get(last)
        assert lane.states(steps(last)) == ["SUCCESS", "FAILURE", "FAILURE"]
        assert lane.queries(*steps(last)) == [1, 0, 0]


class TestGroup:
    """Side by side."""

    def test_each_member_reads_its_row(self, lane: Lane) -> None:
        """One query each."""
        members = group(read.s(order) for order in lane.orders(4))()

        assert lane.get(members) == ["0", "1", "2", "3"]
        assert lane.queries(*leaves(members)) == [1] * 4

    def test_a_row_that_is_gone_is_its_members_failure(self, lane: Lane) -> None:
        """The others are not disturbed."""
        gone, order = lane.orders(2)
        lane.remove(gone)

        failed, read_well = group(read.s(gone), read.s(order))()

        with pytest.raises(ReferenceNotFound):
            lane.get(failed)
        assert lane.get(read_well) == "1"
        assert lane.queries(failed, read_well) == [1, 1]


class TestChord:
    """Side by side, and then together."""

    def test_each_member_reads_its_row(self, lane: Lane) -> None:
        """And the body none."""
        body = chord([read.s(order) for order in lane.orders(4)])(join.s())

        assert lane.get(body) == "0 1 2 3"
        assert lane.queries(*leaves(body.parent), body) == [1, 1, 1, 1, 0]

    def test_the_body_reads_what_the_members_return_in_one_query(self, lane: Lane) -> None:
        """References come through the results of the members unread."""
        body = chord([hand_on.s(order) for order in lane.orders(4)])(read_all.s())

        assert lane.get(body) == ["0", "1", "2", "3"]
        assert lane.queries(*leaves(body.parent), body) == [0, 0, 0, 0, 1]

    def test_the_body_has_rows_of_its_own(self, lane: Lane) -> None:
        """Which the messages of all members carry."""
        *members, last = lane.orders(3)

        body = chord([read.s(order) for order in members])(add.s(last))

        assert lane.get(body) == ["0", "1", "2"]
        assert lane.queries(*leaves(body.parent), body) == [1, 1, 1]

    def test_a_row_that_is_gone_is_the_error_of_the_chord(self, lane: Lane) -> None:
        """The body fails and says why, the other members succeed, the errback runs."""
        order, gone = lane.orders(2)
        lane.remove(gone)
        told = touch.si(order).set(task_id=f"told-{lane.alias}-{order.pk}")

        body = chord([read.s(order), read.s(gone)])(join.s().on_error(told))

        error = lane.get(body, propagate=False)
        assert isinstance(error, ChordError)
        assert "ReferenceNotFound" in str(error)
        assert f"'shop.order', {gone.pk}" in str(error)
        assert body.state == "FAILURE"
        assert lane.get(lane.result(told)) == "0"
        read_well, failed = leaves(body.parent)
        assert lane.states([read_well, failed]) == ["SUCCESS", "FAILURE"]
        assert lane.queries(read_well, failed, body, lane.result(told)) == [1, 1, 0, 1]

    def test_a_body_whose_row_is_gone_fails_alone(self, lane: Lane) -> None:
        """The members have succeeded."""
        order, gone = lane.orders(2)
        lane.remove(gone)

        body = chord([read.s(order), read.s(order)])(add.s(gone))

        with pytest.raises(ReferenceNotFound, match=f"shop.order:{gone.pk}"):
            lane.get(body)
        assert lane.states(leaves(body.parent)) == ["SUCCESS"] * 2
        assert lane.queries(*leaves(body.parent), body) == [1, 1, 1]


class TestNested:
    """One inside the other."""

    def test_a_group_inside_a_chain(self, lane: Lane) -> None:
        """With a chain as a member and a step behind it, which makes a chord of it."""
        a, b, c, d, e = lane.orders(5)

        last = chain(
            start.s(a), group(add.s(b), chain(add.s(c), add.s(d))), join.s(), keys.si([e])
        )()

        assert lane.get(last) == [e.pk]
        assert lane.get(last.parent) == "0+1 0+2+3"
        lane.look_at_all(queries=4)

    def test_a_chord_inside_a_chord(self, lane: Lane) -> None:
        """Rows in the members and in the bodies of both."""
        a, b, c, d, e = lane.orders(5)
        inner = chord([read.s(a), read.s(b)], add.s(c))

        body = chord([inner, start.s(d)])(join.s())
        other = chord([read.s(a)], chain(add.s(b), add.s(e)))()

        assert lane.get(body) == "0+1+2 3"
        assert lane.get(other) == ["0", "1", "4"]
        lane.look_at_all(queries=7)

    def test_a_group_of_chains_of_groups(self, lane: Lane) -> None:
        """References that are handed on, at each depth, unread."""
        a, b = lane.orders(2)
        pair = group(hand_on.s(), hand_on.s())

        members = [chain(hand_on.s(order), pair, give_back.s()) for order in (a, b)]
        found = lane.get(group(members)())

        assert not any(is_resolved(order) for orders in found for order in orders)
        assert [[order.note for order in orders] for orders in found] == [["0", "0"], ["1", "1"]]


class TestCallbacks:
    """`link` and `link_error`."""

    def test_link(self, lane: Lane) -> None:
        """A callback gets the result, and rows of its own."""
        order, other = lane.orders(2)
        callback = add.s(other).set(task_id=f"callback-{lane.alias}-{other.pk}")

        result = start.apply_async((order,), link=callback)

        assert lane.get(result) == ["0"]
        assert lane.get(lane.result(callback)) == ["0", "1"]
        assert lane.queries(result, lane.result(callback)) == [1, 1]

    def test_a_callback_whose_row_is_gone_fails_alone(self, lane: Lane) -> None:
        """The task that it hangs on has succeeded."""
        order, gone = lane.orders(2)
        lane.remove(gone)
        callback = add.s(gone).set(task_id=f"callback-{lane.alias}-{gone.pk}")

        result = start.apply_async((order,), link=callback)

        with pytest.raises(ReferenceNotFound, match=f"shop.order:{gone.pk}"):
            lane.get(lane.result(callback))
        assert lane.get(result) == ["0"]
        assert lane.queries(result, lane.result(callback)) == [1, 1]

    def test_link_error(self, lane: Lane) -> None:
        """An errback has rows of its own."""
        order, other = lane.orders(2)
        errback = touch.si(other).set(task_id=f"errback-{lane.alias}-{other.pk}")

        result = fail.apply_async((order,), link_error=errback)

        with pytest.raises(RuntimeError, match=f"failed over {order.pk}"):
            lane.get(result)
        assert lane.get(lane.result(errback)) == "1"
        assert lane.queries(result, lane.result(errback)) == [1, 1]

    def test_link_error_of_a_row_that_is_gone(self, lane: Lane) -> None:
        """It runs too when there was nothing to run the task with."""
        gone, other = lane.orders(2)
        lane.remove(gone)
        errback = touch.si(other).set(task_id=f"errback-{lane.alias}-{other.pk}")

        result = read.apply_async((gone,), link_error=errback)

        with pytest.raises(ReferenceNotFound):
            lane.get(result)
        assert lane.get(lane.result(errback)) == "1"
        assert lane.queries(result, lane.result(errback)) == [1, 1]


class TestReplace:
    """A task that lets others take its place."""

    def test_by_a_task(self, lane: Lane) -> None:
        """Each of the two reads its row."""
        order, other = lane.orders(2)

        result = replace_by_one.delay(order, other)

        assert lane.get(result) == ["0", "1"]
        assert lane.queries(result) == [2]  # they have one id

    def test_by_a_chain(self, lane: Lane) -> None:
        """Which ends in its place."""
        order, other = lane.orders(2)

        result = replace_by_two.delay(order, other)

        assert lane.get(result) == ["0", "1"]
        lane.look_at_all(queries=3)

    def test_inside_a_chain(self, lane: Lane) -> None:
        """The steps behind it go on with what took its place."""
        order, other, last = lane.orders(3)

        result = chain(replace_by_two.si(order, other), add.s(last))()

        assert lane.get(result) == ["0", "1", "2"]
        lane.look_at_all(queries=4)


def test_stamps(lane: Lane) -> None:
    """They go with references, through a chain and a group as well."""
    order, other = lane.orders(2)
    single = read_stamps.si(order)
    steps_of_two = chain(touch.si(other), group(read_stamps.si(order), read_stamps.si(other)))
    for signature in (single, steps_of_two):
        signature.stamp(tenant="blue")

    result, members = single.apply_async(), steps_of_two.apply_async()

    assert lane.get(result) == ["0", {"tenant": "blue"}]
    assert lane.get(members) == [["0", {"tenant": "blue"}], ["1", {"tenant": "blue"}]]
    assert lane.queries(result, *leaves(members), members.parent) == [1, 1, 1, 1]

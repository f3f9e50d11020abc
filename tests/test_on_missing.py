"""`on_missing`: what becomes of rows of a call that do not exist when its body is to start."""

import logging
from typing import Any

import celery
import pytest
from celery import chain, chord
from celery.signals import task_retry

from modelref import reference
from modelref.celery import RefTask, task
from modelref.errors import ReferenceNotFound
from tests import tasks_on_missing as tasks
from tests.queues import Queue
from tests.shop.models import Customer, Order
from tests.shop.queries import ALIASES, queries
from tests.tasks_on_missing import collect, mark, skip_order, skip_reference

pytestmark = pytest.mark.django_db(transaction=True, databases=ALIASES)

GONE = 42


@pytest.fixture(autouse=True)
def in_this_process(memory_queue: Queue) -> None:
    """Have an app, whose tasks are run in this process."""


@pytest.fixture(autouse=True)
def rows() -> list[Order]:
    """Save orders 1 and 2; there is no order 42."""
    return [Order.objects.create(pk=pk, note=f"confidential {pk}") for pk in (1, 2)]


def order(pk: int) -> Any:
    """Give a reference to an order, there or not."""
    return reference(Order, pk)


def orders(*pks: int) -> list[Any]:
    """Give references to orders."""
    return [order(pk) for pk in pks]


class TestRaise:
    """What tasks do that say nothing."""

    def test_a_missing_instance_fails_the_task(self) -> None:
        """Before the body starts."""
        with pytest.raises(ReferenceNotFound, match="shop.order:42"):
            tasks.plain.apply((order(GONE), order(1))).get()

    def test_a_missing_reference_is_the_bodys_affair(self) -> None:
        """It may never use it."""
        with queries(default=1):
            assert tasks.plain.apply((order(1), order(GONE))).get() == [1, False]


class TestSkip:
    """`skip`: members are dropped; where no container holds the row the task is skipped."""

    @pytest.mark.parametrize("one", [skip_order, skip_reference], ids=lambda one: one.__name__)
    def test_a_missing_row_skips_the_task(self, one: Any) -> None:
        """Its body does not run, and its result is None."""
        result = one.apply((order(GONE),))

        assert (result.state, result.get()) == ("IGNORED", None)
        assert one.apply((order(1),)).get() == 1

    def test_lists_lose_members(self) -> None:
        """Instances and references alike, in one query."""
        with queries(default=1):
            result = tasks.skip_lists.apply((orders(1, GONE, 2), orders(43, 2, 1))).get()

        assert result == [[1, 2], [2, 1]]

    def test_other_containers_lose_members(self) -> None:
        """A dict loses the key, too."""
        by_name = {"there": order(1), "gone": order(GONE)}

        result = tasks.skip_other_kinds.apply((orders(GONE, 1), orders(2, GONE), by_name)).get()

        assert result == [(1,), [2], {"there": 1}]

    def test_a_container_may_be_left_empty(self) -> None:
        """The body runs, with nothing to do."""
        assert tasks.skip_lists.apply((orders(GONE), [])).get() == [[], []]

    def test_the_innermost_container_loses_the_member(self) -> None:
        """What holds that container stays as it is."""
        groups = {"one": orders(1, GONE), "two": orders(GONE), "three": []}

        result = tasks.skip_nested.apply((groups,)).get()

        assert result == {"one": [1], "two": [], "three": []}

    def test_what_cannot_do_without_a_member_goes_as_a_whole(self) -> None:
        """A tuple of fixed length, a `TypedDict`: the list around them loses them."""
        pairs = [(order(1), order(GONE)), (order(1), order(2))]
        named: list[tasks.Pair] = [
            {"first": order(GONE), "second": order(1)},
            {"first": order(1), "second": order(2)},
        ]

        result = tasks.skip_pairs.apply((pairs, named)).get()

        assert result == [[(1, 2)], [{"first": 1, "second": 2}]]

    def test_containers_without_annotation_lose_members(self) -> None:
        """However deep."""
        value = [order(1), order(GONE), {"a": order(GONE), "b": [order(2), 5, None]}, "text"]

        result = tasks.skip_loose.apply((value, (order(GONE),), 7)).get()

        assert result == [[1, {"b": [2, 5, None]}, "text"], (), 7]

    def test_a_row_without_annotation_skips_the_task(self) -> None:
        """Nothing contains it."""
        assert tasks.skip_loose.apply((order(GONE),)).state == "IGNORED"

    def test_a_row_that_passes_through_is_not_looked_at(self) -> None:
        """It is the affair of the call that it belongs to."""
        later = skip_order.si(order(GONE))

        with queries():
            result = tasks.skip_loose.apply(([later],)).get()

        assert result == [["call of tests.tasks_on_missing.skip_order"]]

    def test_none_is_not_given_in_place_of_a_row(self) -> None:
        """That is what `none` is for."""
        assert tasks.skip_optional.apply((order(GONE),)).state == "IGNORED"
        assert tasks.skip_optional.apply((None,)).state == "SUCCESS"

    def test_a_row_deleted_meanwhile_raises_in_the_body(self) -> None:
        """Only what is missing before the body starts is skipped."""
        with pytest.raises(Order.DoesNotExist):
            tasks.delete_in_body.apply((order(1), 1)).get()

    def test_a_bare_key_of_an_old_message_counts_as_a_row(self) -> None:
        """Whatever way it came."""
        assert skip_order.apply((GONE,)).state == "IGNORED"  # type: ignore[modelref-call]  # a key

    def test_autoretry_does_not_come_between(self) -> None:
        """A skip is no exception to try again for."""
        assert tasks.skip_and_autoretry.apply((order(GONE),)).state == "IGNORED"


STOPS = pytest.mark.skipif(celery.VERSION < (5, 7), reason="eager chains go on after all results")


class TestSkipInEagerMode:
    """Chains, groups and chords that run in this process."""

    @STOPS
    def test_the_rest_of_a_chain_does_not_run(self) -> None:
        """And its result is None."""
        result = chain(skip_order.si(order(GONE)), mark.s(), mark.s()).apply()

        assert result.get() is None
        assert not Customer.objects.exists()

    @STOPS
    def test_a_chord_gets_none_for_a_member(self) -> None:
        """A chain in its header as well, of which nothing more has run."""
        header = [skip_order.s(order(GONE)), chain(skip_order.si(order(GONE)), mark.s())]

        result = chord([*header, skip_order.s(order(2))], collect.s()).apply()

        assert result.get() == [None, None, 2]
        assert not Customer.objects.exists()

    def test_callbacks_do_not_run(self) -> None:
        """`link` is for tasks that have done something."""
        skip_order.apply((order(GONE),), link=mark.s())

        assert not Customer.objects.exists()

    @STOPS
    def test_always_eager(self, memory_queue: Queue) -> None:
        """`delay` on an app whose tasks run at once."""
        memory_queue.app().conf.task_always_eager = True

        assert chain(skip_order.si(order(GONE)), mark.s())().get() is None
        assert not Customer.objects.exists()


class TestMaps:
    """Inner calls of `map`, `starmap` and chunks: nothing beside the item is touched."""

    def test_a_skipped_item_is_none(self) -> None:
        """The others are read together, and run."""
        with queries(default=1):
            result = skip_order.map(orders(1, GONE, 2)).apply().get()

        assert result == [1, None, 2]

    def test_an_item_gets_none(self) -> None:
        """In the place of its row."""
        result = tasks.none_for_order.starmap([(order(GONE), order(1)), (order(2), None)])

        assert result.apply().get() == [[None, 1], [2, None]]

    def test_an_item_is_not_retried(self) -> None:
        """A retry would end the whole map, so the row is an error."""
        with pytest.raises(ReferenceNotFound, match="shop.order:42"):
            tasks.retry_twice.map(orders(1, GONE)).apply().get()


class TestNone:
    """`none`: the innermost union that allows None gives None."""

    def test_a_parameter_gets_none(self) -> None:
        """An instance or a reference, in one query."""
        with queries(default=1):
            assert tasks.none_for_order.apply((order(GONE), order(1))).get() == [None, 1]
        assert tasks.none_for_order.apply((order(1), order(GONE))).get() == [1, None]

    def test_members_get_none_where_their_own_annotation_allows_it(self) -> None:
        """Else the list around them, where its annotation does."""
        by_name = {"gone": order(GONE), "there": order(2)}

        result = tasks.none_for_members.apply((orders(1, GONE), orders(1, 43), by_name)).get()

        assert result == [[1, None], None, {"gone": None, "there": 2}]

    def test_where_nothing_allows_none_the_task_fails(self) -> None:
        """As it does with `raise`."""
        with pytest.raises(ReferenceNotFound, match="shop.order:42"):
            tasks.none_for_nothing.apply((order(GONE),)).get()

    def test_without_annotation_everything_may_be_none(self) -> None:
        """A row, and each row in a container."""
        result = tasks.none_loose.apply((order(GONE), [order(GONE), order(1)])).get()

        assert result == [None, [None, 1]]


class TestRetry:
    """`retry`: the task's own settings, and the error at the end."""

    def test_when_no_try_is_left_the_task_fails_with_the_row(self) -> None:
        """Two retries, and one more query for each."""
        with queries(default=3):
            result = tasks.retry_twice.apply((order(GONE),), throw=False)

        assert result.state == "FAILURE"
        assert str(result.result.identity) == "shop.order:42"
        assert isinstance(result.result, Order.DoesNotExist)

    def test_the_settings_of_autoretry_count(self) -> None:
        """`retry_kwargs` says how often, and the two do not add up."""
        with queries(default=3):
            result = tasks.retry_and_autoretry.apply((order(GONE),), throw=False)

        assert isinstance(result.result, ReferenceNotFound)

    def test_a_limit_for_one_call_is_none_for_others(self) -> None:
        """Celery would keep `max_retries=` of a retry on the task."""
        with queries(default=2):
            tasks.retry_once.apply((order(GONE),), throw=False)

        assert not hasattr(tasks.retry_once, "override_max_retries")

    def test_a_row_that_has_come_is_found_by_the_next_try(self, memory_queue: Queue) -> None:
        """What arrived is sent again, and read anew."""
        tries = []

        @task(app=memory_queue.app(), shared=False, on_missing="retry", default_retry_delay=0)
        def come_late(order: Order) -> int:
            return order.pk

        def create(sender: Any = None, **kwargs: Any) -> None:
            tries.append(Order.objects.create(pk=GONE))

        task_retry.connect(create, sender=come_late)

        assert come_late.apply((order(GONE),)).get() == GONE
        assert len(tries) == 1


class TestByHand:
    """A plain call: policies are for the arguments of messages."""

    @pytest.mark.parametrize(
        "one",
        [skip_order, tasks.none_for_nothing, tasks.retry_twice],
        ids=lambda one: one.__name__,
    )
    def test_a_missing_row_raises(self, one: Any) -> None:
        """As for any function."""
        with pytest.raises(ReferenceNotFound, match="shop.order:42"):
            one(order(GONE))

    def test_references_stay_lazy(self) -> None:
        """The body says so itself."""
        with queries(), pytest.raises(AssertionError, match="before the body starts"):
            skip_reference(order(GONE))


class TestLog:
    """Each of it is logged, with identities and nothing else of a row."""

    @pytest.fixture(autouse=True)
    def capturing(self, caplog: pytest.LogCaptureFixture) -> None:
        """Keep what is logged."""
        caplog.set_level(logging.INFO, logger="modelref.celery")

    def lines(self, caplog: pytest.LogCaptureFixture) -> list[str]:
        """Give warnings of this package, without the id of the task."""
        return [
            "[id]".join((record.getMessage().split("[")[0], record.getMessage().split("]")[1]))
            for record in caplog.records
            if (record.name, record.levelname) == ("modelref.celery", "WARNING")
        ]

    def test_a_skipped_task(self, caplog: pytest.LogCaptureFixture) -> None:
        """With the row that is missing."""
        skip_order.apply((order(GONE),))

        assert self.lines(caplog) == [
            "Task tests.tasks_on_missing.skip_order[id] is skipped: shop.order:42 does not exist"
        ]

    def test_dropped_members(self, caplog: pytest.LogCaptureFixture) -> None:
        """One line for a call, each row once, and not without end."""
        tasks.skip_lists.apply((orders(*range(100, 130)), orders(100, 1)))

        (line,) = self.lines(caplog)
        assert line.startswith(
            "Task tests.tasks_on_missing.skip_lists[id] runs without rows that do not exist: "
            "shop.order:100, shop.order:101, "
        )
        assert line.endswith("shop.order:119 and 10 more")

    def test_none(self, caplog: pytest.LogCaptureFixture) -> None:
        """With the rows that None stands for."""
        tasks.none_for_order.apply((order(GONE), order(1)))

        (line,) = self.lines(caplog)
        assert line.endswith("runs with None for rows that do not exist: shop.order:42")

    def test_no_field_value_is_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        """Of no row."""
        tasks.skip_lists.apply((orders(1, GONE), orders(2)))

        assert "confidential" not in caplog.text

    def test_nothing_is_logged_where_no_row_is_missing(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A warning means something."""
        tasks.skip_lists.apply((orders(1), orders(2)))

        assert self.lines(caplog) == []


class TestDefinition:
    """A wrong value is refused when the task is defined."""

    def test_a_misspelt_policy(self) -> None:
        """The message names the task, the values, and the one that was meant."""
        with pytest.raises(ValueError, match=r"misspelt: on_missing='skipp'") as caught:

            @task(on_missing="skipp")  # type: ignore[modelref-call]  # what is tested
            def misspelt(order: Order) -> None: ...

        assert "'raise', 'skip', 'retry', 'none'" in str(caught.value)
        assert "Did you mean 'skip'?" in str(caught.value)

    def test_a_class(self) -> None:
        """An attribute of a subclass of `RefTask` is looked at as well."""
        with pytest.raises(ValueError, match="on_missing='drop'"):

            class Dropping(RefTask):
                on_missing = "drop"

    def test_a_base_says_it_for_its_tasks(self, memory_queue: Queue) -> None:
        """As it says all that tasks have in common."""

        class Skipping(RefTask):
            abstract = True
            on_missing = "skip"

        @task(base=Skipping, app=memory_queue.app(), shared=False)
        def skipping(order: Order) -> int:
            return order.pk

        assert skipping.apply((order(GONE),)).state == "IGNORED"

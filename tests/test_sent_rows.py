"""A list of instances in a call: its keys travel, and who looks inside sees references.

No test here may ask a database.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from celery.signals import before_task_publish
from django.test import override_settings

from modelref import Identity, ModelRef, identity, is_reference, is_resolved
from modelref.batch import Batch
from modelref.celery import task
from modelref.errors import ArgumentMismatch, UnsavedInstance
from modelref.instances import row_of
from modelref.refs import fill
from tests.queues import Queue
from tests.shop.models import Customer, Order


@task
def pack(orders: list[ModelRef[Order]]) -> None:
    """Take a list of rows."""


@pytest.fixture
def orders() -> list[Order]:
    """Three rows, of which nobody asks the database."""
    return [_saved(Order(pk=pk, note=f"secret {pk}")) for pk in (3, 1, 2)]


@pytest.fixture
def published() -> Iterator[list[Any]]:
    """What receivers of ``before_task_publish`` are given."""
    seen: list[Any] = []

    def receive(body: Any = None, **kwargs: Any) -> None:
        seen.append(body[0][0])

    before_task_publish.connect(receive)
    yield seen
    before_task_publish.disconnect(receive)


def _saved(instance: Any, using: str = "default") -> Any:
    instance._state.adding = False
    instance._state.db = using
    return instance


def _sent(queue: Queue) -> Any:
    message = queue.take()
    assert message is not None
    return json.loads(message.body)[0][0]


class TestOnTheWire:
    def test_the_keys_travel_in_their_order(self, memory_queue: Queue, orders: list[Order]) -> None:
        pack.delay(orders)

        assert _sent(memory_queue) == {"__modelrefs__": ["shop.order", [3, 1, 2]]}

    def test_a_list_of_one_is_a_list_of_one_form(
        self, memory_queue: Queue, orders: list[Order]
    ) -> None:
        pack.delay(tuple(orders[:1]))  # pyright: ignore[reportArgumentType]  # a tuple

        assert _sent(memory_queue) == [{"__modelref__": ["shop.order", 3]}]

    def test_an_alias_travels(self, memory_queue: Queue, orders: list[Order]) -> None:
        pack.delay([_saved(order, "eu") for order in orders])

        assert _sent(memory_queue) == {"__modelrefs__": ["shop.order", [3, 1, 2], "eu"]}

    def test_rows_of_two_aliases_travel_one_by_one(
        self, memory_queue: Queue, orders: list[Order]
    ) -> None:
        pack.delay([_saved(orders[0], "eu"), orders[1]])

        assert _sent(memory_queue) == [
            {"__modelref__": ["shop.order", 3, "eu"]},
            {"__modelref__": ["shop.order", 1]},
        ]

    @override_settings(DATABASE_ROUTERS=["tests.shop.routers.TenantRouter"])
    def test_routers_are_asked_for_each_row(self, memory_queue: Queue, orders: list[Order]) -> None:
        pack.delay([_saved(order, "eu") for order in orders[:2]])

        assert _sent(memory_queue) == {"__modelrefs__": ["shop.order", [3, 1], "eu"]}

    def test_keys_are_those_of_the_call(
        self, memory_queue: Queue, orders: list[Order], published: list[Any]
    ) -> None:
        pack.delay(orders)
        orders[0].pk = 77

        assert published[0].pks == [3, 1, 2]
        assert [identity(ref).pk for ref in published[0]] == [3, 1, 2]
        assert _sent(memory_queue) == {"__modelrefs__": ["shop.order", [3, 1, 2]]}


class TestWhoLooksInside:
    def test_a_receiver_gets_references_that_hold_the_instances(
        self, memory_queue: Queue, orders: list[Order], published: list[Any]
    ) -> None:
        pack.delay(orders)

        [rows] = published
        assert len(rows) == 3
        assert all(map(is_reference, rows))
        assert all(map(is_resolved, rows))
        assert [row.note for row in rows] == ["secret 3", "secret 1", "secret 2"]
        assert str(identity(rows[-1])) == "shop.order:2"
        assert [row.pk for row in rows[1:]] == [1, 2]

    def test_the_text_is_that_of_a_list_of_references(
        self, memory_queue: Queue, orders: list[Order], published: list[Any]
    ) -> None:
        pack.delay(orders)

        message = memory_queue.take()
        assert message is not None
        assert repr(published[0]) == repr([*published[0]])
        assert message.headers["argsrepr"] == f"({published[0]!r},)"
        assert "secret" not in message.headers["argsrepr"]

    def test_the_text_of_many_is_short(self, memory_queue: Queue, published: list[Any]) -> None:
        pack.delay([_saved(Order(pk=pk)) for pk in range(1, 10_001)])

        assert len(repr(published[0])) < 2_000
        assert re.search(r", \.\.\. 10000 rows, [0-9a-f]{8}\]$", repr(published[0]))

    def test_the_texts_of_different_rows_differ(
        self, memory_queue: Queue, published: list[Any]
    ) -> None:
        for last in (1_001, 1_002):
            pack.delay([_saved(Order(pk=pk)) for pk in [*range(1, 1_000), last]])

        first, second = map(repr, published)
        assert first != second

    def test_it_compares_as_a_list_does(
        self, memory_queue: Queue, orders: list[Order], published: list[Any]
    ) -> None:
        pack.delay(orders)

        assert published[0] == orders
        assert published[0] != orders[:2]
        assert published[0] != tuple(orders)


class TestMistakes:
    def test_one_without_a_row_is_named(self, memory_queue: Queue, orders: list[Order]) -> None:
        with pytest.raises(UnsavedInstance, match=r"pack: orders\[3\]: shop.order"):
            pack.delay([*orders, Order()])

        assert memory_queue.take() is None

    def test_another_model_is_a_mismatch(self, memory_queue: Queue, orders: list[Order]) -> None:
        others = [_saved(Customer(pk=1)), _saved(Customer(pk=2))]

        with pytest.raises(ArgumentMismatch, match=r"'orders' takes list\[ModelRef\[Order\]\]"):
            pack.delay(others)
        with pytest.raises(ArgumentMismatch, match=r"a row of Customer at orders\[3\]"):
            pack.delay([*orders, others[0]])


class TestReferences:
    """A list of references, as a body hands on what it was given."""

    def test_those_that_came_together_leave_together(
        self, memory_queue: Queue, published: list[Any]
    ) -> None:
        """Who looks inside sees references that are not read."""
        refs: list[Any] = Batch().arrive("shop.order", [3, 1, 2], "eu")

        pack.delay(refs)

        assert _sent(memory_queue) == {"__modelrefs__": ["shop.order", [3, 1, 2], "eu"]}
        assert not isinstance(published[0], list)
        assert [identity(ref) for ref in published[0]] == [
            Identity("shop.order", pk, "eu") for pk in (3, 1, 2)
        ]
        assert not any(map(is_resolved, published[0]))

    def test_loaded_ones_are_what_their_instances_are(
        self, memory_queue: Queue, orders: list[Order]
    ) -> None:
        """An instance may have another key by now."""
        batch = Batch()
        refs: list[Any] = [batch.wrap(order, row_of(order)) for order in orders]
        orders[1].pk = 7

        pack.delay(refs)

        assert _sent(memory_queue) == {"__modelrefs__": ["shop.order", [3, 7, 2]]}

    def test_some_may_be_loaded(self, memory_queue: Queue, orders: list[Order]) -> None:
        """And others not."""
        batch = Batch()
        pending: list[Any] = batch.arrive("shop.order", [3, 1], None)
        fill(pending[1], orders[1])

        pack.delay(pending)

        assert _sent(memory_queue) == {"__modelrefs__": ["shop.order", [3, 1]]}

    def test_a_row_that_was_deleted_is_refused(
        self, memory_queue: Queue, orders: list[Order]
    ) -> None:
        """By name of the parameter and place."""
        batch = Batch()
        refs: list[Any] = [batch.wrap(order, row_of(order)) for order in orders]
        orders[1]._state.adding = True

        with pytest.raises(UnsavedInstance, match=r"orders\[1\]"):
            pack.delay(refs)

    def test_rows_of_another_model_do_not_fit(self, memory_queue: Queue) -> None:
        """As one by one."""
        refs: list[Any] = Batch().arrive("shop.customer", [1, 2], None)

        with pytest.raises(ArgumentMismatch, match="'orders' takes"):
            pack.delay(refs)

"""Threads that encode instances while other threads pickle the same ones for a cache.

Nothing is patched for the time of an encoding, neither `Model.__reduce__` nor an instance: a cache
stores rows, always, whatever another thread does.
"""

import pickle
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache.backends.locmem import LocMemCache
from django.db import models
from django.db.models import Model

from modelref.codecs import json as codec
from tests.queues import Queue
from tests.shop.models import Car, Customer, Line, Order, Tag
from tests.shop.queries import queries
from tests.tasks_hostile import take_anything

pytestmark = pytest.mark.django_db

PICKLES = 300

Action = Callable[[], Any]


@pytest.fixture(autouse=True)
def _switching_often() -> Iterator[None]:
    """Let threads take turns every few bytecodes."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.fixture
def rows() -> list[Model]:
    """Rows of several kinds: with relations in their cache, prefetched, deferred, of a child."""
    customer = Customer.objects.create(name="Ada")
    order = Order.objects.create(note="gift", customer=customer)
    order.tags.add(Tag.objects.create(name="blue"))
    Line.objects.create(order=order)
    Car.objects.create(wheels=4, model="Z")
    return [
        Order.objects.select_related("customer").prefetch_related("lines", "tags").get(),
        Order.objects.defer("note").get(),
        Line.objects.select_related("order__customer").get(),
        Car.objects.get(),
        Tag.objects.get(),
    ]


def while_others(*others: Action, do: Action) -> list[Any]:
    """Do something many times while other threads do, over and over, what they do; the results."""
    start = threading.Barrier(len(others) + 1)
    done = threading.Event()
    rounds = [0] * len(others)
    errors: list[BaseException] = []

    def repeat(place: int, other: Action) -> None:
        start.wait()
        try:
            while not done.is_set():
                other()
                rounds[place] += 1
        except BaseException as error:  # noqa: BLE001, the test raises it
            errors.append(error)

    threads = [threading.Thread(target=repeat, args=each) for each in enumerate(others)]
    for thread in threads:
        thread.start()
    start.wait()
    try:
        results = [do() for _ in range(PICKLES)]
        while not errors and min(rounds) < 10:
            results.append(do())
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert errors == []
    return results


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_is_the_same_while_references_are_encoded(
    rows: list[models.Model], protocol: int
) -> None:
    """Byte for byte, in every protocol."""
    before = pickle.dumps(rows, protocol)

    pickles = while_others(lambda: codec.encode(rows), do=lambda: pickle.dumps(rows, protocol))

    assert set(pickles) == {before}


def test_what_comes_out_of_such_a_pickle_is_whole(rows: list[models.Model]) -> None:
    """Instances with their fields and cached relations, no references and no query."""
    pickles = while_others(lambda: codec.encode(rows), do=lambda: pickle.dumps(rows))

    with queries():
        order, deferred, line, car, tag = pickle.loads(pickles[-1])
        assert (order.note, order.customer.name) == ("gift", "Ada")
        assert [tag.name for tag in order.tags.all()] == ["blue"]
        assert (line.order.customer.name, car.wheels, tag.name) == ("Ada", 4, "blue")
    assert [type(row) for row in (order, deferred, line, car, tag)] == list(map(type, rows))
    assert deferred.get_deferred_fields() == {"note"}


def test_a_message_is_the_same_while_rows_are_pickled(rows: list[models.Model]) -> None:
    """The codec does not see the other thread either."""
    before = codec.encode(rows)

    messages = while_others(lambda: pickle.dumps(rows), do=lambda: codec.encode(rows))

    assert set(messages) == {before}
    assert "gift" not in before


def test_a_cache_holds_rows_while_they_are_sent(rows: list[models.Model]) -> None:
    """Django's cache gives back instances, with all they held, while tasks take the same ones."""
    queue = Queue("memory")
    send = queue.app().tasks[take_anything.name].apply_async
    cache = LocMemCache("threads", {})

    def store() -> tuple[type, dict[str, Any]]:
        cache.set("order", rows[0])
        found = cache.get("order")
        return type(found), {name: found.__dict__[name] for name in ("id", "note", "customer_id")}

    before = store()
    stored = while_others(lambda: send([rows]), lambda: codec.encode(rows), do=store)

    assert before[0] is Order
    assert stored == [before] * len(stored)
    queue.close()

"""Chapter `tasks per second`: a prefork worker with one child, a real broker, rows in PostgreSQL.

A marker task holds the worker until all messages of one rival have been sent, and a second one
comes after them. Between the two the worker's child does nothing but their tasks, so that the
sender does not count. The two rivals that matter most, a primary key by hand and a reference, take
turns batch by batch, in pairs whose order changes; the ratio is the median of those of the pairs.
The other rivals have a few turns in between, each beside a primary key by hand.

The worker keeps its connection to the database (`CELERY_DB_REUSE_MAX`). Celery's default, a new one
for each task that queries, takes longer than everything that is compared here.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks import project
from benchmarks.figures import Comparison
from benchmarks.project import Orders
from tests.queues import Broker, Queue
from tests.services import answers
from tests.workers import starting_workers

BY_HAND = "primary key by hand"
LAZY = "modelref"
INSTANCE = "modelref, instance"
BROKERS: dict[Broker, str] = {"redis": "Redis", "rabbitmq": "RabbitMQ"}
SIZES = (1, 10, 100, 1_000, 10_000)  # rows that one task is about
BATCH = 0.3  # seconds
MOST_IN_BATCH = 500
TURNS = 3  # of the other rivals, among the pairs
BUDGETS = {1: 100.0}  # seconds for the pairs, by size
OTHER_BUDGET = 8.0
TIMEOUT = 300  # seconds

_numbers = count(1)


def chapter(broker: Broker) -> str:
    """Return the name of the chapter for one broker."""
    return f"tasks per second, {BROKERS[broker]}"


def measure_on_redis() -> Iterator[Comparison]:
    """Yield the comparisons, if Redis answers."""
    yield from _measure("redis")


def measure_on_rabbitmq() -> Iterator[Comparison]:
    """Yield the comparisons, if RabbitMQ answers."""
    yield from _measure("rabbitmq")


def _measure(broker: Broker) -> Iterator[Comparison]:
    missing = [name for name in (broker, "postgres") if not answers(name)]
    if missing:
        print(f"Left out: {' and '.join(missing)} does not answer.", file=sys.stderr)
        return
    with project.postgres():
        orders = project.make_orders()
        with _worker(broker) as folder:
            for size in SIZES:
                yield of_batches(broker, orders[:size], folder)


def of_batches(broker: Broker, orders: Orders, folder: Path) -> Comparison:
    """Return the comparison of tasks about so many orders each."""
    size, sending = len(orders), senders(orders)
    numbers = {name: _number(send, folder) for name, send in sending.items()}
    numbers[LAZY] = numbers[BY_HAND]  # so that what a batch takes besides its tasks is the same

    def rate(name: str) -> float:
        return numbers[name] / seconds(sending[name], numbers[name], folder)

    pairs: list[dict[str, float]] = []
    turns: list[dict[str, float]] = []
    for _ in range(TURNS):
        pairs += in_pairs(rate, BUDGETS.get(size, OTHER_BUDGET) / TURNS)
        turns.append({name: rate(name) for name in sending if name != LAZY})
    two, others = _compared(broker, size, pairs), _compared(broker, size, turns)
    ratios = {BY_HAND: {**others.ratios[BY_HAND], **two.ratios[BY_HAND]}}
    return replace(two, values={**others.values, **two.values}, ratios=ratios)


def in_pairs(rate: Callable[[str], float], budget: float) -> list[dict[str, float]]:
    """Return the rates of the two that matter, pair by pair: A B, B A, A B, ..."""
    pairs: list[dict[str, float]] = []
    end = time.monotonic() + budget
    while not pairs or time.monotonic() < end:
        pairs += [{name: rate(name) for name in two} for two in ((BY_HAND, LAZY), (LAZY, BY_HAND))]
    return pairs


def _compared(broker: Broker, size: int, turns: list[dict[str, float]]) -> Comparison:
    samples = {name: [turn[name] for turn in turns] for name in turns[0]}
    return Comparison.of(chapter(broker), size, "tasks a second", samples, [BY_HAND])


def _number(send: Callable[[], Any], folder: Path) -> int:
    """Return how many tasks of one kind make a batch, the worker being warm."""
    seconds(send, 5, folder)
    return max(1, min(MOST_IN_BATCH, int(5 * BATCH / seconds(send, 5, folder))))


def seconds(send: Callable[[], Any], number: int, folder: Path) -> float:
    """Return how long the worker takes for a batch of one task."""
    from benchmarks import tasks  # here, and below: Django has been set up

    released = folder / f"released-{next(_numbers)}"
    first = tasks.mark.delay(str(released))
    for _ in range(number):
        send()
    last = tasks.mark.delay()
    released.touch()
    taken: float = last.get(timeout=TIMEOUT) - first.get(timeout=TIMEOUT)
    return taken


def senders(orders: Orders) -> dict[str, Callable[[], Any]]:
    """Return what sends one task about these orders, by rival."""
    from benchmarks import rivals, tasks

    calls: dict[str, Callable[[], Any]]
    given: Any
    cereal: Any = rivals.as_cereal(orders)
    pks = [order.pk for order in orders]
    if len(orders) == 1:
        calls = {
            BY_HAND: partial(tasks.by_pk.delay, pks[0]),
            LAZY: partial(tasks.by_reference.delay, orders[0]),
            INSTANCE: partial(tasks.by_instance.delay, orders[0]),
        }
        given, cereal = orders[0], cereal[0]
    else:
        calls = {
            BY_HAND: partial(tasks.by_pks.delay, pks),
            LAZY: partial(tasks.by_references.delay, orders),
            INSTANCE: partial(tasks.by_instances.delay, orders),
        }
        given = orders
    if len(orders) <= rivals.MOST_SINGLE_READS:
        calls[rivals.RECIPE] = partial(tasks.by_recipe.delay, given)
        calls[rivals.CEREAL] = partial(tasks.by_cereal.delay, cereal)
        calls[rivals.PICKLED] = partial(tasks.by_pickle.delay, given)
    return calls


@contextmanager
def _worker(broker: Broker) -> Iterator[Path]:
    """Start a worker, for this process to send to; give the folder of its queue."""
    queue = Queue(broker)
    env = {
        "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"],
        "C_FORCE_ROOT": "1",  # Celery asks for it where root accepts pickles, as in a container
    }
    os.environ["MODELREF_TEST_CELERY"] = json.dumps(queue.conf)  # for benchmarks.proj here
    with closing(queue), starting_workers() as start:
        start(queue=queue, app="benchmarks.proj:app", env=env)
        yield queue.folder

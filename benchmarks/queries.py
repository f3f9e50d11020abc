"""Chapter `queries`: how many a task makes, from the decoding of its message to its end."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from benchmarks import project
from benchmarks.figures import Comparison
from benchmarks.loading import CHUNKS, INSTANCES, LAZY, receiving, rivals_for
from benchmarks.messages import published
from benchmarks.project import ROWS, SIZES, Orders

MIXED = "queries, two models on two aliases"
PREFETCHED = "queries, with a prefetch"
SIZE_OF_MIXED = 100
OURS = (LAZY, INSTANCES, CHUNKS)


def measure() -> Iterator[Comparison]:
    """Yield the comparisons."""
    project.start()
    orders = project.make_orders(ROWS)
    for size in SIZES:
        yield of_rivals(orders[:size])
    yield of_mixed(orders[:SIZE_OF_MIXED])
    yield with_prefetch(orders)


def of_rivals(orders: Orders) -> Comparison:
    """Return the queries for rows of one model and alias."""
    from benchmarks import rivals  # here, and below: Django has been set up

    work = rivals_for(orders)
    made = {name: made_by(each) for name, each in work.items() if name != rivals.PICKLED}
    return Comparison.exactly("queries", len(orders), "queries", made, [])


def of_mixed(orders: Orders) -> Comparison:
    """Return the queries for rows of two models on two aliases, so many of each."""
    from benchmarks import tasks
    from benchmarks.shop.models import Order, Parcel
    from modelref import reference

    given: list[Any] = list(orders)
    for using in ("default", "eu"):
        if using == "eu":
            given += project.make_orders(len(orders), using)
        parcels = [Parcel(pk=pk, order_id=pk) for pk in range(1, len(orders) + 1)]
        given += Parcel.objects.using(using).bulk_create(parcels)
    refs = [reference(type(each), each.pk, using=each._state.db) for each in given]
    assert {type(each) for each in given} == {Order, Parcel}
    made = {LAZY: made_by(lambda: run(tasks.by_any, refs))}
    return Comparison.exactly(MIXED, len(orders), "queries", made, [])


def with_prefetch(orders: Orders) -> Comparison:
    """Return the queries for rows that are iterated in chunks, each with a prefetch."""
    from benchmarks import tasks

    made = {CHUNKS: made_by(lambda: run(tasks.by_chunks_with_parcels, orders))}
    return Comparison.exactly(PREFETCHED, len(orders), "queries", made, [])


def by_us(comparison: Comparison) -> Comparison:
    """Return the queries of this package alone, which depend on no release of another."""
    values = {name: comparison.values[name] for name in OURS if name in comparison.values}
    return replace(comparison, values=values)


def run(task: Any, given: Orders) -> None:
    """Send rows to a task and run it as a worker does."""
    receiving(task, "modelref-json", published(task, given))()


def made_by(work: Callable[[], Any]) -> float:
    """Return how many queries something makes, on whatever alias."""
    from django.db import connections

    made = 0

    def count(execute: Callable[..., Any], *args: Any) -> Any:
        nonlocal made
        made += 1
        return execute(*args)

    with ExitStack() as stack:
        for connection in connections.all():
            stack.enter_context(connection.execute_wrapper(count))
        work()
    return float(made)

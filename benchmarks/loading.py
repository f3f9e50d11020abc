"""Chapters `decode and load`, one for each database: from the bytes to a field of each row.

The decoded message goes straight to the body of each rival's task, as it does in a worker, without
what Celery does in between, which is the same for all.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks import project
from benchmarks.figures import Comparison
from benchmarks.project import SIZES, Orders
from benchmarks.timing import Clock, compare

CHAPTER = "decode and load"
ON_POSTGRES = f"{CHAPTER}, PostgreSQL"
GET = "get one by one"
IN_BULK = "in_bulk by hand"
LAZY = "modelref"  # as rivals.OURS
INSTANCES = "modelref, instances"
CHUNKS = "iter_resolved"


def measure() -> Iterator[Comparison]:
    """Yield the comparisons on SQLite in memory."""
    project.start()
    yield from _with_rows(CHAPTER, SIZES, time.process_time)


def measure_on_postgres() -> Iterator[Comparison]:
    """Yield the comparisons on PostgreSQL."""
    with project.postgres():
        yield from _with_rows(ON_POSTGRES, SIZES, time.perf_counter)


def _with_rows(chapter: str, sizes: tuple[int, ...], clock: Clock) -> Iterator[Comparison]:
    orders = project.make_orders(sizes[-1])
    for size in sizes:
        work = rivals_for(orders[:size])
        bases = [name for name in (GET, IN_BULK, LAZY) if name in work]
        yield compare(chapter, size, work, *bases, budget=5, clock=clock)


def rivals_for(orders: Orders) -> dict[str, Callable[[], Any]]:
    """Return what each rival does with its message about these orders."""
    from benchmarks import rivals, tasks  # here: Django has been set up
    from benchmarks.wire import as_sent

    sent = as_sent(orders)
    if len(orders) == 1:
        bodies = [
            (GET, rivals.PKS, tasks.by_pk),
            (LAZY, rivals.OURS, tasks.by_reference),
            (INSTANCES, rivals.OURS, tasks.by_instance),
        ]
    else:
        bodies = [
            (IN_BULK, rivals.PKS, tasks.by_pks),
            (LAZY, rivals.OURS, tasks.by_references),
            (INSTANCES, rivals.OURS, tasks.by_instances),
            (CHUNKS, rivals.OURS, tasks.by_chunks),
        ]
    bodies.append((rivals.PICKLED, rivals.PICKLED, tasks.by_pickle))
    if len(orders) <= rivals.MOST_SINGLE_READS:
        bodies.append((rivals.RECIPE, rivals.RECIPE, tasks.by_recipe))
        bodies.append((rivals.CEREAL, rivals.CEREAL, tasks.by_cereal))
    if 1 < len(orders) <= rivals.MOST_SINGLE_READS:
        bodies.append((GET, rivals.PKS, tasks.by_pks_one_by_one))
    return {name: receiving(task, tasks.SERIALIZERS[by], sent[by]) for name, by, task in bodies}


def receiving(task: Any, serializer: str, body: Any) -> Callable[[], Any]:
    """Return the work of a worker for one message: decode it and run the body of its task."""
    from benchmarks import rivals

    decode, data = rivals.decoder(serializer), rivals.encoder(serializer)(body)

    def work() -> None:
        args, kwargs, _ = decode(data)
        task.push_request(id="1", called_directly=False, args=args, kwargs=kwargs)
        try:
            task.run(*args, **kwargs)
        finally:
            task.pop_request()

    return work

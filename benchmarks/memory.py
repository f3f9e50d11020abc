"""Chapter `memory`: bytes for each row, by tracemalloc, of a decoded message and in a body.

The figures are the same in each run of one version of Python.
"""

import gc
import tracemalloc
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks import project
from benchmarks.figures import Comparison
from benchmarks.messages import handed, published
from benchmarks.project import ROWS, Orders

DECODED = "memory, decoded"
IN_BODY = "memory, in a body"
AT_PEAK = "memory, at its peak"
ONE_CHUNK = "one chunk"
ALL_AT_ONCE = "resolve_all"
IN_CHUNKS = "iter_resolved"


def measure() -> Iterator[Comparison]:
    """Yield the comparisons."""
    project.start()
    yield from of_references(ROWS)
    project.make_orders()
    yield at_peak(ROWS)


def of_references(number: int) -> list[Comparison]:
    """Return the memory that a message about so many rows takes, decoded and in a body."""
    from benchmarks import rivals  # here, and below: Django has been set up

    pks = list(range(1_000, 1_000 + number))
    data = {
        rivals.PKS: rivals.encoder("json")(rivals.body(pks)),
        rivals.OURS: _message(pks),
    }
    decoded = {
        rivals.PKS: _taken(lambda: rivals.decoder("json")(data[rivals.PKS])),
        rivals.OURS: _taken(lambda: rivals.decoder("modelref-json")(data[rivals.OURS])),
    }
    in_body = {
        rivals.PKS: decoded[rivals.PKS],
        rivals.OURS: _taken(lambda: _in_body(rivals.decoder("modelref-json")(data[rivals.OURS]))),
    }
    return [
        Comparison.exactly(chapter, number, "bytes a row", _each(taken, number), [rivals.PKS])
        for chapter, taken in ((DECODED, decoded), (IN_BODY, in_body))
    ]


def at_peak(number: int) -> Comparison:
    """Return the memory that reading so many rows takes at its peak.

    That of the references, which are those that a body was handed, is in none of the figures.
    """
    from modelref import iter_resolved, resolve_all

    def iterate(refs: Orders) -> None:
        deque(iter_resolved(refs), maxlen=0)

    chunk = 2_000
    taken = {
        ONE_CHUNK: _peak(iterate, chunk),
        IN_CHUNKS: _peak(iterate, number),
        ALL_AT_ONCE: _peak(resolve_all, number),
    }
    return Comparison.exactly(AT_PEAK, number, "bytes", taken, [ONE_CHUNK])


def _message(pks: list[int]) -> Any:
    """Return the bytes of a message with references to these orders."""
    from benchmarks import rivals, tasks
    from benchmarks.shop.models import Order
    from modelref import reference

    sent = published(tasks.by_references, [reference(Order, pk) for pk in pks])
    return rivals.encoder("modelref-json")(sent)


def _in_body(body: Any) -> Any:
    """Return the arguments of a message and what the body of its task gets."""
    return [body[0], handed(body)]


def _taken(make: Callable[[], Any]) -> float:
    """Return the bytes that what is made takes."""
    make()  # what is made once for all
    gc.collect()
    tracemalloc.start()
    made = make()
    gc.collect()
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del made
    return float(taken)


def _peak(read: Callable[[Orders], Any], number: int) -> float:
    """Return the bytes that are taken at most while so many references are read."""
    from benchmarks import rivals

    message = _message(list(range(1, number + 1)))
    refs = handed(rivals.decoder("modelref-json")(message))
    gc.collect()
    tracemalloc.start()
    read(refs)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return float(peak)


def _each(taken: dict[str, float], number: int) -> dict[str, float]:
    return {name: round(each / number) for name, each in taken.items()}

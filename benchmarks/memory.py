"""Chapter `memory`: bytes for each row, by tracemalloc: decoded, in a body, and when it is read.

The figures are the same in each run of one version of Python.
"""

import gc
import tracemalloc
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from benchmarks import project
from benchmarks.figures import Comparison
from benchmarks.messages import handed, published
from benchmarks.project import ROWS, SIZES, Orders

DECODED = "memory, decoded"
IN_BODY = "memory, in a body"
LOADED = "memory, loaded"
AT_PEAK = "memory, at its peak"
ONE_CHUNK = "one chunk"
ALL_AT_ONCE = "resolve_all"
IN_CHUNKS = "iter_resolved"
CHUNK = 2_000  # rows that one query reads


def measure() -> Iterator[Comparison]:
    """Yield the comparisons."""
    project.start()
    orders = project.make_orders()
    for size in SIZES:
        yield from of_rivals(orders[:size])
        yield of_loaded(size)
    yield at_peak(ROWS)


def of_rivals(orders: Orders) -> Iterator[Comparison]:
    """Yield the comparisons of :func:`of_references` with what other ways take."""
    from benchmarks import rivals

    pickled = rivals.encoder("pickle")(rivals.body(orders))
    of_pickled = {rivals.PICKLED: lambda: rivals.decoder("pickle")(pickled)}
    others = {DECODED: of_pickled, IN_BODY: of_pickled | _stand_ins([each.pk for each in orders])}
    for ours in of_references(len(orders)):
        taken = {name: _taken(make) for name, make in others[ours.chapter].items()}
        known = {name: value.median for name, value in ours.values.items()}
        yield _comparison(ours.chapter, known | _each(taken, len(orders)), len(orders))


def of_loaded(number: int) -> Comparison:
    """Return the memory of so many rows that have been read, with what stands for them."""
    from benchmarks import rivals
    from benchmarks.shop.models import Order
    from modelref import resolve_all

    pks = list(range(1, number + 1))
    message = _message(pks)

    def load() -> Any:
        refs = handed(rivals.decoder("modelref-json")(message))
        return refs, resolve_all(refs)

    taken = {rivals.PKS: _taken(lambda: _read_by_hand(Order, pks)), rivals.OURS: _taken(load)}
    return _comparison(LOADED, _each(taken, number), number)


def _read_by_hand(model: Any, pks: list[int]) -> Any:
    chunks = (pks[at : at + CHUNK] for at in range(0, len(pks), CHUNK))
    return [order for chunk in chunks for order in model.objects.in_bulk(chunk).values()]


def _stand_ins(pks: list[int]) -> dict[str, Callable[[], Any]]:
    """Return what makes lazy stand-ins for orders, by what they are made with."""
    import lazy_object_proxy  # here: `make bench-check` does without
    import wrapt
    from django.utils.functional import SimpleLazyObject

    from benchmarks.shop.models import Order

    makers: dict[str, Callable[[Any], Any]] = {
        "SimpleLazyObject": SimpleLazyObject,
        "wrapt": wrapt.LazyObjectProxy,
        "lazy-object-proxy": lazy_object_proxy.Proxy,
    }

    def made(make: Callable[[Any], Any]) -> list[Any]:
        return [make(partial(Order.objects.get, pk=pk)) for pk in pks]

    return {name: partial(made, make) for name, make in makers.items()}


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
        _comparison(chapter, _each(taken, number), number)
        for chapter, taken in ((DECODED, decoded), (IN_BODY, in_body))
    ]


def _comparison(chapter: str, each: dict[str, float], number: int) -> Comparison:
    from benchmarks import rivals

    return Comparison.exactly(chapter, number, "bytes a row", each, [rivals.PKS])


def at_peak(number: int) -> Comparison:
    """Return the memory that reading so many rows takes at its peak.

    That of the references, which are those that a body was handed, is in none of the figures.
    """
    from modelref import iter_resolved, resolve_all

    def iterate(refs: Orders) -> None:
        deque(iter_resolved(refs), maxlen=0)

    taken = {
        ONE_CHUNK: _peak(iterate, CHUNK),
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

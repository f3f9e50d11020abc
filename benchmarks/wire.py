"""Chapters `bytes`, `encode` and `decode`: the bodies of messages, with no task and no query."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from benchmarks import project
from benchmarks.figures import Comparison
from benchmarks.project import SIZES
from benchmarks.timing import compare

ONE_BY_ONE = "modelref, not by a task"
COMPACT = "primary keys, compact"


def measure() -> Iterator[Comparison]:
    """Yield the comparisons."""
    project.start()
    orders = project.make_orders()
    for size in SIZES:
        yield from _of_size(orders[:size])


def _of_size(orders: list) -> Iterator[Comparison]:
    from benchmarks.rivals import PKS, RECIPE  # here, and below: Django has been set up

    size, works = len(orders), encoding(orders)
    written = {name: encode() for name, encode in works.items()}
    yield Comparison.exactly("bytes", size, "bytes", _bytes(written), [PKS, RECIPE, COMPACT])
    yield compare("encode", size, works, PKS)
    yield compare("decode", size, decoding(orders), PKS)


def encoding(orders: list) -> dict[str, Callable[[], Any]]:
    """Return what encodes the message of each rival about some orders."""
    from benchmarks import rivals, tasks

    sent = as_sent(orders)
    return {
        name: partial(rivals.encoder(serializer), sent[name])
        for name, serializer in tasks.SERIALIZERS.items()
    }


def decoding(orders: list) -> dict[str, Callable[[], Any]]:
    """Return what decodes the messages that name no more than rows, or hold them."""
    from benchmarks import rivals, tasks

    encode = encoding(orders)
    return {
        name: partial(rivals.decoder(tasks.SERIALIZERS[name]), encode[name]())
        for name in (rivals.PKS, rivals.OURS, rivals.PICKLED)
    }


def as_sent(orders: list) -> dict[str, Any]:
    """Return the body of a message about some orders as each rival gives it to its serializer."""
    from benchmarks import rivals, tasks
    from modelref import reference

    ours = tasks.by_references.si(orders) if len(orders) > 1 else tasks.by_reference.si(*orders)
    arguments = {
        rivals.PKS: [order.pk for order in orders],
        rivals.OURS: ours.args[0] if len(orders) > 1 else [ours.args[0]],
        ONE_BY_ONE: [reference(order) for order in orders],
        rivals.RECIPE: orders,
        rivals.CEREAL: rivals.as_cereal(orders),
        rivals.PICKLED: orders,
    }
    return {
        name: rivals.body(given if len(given) > 1 else given[0])
        for name, given in arguments.items()
    }


def _bytes(written: dict[str, Any]) -> dict[str, float]:
    import json

    from benchmarks import rivals

    found = {name: float(len(data)) for name, data in written.items() if name != ONE_BY_ONE}
    compact = json.dumps(json.loads(written[rivals.PKS]), separators=(",", ":"))
    return found | {COMPACT: float(len(compact))}

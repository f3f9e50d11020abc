"""Chapters `bytes`, `encode` and `decode`: the bodies of messages, with no task and no query."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from benchmarks import project
from benchmarks.figures import Comparison
from benchmarks.messages import arrived, published
from benchmarks.project import SIZES, Orders
from benchmarks.timing import compare

COMPACT = "primary keys, compact"


def measure() -> Iterator[Comparison]:
    """Yield the comparisons."""
    project.start()
    orders = project.make_orders()
    for size in SIZES:
        yield from _of_size(orders[:size])


def _of_size(orders: Orders) -> Iterator[Comparison]:
    from benchmarks.rivals import PKS, RECIPE  # here, and below: Django has been set up

    size, works = len(orders), encoding(orders)
    written = {name: encode() for name, encode in works.items()}
    yield Comparison.exactly("bytes", size, "bytes", _bytes(written), [PKS, RECIPE, COMPACT])
    yield compare("encode", size, works, PKS)
    yield compare("decode", size, decoding(orders), PKS)


def encoding(orders: Orders) -> dict[str, Callable[[], Any]]:
    """Return what encodes the message of each rival about some orders."""
    from benchmarks import rivals, tasks

    sent = as_sent(orders)
    return {
        name: partial(rivals.encoder(serializer), sent[name])
        for name, serializer in tasks.SERIALIZERS.items()
    }


def decoding(orders: Orders) -> dict[str, Callable[[], Any]]:
    """Return what decodes the messages that name no more than rows, or hold them."""
    from benchmarks import rivals, tasks

    encode = encoding(orders)
    return {
        name: partial(rivals.decoder(tasks.SERIALIZERS[name]), encode[name]())
        for name in (rivals.PKS, rivals.OURS, rivals.PICKLED)
    }


def as_sent(orders: Orders) -> dict[str, Any]:
    """Return the body of a message about some orders as each rival gives it to its serializer."""
    from benchmarks import rivals, tasks
    from modelref import reference

    one = len(orders) == 1
    task: Any = tasks.by_reference if one else tasks.by_references
    given: Any = orders[0] if one else orders
    arguments = {
        rivals.PKS: [order.pk for order in orders],
        rivals.PASSED_ON: arrived(orders),
        rivals.ONE_BY_ONE: [reference(order) for order in orders],
        rivals.RECIPE: orders,
        rivals.CEREAL: rivals.as_cereal(orders),
        rivals.PICKLED: orders,
    }
    bodies = {name: rivals.body(each[0] if one else each) for name, each in arguments.items()}
    return {rivals.OURS: published(task, given), **bodies}


def _bytes(written: dict[str, Any]) -> dict[str, float]:
    import json

    from benchmarks import rivals

    found = {
        name: float(len(data))
        for name, data in written.items()
        if name not in (rivals.PASSED_ON, rivals.ONE_BY_ONE)
    }
    compact = json.dumps(json.loads(written[rivals.PKS]), separators=(",", ":"))
    return found | {COMPACT: float(len(compact))}

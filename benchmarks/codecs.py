"""Chapters of the codecs: each of them against the serializer of kombu that it stands in for."""

from collections.abc import Iterator
from typing import Any

from benchmarks import project
from benchmarks.figures import Comparison
from benchmarks.project import Orders
from benchmarks.timing import compare

CODECS = ("json", "pickle", "yaml", "msgpack")
SIZES = (1, 1_000)
PKS = "primary keys, kombu's own"
OURS = "modelref"


def measure() -> Iterator[Comparison]:
    """Yield the comparisons."""
    project.start()
    orders = project.make_orders(SIZES[-1])
    for codec in CODECS:
        for size in SIZES:
            yield from of_codec(codec, orders[:size])


def of_codec(codec: str, orders: Orders, budget: float = 1.0) -> Iterator[Comparison]:
    """Yield the comparisons of bytes and times for one codec."""
    from benchmarks import rivals  # here: Django has been set up

    yield bytes_of(codec, orders)

    works = encoding(codec, orders)
    yield compare(f"encode, {codec}", len(orders), works, PKS, budget=budget)

    written = {name: encode() for name, encode in works.items()}
    decoders = {PKS: rivals.decoder(codec), OURS: rivals.decoder(f"modelref-{codec}")}
    works = {name: (lambda d=decoders[name], b=data: d(b)) for name, data in written.items()}
    yield compare(f"decode, {codec}", len(orders), works, PKS, budget=budget)


def bytes_of(codec: str, orders: Orders) -> Comparison:
    """Return the comparison of bytes for one codec."""
    written = {name: encode() for name, encode in encoding(codec, orders).items()}
    sizes = {name: float(len(data)) for name, data in written.items()}
    return Comparison.exactly(f"bytes, {codec}", len(orders), "bytes", sizes, [PKS])


def encoding(codec: str, orders: Orders) -> dict[str, Any]:
    """Return what encodes a message about some orders, by rival."""
    from benchmarks import rivals
    from benchmarks.wire import as_sent

    sent = as_sent(orders)
    by_kombu, by_us = rivals.encoder(codec), rivals.encoder(f"modelref-{codec}")
    return {
        PKS: lambda: by_kombu(sent[rivals.PKS]),
        OURS: lambda: by_us(sent[rivals.OURS]),
    }

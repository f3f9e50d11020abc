"""Size and speed of each serializer against kombu's own with bare primary keys."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from timeit import repeat
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "example"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopproject.settings")

import django
from kombu.serialization import registry

django.setup()

from modelref import reference

from shop.models import Order

CODECS = ("json", "pickle", "yaml", "msgpack")
EMBED = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
ROUNDS = 5


def body(argument: Any) -> Any:
    """Return the body of a message with one argument."""
    return (argument,), {}, EMBED


def seconds(work: Callable[[], Any], times: int) -> float:
    """Return how long some work takes, at its quickest."""
    return min(repeat(work, number=times, repeat=ROUNDS)) / times


def compare(name: str, rows: int) -> tuple[float, float, float]:
    """Return the ratios of bytes, encoding and decoding for a codec and a number of rows."""
    refs = [reference(Order, pk) for pk in range(1, rows + 1)]
    pks = list(range(1, rows + 1))
    given = {f"modelref-{name}": body(refs if rows > 1 else refs[0])}
    given[name] = body(pks if rows > 1 else pks[0])
    times = max(2, 2_000 // rows)
    size, encoding, decoding = {}, {}, {}
    for serializer, message in given.items():
        content_type, _, encode = registry._encoders[serializer]
        decode = registry._decoders[content_type]
        data = encode(message)
        size[serializer] = len(data)
        encoding[serializer] = seconds(lambda e=encode, m=message: e(m), times)
        decoding[serializer] = seconds(lambda d=decode, b=data: d(b), times)
    ours, theirs = given
    return tuple(figures[ours] / figures[theirs] for figures in (size, encoding, decoding))


if __name__ == "__main__":
    print(f"{'codec':<18} {'rows':>5} {'bytes':>7} {'encode':>8} {'decode':>8}")
    for codec in CODECS:
        for number in (1, 1_000):
            ratios = compare(codec, number)
            print(f"modelref-{codec:<9} {number:>5} {ratios[0]:>6.2f}x", end=" ")
            print(f"{ratios[1]:>7.1f}x {ratios[2]:>7.1f}x")

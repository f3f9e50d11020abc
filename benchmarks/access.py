"""Chapters `field read`, `field write`, `method call`: what is done with a row that was read."""

from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks import project
from benchmarks.figures import Comparison
from benchmarks.timing import compare

INSTANCE = "instance"
LOADED = "modelref"
WORK = {
    "field read": "{}.status",
    "field write": "{}.status = 'paid'",
    "method call": "{}.is_paid()",
}
TIMES = 100  # in one statement, so that the loop counts for nothing


def measure() -> Iterator[Comparison]:
    """Yield the comparisons."""
    project.start()
    project.make_orders(1)
    for chapter in WORK:
        yield of_chapter(chapter)


def of_chapter(chapter: str, budget: float = 3.0) -> Comparison:
    """Return the comparison for one kind of access to the first order."""
    from benchmarks import rivals  # here, and below: Django has been set up
    from benchmarks.shop.models import Order

    works, names = statements(chapter, rivals.stand_ins(Order.objects.get(pk=1)))
    return compare(chapter, 1, works, INSTANCE, LOADED, budget=budget, names=names, times=TIMES)


def statements(chapter: str, others: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """Return what is done with the first order, by rival, and what the statements name.

    Args:
        chapter: the kind of access.
        others: stand-ins for the order, by what they are made with.
    """
    from benchmarks.shop.models import Order
    from modelref import reference, resolve

    ref = reference(Order, 1)
    assert resolve(ref).pk == 1
    stand_ins = {INSTANCE: Order.objects.get(pk=1), LOADED: ref, **others}
    named = {name: f"order_{at}" for at, name in enumerate(stand_ins)}
    works = {
        name: "\n".join([WORK[chapter].format(order)] * TIMES) for name, order in named.items()
    }
    return works, {named[name]: each for name, each in stand_ins.items()}

"""`make bench-check`: a regression shows in some seconds, with no need for a quiet machine.

Bytes, queries, memory and counted work are the same each time, and are compared exactly. What of
them grows with the number of rows is compared as the ratio of many rows to few, which may be larger
by a tenth. Times are compared as ratios of two things that this machine does in turns: the quickest
turn of each counts, a ratio may grow by half, and one that has grown more is measured again, twice,
so that other work on the machine is not taken for a regression. What takes twice as long is a third
past that limit; what takes a little longer is left to `make bench`.
"""

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version
from pathlib import Path

from benchmarks.figures import Comparison, rounded
from benchmarks.project import Orders

BASELINE = Path(__file__).with_name("baseline.json")
EVERYWHERE = "everywhere"
MARGIN = 1.5
MARGIN_OF_GROWTH = 1.1
TRIES = 3
BUDGET = 0.6  # seconds, for each ratio and try
ROWS = 10_000  # whose memory is measured
FEW, MANY = 1_000, 5_000  # rows of a message

Ratios = Mapping[str, Callable[[], float]]


def main() -> int:
    """Compare with the baseline; return the exit code."""
    told = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    if EVERYWHERE not in told:
        print("There is no baseline: `make bench-baseline` records one.", file=sys.stderr)
        return 1
    measured = figures()
    complaints = differences(told[EVERYWHERE], measured[EVERYWHERE])
    here = told.get(label())
    if here is None:
        print(f"Counted work and times are not checked: the baseline has none for {label()}.")
    else:
        complaints += differences(here["exact"], measured["exact"])
        complaints += grown(here.get("growth", {}), measured["growth"])
        complaints += slower(here["ratios"], ratios())
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    if complaints:
        print("If that is meant: `make bench-baseline`.", file=sys.stderr)
    return 1 if complaints else 0


def label() -> str:
    """Return what the figures depend on that are not the same everywhere."""
    versions = {name: version(name.lower()).split(".") for name in ("Django", "Celery")}
    versions = {"Python": list(map(str, sys.version_info)), **versions}
    return ", ".join(f"{name} {'.'.join(each[:2])}" for name, each in versions.items())


def figures() -> dict[str, dict[str, float]]:
    """Return the figures that need no clock.

    Those that are compared exactly, everywhere and for one label, and those of growth.
    """
    from benchmarks import codecs, counting, memory, project, queries, startup

    project.start()
    counted = flat(
        Comparison.exactly(f"work, {name}", 1, "counted", counting.work_of(work), [])
        for name, work in counting.paths(project.make_orders(ROWS)[0]).items()
    )
    from benchmarks.shop.models import Order  # here: Django has been set up

    orders = list(Order.objects.order_by("pk"))
    sizes = [
        codecs.bytes_of(codec, orders[:size]) for codec in codecs.CODECS for size in codecs.SIZES
    ]
    made = [queries.of_rivals(orders[:size]) for size in (1, FEW, MANY)]
    made.append(queries.with_prefetch(orders[:MANY]))
    made.append(queries.of_mixed(orders[: queries.SIZE_OF_MIXED]))
    by_us = [queries.by_us(each) for each in made]
    peak = memory.at_peak(ROWS).ratios[memory.ONE_CHUNK][memory.IN_CHUNKS].median
    return {
        EVERYWHERE: flat([*sizes, startup.of_modules(), *by_us]),
        "exact": counted | flat(memory.of_references(ROWS)),
        "growth": growth_of_work(orders) | {f"{memory.AT_PEAK}, {ROWS:,}": peak},
    }


def growth_of_work(orders: Orders) -> dict[str, float]:
    """Return how many times as many instructions a row takes among many as among few."""
    from benchmarks import counting, loading, rivals, sending, wire

    def works(size: int) -> dict[str, Callable[[], object]]:
        given = orders[:size]
        return {
            "encode": wire.encoding(given)[rivals.OURS],
            "encode, of references that arrived": wire.encoding(given)[rivals.PASSED_ON],
            "decode": wire.decoding(given)[rivals.OURS],
            "apply_async": sending.rivals_for(given)[rivals.OURS],
            loading.CHAPTER: loading.rivals_for(given)[loading.LAZY],
        }

    few, many = (
        {name: counting.work_of(work)["instructions"] / size for name, work in works(size).items()}
        for size in (FEW, MANY)
    )
    return {f"work, {name}, a row of {MANY:,}": many[name] / few[name] for name in few}


def ratios() -> dict[str, Callable[[], float]]:
    """Return what measures each ratio, by name; Django has been set up."""
    from benchmarks import access, loading, rivals, sending, wire
    from benchmarks.shop.models import Order
    from benchmarks.timing import Rivals, race

    def ratio(works: Rivals, ours: str, base: str, **names: object) -> Callable[[], float]:
        def measure() -> float:
            two = {name: works[name] for name in (base, ours)}
            samples = race(two, budget=BUDGET, names=names)
            return min(samples[ours]) / min(samples[base])

        return measure

    works: Rivals
    orders, found = list(Order.objects.order_by("pk")[:FEW]), {}
    for size in (1, FEW):
        given = orders[:size]
        for chapter, works in (
            ("encode", wire.encoding(given)),
            ("decode", wire.decoding(given)),
            ("apply_async", sending.rivals_for(given)),
        ):
            found[f"{chapter}, {size:,}"] = ratio(works, rivals.OURS, rivals.PKS)
        name = f"encode, {size:,}, of references that arrived"
        found[name] = ratio(wire.encoding(given), rivals.PASSED_ON, rivals.PKS)
        base = loading.GET if size == 1 else loading.IN_BULK
        works = loading.rivals_for(given)
        found[f"{loading.CHAPTER}, {size:,}"] = ratio(works, loading.LAZY, base)
    for chapter in access.WORK:
        works, names = access.statements(chapter, {})
        found[chapter] = ratio(works, access.LOADED, access.INSTANCE, **names)
    return found


def differences(before: Mapping[str, float], now: Mapping[str, float]) -> list[str]:
    """Return what is not the same, as text."""
    return [
        f"{name}: {_text(before.get(name))} before, {_text(now.get(name))} now."
        for name in sorted(before.keys() | now.keys())
        if before.get(name) != now.get(name)
    ]


def grown(before: Mapping[str, float], now: Mapping[str, float]) -> list[str]:
    """Return which figures of growth have become larger by more than their margin, or are gone."""
    complaints = [f"{name}: not measured now." for name in sorted(before.keys() - now.keys())]
    return complaints + [
        f"{name}: {_text(before.get(name))} × that of few before, {figure:.3f} × now."
        for name, figure in now.items()
        if figure > before.get(name, 0.0) * MARGIN_OF_GROWTH
    ]


def slower(before: Mapping[str, float], measured: Ratios) -> list[str]:
    """Return which ratios have grown by more than the margin, each time they were measured."""
    complaints = [f"{name}: not measured now." for name in sorted(before.keys() - measured.keys())]
    for name, measure in measured.items():
        most = before.get(name, 0.0) * MARGIN
        now = min_until(most, measure)
        if now > most:
            complaints.append(
                f"{name}: {_text(before.get(name))} × the time of the same by hand before, "
                f"{now:.2f} × now; at most {most:.2f} ×."
            )
    return complaints


def min_until(most: float, measure: Callable[[], float]) -> float:
    """Return the least of some measurements, the first that is small enough if one is."""
    least = measure()
    for _ in range(TRIES - 1):
        if least <= most:
            break
        least = min(least, measure())
    return least


def record() -> None:
    """Write the baseline for this Python and this Celery; others in it stay."""
    told = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    measured = figures()
    times = {name: min(measure() for _ in range(TRIES)) for name, measure in ratios().items()}
    told[EVERYWHERE] = measured[EVERYWHERE]
    growth = rounded(measured["growth"])
    told[label()] = {"exact": measured["exact"], "growth": growth, "ratios": rounded(times)}
    BASELINE.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n")


def flat(comparisons: Iterable[Comparison]) -> dict[str, float]:
    """Return all figures of some comparisons, each by a name of its own."""
    return {
        f"{each.chapter}, {each.size:,}: {rival}": spread.median
        for each in comparisons
        for rival, spread in each.values.items()
    }


def _text(figure: float | None) -> str:
    return "nothing" if figure is None else f"{figure:,.15g}"

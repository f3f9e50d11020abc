"""The targets: what was promised, where its figure stands in the results, and whether it is met."""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks import (
    access,
    loading,
    memory,
    mypy_cost,
    plugin,
    queries,
    rivals,
    startup,
    throughput,
    wire,
)
from benchmarks.figures import Results, Spread

Figure = Callable[[Results], Spread | None]

GROWTH = 1.2
GROWING = ("encode", "decode", loading.CHAPTER, "apply_async")


@dataclass(frozen=True)
class Target:
    """A promise.

    Args:
        what: of what.
        figure: finds the figure; None where it was not measured.
        unit: what follows a figure in the table.
        most, least: the limit; one of them.
        headline: whether the README tells it too.
    """

    what: str
    figure: Figure
    unit: str = " ×"
    most: float | None = None
    least: float | None = None
    headline: bool = False

    @property
    def limit(self) -> str:
        """The promise as text."""
        if self.most is None:
            return f"at least {self.least:g}{self.unit}"
        return f"at most {self.most:g}{self.unit}"

    def is_met(self, figure: Spread) -> bool:
        """Whether a figure, its median, keeps the promise."""
        if self.most is not None:
            return figure.median <= self.most
        return self.least is not None and figure.median >= self.least


def ratio(chapter: str, size: int, rival: str, base: str) -> Figure:
    """Return what finds how many times a rival's figure another's is."""

    def find(results: Results) -> Spread | None:
        found = results.find(chapter, size)
        return None if found is None else found.ratios.get(base, {}).get(rival)

    return find


def value(chapter: str, size: int, rival: str) -> Figure:
    """Return what finds the figure of a rival."""

    def find(results: Results) -> Spread | None:
        found = results.find(chapter, size)
        return None if found is None else found.values.get(rival)

    return find


def growth(chapter: str, rival: str, small: int, large: int) -> Figure:
    """Return what finds how many times as much a row costs among many as among few."""

    def find(results: Results) -> Spread | None:
        few, many = (value(chapter, size, rival)(results) for size in (small, large))
        if few is None or many is None:
            return None
        return Spread.of([many.median / large / (few.median / small)])

    return find


def _of_times() -> list[Target]:
    made = []
    one = "encode 1 reference to an instance, as `apply_async` makes it"
    many = "encode 1,000 references to instances, as `apply_async` makes them"
    for size, made_of, most in ((1, one, 1.5), (1_000, many, 1.3)):
        what = f"{made_of}, against primary keys with kombu's JSON"
        made.append(Target(what, ratio("encode", size, rivals.OURS, rivals.PKS), most=most))
    passed_on = ratio("encode", 1_000, rivals.PASSED_ON, rivals.PKS)
    made.append(Target("the same, of references that a body was handed", passed_on, most=1.3))
    for size, rows, most in ((1, "1 instance", 1.15), (1_000, "1,000 instances", 1.3)):
        what = f"`apply_async` with {rows}, up to the bytes, against primary keys"
        figure = ratio("apply_async", size, rivals.OURS, rivals.PKS)
        made.append(Target(what, figure, most=most, headline=True))
    for size, rows, most in ((1, "1 reference", 1.15), (1_000, "1,000 references", 1.3)):
        what = f"`apply_async` with {rows} that a body was handed, against primary keys"
        figure = ratio("apply_async", size, rivals.PASSED_ON, rivals.PKS)
        made.append(Target(what, figure, most=most))
    for chapter in (loading.CHAPTER, loading.ON_POSTGRES):
        what = chapter.replace(loading.CHAPTER, "decode and load 1,000 references")
        by_hand = ratio(chapter, 1_000, loading.LAZY, loading.IN_BULK)
        made.append(Target(f"{what}, against `in_bulk` by hand", by_hand, most=1.2, headline=True))
        get = ratio(chapter, 1_000, loading.GET, loading.LAZY)
        made.append(Target(f"one `get` each, against {what}", get, least=12, headline=True))
    return made


def _of_access() -> list[Target]:
    made = [
        Target(
            f"{chapter} through a loaded reference, against the instance",
            ratio(chapter, 1, access.LOADED, access.INSTANCE),
            most=most,
            headline=True,
        )
        for chapter, most in (("field read", 1.2), ("field write", 1.4), ("method call", 1.8))
    ]
    return made + [
        Target(
            f"field read through `{name}`, against a loaded reference",
            ratio("field read", 1, name, access.LOADED),
            least=20,
            headline=True,
        )
        for name in ("SimpleLazyObject", "wrapt")
    ]


def _of_queries() -> list[Target]:
    mixed = f"queries for {queries.SIZE_OF_MIXED} references to each of two models on two aliases"
    prefetched = "queries to iterate over 100,000 references with a prefetch"
    return [
        Target(f"queries for {rows:,} references", figure, unit="", most=most)
        for rows, figure, most in (
            (1_000, value("queries", 1_000, loading.LAZY), 1),
            (100_000, value("queries", 100_000, loading.LAZY), 50),
        )
    ] + [
        Target(mixed, value(queries.MIXED, queries.SIZE_OF_MIXED, loading.LAZY), unit="", most=4),
        Target(prefetched, value(queries.PREFETCHED, 100_000, loading.CHUNKS), unit="", most=100),
    ]


def _of_memory() -> list[Target]:
    rows = 100_000
    return [
        Target(
            "memory of each of 100,000 references, decoded",
            value(memory.DECODED, rows, rivals.OURS),
            unit=" bytes",
            most=220,
            headline=True,
        ),
        Target(
            "memory of each of 100,000 references, handed to a body",
            value(memory.IN_BODY, rows, rivals.OURS),
            unit=" bytes",
            most=440,
        ),
        Target(
            "memory to iterate over 100,000 references, against one chunk",
            ratio(memory.AT_PEAK, rows, memory.IN_CHUNKS, memory.ONE_CHUNK),
            most=1.5,
            headline=True,
        ),
    ]


def _of_growth() -> list[Target]:
    return [
        Target(
            f"{chapter}: time for each of 100,000 rows, against each of 100",
            growth(chapter, rivals.OURS, 100, 100_000),
            most=GROWTH,
        )
        for chapter in GROWING
    ]


TARGETS = [
    Target(
        "bytes of 1,000 references in a list, JSON, against primary keys without spaces",
        ratio("bytes", 1_000, rivals.OURS, wire.COMPACT),
        most=1.05,
    ),
    Target(
        "bytes of 1 reference, JSON, whole body, against Celery's recipe",
        ratio("bytes", 1, rivals.OURS, rivals.RECIPE),
        most=0.8,
        headline=True,
    ),
    *_of_times(),
    *_of_access(),
    *(
        Target(
            f"{throughput.chapter(broker)}, 1 reference, against a primary key by hand",
            ratio(throughput.chapter(broker), 1, throughput.LAZY, throughput.BY_HAND),
            least=0.97,
            headline=True,
        )
        for broker in throughput.BROKERS
    ),
    *_of_queries(),
    *_of_memory(),
    *(
        Target(
            f"modules of `{name}` that `import modelref` imports",
            value(startup.MODULES, 1, name),
            unit="",
            most=0,
        )
        for name in startup.KEPT_OUT
    ),
    *_of_growth(),
    *(
        Target(
            f"mypy with the plugin, {state}, against mypy without it",
            ratio(plugin.chapter(state), mypy_cost.TASKS, plugin.WITH, plugin.WITHOUT),
            most=mypy_cost.TARGET,
        )
        for state in mypy_cost.STATES
    ),
]

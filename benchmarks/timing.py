"""How long rivals take, in turns.

pyperf and pytest-benchmark finish with one rival before they start the next. A machine that has
other things to do, or whose clock follows its temperature, is another one by then, and a ratio of
the two says little. So rivals take turns of some milliseconds here, those of one turn are held
against one another, and the median of the ratios is the figure. `timeit` does the timing.

The clock is that of the processor's time in this process, which stands while other processes run.
Where a server does a part of the work, it is the one on the wall.

The garbage collector is on, since what it costs is part of what many objects cost, but has nothing
to do with what was there before, and starts each turn with what the turn itself makes.
"""

import gc
import time
from collections.abc import Callable, Mapping
from random import Random
from timeit import Timer
from typing import Any

from benchmarks.figures import Comparison

Clock = Callable[[], float]
Rivals = Mapping[str, Callable[[], Any] | str]

MOST_TURNS = 31
LEAST_TURNS = 5
TURN = 0.01  # seconds, at least, for each rival
SETUP = "gc.collect(); gc.enable()"


def compare(
    chapter: str,
    size: int,
    rivals: Rivals,
    *bases: str,
    budget: float = 3.0,
    names: Mapping[str, Any] | None = None,
    times: int = 1,
    clock: Clock = time.process_time,
) -> Comparison:
    """Return how many seconds rivals take for the same work.

    Args:
        chapter: what the work is.
        size: for how many rows.
        rivals: what each does, as a function without arguments or, for what takes some
            nanoseconds, as a statement.
        bases: the rivals that all are held against.
        budget: how many seconds to spend; five turns are taken in any case.
        names: what statements know by name.
        times: how many times a statement does the work.
        clock: tells the time in seconds.
    """
    samples = race(rivals, budget=budget, names=names, clock=clock)
    samples = {name: [each / times for each in taken] for name, taken in samples.items()}
    return Comparison.of(chapter, size, "s", samples, bases)


def race(
    rivals: Rivals,
    *,
    budget: float,
    names: Mapping[str, Any] | None = None,
    clock: Clock = time.process_time,
) -> dict[str, list[float]]:
    """Return the seconds that each rival took, turn by turn; arguments as of :func:`compare`."""
    gc.collect()
    gc.freeze()
    known = {"gc": gc, **(names or {})}
    timers = {name: Timer(work, SETUP, clock, globals=known) for name, work in rivals.items()}
    numbers = {name: _number(timer) for name, timer in timers.items()}
    turn = sum(timer.timeit(numbers[name]) for name, timer in timers.items())
    turns = max(LEAST_TURNS, min(MOST_TURNS, int(budget / turn)))
    samples: dict[str, list[float]] = {name: [] for name in rivals}
    order, chance = list(rivals), Random(turns)
    for _ in range(turns):
        chance.shuffle(order)  # who comes after a large one finds the caches cold
        for name in order:
            samples[name].append(timers[name].timeit(numbers[name]) / numbers[name])
    gc.unfreeze()
    return samples


def _number(timer: Timer) -> int:
    """Return how many times a rival does its work in one turn."""
    timer.timeit(1)  # the first time of all is another matter
    number = 1
    while True:
        took = timer.timeit(number)
        if took >= TURN:
            return number
        number = max(number + 1, int(number * min(10.0, 1.2 * TURN / max(took, 1e-9))))

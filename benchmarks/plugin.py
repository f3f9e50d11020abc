"""Chapters `mypy`: what the mypy plugin costs; `benchmarks.mypy_cost` has the project it checks."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import mypy_cost
from benchmarks.figures import Comparison

WITHOUT = "without"
WITH = "with"
ROUNDS = 3


def chapter(state: str) -> str:
    """Return the name of the chapter for what has changed since the run before."""
    return f"mypy, {state}"


def measure() -> Iterator[Comparison]:
    """Yield the comparisons of wall times."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        mypy_cost.generate(project)
        for state, edited in mypy_cost.STATES.items():
            samples: dict[str, list[float]] = {WITHOUT: [], WITH: []}
            for turn in range(mypy_cost.rounds_for(state, ROUNDS)):
                for name in (WITHOUT, WITH) if turn % 2 else (WITH, WITHOUT):
                    samples[name].append(mypy_cost.seconds(project, name, edited)[0])
            yield Comparison.of(chapter(state), mypy_cost.TASKS, "s", samples, [WITHOUT])

"""``Comparison``: the figures of rivals that did the same work for the same number of rows."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any


@dataclass(frozen=True)
class Spread:
    """A figure that was taken several times: its median and its quartiles."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, samples: Sequence[float]) -> "Spread":
        """Return the spread of some samples; one alone has none."""
        if len(samples) == 1:
            return cls(samples[0], samples[0], samples[0])
        low, median, high = quantiles(samples, n=4, method="inclusive")
        return cls(median, low, high)

    def text(self, unit: str) -> str:
        """Return the median with its unit and, where there is a spread, the quartiles."""
        text = f"{number(self.median)}{unit}"
        if self.low == self.high:
            return text
        return f"{text}; {number(self.low)} to {number(self.high)}"


@dataclass(frozen=True)
class Comparison:
    """The figures of several rivals.

    Args:
        chapter: what they did.
        size: for how many rows.
        unit: of their figures.
        values: the figures, by rival.
        ratios: by a rival, how many times its figure those of all are.
    """

    chapter: str
    size: int
    unit: str
    values: Mapping[str, Spread]
    ratios: Mapping[str, Mapping[str, Spread]]

    @classmethod
    def of(
        cls,
        chapter: str,
        size: int,
        unit: str,
        samples: Mapping[str, Sequence[float]],
        bases: Iterable[str],
    ) -> "Comparison":
        """Return the comparison of samples; those of one turn are held against one another.

        Args:
            chapter: what the rivals did.
            size: for how many rows.
            unit: of the samples.
            samples: the figures of each rival, in the order of the turns.
            bases: the rivals that all are held against.
        """
        ratios = {
            base: {
                name: Spread.of([a / b for a, b in zip(taken, samples[base], strict=True)])
                for name, taken in samples.items()
            }
            for base in bases
        }
        values = {name: Spread.of(taken) for name, taken in samples.items()}
        return cls(chapter, size, unit, values, ratios)

    @classmethod
    def exactly(
        cls, chapter: str, size: int, unit: str, values: Mapping[str, float], bases: Iterable[str]
    ) -> "Comparison":
        """Return the comparison of figures that are the same each time."""
        return cls.of(chapter, size, unit, {name: [each] for name, each in values.items()}, bases)


@dataclass(frozen=True)
class Results:
    """All comparisons of one run, and what they were made with."""

    environment: Mapping[str, str]
    comparisons: Sequence[Comparison]

    def find(self, chapter: str, size: int) -> Comparison | None:
        """Return the comparison of one kind of work for one number of rows, if it was made."""
        found = (each for each in self.comparisons if (each.chapter, each.size) == (chapter, size))
        return next(found, None)

    def chapter(self, name: str) -> list[Comparison]:
        """Return the comparisons of one kind of work, by number of rows."""
        return sorted((c for c in self.comparisons if c.chapter == name), key=lambda c: c.size)

    def write(self, path: Path) -> None:
        """Write the results as JSON."""
        path.write_text(json.dumps(rounded(asdict(self)), indent=1) + "\n")

    @classmethod
    def read(cls, path: Path) -> "Results":
        """Read results that were written before."""
        told = json.loads(path.read_text())
        return cls(told["environment"], [comparison_from(each) for each in told["comparisons"]])


def comparison_from(told: Mapping[str, Any]) -> Comparison:
    """Return a comparison as JSON has it."""
    ratios = {base: _spreads(each) for base, each in told["ratios"].items()}
    return Comparison(told["chapter"], told["size"], told["unit"], _spreads(told["values"]), ratios)


def number(figure: float) -> str:
    """Return a figure as text, with three digits or as an integer."""
    if figure >= 100 or figure == int(figure):
        return f"{figure:,.0f}"
    return f"{figure:.1f}" if figure >= 10 else f"{figure:.2f}"


def rounded(value: Any) -> Any:
    """Return a value for JSON, with its numbers to four digits."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, Mapping):
        return {key: rounded(each) for key, each in value.items()}
    return [rounded(each) for each in value] if isinstance(value, (list, tuple)) else value


def _spreads(told: Mapping[str, Mapping[str, float]]) -> dict[str, Spread]:
    return {name: Spread(**each) for name, each in told.items()}

"""The figures of each chapter as Markdown: one table a chapter, rivals by number of rows."""

from collections.abc import Iterator, Sequence

from benchmarks.figures import Comparison, Results, number

#: How seconds are written: from how many on, in which unit, and how many of it one second is.
SECONDS = ((1.0, "s", 1.0), (1e-3, "ms", 1e3), (1e-6, "µs", 1e6), (0.0, "ns", 1e9))


def tables(results: Results) -> str:
    """Return all chapters, in the order in which they were measured."""
    names = dict.fromkeys(each.chapter for each in results.comparisons)
    return "\n".join(line for name in names for line in _chapter(name, results.chapter(name)))


def _chapter(name: str, comparisons: Sequence[Comparison]) -> Iterator[str]:
    base = _base(comparisons)
    rivals = dict.fromkeys(rival for each in comparisons for rival in each.values)
    unit = "" if comparisons[0].unit == "s" else f", in {comparisons[0].unit}"
    against = f"; in brackets, how many times that of *{base}*" if base else ""
    yield f"### {name}\n"
    yield f"The median{unit}{against}.\n"
    yield "| | " + " | ".join(f"{each.size:,}" for each in comparisons) + " |"
    yield "| --- |" + " ---: |" * len(comparisons)
    for rival in rivals:
        yield f"| {rival} | " + " | ".join(_cell(each, rival, base) for each in comparisons) + " |"
    yield ""


def _base(comparisons: Sequence[Comparison]) -> str | None:
    """Return the first rival that all are held against, for each number of rows."""
    bases = [base for base in comparisons[0].ratios if all(base in c.ratios for c in comparisons)]
    return bases[0] if bases else None


def _cell(comparison: Comparison, rival: str, base: str | None) -> str:
    if rival not in comparison.values:
        return ""
    median = comparison.values[rival].median
    text = _seconds(median) if comparison.unit == "s" else number(median)
    if base is None or rival == base:
        return text
    return f"{text} ({comparison.ratios[base][rival].text(' ×')})"


def _seconds(seconds: float) -> str:
    unit, times = next((unit, times) for least, unit, times in SECONDS if seconds >= least)
    return f"{number(seconds * times)} {unit}"

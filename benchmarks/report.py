"""What becomes of the results: a page of the documentation, and its charts."""

import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from benchmarks.charts import CHARTS, draw, drawable
from benchmarks.figures import Results, Spread
from benchmarks.targets import TARGETS, Target

ROOT = Path(__file__).parent.parent
RESULTS = Path(__file__).with_name("results.json")
PAGE = ROOT / "docs" / "speed.md"
CHART_FOLDER = ROOT / "docs" / "charts"
README = ROOT / "README.md"
BEGIN = "<!-- made by `make bench` -->\n"
END = "<!-- end -->\n"

HEAD = """\
# Speed

What references cost, against the same work done by hand and by other ways. `make bench` measures
all of it in one run and writes this page. A figure is the median of ratios that were taken in
turns, with the quartiles beside it; what is counted has none.

"""
LEGEND = """\

- *Primary keys*: the task takes keys and reads the rows by hand, with `get` or `in_bulk`.
- *Pickled instances*: whole rows travel by kombu's `pickle`; they are as old as the message.
- *`register_type` recipe*: the type for kombu's JSON in Celery's documentation.
- *django-cereal's way*: `Model.__reduce__` is replaced while a message is pickled.
- `SimpleLazyObject`, `wrapt`, `lazy-object-proxy`: stand-ins that forward to an instance.

The work of a message is done on SQLite in memory unless PostgreSQL is named: the quicker the
database, the more everything else counts. Tasks per second are those of a prefork worker with one
child that keeps its connection to PostgreSQL.
"""


def main() -> int:
    """Write the page and the charts from the results of the last run."""
    results = Results.read(RESULTS)
    PAGE.write_text(page(results))
    README.write_text(with_table(README.read_text(), results))
    CHART_FOLDER.mkdir(exist_ok=True)
    for name in drawable(results):
        (CHART_FOLDER / f"{name}.svg").write_text(draw(name, results))
    missed = [target for target in TARGETS if not _is_met(target, results)]
    print(f"{len(TARGETS) - len(missed)} of {len(TARGETS)} targets are met: {PAGE}")
    return 0


def page(results: Results) -> str:
    """Return the page as Markdown."""
    charts = [f"\n![{CHARTS[name].alt}](charts/{name}.svg)\n" for name in drawable(results)]
    told = ", ".join(f"{name} {each}" for name, each in results.environment.items())
    return "".join([HEAD, table(results), LEGEND, *charts, f"\nMeasured with {told}.\n"])


def with_table(readme: str, results: Results) -> str:
    """Return the README with the figures of the headlines between its two marks."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    rows = [
        f"| {target.what} | {_measured(target, results)} |" for target in TARGETS if target.headline
    ]
    told = "\n".join(["| what | measured |", "| --- | --- |", *rows])
    return f"{before}{BEGIN}\n{told}\n\n{END}{after}"


def table(results: Results) -> str:
    """Return the table of the targets as Markdown."""
    head = ["| what | target | measured | |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *_rows(results)]) + "\n"


def environment() -> dict[str, str]:
    """Return what the figures were taken with."""
    versions = {name: version(name.lower()) for name in ("Django", "Celery", "kombu")}
    machine = f"{platform.machine()}, {_processor()}"
    return {"Python": platform.python_version(), **versions, "on": machine}


def _rows(results: Results) -> Iterator[str]:
    for target in TARGETS:
        verdict = "met" if _is_met(target, results) else "**missed**"
        told = verdict if target.figure(results) else ""
        yield f"| {target.what} | {target.limit} | {_measured(target, results)} | {told} |"


def _measured(target: Target, results: Results) -> str:
    figure = target.figure(results)
    return "not measured" if figure is None else _text(figure, target.unit)


def _is_met(target: Target, results: Results) -> bool:
    figure = target.figure(results)
    return figure is not None and target.is_met(figure)


def _text(figure: Spread, unit: str) -> str:
    text = f"{_number(figure.median)}{unit}"
    if figure.low == figure.high:
        return text
    return f"{text} ({_number(figure.low)} to {_number(figure.high)})"


def _number(number: float) -> str:
    if number >= 100 or number == int(number):
        return f"{number:,.0f}"
    return f"{number:.1f}" if number >= 10 else f"{number:.2f}"


def _processor() -> str:
    found = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    return f"{len(found)} × {found[0]}" if found else platform.processor()

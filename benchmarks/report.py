"""What becomes of the results: a page of the documentation, and its charts."""

import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from benchmarks.charts import CHARTS, draw, drawable
from benchmarks.figures import Results
from benchmarks.tables import tables
from benchmarks.targets import TARGETS, Target

ROOT = Path(__file__).parent.parent
RESULTS = Path(__file__).with_name("results.json")
PAGE = ROOT / "docs" / "speed.md"
CHART_FOLDER = ROOT / "docs" / "charts"
README = ROOT / "README.md"
PACKAGES = ("Django", "Celery", "kombu", "wrapt", "lazy-object-proxy")
BEGIN = "<!-- made by `make bench` -->\n"
END = "<!-- end -->\n"

HEAD = """\
# Speed

What references cost, against the same work done by hand and by other ways. `make bench` measures
all of it in one run and writes this page. A figure is the median of ratios that were taken in
turns, with the quartiles beside it; what is counted has none.

Memory at its peak, with `iter_resolved` and with `resolve_all`, leaves out the references
themselves, which the body has been handed before; *memory, in a body* has them.

## Targets

"""
LEGEND = """\

- *Primary keys*: the task takes keys and reads the rows by hand, with `get` or `in_bulk`.
- *modelref*: instances are given to the task, unless the chapter says otherwise; *references passed
  on* are those that the body of a task was handed, and *references made one by one* go to the
  serializer with no task in between.
- *Pickled instances*: whole rows travel by kombu's `pickle`; they are as old as the message.
- *`register_type` recipe*: the type for kombu's JSON in Celery's documentation.
- *django-cereal's way*: `Model.__reduce__` is replaced while a message is pickled.
- `SimpleLazyObject`, `wrapt`, `lazy-object-proxy`: stand-ins that forward to an instance.

The work of a message is done on SQLite in memory unless PostgreSQL is named: the quicker the
database, the more everything else counts. Tasks per second are those of a prefork worker with one
child that keeps its connection to PostgreSQL.

Where a message is about one row and its task does little, steps show that are the same for one row
and for a thousand: the argument is held against its annotation, the result of the call has to know
whether its message has been sent, and a worker decodes each message twice, in its main process and
in its child.
"""
FIGURES = """
## All figures

By number of rows. A cell is empty where a way was not measured, as where it would read tens of
thousands of rows one by one.

"""


def main() -> int:
    """Write the page and the charts from the results of the last run."""
    results = Results.read(RESULTS)
    PAGE.write_text(page(results))
    README.write_text(with_table(README.read_text(), results))
    write_charts(results, CHART_FOLDER)
    print(f"{summary(results)}: {PAGE}")
    return 0


def summary(results: Results) -> str:
    """Return in a few words how many targets are met."""
    found = [(target, target.figure(results)) for target in TARGETS]
    measured = [target.is_met(figure) for target, figure in found if figure is not None]
    left_out = len(TARGETS) - len(measured)
    told = f"{sum(measured)} of {len(measured)} targets are met"
    return f"{told}, {left_out} are not measured" if left_out else told


def write_charts(results: Results, folder: Path) -> None:
    """Write the charts that can be drawn; those that cannot do not stay from another run."""
    folder.mkdir(exist_ok=True)
    drawn = {f"{name}.svg": draw(name, results) for name in drawable(results)}
    for old in folder.glob("*.svg"):
        if old.name not in drawn:
            old.unlink()
    for name, svg in drawn.items():
        (folder / name).write_text(svg)


def page(results: Results) -> str:
    """Return the page as Markdown."""
    charts = [f"\n![{CHARTS[name].alt}](charts/{name}.svg)\n" for name in drawable(results)]
    told = ", ".join(f"{name} {each}" for name, each in results.environment.items())
    measured = f"\nMeasured with {told}.\n"
    return "".join([HEAD, table(results), LEGEND, measured, *charts, FIGURES, tables(results)])


def with_table(readme: str, results: Results) -> str:
    """Return the README with the headlines between its two marks."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    headlines = [target for target in TARGETS if target.headline]
    return f"{before}{BEGIN}\n{table(results, headlines)}\n{END}{after}"


def table(results: Results, targets: Sequence[Target] = TARGETS) -> str:
    """Return a table of targets as Markdown."""
    head = ["| what | target | measured | verdict |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *(_row(target, results) for target in targets)]) + "\n"


def environment() -> dict[str, str]:
    """Return what the figures were taken with."""
    versions = {name: version(name.lower()) for name in PACKAGES}
    machine = f"{platform.machine()}, {_processor()}"
    return {"Python": platform.python_version(), **versions, "on": machine}


def _row(target: Target, results: Results) -> str:
    figure = target.figure(results)
    measured, verdict = "not measured", ""
    if figure is not None:
        measured = figure.text(target.unit)
        verdict = "met" if target.is_met(figure) else "**missed**"
    return f"| {target.what} | {target.limit} | {measured} | {verdict} |"


def _processor() -> str:
    found = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    return f"{len(found)} × {found[0]}" if found else platform.processor()

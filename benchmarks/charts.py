"""The charts, as SVG for light and dark pages and for print: each has its own background."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

import pygal
from pygal.style import Style

from benchmarks import access, loading, throughput
from benchmarks.figures import Results, number
from benchmarks.project import SIZES
from benchmarks.rivals import CEREAL, OURS, PICKLED, PKS, RECIPE

GREY = "#8a8d91"
#: One colour for each rival in all charts; told apart by the colour-blind, and on light and dark.
COLORS = {
    OURS: "#1f78d1",
    PKS: "#2e9d62",
    throughput.BY_HAND: "#2e9d62",
    loading.IN_BULK: "#2e9d62",
    loading.GET: "#c98b00",
    RECIPE: "#d1495b",
    CEREAL: "#9a5fc2",
    PICKLED: GREY,
    "encode": "#2e9d62",
    "decode": "#c98b00",
    loading.CHAPTER: "#1f78d1",
    "apply_async": "#9a5fc2",
}
#: Thicker lines, and what a dark page asks for; `!important` since pygal's rules name the chart.
CSS = """
.series .line.reactive { stroke-width: 2.5 !important }
@media screen and (prefers-color-scheme: dark) {
  .graph > .background { fill: #15181c !important }
  .title, .axis text, .legends .legend text, .text-overlay text { fill: #e4e6e8 !important }
  .axis .line { stroke: #9aa0a6 !important }
  .axis .guides .guide.line { stroke: #3a3f45 !important }
}
"""
STYLE: dict[str, Any] = {
    "background": "#ffffff",
    "plot_background": "transparent",
    "foreground": "#33373b",
    "foreground_strong": "#16181a",
    "foreground_subtle": "#d8dadd",
    "guide_stroke_color": "#d8dadd",
    "major_guide_stroke_color": "#d8dadd",
    "guide_stroke_dasharray": "0",
    "major_guide_stroke_dasharray": "0",
    "opacity": "1",
    "font_family": "system-ui, sans-serif",
    "label_font_size": 13,
    "major_label_font_size": 13,
    "legend_font_size": 13,
    "value_font_size": 13,
    "title_font_size": 17,
}
WIDTH, HEIGHT = 760, 420
COLUMNS = 3  # of a legend


@dataclass(frozen=True)
class Chart:
    """A chart.

    Args:
        alt: what it shows, in words for who cannot see it.
        needs: a chapter that it cannot be drawn without.
        draw: draws it.
    """

    alt: str
    needs: str
    draw: Callable[[Results], Any]


def drawable(results: Results) -> list[str]:
    """Return the names of the charts whose chapters were measured."""
    return [name for name, chart in CHARTS.items() if results.chapter(chart.needs)]


def draw(name: str, results: Results) -> str:
    """Return a chart as SVG, the same text for the same results."""
    chart = CHARTS[name].draw(results)
    chart.uuid = name
    chart.add_xml_filter(_without_script)
    return str(chart.render(is_unicode=True)) + "\n"


def _lines(
    results: Results,
    title: str,
    y_title: str,
    series: Mapping[str, tuple[str, str]],
    scale: Callable[[float, int], float],
) -> Any:
    """Return lines over the number of rows.

    Args:
        results: the results.
        title: what they show.
        y_title: in which unit.
        series: for each line its chapter and the rival in it.
        scale: makes of a figure and a number of rows what is drawn.
    """
    chart = pygal.Line(
        **_options(list(series), title),
        x_title="rows in one message",
        y_title=y_title,
        logarithmic=True,
        legend_at_bottom=True,
        legend_at_bottom_columns=COLUMNS,
        margin_bottom=44 if len(series) % COLUMNS else 20,  # pygal forgets a row that is not full
        truncate_legend=-1,
        value_formatter=lambda value: f"{value:,g}",
    )
    chart.x_labels = [f"{size:,}" for size in SIZES]
    points = {
        name: [_point(results, *source, size, scale) for size in SIZES]
        for name, source in series.items()
    }
    chart.y_labels = _decades([each for line in points.values() for each in line if each])
    for name, line in points.items():
        chart.add(name, line)
    return chart


def _bars(title: str, figures: Mapping[str, float], unit: str = "") -> Any:
    """Return bars, from top to bottom.

    Args:
        title: what they show.
        figures: what they stand for, by name.
        unit: what follows a figure.
    """
    chart = pygal.HorizontalBar(
        **_options([OURS], title), show_legend=False, show_x_labels=True, show_x_guides=True
    )
    chart.x_labels = [f"{name}  {number(figures[name])}{unit}" for name in reversed([*figures])]
    chart.add(title, [_bar(name, figures[name]) for name in reversed([*figures])])
    return chart


def _bar(name: str, figure: float) -> dict[str, Any]:
    return {"value": figure, "color": "#1f78d1" if OURS in name else GREY}


def _options(series: Sequence[str], title: str) -> dict[str, Any]:
    colors = tuple(COLORS.get(name, "#1f78d1") for name in series)
    return {
        "title": title,
        "style": Style(colors=colors, **STYLE),
        "css": ("file://style.css", "file://graph.css", f"inline:{CSS}"),
        "js": (),
        "width": WIDTH,
        "height": HEIGHT,
        "explicit_size": True,
        "dots_size": 4,
    }


def _point(
    results: Results, chapter: str, rival: str, size: int, scale: Callable[[float, int], float]
) -> float | None:
    found = results.find(chapter, size)
    if found is None or rival not in found.values:
        return None
    return scale(found.values[rival].median, size)


def _decades(values: Sequence[float]) -> list[float]:
    labels = [10.0**power for power in range(-9, 9)]
    low = max((each for each in labels if each <= min(values)), default=labels[0])
    high = min((each for each in labels if each >= max(values)), default=labels[-1])
    return [each for each in labels if low <= each <= high]


def _without_script(root: Element) -> Element:
    """Leave out what makes a chart move, and the comment that has the date in it."""
    for parent in list(root.iter()):
        for child in list(parent):
            tag: Any = child.tag  # a function, where it is a comment
            if not isinstance(tag, str) or tag in ("script", "desc"):
                parent.remove(child)
    return root


def _load(results: Results) -> Any:
    series = {
        OURS: (loading.CHAPTER, loading.LAZY),
        loading.IN_BULK: (loading.CHAPTER, loading.IN_BULK),
        loading.GET: (loading.CHAPTER, loading.GET),
        PICKLED: (loading.CHAPTER, PICKLED),
    }
    title = "Decode a message and read a field of each row"
    return _lines(results, title, "milliseconds", series, lambda value, size: value * 1e3)


def _bytes(results: Results) -> Any:
    series = {name: ("bytes", name) for name in (OURS, PKS, RECIPE, CEREAL, PICKLED)}
    return _lines(results, "Size of a message", "bytes a row", series, lambda v, size: v / size)


def _send(results: Results) -> Any:
    series = {name: ("apply_async", name) for name in (OURS, PKS, RECIPE, CEREAL, PICKLED)}
    title = "apply_async, up to the bytes"
    return _lines(results, title, "milliseconds", series, lambda value, size: value * 1e3)


def _growth(results: Results) -> Any:
    series = {
        "encode": ("encode", OURS),
        "decode": ("decode", OURS),
        "apply_async": ("apply_async", OURS),
        loading.CHAPTER: (loading.CHAPTER, loading.LAZY),
    }
    title = "What one row costs among many"
    return _lines(results, title, "microseconds a row", series, lambda v, size: v / size * 1e6)


def _read(results: Results) -> Any:
    found = results.find("field read", 1)
    assert found is not None
    ratios = {name: each.median for name, each in found.ratios[access.INSTANCE].items()}
    shown = {name: ratios[name] for name in sorted(ratios, key=lambda name: ratios[name])}
    return _bars("Read a field, against the instance itself", shown, " ×")


def _tasks(results: Results) -> Any:
    shown = {
        f"{broker}, {rival}": each.median
        for name, broker in throughput.BROKERS.items()
        for found in results.chapter(throughput.chapter(name))[:1]
        for rival, each in found.values.items()
    }
    return _bars("Tasks a second, one row a task", shown)


CHARTS = {
    "read": Chart("Time to read a field through stand-ins", "field read", _read),
    "load": Chart("Time to decode a message and read a field of each row", loading.CHAPTER, _load),
    "send": Chart("Time of apply_async, by number of rows", "apply_async", _send),
    "bytes": Chart("Bytes of a message for each row, by number of rows", "bytes", _bytes),
    "growth": Chart("Time for each row, by number of rows", "encode", _growth),
    "tasks": Chart("Tasks a second, by broker", throughput.chapter("redis"), _tasks),
}

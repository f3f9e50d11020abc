"""Writes the table of `docs/type-checkers.md` from the cases: `python -m tests.typing_table`."""

from collections import defaultdict
from pathlib import Path

from tests.typing_marks import CASES, CHECKERS, FOLDER, Mark, features, marks

PAGE = FOLDER.parent.parent / "docs" / "type-checkers.md"
BEGIN = "<!-- made by `python -m tests.typing_table` -->\n"
END = "<!-- end -->\n"

#: The order of the chapters, and what they are about.
CHAPTERS = {
    "inside_a_task": "Inside a task",
    "references": "`ModelRef` itself",
    "calling": "Calling a task",
    "sending": "`apply_async` and its kin",
    "signatures": "Signatures",
    "canvas": "Canvas",
    "results": "What results, signatures and tasks have of Celery",
    "items": "Maps",
    "methods": "Methods",
    "definitions": "Definitions",
    "loading": "`load=`",
    "hostile": "Code that says little, or is broken: no false error",
}


def table() -> str:
    """Return the table as Markdown."""
    rows = [
        "| what is checked | mypy with the plugin | mypy | pyright |",
        "| --- | --- | --- | --- |",
    ]
    by_chapter = {case.stem: case for case in CASES}
    for stem, title in CHAPTERS.items():
        rows.append(f"| **{title}** | | | |")
        case = by_chapter[stem]
        rows += [_row(feature, case) for feature in features(case)]
    return "\n".join(rows) + "\n"


def page() -> str:
    """Return the page with the table of now."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def _row(feature: str, case: Path) -> str:
    of_feature = [mark for mark in marks(case) if mark.feature == feature]
    cells = [_cell(checker, of_feature) for checker in CHECKERS]
    return f"| {feature.replace('|', chr(92) + '|')} | {' | '.join(cells)} |"


def _cell(checker: str, of_feature: list[Mark]) -> str:
    """Return how much of what the plugin says a checker says too, and nothing that is wrong."""
    said = defaultdict(set)
    for mark in of_feature:
        for each in mark.checkers:
            said[each].add(_essence(mark))
    wanted, found = said["plugin"], said[checker]
    errors = {line for line, kind, _ in wanted if kind == "E"}
    wrong = {line for line, kind, _ in found if kind == "E"} - errors
    if wanted <= found and not wrong:
        return "yes"
    return "in part" if wanted & found else "no"


def _essence(mark: Mark) -> tuple[int, str, str]:
    """Return what counts: that there is an error, or the type that is shown."""
    line, kind, text = mark.remark
    return line, kind, text if kind == "R" else ""


if __name__ == "__main__":
    PAGE.write_text(page())

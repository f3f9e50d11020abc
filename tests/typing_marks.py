"""What the comments in `tests/typing` expect of type checkers.

A comment says what is said of its line, and of a line without one nothing is:

    # E: part           an error that has this in its text
    # R: type           what `reveal_type` shows, without the names of modules
    # plugin E: part    the same for some of the checkers; a line may have several of these

The checkers are `plugin`, mypy with the plugin of this package, `alone`, mypy without it, `mypy`,
both of these, and `pyright`. A comment `#: Text` names what the lines below it show; the table in
`docs/type-checkers.md` is made of these.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "typing"
CASES = sorted(FOLDER.glob("[!_]*.py"))
CHECKERS = ("plugin", "alone", "pyright")

_MARK = re.compile(r"# (?:([a-z,]+) )?([ER]): (.+?)(?=  # |$)")
_FEATURE = re.compile(r"\s*#: (.+)")
_MEANT = {"": CHECKERS, "mypy": ("plugin", "alone")}


class Remark(NamedTuple):
    """What is said, or to be said, of one line of a case."""

    line: int
    kind: str  # E or R
    text: str

    def covers(self, said: "Remark") -> bool:
        """Whether this expectation is met by what was said."""
        met = self.text == said.text if self.kind == "R" else self.text in said.text
        return met and self[:2] == said[:2]


class Mark(NamedTuple):
    """A comment: what it expects, of whom, and what it shows."""

    case: Path
    feature: str
    checkers: tuple[str, ...]
    remark: Remark


def marks(case: Path) -> Iterator[Mark]:
    """Yield the marks of a case."""
    feature = ""
    for number, line in enumerate(case.read_text().splitlines(), 1):
        named = _FEATURE.fullmatch(line)
        if named is not None:
            feature = named[1]
        for who, kind, text in _MARK.findall(line):
            checkers = [one for each in who.split(",") for one in _MEANT.get(each, (each,))]
            yield Mark(case, feature, tuple(checkers), Remark(number, kind, text))


def features(case: Path) -> list[str]:
    """Return what the lines of a case show, in their order."""
    found = map(_FEATURE.fullmatch, case.read_text().splitlines())
    return list(dict.fromkeys(each[1] for each in found if each is not None))


def differences(said: dict[str, list[Remark]], checker: str) -> list[tuple[str, Remark]]:
    """Return what is said and not expected, and what is expected and not said."""
    found: list[tuple[str, Remark]] = []
    for case in CASES:
        wanted, of_case = expected(case, checker), said.get(case.name, [])
        found += [(case.name, r) for r in of_case if not any(each.covers(r) for each in wanted)]
        found += [(case.name, each) for each in wanted if not any(map(each.covers, of_case))]
    return found


def expected(case: Path, checker: str) -> list[Remark]:
    """Return what a case expects of a checker."""
    return [mark.remark for mark in marks(case) if checker in mark.checkers]

"""What mypy and pyright say of the cases in `tests/typing`, with no plugin of ours.

A comment says what a checker says of its line, and of a line without one it says nothing:

    # E: part           an error that has this in its text
    # R: type           what `reveal_type` shows, without the names of modules
    # mypy E: part      the same for one of the two checkers; a line may have several of these
"""

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

api = pytest.importorskip("mypy.api", reason="type checkers are in the extra `dev`")

FOLDER = Path(__file__).parent / "typing"
CASES = sorted(FOLDER.glob("[!_]*.py"))

MARK = re.compile(r"# (?:(mypy|pyright) )?([ER]): (.+?)(?=  #|$)")
OF_MYPY = re.compile(r"(?P<file>.+?):(?P<line>\d+): (?P<kind>error|note): (?P<text>.*)")
REVEALED = re.compile(r'(?:Revealed type|Type of ".*") is "(.*)"', re.DOTALL)
MODULES = re.compile(r"\b(?:[a-z_]\w*\.)+(?=\w)")


class Remark(NamedTuple):
    """What is said, or to be said, of one line of a case."""

    line: int
    kind: str  # E or R
    text: str

    def covers(self, said: "Remark") -> bool:
        """Whether this expectation is met by what was said."""
        met = self.text == said.text if self.kind == "R" else self.text in said.text
        return met and self[:2] == said[:2]


Remarks = dict[str, list[Remark]]


@pytest.fixture(scope="session")
def mypy_says() -> Remarks:
    """The remarks of mypy on each case, by name of the file."""
    out, err, status = api.run(["--config-file", str(FOLDER / "mypy.ini"), str(FOLDER)])
    assert status in {0, 1}, out + err
    remarks: Remarks = defaultdict(list)
    for each in map(OF_MYPY.fullmatch, out.splitlines()):
        if each is not None:
            of_file = remarks[Path(each["file"]).name]
            of_file += _remarks(int(each["line"]), each["text"], is_error=each["kind"] == "error")
    return remarks


@pytest.fixture(scope="session")
def pyright_says() -> Remarks:
    """The remarks of pyright on each case, by name of the file."""
    command = [sys.executable, "-m", "pyright", "--outputjson", "--project", str(FOLDER)]
    run = subprocess.run(
        [*command, "--pythonpath", sys.executable],
        env=os.environ | {"PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"},
        capture_output=True,
        check=False,  # it has errors to report
    )
    remarks: Remarks = defaultdict(list)
    for each in json.loads(run.stdout)["generalDiagnostics"]:
        line = each["range"]["start"]["line"] + 1
        is_error = each["severity"] == "error"
        remarks[Path(each["file"]).name] += _remarks(line, each["message"], is_error=is_error)
    return remarks


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_checker_says_what_a_case_expects(
    case: Path, checker: str, request: pytest.FixtureRequest
) -> None:
    expected = list(_expected(case, checker))

    said: list[Remark] = request.getfixturevalue(f"{checker}_says")[case.name]

    assert [each for each in said if not any(mark.covers(each) for mark in expected)] == []
    assert [mark for mark in expected if not any(map(mark.covers, said))] == []


def _expected(case: Path, checker: str) -> Iterator[Remark]:
    """Yield what the comments of a case expect of a checker."""
    for number, line in enumerate(case.read_text().splitlines(), 1):
        for only, kind, text in MARK.findall(line):
            if only in {"", checker}:
                yield Remark(number, kind, text)


def _remarks(line: int, text: str, *, is_error: bool) -> Iterator[Remark]:
    """Yield an error or a revealed type; a note that explains an error is neither."""
    revealed = REVEALED.fullmatch(text)
    if revealed is not None:
        yield Remark(line, "R", MODULES.sub("", revealed[1]))
    elif is_error:
        yield Remark(line, "E", text)

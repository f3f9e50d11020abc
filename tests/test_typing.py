"""What type checkers say of the cases in `tests/typing`; `tests/typing_marks.py` has the marks."""

import os
from pathlib import Path
from typing import Any, get_origin

import pytest
from celery import canvas

from modelref.celery import Signature, chain, chord, group

pytest.importorskip("mypy.api", reason="type checkers are in the extra `dev`")

from tests.type_checkers import (
    PLUGINS,
    Remarks,
    remarks_of_mypy,
    remarks_of_pyright,
    run_mypy,
    write_config,
)
from tests.typing_marks import CASES, CHECKERS, FOLDER, Mark, expected, marks
from tests.typing_table import CHAPTERS, PAGE, page

MARKS = [
    pytest.param(checker, mark, id=f"{checker}-{mark.case.stem}-{mark.remark.line}")
    for checker in CHECKERS
    for case in CASES
    for mark in marks(case)
    if checker in mark.checkers
]


@pytest.fixture(scope="session")
def says(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Remarks]:
    """The remarks of each checker on each case, by checker and name of the file."""
    said = {"pyright": remarks_of_pyright()}
    os.environ.setdefault("MODELREF_MYPY_RAISE", "1")  # a hook that fails is to be seen
    for checker, plugins in (("plugin", PLUGINS), ("alone", PLUGINS[:1])):
        config = write_config(tmp_path_factory.mktemp(checker), plugins)
        said[checker] = remarks_of_mypy(run_mypy(config, str(FOLDER)))
    return said


@pytest.mark.parametrize(("checker", "mark"), MARKS)
def test_a_checker_says_what_a_line_expects(
    checker: str, mark: Mark, says: dict[str, Remarks]
) -> None:
    said = says[checker][mark.case.name]

    of_line = [each for each in said if each.line == mark.remark.line]

    assert any(map(mark.remark.covers, of_line)), of_line


@pytest.mark.parametrize("checker", CHECKERS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_checker_says_nothing_else(case: Path, checker: str, says: dict[str, Remarks]) -> None:
    wanted = expected(case, checker)

    said = says[checker][case.name]

    assert [each for each in said if not any(mark.covers(each) for mark in wanted)] == []


def test_the_table_of_the_documentation_is_that_of_the_cases() -> None:
    assert PAGE.read_text() == page(), "run python -m tests.typing_table"


def test_each_case_stands_under_what_it_shows() -> None:
    assert [mark for case in CASES for mark in marks(case) if not mark.feature] == []
    assert {case.stem for case in CASES} - {"tasks"} == set(CHAPTERS)


def test_at_run_time_the_canvas_is_celerys_own() -> None:
    own: tuple[Any, ...] = (Signature, chain, group, chord)

    assert all(get_origin(each[int, str]) is each for each in own)
    assert own == (canvas.Signature, canvas.chain, canvas.group, canvas.chord)


def test_there_are_cases_enough() -> None:
    assert sum(checker == "plugin" for checker, _ in (param.values for param in MARKS)) >= 150

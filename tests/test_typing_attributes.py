"""The public names of Celery's classes, which this package's own have for type checkers too.

Where Celery has no types, these classes are all that is known: a name that is not declared would
be an error in code that is right.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery, canvas
from celery.app.task import Context
from celery.result import AsyncResult, GroupResult

pytest.importorskip("mypy.api", reason="type checkers are in the extra `dev`")

from tests.type_checkers import PLUGINS, Remarks, remarks_of_mypy, run_mypy, write_config
from tests.typing.tasks import add

START = """
from tests.typing.tasks import add, total
from modelref.celery import chain, chord, group

task = add
request = add.request
result = add.delay(1, 2)
signature = add.s(1, 2)
a_chain = chain(add.s(1, 2), add.s(1))
a_group = group(add.s(1, 2))
a_chord = chord([add.s(1, 2)], total.s())
chunks = add.chunks([(1, 2)], 1)
results = a_group.delay()
"""

#: What a task has of its function, and of options that it may have.
OF_A_TASK = {
    *("__name__", "__qualname__", "__wrapped__"),
    *("autoretry_for", "dont_autoretry_for", "retry_backoff", "retry_backoff_max"),
    *("retry_jitter", "retry_kwargs", "queue", "exchange", "routing_key", "compression"),
}
DUNDERS_OF_A_DICT = {"__contains__", "__delitem__", "__getitem__", "__len__", "__setitem__"}


def owners() -> dict[str, Any]:
    """What has the names, by its own in `START`."""
    app = Celery()
    return {
        "task": add,
        "request": Context(),
        "result": AsyncResult("1", app=app),
        "results": GroupResult("1", [], app=app),
        "signature": canvas.Signature,
        "a_chain": canvas._chain,
        "a_group": canvas.group,
        "a_chord": canvas._chord,
        "chunks": canvas.chunks,
    }


def names() -> Iterator[tuple[str, str]]:
    """Yield the public names of each."""
    for owner, thing in owners().items():
        public = {name for name in dir(thing) if not name.startswith("_")}
        if owner == "task":
            public |= OF_A_TASK
        elif isinstance(thing, type):
            public |= DUNDERS_OF_A_DICT
        yield from ((owner, name) for name in sorted(public))


NAMES = list(names())


@pytest.fixture(scope="session")
def said(tmp_path_factory: pytest.TempPathFactory) -> Remarks:
    """What mypy with the plugin says of a module that reads each name."""
    folder = tmp_path_factory.mktemp("attributes")
    case = folder / "reading_names.py"
    case.write_text(START + "".join(f"{owner}.{name}\n" for owner, name in NAMES))
    return remarks_of_mypy(run_mypy(write_config(folder, PLUGINS), str(case)))


def test_each_public_name_of_celery_is_declared(said: Remarks) -> None:
    assert [remark.text for remark in said["reading_names.py"]] == []


def test_a_name_that_celery_does_not_have_is_found(tmp_path: Path) -> None:
    owned = sorted({owner for owner, _ in NAMES})
    case = tmp_path / "reading_nothing.py"
    case.write_text(START + "".join(f"{owner}.nope\n" for owner in owned))

    said = remarks_of_mypy(run_mypy(write_config(tmp_path, PLUGINS), str(case)))

    assert [remark.kind for remark in said["reading_nothing.py"]] == ["E"] * len(owned)

"""What is refused when a task is defined: values of its options that mean nothing."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from modelref.celery.arguments.parameters import Parameters
from modelref.celery.rows.loads import Load
from modelref.celery.rows.missing import POLICIES

OPTIONS = ("load", "on_commit", "on_missing")


def refuse_wrong_options(
    task: str, *, on_missing: Any, on_commit: Any, load: Any, parameters: Parameters | None
) -> None:
    """Raise where ``on_missing``, ``on_commit`` or ``load`` of a task cannot be meant so.

    Args:
        task: name of the task.
        on_missing: its option of that name.
        on_commit: its option of that name.
        load: its option of that name.
        parameters: its parameters; None for a class without a body.

    Raises:
        ValueError: ``on_missing`` is none of its values, or ``load`` names no parameter.
        TypeError: ``on_commit`` is neither yes nor no, or ``load`` no mapping of names to ``Load``.
    """
    if on_missing not in POLICIES:
        known = ", ".join(map(repr, POLICIES))
        raise ValueError(
            f"{task}: on_missing={on_missing!r} is none of {known}.{near(on_missing, POLICIES)}"
        )
    if not isinstance(on_commit, bool | None):
        raise TypeError(f"{task}: on_commit={on_commit!r} is none of True, False, None.")
    if not isinstance(load, Mapping):
        kind = type(load).__name__
        raise TypeError(f'{task}: load is a dict such as {{"order": Load(...)}}, not a {kind}.')
    for name, value in load.items():
        if not isinstance(value, Load):
            kind = type(value).__name__  # its repr could be a query
            raise TypeError(f"{task}: load[{name!r}] is a {kind}, and not a Load(...).")
        if parameters is not None and name not in parameters.names:
            takes = ", ".join(parameters.names) or "nothing"
            raise ValueError(
                f"{task}: load names {name!r}, which is no parameter; the task takes {takes}."
                f"{near(name, parameters.names)}"
            )


def refuse_class(body: Any) -> None:
    """Raise for a body that is no function, but a class."""
    if isinstance(body, type):
        raise TypeError(
            f"@task makes a task of a function, and {body.__qualname__} is a class: decorate a "
            f"function, or derive the class from modelref.celery.RefTask, without @task."
        )


def refuse_misspelt(options: Iterable[str], base: type) -> None:
    """Raise for a name that is nearly an option of this package: Celery takes any name there is.

    Args:
        options: names of the options of a task.
        base: its class, which may have options of its own.

    Raises:
        TypeError: there is one.
    """
    for name in options:
        if not hasattr(base, name) and get_close_matches(name, OPTIONS, 1, 0.8):
            raise TypeError(f"{name!r} is no option of a task.{near(name, OPTIONS)}")


def near(name: Any, known: Iterable[str]) -> str:
    """Return a sentence that asks for the known name that is most like another, if one is."""
    found = get_close_matches(str(name), [*known], 1)
    return f" Did you mean {found[0]!r}?" if found else ""

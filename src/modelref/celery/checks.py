"""System checks of an app and its tasks."""

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.core.checks import CheckMessage
from django.core.checks import Warning as CheckWarning
from kombu.serialization import prepare_accept_content, registry

from modelref.celery.rows.option_checks import check_options
from modelref.celery.task import RefTask
from modelref.codecs import carries_references
from modelref.codecs.json import NAME

if TYPE_CHECKING:
    from modelref.celery.wiring import Wiring


_SKIP = "CELERY_SKIP_CHECKS"


def check_app(get_wiring: "Callable[[], Wiring | None]", **_kwargs: Any) -> list[CheckMessage]:
    """Return what in an app keeps references from travelling.

    Args:
        get_wiring: returns what ``setup`` has done to the app; None when the app is gone.
    """
    wiring = get_wiring()
    if wiring is None:
        return []
    with _without_celerys_checks():
        wiring.app.loader.import_default_modules()
    named = sorted(wiring.app.tasks.items())
    tasks = [t for name, t in named if name == t.name and not name.startswith("celery.")]
    messages = [
        *_annotations(tasks),
        *_options(tasks),
        *_not_accepted(wiring.app, tasks),
        *_extended_results(wiring.app),
    ]
    if wiring.sends:
        messages += [*_other_serializers(wiring.app, tasks), *_overridden(wiring)]
    return messages


@contextmanager
def _without_celerys_checks() -> Generator[None, None, None]:
    """Keep Celery from running all system checks, on every database, when tasks are imported.

    It would do so from inside a system check (``celery.fixups.django``, Celery 5.5 to 5.7).
    """
    before = os.environ.get(_SKIP)
    os.environ[_SKIP] = "true"
    try:
        yield
    finally:
        del os.environ[_SKIP]
        if before is not None:
            os.environ[_SKIP] = before


def _annotations(tasks: list[Any]) -> Iterator[CheckMessage]:
    for task in tasks:
        if isinstance(task, RefTask):
            for name, problems in task.unread_annotations().items():
                for problem in problems:
                    yield _warning(
                        1,
                        f"{task.name}: the annotation of {name!r} is not understood: {problem}",
                        "Its rows arrive as references and are not checked. Use a model, "
                        "ModelRef[...], or a list, tuple, set, dict or union of those.",
                    )


def _options(tasks: list[Any]) -> Iterator[CheckMessage]:
    for task in tasks:
        if isinstance(task, RefTask):
            yield from check_options(task)


def _not_accepted(app: Any, tasks: list[Any]) -> Iterator[CheckMessage]:
    accepted = prepare_accept_content(app.conf.accept_content)
    for task in tasks:
        content_type = registry.name_to_type.get(task.serializer)
        if content_type not in accepted:
            yield _warning(
                2,
                f"{task.name} is sent as {task.serializer!r}, which accept_content leaves out.",
                "Workers drop such messages: add it to accept_content.",
            )


def _other_serializers(app: Any, tasks: list[Any]) -> Iterator[CheckMessage]:
    usual = app.conf.task_serializer
    for task in tasks:
        if task.serializer != usual:
            yield _warning(
                3,
                f"{task.name} has the serializer {task.serializer!r}, the app {usual!r}.",
                "A chain, group or chord travels in the serializer of its first message, so the "
                "task cannot stand in one with tasks that take references. Remove the option.",
            )


def _overridden(wiring: "Wiring") -> Iterator[CheckMessage]:
    for name, value in wiring.overridden.items():
        yield _warning(
            4,
            f"{name} = {value!r} was overridden with {NAME!r} by modelref.celery.setup().",
            "Remove the setting, or call setup(app, send=False) to go on sending as before.",
        )


def _extended_results(app: Any) -> Iterator[CheckMessage]:
    serializer = app.conf.result_serializer
    carries = carries_references(serializer) or serializer == "pickle"  # a reference is pickled
    if app.conf.result_extended and not carries:
        yield _warning(
            5,
            f"result_extended keeps arguments with results, and {serializer!r} carries no "
            f"references.",
            "The result of a task that is sent a reference would stay pending for ever. Remove "
            f"result_extended, or make {NAME!r} the result_serializer, which setup(app) does.",
        )


def _warning(number: int, message: str, hint: str) -> CheckMessage:
    return CheckWarning(message, hint=hint, id=f"modelref.W{number:03}")

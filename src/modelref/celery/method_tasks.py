"""``MethodTask``, the class of the tasks of methods, which messages also find by old names.

The name of such a task holds the path of its class. ``MODELREF["RENAMED"]`` says which path it was
before, so that messages of before a rename find the task.
"""

from collections.abc import Iterator
from typing import Any

from celery import Celery

from modelref.celery.task import RefTask
from modelref.settings import setting


class MethodTask(RefTask):
    """The task of a method of a model."""

    abstract = True

    @classmethod
    def on_bound(cls, app: Celery) -> None:
        """Register the old names of a task that is made after those of all others were."""
        super().on_bound(app)
        wiring = vars(app).get("modelref")
        if wiring is not None and wiring.finalized:
            _register_old_names(app, app.tasks[cls.name])


def method_task(base: type) -> type:
    """Return the class for the task of a method, made from the base that any task might have."""
    if not issubclass(base, RefTask) or issubclass(base, MethodTask):
        return base  # one that is no RefTask is refused as for any task
    namespace = {"abstract": True, "__module__": base.__module__, "__doc__": base.__doc__}
    return type(base.__name__, (MethodTask, base), namespace)


def register_all_old_names(app: Celery) -> None:
    """Let an app find the tasks of methods by their old names, too.

    The app has all other tasks: Celery would not register one whose name is taken.
    """
    for task in list(app.tasks.values()):
        if isinstance(task, MethodTask):
            _register_old_names(app, task)


def _register_old_names(app: Celery, task: Any) -> None:
    for name in _old_names(task.name):
        app.tasks.setdefault(name, task)


def _old_names(name: str) -> Iterator[str]:
    """Yield the names that a task had where ``RENAMED`` has the path of its class.

    An entry for a path, and not for a label, has two dots or more in its key.
    """
    for old, new in setting("RENAMED").items():
        if old.count(".") > 1 and name.startswith(f"{new}."):
            yield old + name.removeprefix(new)

"""Celery's own classes, which those of this package derive from, as type checkers see them.

Where Celery has no types they are empty for mypy, which takes a class whose base is unknown for
anything: from a module that it does not know, an import of ``*`` brings no names, and the classes
below it stand; where it brings them, these stay what they are.
"""

# ruff: noqa: D101, F403
# pyright: reportRedeclaration=false
from typing import TYPE_CHECKING

MYPY = False

if TYPE_CHECKING:
    __all__ = ["AsyncResult", "Context", "DjangoTask", "GroupResult", "Signature"]

    if MYPY:
        from celery.app.task import *
        from celery.canvas import *
        from celery.contrib.django.task import *
        from celery.result import *

        class AsyncResult: ...  # type: ignore[no-redef]

        class Context: ...  # type: ignore[no-redef]

        class DjangoTask: ...  # type: ignore[no-redef]

        class GroupResult: ...  # type: ignore[no-redef]

        class Signature: ...  # type: ignore[no-redef]

    else:
        from typing import TypeAlias

        from celery import canvas, result
        from celery.app import task
        from celery.contrib.django import task as django_task

        AsyncResult: TypeAlias = result.AsyncResult
        Context: TypeAlias = task.Context
        DjangoTask: TypeAlias = django_task.DjangoTask
        GroupResult: TypeAlias = result.GroupResult
        Signature: TypeAlias = canvas.Signature

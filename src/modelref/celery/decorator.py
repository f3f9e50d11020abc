"""``task``, the decorator: a Celery task that takes model instances."""

from collections.abc import Callable
from typing import Any, Concatenate, Literal, Protocol, overload

from celery import Celery, shared_task
from typing_extensions import ParamSpec, TypeVar

from modelref.celery.task import RefTask

P = ParamSpec("P")
R = TypeVar("R")


class TaskDecorator(Protocol):
    """What ``@task(...)`` decorates a function with."""

    def __call__(self, function: Callable[P, R], /) -> RefTask[P, R]:
        """Return the task of a function."""
        ...


class BoundTaskDecorator(Protocol):
    """What ``@task(bind=True)`` decorates a function with, whose first parameter is the task."""

    def __call__(self, function: Callable[Concatenate[Any, P], R], /) -> RefTask[P, R]:
        """Return the task of a function."""
        ...


@overload
def task(function: Callable[P, R], /) -> RefTask[P, R]: ...
@overload
def task(
    *, bind: Literal[True], app: Celery | None = None, **options: Any
) -> BoundTaskDecorator: ...
@overload
def task(
    *, bind: Literal[False] = False, app: Celery | None = None, **options: Any
) -> TaskDecorator: ...
def task(
    function: Callable[..., Any] | None = None, /, *, app: Celery | None = None, **options: Any
) -> Any:
    """Make a Celery task whose arguments may be model instances.

    The annotation of a parameter says what arrives: ``Order`` the loaded instance,
    ``ModelRef[Order]`` the lazy reference, the same inside lists, dicts and unions.

    Args:
        function: the body.
        app: the app to register the task with; by default it is shared by all.
        options: every option of Celery's ``shared_task``. ``base`` is a subclass of ``RefTask``.

    Raises:
        TypeError: ``base`` is no subclass of ``RefTask``.
    """
    base = options.setdefault("base", RefTask)
    if not issubclass(base, RefTask):
        raise TypeError(f"base={base.__name__}: derive it from modelref.celery.RefTask.")
    make = shared_task(**options) if app is None else app.task(**options)
    return make if function is None else make(function)

"""``task``, the decorator: a Celery task that takes model instances."""

from collections.abc import Callable
from typing import Any, Concatenate, Literal, Protocol, overload

from celery import Celery, shared_task
from typing_extensions import ParamSpec, TypeVar, Unpack

from modelref.celery.arguments.parameters import Parameters
from modelref.celery.defining import refuse_class, refuse_misspelt, refuse_wrong_options
from modelref.celery.task import RefTask
from modelref.celery.types.bodies import WithSelf
from modelref.celery.types.options import TaskOptions

P = ParamSpec("P")
R = TypeVar("R")


class TaskDecorator(Protocol):
    """What ``@task(...)`` decorates a function with."""

    def __call__(self, function: Callable[P, R], /) -> RefTask[P, R]:
        """Return the task of a function."""
        ...


class BoundTaskDecorator(Protocol):
    """What ``@task(bind=True)`` decorates a function with, whose first parameter is the task."""

    @overload
    def __call__(self, function: WithSelf[Any, P, R], /) -> RefTask[P, R]: ...
    @overload
    def __call__(self, function: Callable[Concatenate[Any, P], R], /) -> RefTask[P, R]: ...
    def __call__(self, function: Any, /) -> Any:
        """Return the task of a function."""
        ...


@overload
def task(function: Callable[P, R], /) -> RefTask[P, R]: ...
@overload
def task(
    *, bind: Literal[True], app: Celery | None = None, **options: Unpack[TaskOptions]
) -> BoundTaskDecorator: ...
@overload
def task(
    *, bind: Literal[False] = False, app: Celery | None = None, **options: Unpack[TaskOptions]
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
        options: every option of Celery's ``shared_task``, where ``base`` is a subclass of
            ``RefTask``, and three more. ``on_missing``: what becomes of a row of the arguments
            that does not exist when the body is to start. With ``raise`` the task fails, for a
            ``ModelRef`` parameter where it is first used; with ``skip`` members of containers are
            dropped, and else the task and all that follows it end with None; with ``retry`` it is
            sent again; with ``none`` the body gets None where the annotation allows it.
            ``on_commit``: whether calls inside a transaction are sent when that commits.
            ``load``: by parameter, a ``Load`` that says how its rows are read.

    Raises:
        TypeError: what is decorated is a class; ``base`` is no subclass of ``RefTask``; ``load``
            holds something else; an option is nearly, but not quite, the name of one of these
            three.
        ValueError: ``on_missing`` is none of its values; ``load`` names no parameter.
    """
    base = options.setdefault("base", RefTask)
    if not issubclass(base, RefTask):
        raise TypeError(f"base={base.__name__}: derive it from modelref.celery.RefTask.")
    refuse_misspelt(options, base)
    make = shared_task(**options) if app is None else app.task(**options)

    def define(function: Callable[..., Any]) -> Any:
        refuse_class(function)
        # The class of the task, which refuses the same, is often made much later.
        refuse_wrong_options(
            options.get("name") or f"{function.__module__}.{function.__name__}",
            on_missing=options.get("on_missing", base.on_missing),
            on_commit=options.get("on_commit", base.on_commit),
            load=options.get("load", base.load),
            parameters=Parameters(function, bound=options.get("bind", False)),
        )
        return make(function)

    return define if function is None else define(function)

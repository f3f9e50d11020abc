"""The body of a task: how a call has come, what it gets, what becomes of its result."""

import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from celery._state import _task_stack  # pyright: ignore[reportPrivateUsage]  # see _runs_in_map

from modelref.celery.arguments import Arguments
from modelref.celery.shapes import ANYTHING
from modelref.celery.ways import ByHand, Receiving, ReceivingItem, Sending
from modelref.errors import UnsavedInstance

if TYPE_CHECKING:
    from modelref.celery.task import RefTask

_MAPS = ("celery.map", "celery.starmap")


def converting(function: Callable[..., Any], arguments: Arguments, *, bound: bool) -> Any:
    """Return the ``run`` of a task, which converts what goes into the body and what comes out."""

    @functools.wraps(function)
    def run(task: "RefTask", /, *args: Any, **kwargs: Any) -> Any:
        way = _way_in(task)
        given, named = arguments.convert(task.name, args, kwargs, way)
        result = function(task, *given, **named) if bound else function(*given, **named)
        return result if isinstance(way, ByHand) else _returned(task, result)

    # Celery looks at the signature of the bound method, and would follow __wrapped__ past it.
    del run.__wrapped__
    signature = inspect.signature(function)
    if not bound:
        name = "_" * (1 + max(map(len, signature.parameters), default=0))  # none of the body's
        itself = inspect.Parameter(name, inspect.Parameter.POSITIONAL_ONLY)
        signature = signature.replace(parameters=[itself, *signature.parameters.values()])
    run.__signature__ = signature  # type: ignore[attr-defined]  # what inspect looks for
    return run


def _way_in(task: "RefTask") -> ByHand | Receiving:
    """Return how the arguments of this call came: by message, as an item of a map, by hand."""
    request = task.request
    if request.called_directly:
        return ReceivingItem() if _runs_in_map() else ByHand()
    if getattr(request, "modelref_is_converted", False):
        return ByHand()  # a class-based task that calls the run of its base
    request.modelref_is_converted = True
    return Receiving()


def _runs_in_map() -> bool:
    """Whether the task below the current one on Celery's stack is ``celery.map`` or its kin.

    Nothing in the request of an inner call says so; ``_task_stack`` is as of Celery 5.5 to 5.7.
    """
    stack = _task_stack.stack
    return len(stack) > 1 and stack[-2].name in _MAPS


def _returned(task: "RefTask", result: Any) -> Any:
    """Return a result with references in it, before Celery logs it or makes events of it."""
    try:
        return ANYTHING.stage(result, Sending())
    except (UnsavedInstance, RecursionError):
        if _ignores_result(task):
            return result
        raise


def _ignores_result(task: "RefTask") -> bool:
    """Whether nobody will see the result; by the word of the sender or of the task."""
    return bool(task.request.ignore_result or task.ignore_result)

"""The body of a task: how a call has come, what it gets, what becomes of its result."""

import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from celery._state import _task_stack  # pyright: ignore[reportPrivateUsage]  # see _running_map

from modelref.celery.arguments.items import MapItems
from modelref.celery.arguments.parameters import Parameters
from modelref.celery.arguments.receiving import ByHand, Receiving, ReceivingItem
from modelref.celery.arguments.shapes import ANYTHING
from modelref.celery.arguments.ways import Sending
from modelref.celery.rows.running import Execution, execute
from modelref.celery.telling import ignored, refer_in
from modelref.errors import UnsavedInstance

if TYPE_CHECKING:
    from modelref.celery.task import RefTask

_MAPS = ("celery.map", "celery.starmap")


def converting(function: Callable[..., Any], parameters: Parameters, *, bound: bool) -> Any:
    """Return the ``run`` of a task, which converts what goes into the body and what comes out."""

    @functools.wraps(function)
    def run(task: "RefTask", /, *args: Any, **kwargs: Any) -> Any:
        way = _way_in(task)
        if isinstance(way, ByHand) or (task.on_missing == "raise" and not task.load):
            return body(task, way, *parameters.convert(task.name, args, kwargs, way))
        execution = Execution(task, parameters, args, kwargs, way)
        return execute(execution, functools.partial(body, task, way))

    def body(
        task: "RefTask", way: ByHand | Receiving, given: list[Any], named: dict[str, Any]
    ) -> Any:
        given = [task, *given] if bound else given
        if isinstance(way, ByHand):
            return function(*given, **named)
        try:
            return _returned(task, function(*given, **named))
        except Exception as error:
            refer_in(error)
            raise

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
        running_map = _running_map()
        return ByHand() if running_map is None else ReceivingItem(MapItems.of(running_map.request))
    if getattr(request, "modelref_is_converted", False):
        return ByHand()  # a class-based task that calls the run of its base
    request.modelref_is_converted = True
    return Receiving()


def _running_map() -> Any:
    """Return ``celery.map`` or its kin, where that is below the current task on Celery's stack.

    Nothing in the request of an inner call says so; ``_task_stack`` is as of Celery 5.5 to 5.7.
    """
    stack = _task_stack.stack
    return stack[-2] if len(stack) > 1 and stack[-2].name in _MAPS else None


def _returned(task: "RefTask", result: Any) -> Any:
    """Return a result with references in it, before Celery logs it or makes events of it."""
    try:
        return ANYTHING.stage(result, Sending())
    except (UnsavedInstance, RecursionError):
        if _ignores_result(task):
            return ignored(result)
        raise


def _ignores_result(task: "RefTask") -> bool:
    """Whether nobody will see the result; by the word of the sender or of the task."""
    return bool(task.request.ignore_result or task.ignore_result)

"""``bind=True``: the first parameter of a function is the task, that of a method the instance."""

from collections.abc import Mapping
from typing import Final

from mypy.nodes import ARG_OPT, ARG_POS, ARG_STAR, Expression, FuncItem, TypeInfo
from mypy.plugin import FunctionContext, MethodContext
from mypy.types import (
    CallableType,
    Instance,
    LiteralType,
    NoneType,
    TupleType,
    Type,
    TypedDictType,
    TypeType,
    flatten_nested_unions,
    get_proper_type,
)

from modelref.mypy import names
from modelref.mypy.adapter import class_in, report, shown
from modelref.mypy.codes import CALL
from modelref.mypy.widening import Find, as_model

_NEVER_TASKS: Final = (LiteralType, NoneType, TupleType, TypedDictType, TypeType)


def analyze(
    ctx: FunctionContext | MethodContext,
    body: FuncItem,
    options: Mapping[str, Expression],
    find: Find,
) -> None:
    """Report a first parameter that cannot be the task: ``self`` was forgotten."""
    function = _decorated(ctx)
    if function is None or lacks_first(function):
        _check_there_is_one(ctx, body, function, "bind=True gives the task first")
        return
    first = function.arg_types[0]
    tasks = [find(names.REF_TASK)]
    if "base" in options:
        tasks.append(class_in(options["base"]))
    if any(_may_be_task(each, tasks) for each in flatten_nested_unions([first])):
        return
    name = function.arg_names[0]
    instead = "annotate RefTask" if name == "self" else "put self there"
    message = f'bind=True gives the task first, and "{name}" is {shown(first, ctx.api)}: {instead}'
    report(ctx.api, message, body.arguments[0] if body.arguments else body, CALL)


def analyze_method(ctx: MethodContext, body: FuncItem) -> None:
    """Report a method that has no parameter for its instance."""
    _check_there_is_one(ctx, body, _decorated(ctx), "A method gets its instance first")


def lacks_first(function: CallableType) -> bool:
    """Whether a function takes nothing by place."""
    return not {*function.arg_kinds[:1]} & {ARG_POS, ARG_OPT, ARG_STAR}


def _check_there_is_one(
    ctx: FunctionContext | MethodContext,
    body: FuncItem,
    function: CallableType | None,
    reason: str,
) -> None:
    if function is not None and lacks_first(function):
        message = f'{reason}, and "{body.name}" takes nothing there: put self there'
        report(ctx.api, message, body, CALL)


def _decorated(ctx: FunctionContext | MethodContext) -> CallableType | None:
    """Return the function that the decorator gets, perhaps from another decorator."""
    given = get_proper_type(ctx.arg_types[0][0]) if ctx.arg_types and ctx.arg_types[0] else None
    return given if isinstance(given, CallableType) else None


def _may_be_task(each: Type, tasks: list[TypeInfo | None]) -> bool:
    """Whether a parameter of a type may be the task.

    Args:
        each: the type.
        tasks: the classes of the task, None for one that is not known.
    """
    proper = get_proper_type(each)
    if as_model(proper) or isinstance(proper, _NEVER_TASKS):
        return False
    if not isinstance(proper, Instance):
        return True
    info = proper.type
    derives = any(map(info.has_base, (names.TYPED_TASK, names.CELERY_TASK)))
    if derives or info.fallback_to_any or info.is_protocol:
        return True
    return any(task is None or task.has_base(info.fullname) for task in tasks)

"""The function that a task is: its parameters, its result and its name in messages."""

from mypy.nodes import CallExpr, Context, Expression, MemberExpr, NameExpr
from mypy.plugin import CheckerPluginInterface
from mypy.types import CallableType, Parameters, Type, get_proper_type

from modelref.mypy import names
from modelref.mypy.adapter import as_base


def function_of(task: Type, api: CheckerPluginInterface, label: str) -> CallableType | None:
    """Return what a task is called like, None where its parameters are not known.

    Args:
        task: the type of the task.
        api: mypy's checker.
        label: the name for messages.
    """
    base = as_base(task, *names.TASKS)
    if base is None or len(base.args) != 2:
        return None
    parameters = get_proper_type(base.args[0])
    if not isinstance(parameters, Parameters) or parameters.is_ellipsis_args:
        return None
    return CallableType(
        parameters.arg_types,
        parameters.arg_kinds,
        parameters.arg_names,
        base.args[1],
        api.named_generic_type("builtins.function", []),
        name=label,
        variables=parameters.variables,
    )


def knows_parameters(task: Type) -> bool:
    """Whether the parameters of a task are known."""
    base = as_base(task, *names.TASKS)
    parameters = get_proper_type(base.args[0]) if base is not None and base.args else None
    return isinstance(parameters, Parameters) and not parameters.is_ellipsis_args


def label_of(callee: Expression | Context) -> str:
    """Return what is called, as it is written: ``ship.delay``, ``self.parcel.send``."""
    if isinstance(callee, CallExpr):
        return label_of(callee.callee)
    if isinstance(callee, NameExpr):
        return callee.name
    if isinstance(callee, MemberExpr):
        before = label_of(callee.expr)
        return f"{before}.{callee.name}" if before else callee.name
    return ""

"""``Order.ship.delay(...)``: the task of a method, asked for on the class."""

from typing import Final

from mypy.nodes import MDEF, MemberExpr, SymbolTableNode, Var
from mypy.plugin import AttributeContext, ClassDefContext
from mypy.types import NoneType, Type

from modelref.mypy.adapter import ANY, report
from modelref.mypy.codes import CALL
from modelref.mypy.tasks import label_of
from modelref.mypy.widening import Find

#: What a method that is a task has on an instance, and not on the class.
OF_AN_INSTANCE: Final = (
    "apply",
    "apply_async",
    "apply_async_on_commit",
    "delay",
    "delay_on_commit",
    "s",
    "si",
    "signature",
    "subtask",
)


def declare(ctx: ClassDefContext) -> None:
    """Let the class have them (``get_customize_class_mro_hook``).

    mypy asks about attributes that are there. As a class's own None they fit no protocol.
    """
    info = ctx.cls.info
    for name in OF_AN_INSTANCE:
        variable = Var(name, NoneType())
        variable.info, variable.is_classvar = info, True
        info.names.setdefault(name, SymbolTableNode(MDEF, variable, plugin_generated=True))


def analyze(ctx: AttributeContext, find: Find) -> Type:
    """Report one of them: it is asked for on the class (``get_attribute_hook``)."""
    if not isinstance(ctx.context, MemberExpr):  # whether it fits a protocol
        return ctx.default_attr_type
    method = label_of(ctx.context.expr).removeprefix("type.")
    name = ctx.context.name
    on = f"call it on an instance, instance.{method.rpartition('.')[2]}.{name}(...)"
    report(ctx.api, f'"{method}" has no "{name}": {on}', ctx.context, CALL)
    return ANY

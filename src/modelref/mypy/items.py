"""``.map(...)``, ``.starmap(...)``, ``.chunks(...)``: each item is a call of the task."""

from collections.abc import Iterator

from mypy.nodes import ARG_POS, Context, Expression, ListExpr, SetExpr, StarExpr, TupleExpr
from mypy.plugin import MethodContext
from mypy.types import Type

from modelref.mypy.adapter import Given, item_type, type_of, typed
from modelref.mypy.spreading import items
from modelref.mypy.tasks import function_of, label_of
from modelref.mypy.verdict import judge
from modelref.mypy.widening import Find, Widening


def analyze_map(ctx: MethodContext, find: Find) -> Type:
    """Check each item as the one argument of the task (``get_method_hook``)."""
    for expr, _ in _items(ctx):
        _check(ctx, Given([expr], [ARG_POS], [None]), expr, find)
    return ctx.default_return_type


def analyze_starmap(ctx: MethodContext, find: Find) -> Type:
    """Check each item as the arguments of the task (``get_method_hook``)."""
    for expr, each in _items(ctx):
        _check(ctx, items(expr, each, ctx.api), expr, find)
    return ctx.default_return_type


def _items(ctx: MethodContext) -> Iterator[tuple[Expression, Type]]:
    """Yield the items, or one that stands for all of them."""
    if not ctx.args or len(ctx.args[0]) != 1:
        return
    expr, each = ctx.args[0][0], ctx.arg_types[0][0]
    if isinstance(expr, (ListExpr, TupleExpr, SetExpr)):
        for item in expr.items:
            if not isinstance(item, StarExpr):
                yield item, type_of(item, ctx.api)
        return
    item_of_all = item_type(each)
    if item_of_all is not None:
        yield typed(item_of_all, expr), item_of_all


def _check(ctx: MethodContext, given: Given, place: Context, find: Find) -> None:
    function = function_of(ctx.type, ctx.api, label_of(ctx.context))
    if function is None:
        return
    widening = Widening(ctx.api, find)
    judge(ctx.api, widening.function(function, given), given, place, widening.as_written)

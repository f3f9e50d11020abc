"""``args=`` and ``kwargs=`` taken apart: the call that ``apply_async`` and its kin make."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mypy.nodes import (
    ARG_NAMED,
    ARG_POS,
    ARG_STAR,
    ARG_STAR2,
    ArgKind,
    CallExpr,
    DictExpr,
    Expression,
    ListExpr,
    RefExpr,
    StarExpr,
    StrExpr,
    TupleExpr,
)
from mypy.plugin import CheckerPluginInterface, MethodContext
from mypy.types import NoneType, TupleType, Type, TypedDictType, get_proper_type

from modelref.mypy.adapter import ANY, Given, type_of, typed

Part = tuple[Expression, ArgKind, str | None]


class Actual(NamedTuple):
    """What was given for one parameter of a method."""

    expr: Expression
    type: Type


def actual(ctx: MethodContext, name: str) -> Actual | None:
    """Return what was given for a parameter, None where nothing was, or None itself.

    Raises:
        LookupError: it is not known what was given.
    """
    if name not in ctx.callee_arg_names:
        raise LookupError(name)
    index = ctx.callee_arg_names.index(name)
    if not ctx.args[index]:
        return None
    if len(ctx.args[index]) > 1 or ctx.arg_kinds[index][0] not in {ARG_POS, ARG_NAMED}:
        raise LookupError(name)
    found = Actual(ctx.args[index][0], ctx.arg_types[index][0])
    return None if isinstance(get_proper_type(found.type), NoneType) else found


def spread(ctx: MethodContext) -> Given | None:
    """Return the arguments in ``args=`` and ``kwargs=``, None where they came by a star."""
    try:
        args, kwargs = actual(ctx, "args"), actual(ctx, "kwargs")
    except LookupError:
        return None
    parts: list[Part] = []
    if args is not None:
        parts += positional(args, ctx.api)
    if kwargs is not None:
        parts += _named(kwargs)
    return _given(parts)


def items(expr: Expression, each: Type, api: CheckerPluginInterface) -> Given:
    """Return the arguments that one item of ``starmap`` or ``chunks`` holds."""
    return _given(positional(Actual(expr, each), api))


def positional(args: Actual, api: CheckerPluginInterface) -> Iterator[Part]:
    """Yield the arguments that a sequence holds; what is not known of it is any."""
    if isinstance(args.expr, (TupleExpr, ListExpr)):
        for item in args.expr.items:
            if isinstance(item, StarExpr):
                yield _starred(item.expr, type_of(item.expr, api)), ARG_STAR, None
            else:
                yield item, ARG_POS, None
    else:
        yield _starred(args.expr, args.type), ARG_STAR, None


def _starred(expr: Expression, each: Type) -> Expression:
    """Return several arguments: known one by one, or of any number and type."""
    return typed(each if isinstance(get_proper_type(each), TupleType) else ANY, expr)


def _named(kwargs: Actual) -> Iterator[Part]:
    expr = kwargs.expr
    if isinstance(expr, DictExpr):
        yield from _in_dict(expr)
    elif _makes_dict(expr):
        assert isinstance(expr, CallExpr)
        yield from zip(expr.args, expr.arg_kinds, expr.arg_names, strict=True)
    elif isinstance(get_proper_type(kwargs.type), TypedDictType):
        yield typed(kwargs.type, expr), ARG_STAR2, None
    else:
        yield typed(ANY, expr), ARG_STAR2, None


def _in_dict(expr: DictExpr) -> Iterator[Part]:
    for key, value in expr.items:
        if isinstance(key, StrExpr):
            yield value, ARG_NAMED, key.value
        elif key is None:
            yield value, ARG_STAR2, None
        else:
            yield typed(ANY, expr), ARG_STAR2, None


def _makes_dict(expr: Expression) -> bool:
    return (
        isinstance(expr, CallExpr)
        and isinstance(expr.callee, RefExpr)
        and expr.callee.fullname == "builtins.dict"
        and all(kind in {ARG_NAMED, ARG_STAR2} for kind in expr.arg_kinds)
    )


def _given(parts: Iterable[Part]) -> Given:
    ordered = list(parts)
    return Given(
        [expr for expr, _, _ in ordered],
        [kind for _, kind, _ in ordered],
        [name for _, _, name in ordered],
    )

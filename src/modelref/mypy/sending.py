"""``apply_async`` and its kin: options, ``link=``, and the call in ``args=`` and ``kwargs=``."""

from typing import Final

from mypy.nodes import ARG_NAMED, ARG_OPT, ARG_POS, CallExpr, Expression
from mypy.plugin import MethodContext, MethodSigContext
from mypy.types import CallableType, FunctionLike, Instance, Type, get_proper_type

from modelref.mypy import names
from modelref.mypy.adapter import (
    ANY,
    accepting_anything,
    as_base,
    given_by,
    holds_partial_type,
    report,
    type_of,
)
from modelref.mypy.canvas import check_links
from modelref.mypy.codes import CALL
from modelref.mypy.spreading import actual, spread
from modelref.mypy.tasks import function_of, label_of
from modelref.mypy.verdict import judge
from modelref.mypy.widening import Find, Widening

_ARGUMENTS: Final = frozenset({"args", "kwargs"})
_TEXTS: Final = ("builtins.str", "builtins.bytes")
#: What is no sequence, and is given where the comma of a tuple of one is missing.
_ONE_VALUE: Final = (names.MODEL, "builtins.int", "builtins.float")


def analyze_options(ctx: MethodSigContext, find: Find) -> FunctionLike:
    """Check the options of a call (``get_method_signature_hook``)."""
    call, default = ctx.context, ctx.default_signature
    if not isinstance(call, CallExpr):
        return default
    if _is_one_value(ctx):
        return _with_any_option(default)
    if not _has_options(call):
        return default
    expanded = default.with_unpacked_kwargs()
    linking = _linking_anything(expanded) if "link" in call.arg_names else expanded
    wanted = linking.copy_modified(name=label_of(call) or default.name)
    given = given_by(call)
    if holds_partial_type(given):
        return wanted
    is_wrong = judge(ctx.api, wanted, given, call)
    return _with_any_option(wanted) if is_wrong else wanted


def analyze_links(ctx: MethodContext, find: Find) -> Type:
    """Check what is linked to a call (``get_method_hook``)."""
    call, result = ctx.context, _result_of(ctx.type)
    if isinstance(call, CallExpr) and result is not None:
        check_links(ctx.api, find, result, call)
    return ctx.default_return_type


def analyze(ctx: MethodContext, find: Find) -> Type:
    """Check the call that ``args=`` and ``kwargs=`` make, and links (``get_method_hook``)."""
    analyze_links(ctx, find)
    function = function_of(ctx.type, ctx.api, label_of(ctx.context))
    given = spread(ctx)
    if function is None or given is None or are_text(ctx):
        return ctx.default_return_type
    widening = Widening(ctx.api, find)
    judge(ctx.api, widening.function(function, given), given, ctx.context, widening.as_written)
    return ctx.default_return_type


def are_text(ctx: MethodContext) -> bool:
    """Report a str for ``args=``, which is a sequence that mypy lets pass."""
    args = actual(ctx, "args")
    kind = None if args is None else as_base(args.type, *_TEXTS)
    if args is None or kind is None:
        return False
    _report_one_value(ctx, args.expr, kind)
    return True


def _is_one_value(ctx: MethodSigContext) -> bool:
    """Report a row or a number for ``args=``, most often a tuple of one that lacks its comma."""
    names_of_formals = ctx.default_signature.arg_names
    given = ctx.args[names_of_formals.index("args")] if "args" in names_of_formals else []
    each = get_proper_type(type_of(given[0], ctx.api)) if given else None
    if not isinstance(each, Instance) or not any(map(each.type.has_base, _ONE_VALUE)):
        return False
    _report_one_value(ctx, given[0], each)
    return True


def _report_one_value(
    ctx: MethodContext | MethodSigContext, place: Expression, kind: Instance
) -> None:
    found = f'"args" of "{label_of(ctx.context)}" takes a tuple or a list, not "{kind.type.name}"'
    report(ctx.api, f"{found}; a tuple of one is written (x,)", place, CALL)


def _result_of(each: Type) -> Type | None:
    """Return what a task or a signature gives."""
    base = as_base(each, *names.TASKS, names.SIGNATURE)
    return base.args[1] if base is not None and len(base.args) == 2 else None


def _has_options(call: CallExpr) -> bool:
    """Whether there is more in a call than ``args`` and ``kwargs``, given in the usual way."""
    kinds = {ARG_POS, ARG_NAMED}
    plain = all(kind in kinds for kind in call.arg_kinds)
    return not plain or any(name not in _ARGUMENTS for name in call.arg_names if name is not None)


def _linking_anything(function: CallableType) -> CallableType:
    """Return a method that takes for ``link`` whatever is given: it is checked here."""
    types = [
        ANY if name == "link" else each
        for each, name in zip(function.arg_types, function.arg_names, strict=True)
    ]
    return function.copy_modified(arg_types=types)


def _with_any_option(function: CallableType) -> CallableType:
    """Return a method that takes any options, and keeps ``args`` and ``kwargs`` where they are."""
    anything = accepting_anything(function)
    kept = [i for i, name in enumerate(function.arg_names) if name in {"args", "kwargs"}]
    return anything.copy_modified(
        arg_types=[*[ANY for _ in kept], *anything.arg_types],
        arg_kinds=[*[ARG_OPT for _ in kept], *anything.arg_kinds],
        arg_names=[*[function.arg_names[i] for i in kept], *anything.arg_names],
    )

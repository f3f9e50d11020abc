"""Signatures that are sent: ``chain(...)()``, ``.delay()``, ``.apply_async()``."""

from mypy.nodes import ARG_POS, CallExpr
from mypy.plugin import CheckerPluginInterface, MethodSigContext
from mypy.types import FunctionLike, Instance, Type, UninhabitedType, get_proper_type

from modelref.mypy import names
from modelref.mypy.adapter import accepting_anything, as_base, report, shown
from modelref.mypy.codes import CALL
from modelref.mypy.sending import analyze_options
from modelref.mypy.steps import Steps, label_of_step
from modelref.mypy.widening import Find


def analyze(ctx: MethodSigContext, find: Find) -> FunctionLike:
    """Check that a signature that is sent has all its arguments (``get_method_signature_hook``)."""
    call = ctx.context
    if isinstance(call, CallExpr) and not call.args:
        _check(ctx.api, find, ctx.type, call)
    return ctx.default_signature


def analyze_delay(ctx: MethodSigContext, find: Find) -> FunctionLike:
    """The same for ``.delay(...)``, which has overloads (``get_method_signature_hook``)."""
    analyze(ctx, find)
    ours, call = as_base(ctx.type, names.SIGNATURE), ctx.context
    result = get_proper_type(ctx.default_signature.ret_type)
    if ours is None or not isinstance(result, Instance) or not isinstance(call, CallExpr):
        return ctx.default_signature
    if result.type.fullname != names.RESULT:  # a group's, whose type argument is another
        return ctx.default_signature
    if call.arg_kinds == [ARG_POS]:  # the result of a step before, by hand: it has a type
        return ctx.default_signature
    lenient = accepting_anything(ctx.default_signature)
    return lenient.copy_modified(ret_type=result.copy_modified(args=[ours.args[1]]))


def analyze_apply(ctx: MethodSigContext, find: Find) -> FunctionLike:
    """The same for ``.apply_async(...)``, and its options (``get_method_signature_hook``)."""
    if isinstance(ctx.context, CallExpr) and _gives_none(ctx.context):
        _check(ctx.api, find, ctx.type, ctx.context)
    return analyze_options(ctx, find)


def _gives_none(call: CallExpr) -> bool:
    """Whether a call has options only."""
    pairs = zip(call.arg_kinds, call.arg_names, strict=True)
    return all(kind.is_named() and name not in {"args", "kwargs"} for kind, name in pairs)


def _check(api: CheckerPluginInterface, find: Find, each: Type, call: CallExpr) -> None:
    ours = as_base(each, names.SIGNATURE)
    steps = Steps(api, find)
    if ours is None or steps.startable(ours.args[0]):
        return
    label = label_of_step(call.callee)
    if isinstance(get_proper_type(ours.args[0]), UninhabitedType):
        report(api, f'"{label}" lacks more than one argument', call, CALL)
    else:
        report(api, f'"{label}" lacks an argument of type {shown(ours.args[0], api)}', call, CALL)

"""Calls that take the task's own arguments: ``ship(...)``, ``.delay(...)``, ``.si(...)``."""

from mypy.nodes import CallExpr
from mypy.plugin import MethodSigContext
from mypy.types import CallableType, FunctionLike

from modelref.mypy.adapter import (
    accepting_anything,
    given_by,
    holds_partial_type,
)
from modelref.mypy.tasks import label_of
from modelref.mypy.verdict import judge
from modelref.mypy.widening import Find, Widening


def analyze(ctx: MethodSigContext, find: Find) -> FunctionLike:
    """Check a call, and say in one line what is wrong with it (``get_method_signature_hook``).

    A call that is wrong is reported here, under our code; then the signature that is returned
    takes anything, so that mypy reports only what is wrong inside the arguments.
    """
    widening = Widening(ctx.api, find)
    given = given_by(ctx.context) if isinstance(ctx.context, CallExpr) else None
    return _checked(ctx, widening.function(ctx.default_signature, given), widening)


def analyze_here(ctx: MethodSigContext, find: Find) -> FunctionLike:
    """The same for ``ship(...)``: nothing is converted there (``get_method_signature_hook``)."""
    return _checked(ctx, ctx.default_signature, Widening(ctx.api, find))


def _checked(ctx: MethodSigContext, function: CallableType, widening: Widening) -> FunctionLike:
    call = ctx.context
    if not isinstance(call, CallExpr):
        return ctx.default_signature
    wanted = function.copy_modified(name=label_of(call) or function.name)
    given = given_by(call)
    if holds_partial_type(given):
        return wanted
    is_wrong = judge(ctx.api, wanted, given, call, widening.as_written)
    return accepting_anything(wanted) if is_wrong else wanted

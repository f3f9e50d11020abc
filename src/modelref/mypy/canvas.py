"""``|``, ``chain(...)``, ``group(...)``, ``chord(...)`` and ``link=``."""

import itertools
from collections.abc import Sequence

from mypy.nodes import (
    ARG_NAMED,
    ARG_POS,
    CallExpr,
    Expression,
    ListExpr,
    MemberExpr,
    OperatorAssignmentStmt,
    OpExpr,
    StarExpr,
    TupleExpr,
)
from mypy.plugin import (
    CheckerPluginInterface,
    FunctionContext,
    FunctionSigContext,
    MethodContext,
    MethodSigContext,
)
from mypy.types import FunctionLike, Instance, NoneType, Type, get_proper_type

from modelref.mypy import names
from modelref.mypy.adapter import (
    ANY,
    accepting_anything,
    as_base,
    check_as_assignment,
    is_true,
    item_type,
    report,
    shown,
    type_of,
)
from modelref.mypy.codes import CHAIN
from modelref.mypy.steps import Step, Steps
from modelref.mypy.widening import Find


def analyze_or(ctx: MethodSigContext, find: Find) -> FunctionLike:
    """Check ``left | right``, and say what comes of it (``get_method_signature_hook``)."""
    if not isinstance(ctx.context, OpExpr):
        return ctx.default_signature
    steps = Steps(ctx.api, find)
    before = steps.step(ctx.context.left, ctx.type)
    after = steps.step(ctx.context.right)
    steps.check(before, after)
    made = get_proper_type(ctx.default_signature.ret_type)
    if not isinstance(made, Instance) or len(made.args) != 2:
        return ctx.default_signature
    chain = made.copy_modified(args=[before.takes, after.gives])
    return accepting_anything(ctx.default_signature).copy_modified(ret_type=chain)


def analyze_ror(ctx: MethodSigContext, find: Find) -> FunctionLike:
    """Say of ``left | right`` what :func:`analyze_or` says (``get_method_signature_hook``).

    mypy asks the right side first where its class derives from that of the left one.
    """
    if isinstance(ctx.context, OpExpr):
        steps = Steps(ctx.api, find)
        left = type_of(ctx.context.left, ctx.api)
        if as_base(left, names.SIGNATURE) is not None:
            steps.check(steps.step(ctx.context.left, left), steps.step(ctx.context.right, ctx.type))
    return ctx.default_signature


def analyze_ior(ctx: MethodSigContext, find: Find) -> FunctionLike:
    """Check ``left |= right`` like ``left = left | right`` (``get_method_signature_hook``).

    From a method ``__ior__`` mypy takes no new type for what stands on the left.
    """
    default = ctx.default_signature
    if not isinstance(ctx.context, OperatorAssignmentStmt):
        return default
    check_as_assignment(ctx.api, ctx.context)
    return accepting_anything(default).copy_modified(ret_type=ANY)


def analyze_set(ctx: MethodContext, find: Find) -> Type:
    """Return the type of ``signature.set(immutable=True)`` (``get_method_hook``).

    Of a chain it says nothing: its first step gets what comes before it all the same.
    """
    given = dict(zip(ctx.callee_arg_names, ctx.args, strict=True)).get("immutable")
    changed = get_proper_type(ctx.default_return_type)
    if (
        not (given and is_true(given[0]))
        or not isinstance(changed, Instance)
        or changed.type.fullname not in (names.SIGNATURE, names.GROUP, names.CHORD)
        or not Steps(ctx.api, find).startable(changed.args[0])
    ):
        return changed
    anything = ctx.api.named_generic_type("builtins.object", [])
    return changed.copy_modified(args=[anything, *changed.args[1:]])


def analyze_arguments(ctx: FunctionSigContext, find: Find) -> FunctionLike:
    """Let any arguments through: see below (``get_function_signature_hook``).

    As objects: a comprehension that is given where Any is wanted is one of Any.
    """
    return accepting_anything(
        ctx.default_signature, ctx.api.named_generic_type("builtins.object", [])
    )


def analyze_chain(ctx: FunctionContext, find: Find) -> Type:
    """Check the steps of ``chain(...)`` and return its type (``get_function_hook``)."""
    steps = Steps(ctx.api, find)
    found = _members(ctx, steps)
    takes, gives = (ANY, ANY) if found is None else steps.follow(found)
    return _made(ctx, takes, gives)


def analyze_group(ctx: FunctionContext, find: Find) -> Type:
    """Return the type of ``group(...)`` (``get_function_hook``)."""
    steps = Steps(ctx.api, find)
    found = _members(ctx, steps)
    takes, gives = (ANY, ANY) if found is None else steps.beside(found)
    return _made(ctx, takes, gives)


def analyze_chord(ctx: FunctionContext, find: Find) -> Type:
    """Check the body of ``chord(...)`` and return its type (``get_function_hook``)."""
    call, steps = ctx.context, Steps(ctx.api, find)
    if not isinstance(call, CallExpr):
        return _made(ctx, ANY, ANY)
    header, body = _given(call, "header", 0), _given(call, "body", 1)
    if header is None:
        return _made(ctx, ANY, ANY)
    takes, gives = _header(header, _type(ctx, header), steps)
    if body is None:
        return _made(ctx, takes, ANY, gives)
    after = steps.step(body, _type(ctx, body))
    _check_body(ctx.api, steps, gives, body, after)
    return _made(ctx, takes, after.gives, gives)


def analyze_body(ctx: MethodSigContext, find: Find) -> FunctionLike:
    """Check ``chord(header)(body)``, and say what it gives (``get_method_signature_hook``)."""
    call, ours = ctx.context, as_base(ctx.type, names.CHORD)
    body = _given(call, "body", 0) if isinstance(call, CallExpr) else None
    if (
        body is None
        or ours is None
        or isinstance(get_proper_type(type_of(body, ctx.api)), NoneType)
    ):
        return ctx.default_signature
    gives = check_body(ctx.api, find, ours, body)
    result = get_proper_type(ctx.default_signature.ret_type)
    if isinstance(result, Instance) and len(result.args) == 1:
        result = result.copy_modified(args=[gives])
    return accepting_anything(ctx.default_signature).copy_modified(ret_type=result)


def check_body(api: CheckerPluginInterface, find: Find, chord: Instance, body: Expression) -> Type:
    """Check the body that a chord is sent with; return what it gives."""
    steps = Steps(api, find)
    after = steps.step(body)
    _check_body(api, steps, chord.args[2], body, after)
    return after.gives


def _check_body(
    api: CheckerPluginInterface, steps: Steps, gives: Type, body: Expression, after: Step
) -> None:
    """Report a body that does not take the list of what the members of the header give."""
    results = api.named_generic_type("builtins.list", [gives])
    problem = steps.problem(results, after)
    if problem is not None:
        message = f"The results of the header are {shown(results, api)}; {problem}"
        report(api, message, body, CHAIN)


def check_links(api: CheckerPluginInterface, find: Find, gives: Type, call: CallExpr) -> None:
    """Check what a call names as ``link=``, which gets the result, and as ``link_error=``."""
    steps = Steps(api, find)
    for each in _linked(call, "link"):
        steps.check(_sender(call, gives), steps.step(each))
    for each in _linked(call, "link_error"):
        _check_errback(api, steps, each)


def _linked(call: CallExpr, option: str) -> Sequence[Expression]:
    """Return the callbacks that are written in a call."""
    linked = _given(call, option, None)
    several = linked.items if isinstance(linked, (ListExpr, TupleExpr)) else [linked]
    return [each for each in several if each is not None and not isinstance(each, StarExpr)]


def _check_errback(api: CheckerPluginInterface, steps: Steps, errback: Expression) -> None:
    """Report a signature of a task that fits no error; of what is no signature mypy says so."""
    found = get_proper_type(type_of(errback, api))
    if isinstance(found, Instance) and found.type.fullname == names.SIGNATURE:
        steps.check_errback(steps.step(errback, found))


def analyze_errback(ctx: MethodSigContext, find: Find) -> FunctionLike:
    """Check ``signature.on_error(errback)`` (``get_method_signature_hook``)."""
    if isinstance(ctx.context, CallExpr) and len(ctx.context.args) == 1:
        _check_errback(ctx.api, Steps(ctx.api, find), ctx.context.args[0])
    return ctx.default_signature


def analyze_link(ctx: MethodSigContext, find: Find) -> FunctionLike:
    """Check ``signature.link(callback)`` (``get_method_signature_hook``)."""
    call, ours = ctx.context, as_base(ctx.type, names.SIGNATURE)
    if not isinstance(call, CallExpr) or ours is None or len(call.args) != 1:
        return ctx.default_signature
    steps = Steps(ctx.api, find)
    steps.check(_sender(call, ours.args[1]), steps.step(call.args[0]))
    return accepting_anything(ctx.default_signature)


def _sender(call: CallExpr, gives: Type) -> Step:
    """Return the step whose method is called."""
    callee = call.callee
    return Step(callee.expr if isinstance(callee, MemberExpr) else call, ANY, gives)


def _members(ctx: FunctionContext, steps: Steps) -> list[Step] | None:
    """Return the steps that a canvas is made of, None where they cannot be told apart."""
    call = ctx.context
    if not isinstance(call, CallExpr):
        return None
    pairs = zip(call.args, call.arg_kinds, strict=True)
    placed = [each for each, kind in pairs if kind == ARG_POS]
    if len(placed) != sum(kind != ARG_NAMED for kind in call.arg_kinds) or not placed:
        return None
    if len(placed) > 1 or as_base(_type(ctx, placed[0]), names.SIGNATURE) is not None:
        return [steps.step(each, _type(ctx, each)) for each in placed]
    return _several(placed[0], _type(ctx, placed[0]), steps)


def _type(ctx: FunctionContext, expr: Expression) -> Type:
    """Return the type of an argument."""
    pairs = zip(itertools.chain(*ctx.args), itertools.chain(*ctx.arg_types), strict=True)
    return next(each for given, each in pairs if given is expr)


def _several(expr: Expression, each: Type, steps: Steps) -> list[Step] | None:
    """Return the steps in a list or another iterable, which stand for one if it is no literal."""
    if isinstance(expr, (ListExpr, TupleExpr)):
        if any(isinstance(item, StarExpr) for item in expr.items):
            return None
        return [steps.step(item) for item in expr.items]
    item = item_type(each)
    return [steps.step(expr)] if item is None else [steps.step(expr, item)]


def _header(expr: Expression, each: Type, steps: Steps) -> tuple[Type, Type]:
    """Return what a header takes, and what its members give."""
    group = as_base(each, names.GROUP)
    if group is not None:
        return group.args[0], group.args[1]
    found = _several(expr, each, steps)
    return (ANY, ANY) if found is None else steps.beside(found)


def _given(call: CallExpr, name: str, position: int | None) -> Expression | None:
    """Return what a call gives for a parameter."""
    if name in call.arg_names:
        return call.args[call.arg_names.index(name)]
    if position is None or len(call.args) <= position:
        return None
    placed = all(kind == ARG_POS for kind in call.arg_kinds[: position + 1])
    return call.args[position] if placed else None


def _made(ctx: FunctionContext, takes: Type, gives: Type, header: Type = ANY) -> Type:
    """Return the canvas with what it takes and gives; a chord with what its header gives too."""
    default = get_proper_type(ctx.default_return_type)
    if not isinstance(default, Instance):
        return ctx.default_return_type
    args = [takes, gives, header][: len(default.args)]
    return default.copy_modified(args=args)

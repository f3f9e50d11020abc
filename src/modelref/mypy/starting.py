"""Signatures that are sent: ``chain(...)()``, ``.delay()``, ``.apply_async()``."""

from typing import Final

from mypy.nodes import (
    ARG_OPT,
    ARG_POS,
    ARG_STAR,
    ARG_STAR2,
    ArgKind,
    CallExpr,
    Expression,
    MemberExpr,
    OpExpr,
)
from mypy.plugin import CheckerPluginInterface, MethodContext, MethodSigContext
from mypy.types import (
    AnyType,
    CallableType,
    FunctionLike,
    Instance,
    TupleType,
    Type,
    TypedDictType,
    UninhabitedType,
    get_proper_type,
)

from modelref.mypy import names
from modelref.mypy.adapter import (
    ANY,
    Given,
    accepting_anything,
    as_base,
    given_by,
    holds_partial_type,
    report,
    shown,
    type_of,
    typed,
)
from modelref.mypy.canvas import analyze_body, check_body
from modelref.mypy.codes import CALL
from modelref.mypy.sending import analyze_links, analyze_options, are_text
from modelref.mypy.spreading import spread
from modelref.mypy.steps import Steps, label_of_step
from modelref.mypy.tasks import function_of, label_of
from modelref.mypy.verdict import judge
from modelref.mypy.widening import Find, Widening

_SENDING: Final = frozenset({"apply", "apply_async", "delay"})


def analyze(ctx: MethodSigContext, find: Find) -> FunctionLike:
    """Check that a signature that is called has all its arguments (``get_method_signature_hook``).

    A chord takes none then, but its body.
    """
    call = ctx.context
    if not isinstance(call, CallExpr):
        return ctx.default_signature
    if as_base(ctx.type, names.CHORD) is not None:
        _check(ctx.api, find, ctx.type, call)
        return analyze_body(ctx, find)
    _check_all(ctx, find, call)
    return ctx.default_signature


def analyze_delay(ctx: MethodSigContext, find: Find) -> FunctionLike:
    """The same for ``.delay(...)``, which has overloads (``get_method_signature_hook``)."""
    ours, call = as_base(ctx.type, names.SIGNATURE), ctx.context
    if ours is None or not isinstance(call, CallExpr):
        return ctx.default_signature
    _check_all(ctx, find, call)
    result = get_proper_type(ctx.default_signature.ret_type)
    if not isinstance(result, Instance) or result.type.fullname != names.RESULT:
        return ctx.default_signature  # a group's, whose type argument is another
    lenient = accepting_anything(ctx.default_signature)
    return lenient.copy_modified(ret_type=result.copy_modified(args=[ours.args[1]]))


def analyze_apply(ctx: MethodSigContext, find: Find) -> FunctionLike:
    """The same for ``.apply_async(...)``, and its options (``get_method_signature_hook``)."""
    if isinstance(ctx.context, CallExpr) and _gives_none(ctx.context):
        _check(ctx.api, find, ctx.type, ctx.context)
    return analyze_options(ctx, find)


def analyze_arguments(ctx: MethodContext, find: Find) -> Type:
    """Check ``args=`` and ``kwargs=`` of ``.apply_async(...)``, and links (``get_method_hook``)."""
    call = ctx.context
    if isinstance(call, CallExpr) and not _gives_none(call):
        given = spread(ctx)
        if given is not None and not are_text(ctx):
            _check_given(ctx.api, find, ctx.type, call, given)
            return _of_body(ctx, find, given, analyze_links(ctx, find))
    return analyze_links(ctx, find)


def _of_body(ctx: MethodContext, find: Find, given: Given, result: Type) -> Type:
    """Return the result of a chord with the body that ``kwargs=`` holds."""
    chord, proper = as_base(ctx.type, names.CHORD), get_proper_type(result)
    if chord is None or "body" not in given.names or not isinstance(proper, Instance):
        return result
    body = given.exprs[given.names.index("body")]
    return proper.copy_modified(args=[check_body(ctx.api, find, chord, body)])


def _gives_none(call: CallExpr) -> bool:
    """Whether a call has options only."""
    pairs = zip(call.arg_kinds, call.arg_names, strict=True)
    return all(kind.is_named() and name not in {"args", "kwargs"} for kind, name in pairs)


def _check_all(ctx: MethodSigContext, find: Find, call: CallExpr) -> None:
    given = given_by(call)
    if not given.exprs:
        _check(ctx.api, find, ctx.type, call)
    elif not holds_partial_type(given):
        _check_given(ctx.api, find, ctx.type, call, _known(given, ctx.api))


def _check(api: CheckerPluginInterface, find: Find, each: Type, call: CallExpr) -> None:
    """Report a signature that is sent as it is, and lacks arguments."""
    ours = as_base(each, names.SIGNATURE)
    steps = Steps(api, find)
    if ours is None or steps.startable(ours.args[0]):
        return
    label = label_of_step(_first_of(_sent(call)))
    if isinstance(get_proper_type(ours.args[0]), UninhabitedType):
        report(api, f'"{label}" lacks more than one argument', call, CALL)
    else:
        report(api, f'"{label}" lacks an argument of type {shown(ours.args[0], api)}', call, CALL)


def _check_given(
    api: CheckerPluginInterface, find: Find, each: Type, call: CallExpr, given: Given
) -> None:
    """Report arguments that a signature which is sent does not take before its own."""
    ours = as_base(each, names.SIGNATURE)
    # What a wrong `.s(...)` takes is not known: it has been reported.
    if ours is None or isinstance(get_proper_type(ours.args[0]), AnyType):
        return
    made = _made_by(_sent(call))
    task = made.callee.expr if made is not None and isinstance(made.callee, MemberExpr) else None
    function = None if task is None else function_of(type_of(task, api), api, "")
    if made is not None and function is not None:
        _check_before(api, find, function, call, _before(given, given_by(made), call))
        return
    wanted = _first(api, Steps(api, find).open_for(ours.args[0]))
    if wanted is not None:
        _judge(api, find, wanted, call, given)
    elif given.kinds == [ARG_POS] and as_base(each, names.GROUP) is None:
        _check(api, find, each, call)


def _check_before(
    api: CheckerPluginInterface, find: Find, function: CallableType, call: CallExpr, given: Given
) -> None:
    """Report what a task does not take, where it is seen what its signature is made with."""
    twice = _given_twice(function, given)
    if twice is None:
        _judge(api, find, function, call, given)
    else:
        problem = f'"{_label(call)}" gives "{twice}" twice: what comes first fills it'
        report(api, problem, call, CALL)


def _judge(
    api: CheckerPluginInterface, find: Find, function: CallableType, call: CallExpr, given: Given
) -> None:
    widening = Widening(api, find)
    whole = widening.function(function, given).copy_modified(name=_label(call))
    judge(api, whole, given, call, widening.as_written)


def _sent(call: CallExpr) -> Expression:
    """Return the signature that a call sends, by a method or as it is."""
    callee = call.callee
    return callee.expr if isinstance(callee, MemberExpr) and callee.name in _SENDING else callee


def _first_of(sent: Expression) -> Expression:
    """Return the step of ``a | b`` that gets what is sent."""
    while isinstance(sent, OpExpr):
        sent = sent.left
    return sent


def _label(call: CallExpr) -> str:
    """Return the name of what gets the arguments, for messages."""
    sent, callee = _sent(call), call.callee
    if not isinstance(sent, OpExpr):
        return label_of(call)
    name = label_of_step(_first_of(sent))
    return f"{name}.{callee.name}" if isinstance(callee, MemberExpr) else name


def _made_by(sent: Expression) -> CallExpr | None:
    """Return the ``.s(...)`` that a signature is made by, where that is seen."""
    if not isinstance(sent, CallExpr) or not isinstance(sent.callee, MemberExpr):
        return None
    if sent.callee.name == "set" and "immutable" not in sent.arg_names:
        return _made_by(sent.callee.expr)
    return sent if sent.callee.name == "s" else None


def _before(given: Given, own: Given, call: CallExpr) -> Given:
    """Return arguments before those of a signature, which have been judged where it is made."""
    parts = [*zip(*given, strict=True)]
    parts += [
        each
        for each in zip(*own.of_any_type(call), strict=True)
        if each[2] is None or each[2] not in given.names
    ]
    parts.sort(key=lambda part: part[1].is_named() or part[1] == ARG_STAR2)
    return Given([e for e, _, _ in parts], [k for _, k, _ in parts], [n for _, _, n in parts])


def _given_twice(function: CallableType, given: Given) -> str | None:
    """Return the name of a parameter that is given by its place and by its name."""
    if any(kind.is_star() for kind in given.kinds):
        return None
    placed = function.arg_names[: given.kinds.count(ARG_POS)]
    return next((name for name in given.names if name is not None and name in placed), None)


def _first(api: CheckerPluginInterface, takes: Type | None) -> CallableType | None:
    """Return a function that takes what a signature does, of which the first type is known."""
    types, kinds = list[Type]([ANY]), list[ArgKind]([ARG_STAR2])
    if takes is not None:
        if isinstance(get_proper_type(takes), UninhabitedType):
            return None
        types, kinds = [takes, ANY, *types], [ARG_OPT, ARG_STAR, *kinds]
    function = api.named_generic_type("builtins.function", [])
    return CallableType(types, kinds, [None] * len(types), ANY, function)


def _known(given: Given, api: CheckerPluginInterface) -> Given:
    """Return arguments where those behind a star are any if it is not known how many they are."""
    exprs = [
        typed(ANY, expr) if kind.is_star() and not _is_counted(type_of(expr, api)) else expr
        for expr, kind in zip(given.exprs, given.kinds, strict=True)
    ]
    return given._replace(exprs=exprs)


def _is_counted(each: Type) -> bool:
    return isinstance(get_proper_type(each), (TupleType, TypedDictType))

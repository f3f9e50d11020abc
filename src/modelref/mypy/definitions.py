"""``@task``: its options, what they name, and whether the serializer carries what it takes."""

from collections.abc import Mapping, Sequence

from mypy.erasetype import erase_typevars
from mypy.nodes import (
    ARG_POS,
    ARG_STAR,
    CallExpr,
    Decorator,
    Expression,
    FuncItem,
    RefExpr,
    TempNode,
)
from mypy.plugin import (
    CheckerPluginInterface,
    FunctionContext,
    FunctionSigContext,
    MethodContext,
    MethodSigContext,
)
from mypy.types import (
    CallableType,
    FunctionLike,
    Instance,
    LiteralType,
    Parameters,
    Type,
    UnionType,
    get_proper_type,
)

from modelref.mypy import bound, carrying, loading, names
from modelref.mypy.adapter import (
    ANY,
    accepting_anything,
    as_base,
    given_by,
    is_true,
    report,
    shown,
)
from modelref.mypy.codes import CALL, CARRY
from modelref.mypy.project import Project
from modelref.mypy.verdict import judge
from modelref.mypy.widening import Find


def analyze(ctx: FunctionContext | MethodContext, find: Project) -> Type:
    """Check the definition of a task (``get_function_hook``, ``get_method_hook``).

    A bare ``@task`` comes as a function, ``@task(...)`` as the call of what it returned.
    """
    _check_no_class(ctx)
    decorated = ctx.context
    if not isinstance(decorated, Decorator):
        return ctx.default_return_type
    options = _options(decorated)
    is_method = _is_method(ctx)
    skipped = int(_is_bound(options)) + int(is_method)
    if is_method and isinstance(ctx, MethodContext):  # what is wrong below a bare one mypy says
        bound.analyze_method(ctx, decorated.func)
    elif _is_bound(options) and not is_method:
        bound.analyze(ctx, decorated.func, options, find)
    function = get_proper_type(decorated.func.type)
    if not isinstance(function, CallableType):
        return ctx.default_return_type
    _check_querysets(ctx.api, decorated.func, function, skipped)
    cargo = carrying.Cargo.of(options, find.serializer, find.carried)
    if cargo is not None:
        carrying.analyze(ctx.api, decorated.func, function, cargo, skipped)
    parameters = loading.parameters_of(
        function, decorated.func.info if is_method else None, skipped
    )
    find.depends(ctx.api.path, loading.analyze(ctx.api, parameters, options))
    # A type variable in the type of a module's variable sends the daemon into a loop.
    return (
        erase_typevars(ctx.default_return_type) if function.variables else ctx.default_return_type
    )


def analyze_options(ctx: FunctionSigContext, find: Find) -> FunctionLike:
    """Check the options of ``@task(...)`` in one line each (``get_function_signature_hook``).

    It has overloads; those that the call does not mean are left alone.
    """
    call, default = ctx.context, ctx.default_signature
    if not isinstance(call, CallExpr) or not default.unpack_kwargs:
        return default
    if ARG_POS in call.arg_kinds or not _is_meant(default, call):
        return default
    wanted = default.with_unpacked_kwargs()
    is_wrong = judge(ctx.api, wanted, given_by(call), call)
    return accepting_anything(wanted) if is_wrong else default


def analyze_body(ctx: MethodSigContext, find: Find) -> FunctionLike:
    """Take the very function that a bound decorator gets (``get_method_signature_hook``).

    It has overloads, and where :func:`analyze` reports something of the one that fits, mypy would
    go on to the other.
    """
    default, made = ctx.default_signature, get_proper_type(ctx.default_signature.ret_type)
    given = ctx.args[0][0] if ctx.args and ctx.args[0] else None
    body = get_proper_type(given.type) if isinstance(given, TempNode) else None
    if (
        not isinstance(body, CallableType)
        or not isinstance(made, Instance)
        or body.variables
        or body.unpack_kwargs
        or body.arg_kinds[:1] == [ARG_STAR]
    ):
        return default
    skipped = 0 if bound.lacks_first(body) else 1
    rest = Parameters(body.arg_types[skipped:], body.arg_kinds[skipped:], body.arg_names[skipped:])
    # The instance, in what is made of a method.
    before = [*body.arg_types[:skipped], ANY][: len(made.args) - 2]
    made = made.copy_modified(args=[*before, rest, body.ret_type])
    return default.copy_modified(arg_types=[body], ret_type=made, variables=[])


def _is_meant(overload: CallableType, call: CallExpr) -> bool:
    """Whether an overload is the one for the ``bind`` of a call."""
    if "bind" not in overload.arg_names:
        return True
    wanted = get_proper_type(overload.arg_types[overload.arg_names.index("bind")])
    written = dict(zip(call.arg_names, call.args, strict=True)).get("bind")
    return isinstance(wanted, LiteralType) and wanted.value == is_true(written)


def _check_no_class(ctx: FunctionContext | MethodContext) -> None:
    """Report a class that is to be a task."""
    given = get_proper_type(ctx.arg_types[0][0]) if ctx.arg_types and ctx.arg_types[0] else None
    if isinstance(given, FunctionLike) and given.is_type_obj():
        found = f'"{given.type_object().name}" is a class'
        message = f"A task is made of a function, and {found}: derive it from RefTask"
        report(ctx.api, message, ctx.context, CALL)


def _check_querysets(
    api: CheckerPluginInterface, body: FuncItem, function: CallableType, skipped: int
) -> None:
    """Report parameters that want a QuerySet: of a QuerySet that is given, the rows arrive."""
    pairs = list(zip(body.arguments, function.arg_types, strict=False))[skipped:]
    for argument, each in pairs:
        wanted = next(
            filter(None, (as_base(part, *names.QUERYSETS) for part in _members(each))), None
        )
        if wanted is not None:
            rows = shown(wanted.args[0], api).strip('"')
            like = f'annotate "list[{rows}]" or "Iterable[{rows}]"'
            report(api, f"A QuerySet arrives as a list of its rows: {like}", argument, CARRY)


def _members(each: Type) -> Sequence[Type]:
    """Return the types of a union, and of what is none the type itself."""
    proper = get_proper_type(each)
    return proper.items if isinstance(proper, UnionType) else [proper]


def _options(decorated: Decorator) -> Mapping[str, Expression]:
    """Return the options that are written in the decorator."""
    for each in decorated.original_decorators:
        if isinstance(each, CallExpr) and _is_ours(each.callee):
            pairs = zip(each.arg_names, each.args, strict=True)
            return {name: value for name, value in pairs if name is not None}
    return {}


def _is_ours(callee: Expression) -> bool:
    return isinstance(callee, RefExpr) and callee.fullname in names.DECORATORS


def _is_bound(options: Mapping[str, Expression]) -> bool:
    """Whether the first parameter is the task, which no caller gives."""
    return is_true(options.get("bind"))


def _is_method(ctx: FunctionContext | MethodContext) -> bool:
    """Whether the first parameter is the instance of a method, which no caller gives."""
    returned = get_proper_type(ctx.default_return_type)
    return isinstance(returned, Instance) and returned.type.fullname == names.TASK_METHOD

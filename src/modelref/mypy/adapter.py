"""All that the plugin takes of mypy's inside, beside the documented hooks and the types themselves.

As of mypy 1.15 to 2.4. None of it is promised to stay: ``expr_checker``, ``msg``, the error
watcher, and where an error keeps its line.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from mypy.errorcodes import ErrorCode
from mypy.errors import ErrorInfo
from mypy.maptype import map_instance_to_supertype
from mypy.messages import format_type
from mypy.nodes import (
    ARG_POS,
    ARG_STAR,
    ARG_STAR2,
    ArgKind,
    CallExpr,
    Context,
    Expression,
    MemberExpr,
    NameExpr,
    OperatorAssignmentStmt,
    OpExpr,
    RefExpr,
    TempNode,
    TypeInfo,
    Var,
)
from mypy.options import Options
from mypy.plugin import CheckerPluginInterface
from mypy.subtypes import is_subtype
from mypy.typeops import make_simplified_union
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    PartialType,
    TupleType,
    Type,
    TypeOfAny,
    UnionType,
    get_proper_type,
)

ANY = AnyType(TypeOfAny.special_form)


class Given(NamedTuple):
    """The arguments of a call: expressions, how each is given, and its name where it has one."""

    exprs: list[Expression]
    kinds: list[ArgKind]
    names: list[str | None]

    def after(self, types: Sequence[Type], context: Context) -> "Given":
        """Return these arguments behind positional ones of some types."""
        first = [typed(each, context) for each in types]
        return Given(
            [*first, *self.exprs],
            [*[ARG_POS] * len(first), *self.kinds],
            [*[None] * len(first), *self.names],
        )

    @property
    def is_positional(self) -> bool:
        """Whether each is given by its place."""
        return all(kind == ARG_POS for kind in self.kinds)

    @property
    def has_unknown(self) -> bool:
        """Whether it is not known how many they are."""
        kinds = {ARG_STAR, ARG_STAR2}
        pairs = zip(self.exprs, self.kinds, strict=True)
        return any(isinstance(e, TempNode) and e.type is ANY and k in kinds for e, k in pairs)

    def of_any_type(self, context: Context) -> "Given":
        """Return arguments of any type, given in the same way."""
        return self._replace(exprs=[typed(ANY, context) for _ in self.exprs])


class Tried(NamedTuple):
    """What mypy has to say about a call that it was only asked about."""

    result: Type
    errors: list[ErrorInfo]


def given_by(call: CallExpr) -> Given:
    """Return the arguments of a call."""
    return Given(list(call.args), list(call.arg_kinds), list(call.arg_names))


def typed(each: Type, context: Context) -> Expression:
    """Return an expression that mypy takes to have a type."""
    return TempNode(each, context=context)


def tried(
    api: CheckerPluginInterface, function: CallableType, given: Given, context: Context
) -> Tried:
    """Check a call without reporting anything.

    The call is a new one at the place of the real one: from the real one mypy would take the
    names of other arguments into its messages.
    """
    call = CallExpr(NameExpr(function.name or ""), *given)
    call.set_line(context)
    checker: Any = api  # the interface for plugins has no `expr_checker`
    with api.msg.filter_errors(save_filtered_errors=True) as watcher:
        result, _ = checker.expr_checker.check_call(
            function, given.exprs, given.kinds, call, given.names
        )
    return Tried(result, [each for each in watcher.filtered_errors() if each.severity == "error"])


def report(
    api: CheckerPluginInterface, message: str, place: ErrorInfo | Context, code: ErrorCode
) -> None:
    """Report an error, at the place of one that was found before."""
    if isinstance(place, ErrorInfo):
        context = Context(place.line, place.column)
        context.end_line, context.end_column = place.end_line, place.end_column
        place = context
    api.fail(message, place, code=code)


def check_as_assignment(api: CheckerPluginInterface, statement: OperatorAssignmentStmt) -> None:
    """Check ``x |= y`` as ``x = x | y``, which gives ``x`` its new type."""
    made = OpExpr(statement.op, statement.lvalue, statement.rvalue)
    made.set_line(statement)
    checker: Any = api  # the interface for plugins has no `check_assignment`
    checker.check_assignment(statement.lvalue, made)


def holds_partial_type(given: Given) -> bool:
    """Whether mypy is still finding out the type of an argument: asking would settle it."""
    variables = (each.node for each in given.exprs if isinstance(each, NameExpr))
    return any(isinstance(each, Var) and isinstance(each.type, PartialType) for each in variables)


def accepting_anything(function: CallableType, each: Type = ANY) -> CallableType:
    """Return a function with the same result that takes any arguments, each as some type."""
    return function.copy_modified(
        arg_types=[each, each],
        arg_kinds=[ARG_STAR, ARG_STAR2],
        arg_names=[None, None],
        variables=[],
        unpack_kwargs=False,
    )


def as_base(each: Type, *fullnames: str) -> Instance | None:
    """Return an instance as one of its base class, None where it has no such base."""
    proper = get_proper_type(each)
    if not isinstance(proper, Instance):
        return None
    for base in proper.type.mro:
        if base.fullname in fullnames:
            return proper if base is proper.type else map_instance_to_supertype(proper, base)
    return None


def fits(each: Type, wanted: Type, options: Options | None = None) -> bool:
    """Whether a value of a type can be given for another; mypy's options may make it stricter."""
    return is_subtype(each, wanted, options=options)


def union(types: Sequence[Type]) -> Type:
    """Return the union of types, which is never empty."""
    return make_simplified_union(list(types))


def plain_union(types: Sequence[Type]) -> Type:
    """Return the union of types in this order, each as it stands."""
    return UnionType.make_union(list(types))


def shown(each: Type, api: CheckerPluginInterface) -> str:
    """Return a type as mypy's messages show it, with quotes."""
    return format_type(each, api.options)


def class_named(node: Any) -> TypeInfo | None:
    """Return the class of a symbol that was looked up, if it is one and is ready."""
    found = None if node is None else node.node
    return found if isinstance(found, TypeInfo) else None


def class_in(expr: Expression) -> TypeInfo | None:
    """Return the class that an expression names, None where it is not known."""
    return class_named(expr) if isinstance(expr, RefExpr) else None


def type_of(expr: Expression, api: CheckerPluginInterface) -> Type:
    """Return the type of an expression, without reporting what is wrong inside it.

    What mypy has found out before it keeps; asking anew takes as long as checking the expression.
    A literal or a comprehension it has seen where anything goes, which makes its items anything.
    """
    checker: Any = api  # the interface for plugins has no `lookup_type`
    if isinstance(expr, (CallExpr, MemberExpr, NameExpr, OpExpr)):
        try:
            known: Type = checker.lookup_type(expr)
        except KeyError:
            pass
        else:
            return known
    with api.msg.filter_errors():
        return api.get_expression_type(expr)


def is_true(expr: Expression | None) -> bool:
    """Whether an expression is ``True``, written out."""
    return isinstance(expr, NameExpr) and expr.fullname == "builtins.True"


def item_type(each: Type) -> Type | None:
    """Return what an iterable gives, None where that is not known."""
    iterable = as_base(each, "typing.Iterable")
    if iterable is not None:
        return iterable.args[0]
    proper = get_proper_type(each)
    return union(proper.items) if isinstance(proper, TupleType) and proper.items else None

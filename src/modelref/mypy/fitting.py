"""Whether a call holds, found out argument by argument: the quick way to the usual answer.

A whole check by mypy is made to report mistakes, and takes several times as long; most calls have
none.
"""

from collections.abc import Sequence
from typing import Final

from mypy.nodes import ARG_NAMED, ARG_NAMED_OPT, ARG_OPT, ARG_POS, ArgKind, Expression
from mypy.plugin import CheckerPluginInterface
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    LiteralType,
    NoneType,
    TupleType,
    Type,
    TypedDictType,
    UnionType,
    get_proper_type,
)

from modelref.mypy.adapter import Given, fits

# Tuples: a kind of argument is found in one by identity, in a set by a slow hash.
_GIVEN: Final = (ARG_POS, ARG_NAMED)
_POSITIONAL: Final = (ARG_POS, ARG_OPT)
_REQUIRED: Final = (ARG_POS, ARG_NAMED)
_TAKEN: Final = (*_POSITIONAL, *_REQUIRED, ARG_NAMED_OPT)


def holds(api: CheckerPluginInterface, function: CallableType, given: Given) -> bool | None:
    """Return whether a call holds, None where only a check by mypy can tell."""
    if function.variables or not _all_in(given.kinds, _GIVEN):
        return None
    wanted = _wanted(function, given)
    if wanted is None:
        return False if _all_in(function.arg_kinds, _TAKEN) else None
    with api.msg.filter_errors() as watcher:
        verdict = _all_fit(api, given.exprs, wanted)
    # An item of a literal that does not fit is an error inside an argument.
    return None if watcher.has_new_errors() else verdict


def _wanted(function: CallableType, given: Given) -> list[Type] | None:
    """Return what is wanted of each argument, None where they are not those of the function."""
    taken: list[int] = []
    for number, name in enumerate(given.names):
        place = _positional(function, number) if name is None else _named(function, name)
        if place is None or place in taken:
            return None
        taken.append(place)
    required = (i for i, kind in enumerate(function.arg_kinds) if kind in _REQUIRED)
    return [function.arg_types[i] for i in taken] if all(i in taken for i in required) else None


def _positional(function: CallableType, number: int) -> int | None:
    """Return the place of the parameter that a positional argument goes to."""
    kinds = function.arg_kinds
    return number if number < len(kinds) and kinds[number] in _POSITIONAL else None


def _named(function: CallableType, name: str) -> int | None:
    """Return the place of the parameter that is given by a name."""
    place = function.arg_names.index(name) if name in function.arg_names else None
    return place if place is not None and function.arg_kinds[place] in _TAKEN else None


def _all_fit(
    api: CheckerPluginInterface, exprs: Sequence[Expression], wanted: Sequence[Type]
) -> bool | None:
    for expr, each in zip(exprs, wanted, strict=True):
        verdict = _fits(api, expr, each)
        if not verdict:
            return verdict
    return True


def _fits(api: CheckerPluginInterface, expr: Expression, wanted: Type) -> bool | None:
    if isinstance(wanted, AnyType):
        return True
    found = api.get_expression_type(expr, wanted)
    return fits(found, wanted, api.options) if _is_value(found) else None


def _is_value(each: Type) -> bool:
    """Whether a type is none of a function or a class: of those more is asked than to fit."""
    proper = get_proper_type(each)
    if isinstance(proper, TupleType):
        return all(map(_is_value, proper.items))
    return isinstance(proper, (Instance, AnyType, NoneType, UnionType, LiteralType, TypedDictType))


def _all_in(kinds: Sequence[ArgKind], known: tuple[ArgKind, ...]) -> bool:
    return all(kind in known for kind in kinds)

"""The types that another is made of: members of a union, items of a tuple, arguments of a class."""

from collections.abc import Iterator, Sequence

from mypy.types import (
    Instance,
    LiteralType,
    ProperType,
    TupleType,
    Type,
    TypeAliasType,
    TypedDictType,
    UnionType,
    get_proper_type,
)


def parts(each: ProperType) -> Sequence[Type]:
    """Return the types that another, which is no class, is made of."""
    if isinstance(each, (UnionType, TupleType)):
        return each.items
    if isinstance(each, TypedDictType):
        return list(each.items.values())
    return (each.fallback,) if isinstance(each, LiteralType) else ()


def mentioned(each: Type, inside: tuple[Type, ...] = ()) -> Iterator[ProperType]:
    """Yield a type, and all that stand in it."""
    if isinstance(each, TypeAliasType) and each.is_recursive:
        if each in inside:
            return
        inside = (*inside, each)
    proper = get_proper_type(each)
    yield proper
    for part in proper.args if isinstance(proper, Instance) else parts(proper):
        yield from mentioned(part, inside)

"""What a task takes for a parameter beside what is written: any sequence for a list, and so on."""

from collections.abc import Callable, Iterator
from typing import TypeGuard

from mypy.nodes import TypeInfo
from mypy.plugin import CheckerPluginInterface
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    ProperType,
    Type,
    TypeAliasType,
    UnionType,
    get_proper_type,
)

from modelref.mypy import names
from modelref.mypy.adapter import Given, fits, holds_partial_type, plain_union, shown, type_of
from modelref.mypy.parts import mentioned

#: Finds a class by its full name.
Find = Callable[[str], TypeInfo | None]

_LISTS = frozenset({"builtins.list", "builtins.tuple", "typing.Sequence", "typing.MutableSequence"})
_OPEN = frozenset({"typing.Collection", "typing.Iterable"})
_SETS = frozenset({"builtins.set", "builtins.frozenset", "typing.AbstractSet"})
_DICTS = frozenset({"builtins.dict", "typing.MutableMapping"})
_WIDENED = _LISTS | _SETS | _DICTS
#: Sequences, sets and mappings as such; of the classes that derive from them, a task takes these.
_OF_ITEMS = ("typing.Sequence", "typing.AbstractSet")
_MAPPING = "typing.Mapping"
_ABSTRACT = (*_OF_ITEMS, _MAPPING)
_AS_SUCH = frozenset(
    {*_ABSTRACT, "typing.MutableSequence", "typing.MutableSet", "typing.MutableMapping"}
)
_TAKEN = ("builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset", "builtins.dict")


class Widening:
    """Makes types wider, and says of what has been widened how it was written.

    Args:
        api: mypy's checker.
        find: finds a class.
    """

    def __init__(self, api: CheckerPluginInterface, find: Find) -> None:
        self._api = api
        self._find = find
        self._widened: list[tuple[Type, Type]] = []
        #: Types in the arguments, as ``range``, that no task takes for a list, a set or a dict.
        self._others: list[Instance] = []

    def function(self, function: CallableType, given: Given | None = None) -> CallableType:
        """Return a function that takes what a task with these parameters takes.

        Args:
            function: what the task is called like.
            given: the arguments; without them any sequence is taken for a list.
        """
        self._others = [] if given is None else list(self._not_taken(function, given))
        return function.copy_modified(arg_types=[self.type(each) for each in function.arg_types])

    def type(self, each: Type) -> Type:
        """Return what is taken for a parameter of a type; the type itself stands first in it.

        A literal is inferred from what stands first.
        """
        proper = get_proper_type(each)
        wide = each
        if isinstance(each, TypeAliasType) and each.is_recursive:
            return each
        if isinstance(proper, UnionType):
            wide = plain_union([self.type(item) for item in proper.items])
        elif isinstance(proper, Instance):
            wide = self._instance(proper)
        if wide is not each:
            self._widened.append((wide, each))
        return wide

    def as_written(self, message: str) -> str:
        """Return a message of mypy with the types as they are written."""
        written = {shown(wide, self._api): shown(each, self._api) for wide, each in self._widened}
        for wide in sorted(written, key=len, reverse=True):
            message = message.replace(wide, written[wide])
        return message

    def _not_taken(self, function: CallableType, given: Given) -> Iterator[Instance]:
        """Yield types in the arguments that no parameter takes as it is written."""
        wanted = [part for each in function.arg_types for part in mentioned(each)]
        widened = (isinstance(e, Instance) and e.type.fullname in _WIDENED for e in wanted)
        if not any(widened) or holds_partial_type(given):
            return
        known = [part for part in wanted if not isinstance(part, AnyType)]
        for expr in given.exprs:
            for each in mentioned(type_of(expr, self._api)):
                if _is_other(each) and not any(fits(each, part) for part in known):
                    yield each

    def _instance(self, each: Instance) -> Type:
        name = each.type.fullname
        if name in _DICTS and len(each.args) == 2:
            pair = [each.args[0], self.type(each.args[1])]
            # Rows are taken out of any mapping; without them it travels as it is.
            is_kept = not _holds_rows(each.args[1]) and self._is_given(pair, _MAPPING)
            return each if is_kept else self._any_of(each, [(_MAPPING, pair)])
        if name not in _LISTS | _OPEN | _SETS or len(each.args) != 1:
            return each
        item = self.type(each.args[0])
        others: list[tuple[str, list[Type]]] = []
        if name in _LISTS:
            others += [(each_name, [item]) for each_name in self._sequences(item)]
        if name in _SETS:
            others += [(each_name, [item]) for each_name in self._sequences(item)]
        if name in _SETS or as_model(each.args[0]):
            others += [(each_name, [item]) for each_name in self._sets(item)]
        if as_model(each.args[0]):
            others += [(name, [each.args[0], each.args[0]]) for name in names.QUERYSETS]
        return self._any_of(each, others)

    def _sequences(self, item: Type) -> tuple[str, ...]:
        """Return classes of sequences that have no text in them: a text is one of texts."""
        if self._is_given([item], *_OF_ITEMS):
            return ("builtins.list", "builtins.tuple")
        text = self._find("builtins.str")
        is_open = text is not None and fits(Instance(text, []), item)
        return ("typing.MutableSequence", "builtins.tuple") if is_open else ("typing.Sequence",)

    def _sets(self, item: Type) -> tuple[str, ...]:
        given = self._is_given([item], *_OF_ITEMS)
        return ("builtins.set", "builtins.frozenset") if given else ("typing.AbstractSet",)

    def _is_given(self, args: list[Type], *classes: str) -> bool:
        """Whether an argument is one of these classes, of a kind that no task takes."""
        found = filter(None, map(self._find, classes))
        abstract = [Instance(info, args) for info in found]
        return any(fits(each, wanted) for each in self._others for wanted in abstract)

    def _any_of(self, each: Instance, others: list[tuple[str, list[Type]]]) -> Type:
        classes = [(self._find(name), args) for name, args in others]
        more = [
            Instance(info, args)
            for info, args in classes
            if info is not None and len(info.type_vars) == len(args)
        ]
        return plain_union([each, *more]) if more else each


def _is_other(each: ProperType) -> TypeGuard[Instance]:
    """Whether a type is a sequence, a set or a mapping, and none of those that a task takes."""
    if not isinstance(each, Instance) or each.type.fullname in _AS_SUCH:
        return False
    has_base = each.type.has_base
    return any(map(has_base, _ABSTRACT)) and not any(map(has_base, _TAKEN))


def _holds_rows(each: Type) -> bool:
    """Whether a row stands somewhere in a type."""
    return any(map(as_model, mentioned(each)))


def as_model(each: Type) -> bool:
    """Whether a type is a model, or one of several models."""
    proper = get_proper_type(each)
    if isinstance(proper, UnionType):
        return all(map(as_model, proper.items))
    return isinstance(proper, Instance) and proper.type.has_base(names.MODEL)

"""What a task takes for a parameter beside what is written: any sequence for a list, and so on."""

from collections.abc import Callable

from mypy.nodes import TypeInfo
from mypy.plugin import CheckerPluginInterface
from mypy.types import CallableType, Instance, Type, TypeAliasType, UnionType, get_proper_type

from modelref.mypy import names
from modelref.mypy.adapter import fits, plain_union, shown

#: Finds a class by its full name.
Find = Callable[[str], TypeInfo | None]

_LISTS = frozenset({"builtins.list", "builtins.tuple", "typing.Sequence", "typing.MutableSequence"})
_OPEN = frozenset({"typing.Collection", "typing.Iterable"})
_SETS = frozenset({"builtins.set", "builtins.frozenset", "typing.AbstractSet"})
_DICTS = frozenset({"builtins.dict", "typing.MutableMapping"})


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

    def function(self, function: CallableType) -> CallableType:
        """Return a function that takes what a task with these parameters takes."""
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

    def _instance(self, each: Instance) -> Type:
        name = each.type.fullname
        if name in _DICTS and len(each.args) == 2:
            key, value = each.args[0], self.type(each.args[1])
            return self._any_of(each, [("typing.Mapping", [key, value])])
        if name not in _LISTS | _OPEN | _SETS or len(each.args) != 1:
            return each
        item = self.type(each.args[0])
        others: list[tuple[str, list[Type]]] = []
        if name in _LISTS:
            others += [(each_name, [item]) for each_name in self._sequences(item)]
        if name in _SETS:
            others += [(each_name, [item]) for each_name in self._sequences(item)]
        if name in _SETS or as_model(each.args[0]):
            others.append(("typing.AbstractSet", [item]))
        if as_model(each.args[0]):
            others += [(name, [each.args[0], each.args[0]]) for name in names.QUERYSETS]
        return self._any_of(each, others)

    def _sequences(self, item: Type) -> tuple[str, ...]:
        """Return classes of sequences that have no text in them: a text is one of texts."""
        text = self._find("builtins.str")
        is_open = text is not None and fits(Instance(text, []), item)
        return ("typing.MutableSequence", "builtins.tuple") if is_open else ("typing.Sequence",)

    def _any_of(self, each: Instance, others: list[tuple[str, list[Type]]]) -> Type:
        classes = [(self._find(name), args) for name, args in others]
        more = [
            Instance(info, args)
            for info, args in classes
            if info is not None and len(info.type_vars) == len(args)
        ]
        return plain_union([each, *more]) if more else each


def as_model(each: Type) -> bool:
    """Whether a type is a model, or one of several models."""
    proper = get_proper_type(each)
    if isinstance(proper, UnionType):
        return all(map(as_model, proper.items))
    return isinstance(proper, Instance) and proper.type.has_base(names.MODEL)

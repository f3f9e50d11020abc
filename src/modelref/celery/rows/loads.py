"""``Load``: how the rows of one parameter are read, and the resolver that reads them so."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from modelref.errors import UnknownAlias
from modelref.identity import DEFAULT_ALIAS
from modelref.instances import read_with
from modelref.resolver import DatabaseResolver

if TYPE_CHECKING:
    from django.db.models import Model, Prefetch, QuerySet

_NAMES = ("select_related", "prefetch_related", "only", "defer")


@dataclass(frozen=True, kw_only=True, eq=False)
class Load:
    """How the rows of a parameter are read, or those of the members of a container in it.

    Two are equal, and their rows are read together, where they say the same; of ``Prefetch``
    objects only the very same one is.

    Args:
        select_related: relations to read in the same query, as for ``QuerySet.select_related``.
        prefetch_related: relations to read in one more query each; names or ``Prefetch``.
        only: fields to read, and no others.
        defer: fields to leave out.
        for_update: whether the body runs in a transaction that holds locks on the rows.
        using: alias to read from; by default the one that a reference names.

    Raises:
        TypeError: a value is not of its type, such as a text where a tuple is wanted.
    """

    select_related: tuple[str, ...] = ()
    prefetch_related: "tuple[str | Prefetch[Any], ...]" = ()
    only: tuple[str, ...] = ()
    defer: tuple[str, ...] = ()
    for_update: bool = False
    using: str | None = None

    def __post_init__(self) -> None:
        for name in _NAMES:
            object.__setattr__(self, name, _names(name, getattr(self, name)))
        _refuse_other("for_update", self.for_update, bool)
        _refuse_other("using", self.using, str | None)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Load) and self._said() == other._said()

    def __hash__(self) -> int:
        return hash(self._said())

    def _said(self) -> tuple[Hashable, ...]:
        # Django takes two Prefetch objects for equal whatever their querysets are.
        prefetched = tuple(
            each if isinstance(each, str) else id(each) for each in self.prefetch_related
        )
        names = (self.select_related, prefetched, self.only, self.defer)
        return (*names, self.for_update, self.using)


class LoadResolver(DatabaseResolver):
    """Reads rows as a ``Load`` says.

    A row read from another alias by ``using`` stays one of the alias that its reference names:
    there it is written, and so it is sent on. A locked one belongs to the alias of its lock.
    """

    def __init__(self, load: Load) -> None:
        self.load = load
        self.using = load.using

    @override
    def rows(self, model: "type[Model]", using: str) -> "QuerySet[Model]":
        """See :meth:`DatabaseResolver.rows`."""
        load, rows = self.load, super().rows(model, using)
        if load.select_related:
            rows = rows.select_related(*load.select_related)
        if load.prefetch_related:
            rows = rows.prefetch_related(*map(_own, load.prefetch_related))
        if load.only:
            rows = rows.only(*load.only, *(_keys_of_parents(model) if load.for_update else ()))
        if load.defer:
            rows = rows.defer(*load.defer)
        return _locked(rows, using) if load.for_update else rows

    @override
    def read(
        self, model: "type[Model]", pks: Sequence[Any], using: str | None
    ) -> "dict[Any, Model]":
        """See :meth:`DatabaseResolver.read`."""
        found = super().read(model, pks, using)
        home = using or DEFAULT_ALIAS
        if self.using not in (None, home) and not self.load.for_update:
            _move(found.values(), self.using, home, set())
        return found


@cache
def resolver_of(load: Load) -> LoadResolver:
    """Return the resolver that reads rows as a ``Load`` says, the same for equal ones."""
    return LoadResolver(load)


def precedence(load: Load | None) -> int:
    """Return which says how a row in several parameters is read: the one with the least number."""
    if load is None:
        return 2
    return 0 if load.for_update else 1


def check_alias_of(load: Load, where: str) -> None:
    """Raise ``UnknownAlias`` for a ``Load`` from a database that ``DATABASES`` does not have.

    Args:
        load: says how rows are read.
        where: what to name in the error.
    """
    from django.db import connections  # here: no Django database at import

    if load.using is not None and load.using not in connections.settings:
        raise UnknownAlias(
            f"{where}: the database alias {load.using!r} of Load(using=...) is not in DATABASES."
        )


def _names(option: str, value: Any) -> tuple[Any, ...]:
    if isinstance(value, str):
        raise TypeError(f"Load({option}={value!r}): write a tuple, {option}=({value!r},).")
    if not isinstance(value, (tuple, list)):  # such as a queryset, which iterating would run
        raise TypeError(f"Load({option}=...) is a tuple of names, not a {type(value).__name__}.")
    for name in value:
        prefetch = option == "prefetch_related" and hasattr(name, "prefetch_to")
        if not isinstance(name, str) and not prefetch:
            raise TypeError(
                f"Load({option}=...) is a tuple of names; it has a {type(name).__name__}."
            )
    return tuple(value)


def _refuse_other(option: str, value: Any, kind: Any) -> None:
    if not isinstance(value, kind):
        takes = getattr(kind, "__name__", kind)
        raise TypeError(f"Load({option}=...) is a {takes}, not a {type(value).__name__}.")


def _own(lookup: "str | Prefetch[Any]") -> "str | Prefetch[Any]":
    """Return a lookup for one read: Django leaves hints in the queryset of a ``Prefetch``."""
    if isinstance(lookup, str) or lookup.queryset is None:
        return lookup
    own = copy(lookup)
    own.queryset = lookup.queryset.all()
    return own


def _locked(rows: "QuerySet[Model]", using: str) -> "QuerySet[Model]":
    """Lock rows in order of their keys, and not what is joined to them, where that can be said."""
    from django.db import connections  # here: no Django database at import

    rows = rows.order_by("pk")
    if not connections[using].features.has_select_for_update_of:
        return rows.select_for_update()
    return rows.select_for_update(of=("self", *(way for way, _ in _parents(rows.model))))


def _keys_of_parents(model: "type[Model]") -> list[str]:
    """Return what has to be read of parent tables: a row of which nothing is cannot be locked."""
    return [parent._meta.pk.name for _, parent in _parents(model)]


def _parents(model: "type[Model]") -> "Iterator[tuple[str, type[Model]]]":
    """Yield the parents in whose tables parts of a row are, each with the way to it."""
    concrete: Any = model._meta.concrete_model
    for parent, link in concrete._meta.parents.items():
        if link is not None:  # that of a proxy
            yield link.name, parent
            yield from ((f"{link.name}__{way}", above) for way, above in _parents(parent))


def _move(instances: Iterable["Model"], old: str | None, new: str, seen: set[int]) -> None:
    """Let instances, and what was read with them, belong to another alias than their source."""
    for instance in instances:
        if id(instance) in seen or instance._state.db != old:
            continue
        seen.add(id(instance))
        instance._state.db = new
        _move(read_with(instance), old, new, seen)

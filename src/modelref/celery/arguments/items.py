"""The items of a ``map``, ``starmap`` or chunk: their rows are read once for all inner calls."""

from collections.abc import Sequence
from threading import RLock
from typing import TYPE_CHECKING, Any

from modelref.contents import refs_in
from modelref.group import Group
from modelref.instances import Row, twin_of
from modelref.refs import Ref, group_of, pk_of
from modelref.resolver import Resolver, around, most_rows

if TYPE_CHECKING:
    from celery.app.task import Context
    from django.db.models import Model


class MapItems:
    """The rows that the items of one map stand for, as far as they have been read.

    Args:
        request: the request of the map, whose arguments hold the items.
    """

    def __init__(self, request: "Context") -> None:
        self._lock = RLock()
        self._refs = [*refs_in([request.args, request.kwargs])][::-1]  # the last come first
        self._pks: dict[Group, list[Any]] = {}
        self._read: dict[tuple[Group, Resolver], dict[Any, Model | None]] = {}

    @classmethod
    def of(cls, request: "Context") -> "MapItems":
        """Return the items of a running map, the same for each inner call."""
        items = vars(request).get("modelref_items")
        if items is None:
            items = vars(request)["modelref_items"] = cls(request)
        return items

    def instance(self, item: Ref[Any], resolver: Resolver) -> "Model | None":
        """Return an instance of one's own for an item; None where its row does not exist.

        Args:
            item: the reference in the message.
            resolver: what reads it, and with it those around it.
        """
        group, pk = group_of(item), pk_of(item)
        with self._lock:
            read = self._read.setdefault((group, resolver), {})
            if pk not in read:
                unread = [each for each in self._pks_of(group) if each not in read]
                model, most = group.model, most_rows(group.model, resolver.using or group.using)
                chosen = around(unread, pk, most) if pk in unread else [pk]
                read |= dict.fromkeys(chosen) | resolver.read(model, chosen, group.using)
            found = read[pk]
            return None if found is None else twin_of(found)

    def _pks_of(self, group: Group) -> list[Any]:
        if group not in self._pks:
            found = dict.fromkeys(pk_of(ref) for ref in self._refs if group_of(ref) is group)
            self._pks[group] = list(found)
        return self._pks[group]


class ItemResolver:
    """Reads the rows of one inner call: those of items from the map, all others itself.

    Args:
        items: the items of the map.
        origins: what the references of the inner call stand for in the message.
        resolver: what reads rows.
    """

    def __init__(self, items: MapItems, origins: dict[Row, Ref[Any]], resolver: Resolver) -> None:
        self._items = items
        self._origins = origins
        self._resolver = resolver

    @property
    def using(self) -> str | None:
        """See ``Resolver.using``."""
        return self._resolver.using

    def read(
        self, model: "type[Model]", pks: Sequence[Any], using: str | None
    ) -> "dict[Any, Model]":
        """See ``Resolver.read``."""
        found: dict[Any, Model] = {}
        others = []
        for pk in pks:
            item = self._origins.get(Row(model._meta.label_lower, pk, using))
            if item is None:
                others.append(pk)
                continue
            instance = self._items.instance(item, self._resolver)
            if instance is not None:
                found[pk] = instance
        if others:
            found |= self._resolver.read(model, others, using)
        return found

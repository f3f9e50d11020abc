"""The packer: puts forms in the place of rows, the same for every codec but for the bytes.

A *form* is what a codec makes of plain *parts*: ``[label, pk]`` for one row, ``[label, [pk, pk]]``
for a list of one model and alias, with the alias as a third part where it is not ``default``.
"""

from collections.abc import Callable, Sequence
from typing import Any

from modelref.contents import common_group
from modelref.errors import ModelRefError, NotEncodable, UnsavedInstance
from modelref.inert import UNNAMED
from modelref.instances import Row, is_model_class, row_of, unwrap
from modelref.keys import key_of
from modelref.messages import is_body, is_call
from modelref.paths import path_to
from modelref.querysets import (
    alias_of,
    is_manager_class,
    is_queryset_class,
    pks_of,
    yields_instances,
)
from modelref.refs import Ref, group_of, instance_of, is_stored, pk_of, stored_row
from modelref.sent import SentRows

_PLAIN = frozenset({str, int, float, bool, type(None)})


class Refused(Exception):
    """A value cannot travel; its codec turns this into an error that names the path to it."""

    def __init__(self, culprit: Any, reason: str, kind: type[ModelRefError] = NotEncodable) -> None:
        super().__init__(reason)
        self.culprit = culprit
        self.kind = kind

    def error(
        self, message: Any, holds: Callable[[Any], bool] = lambda value: False
    ) -> ModelRefError:
        """Return the error for a value somewhere inside a message.

        Args:
            message: the message.
            holds: says whether an object in it has the value somewhere inside.
        """
        path = path_to(message, lambda value: value is self.culprit) or path_to(message, holds)
        return self.kind(f"{path or 'value'}: {self}")


class Packer:
    """Puts forms in the place of what stands for rows, in containers made anew.

    Args:
        codec: name of the codec, for errors.
        one: makes the codec's form for one row from its parts.
        many: makes the codec's form for a list of rows from its parts.
        reserved: keys of which no dict of the user's own may consist.
        keys: types that keys of dicts may have; None leaves that to the codec.
    """

    def __init__(
        self,
        codec: str,
        one: Callable[[Any], Any],
        many: Callable[[Any], Any],
        reserved: Sequence[str] = (),
        keys: tuple[type, ...] | None = None,
    ) -> None:
        self._keys = keys
        self.codec = codec
        self._one = one
        self._many = many
        self._reserved = frozenset(reserved)

    def pack_message(self, message: Any) -> Any:
        """Return a message body or a result with forms in it.

        Raises:
            Refused: a value in it cannot travel.
        """
        if not is_body(message):
            return self.pack(message)
        return [self._each(message[0]), *map(self.pack, message[1:])]

    def pack(self, value: Any) -> Any:
        """Return one value with forms in it; what is not known here is left for the codec."""
        kind = type(value)
        if kind in _PLAIN:
            return value
        if kind is dict and not value:  # as keyword arguments nearly always are
            return {}
        if issubclass(kind, dict):  # isinstance would ask a reference for its __class__
            return self._dict(value)
        if issubclass(kind, (list, tuple)):
            return self._grouped(value) or self._each(value)
        return self.pack_object(value)

    def pack_object(self, value: Any) -> Any:
        """Return the form of a value that is no container; all else as it is."""
        kind = type(value)
        if issubclass(kind, Ref) and is_stored(value):
            return self._stored(value, self.pack)
        if kind is SentRows:
            return self._rows(value.label, value.wires, value.using)
        value = unwrap(value)
        kind = type(value)
        if issubclass(kind, Ref) or is_model_class(kind):
            row, model = _row_and_model(value)
            return self._one(_parts(row.label, key_of(model).to_wire(row.pk), row.using))
        if is_queryset_class(kind):
            return self._queryset(value)
        if is_manager_class(kind):
            raise Refused(value, f"{kind.__name__} cannot travel as {self.codec}: add .all().")
        return value

    def put_back(self, ref: Ref[Any]) -> Any:
        """Return the form of a reference as it came."""
        return self._stored(ref, lambda wire: wire)

    def refuse(self, value: Any) -> Refused:
        """Return the refusal of a value that neither this nor the codec knows."""
        return Refused(value, f"{type(value).__name__} cannot travel as {self.codec}.")

    def check_keys(self, container: Any) -> None:
        """Refuse a dict, or a set, with a key that the codec cannot write.

        Raises:
            Refused: there is one.
        """
        for key in container:
            if not isinstance(key, self._keys or object) or isinstance(key, Ref):
                kind = type(key).__name__
                raise Refused(container, f"a key of {kind} cannot travel as {self.codec}.")

    def _each(self, values: Sequence[Any]) -> list[Any]:
        if _PLAIN.issuperset(map(type, values)):
            return list(values)
        return [self.pack(value) for value in values]

    def _dict(self, value: dict[Any, Any]) -> dict[Any, Any]:
        if len(value) == 1 and not self._reserved.isdisjoint(value):
            raise Refused(value, f"a dict of the key {next(iter(value))!r} alone is reserved.")
        if self._keys is not None:
            self.check_keys(value)
        if _PLAIN.issuperset(map(type, value.values())):
            return dict(value)
        packed = {key: self.pack(member) for key, member in value.items()}
        if is_call(value) and isinstance(value["args"], (list, tuple)):
            packed["args"] = self._each(value["args"])
        return packed

    def _stored(self, ref: Ref[Any], written: Callable[[Any], Any]) -> Any:
        """Return the form of a reference from what it was made with; see to what is in it."""
        group = group_of(ref)
        if group.label == UNNAMED:
            return (self._many if group.grouped else self._one)(written(group.wire))
        return self._one(_parts(group.label, group.wire_pk(ref), group.using))

    def _queryset(self, queryset: Any) -> Any:
        if not yields_instances(queryset):
            raise Refused(
                queryset,
                f"a queryset of .values() cannot travel as {self.codec}: send it "
                f"without .values(), or its list().",
            )
        label, using = queryset.model._meta.label_lower, alias_of(queryset)
        wires = key_of(queryset.model).to_wire_many(pks_of(queryset))
        return self._rows(label, wires, using)

    def _rows(self, label: str, wires: Sequence[Any], using: str | None) -> Any:
        if len(wires) < 2:
            return [self._one(_parts(label, wire, using)) for wire in wires]
        return self._many(_parts(label, wires, using))

    def _grouped(self, values: Sequence[Any]) -> Any:
        """Return the form for a list of one model and alias, None where it is not such a list."""
        if len(values) < 2 or not _stands_for_row(values[0]):
            return None
        return self._of_one_group(values) or self._of_one_model(values)

    def _of_one_group(self, values: Sequence[Any]) -> Any:
        """Return the form for stored references that arrived or were made together, else None."""
        group = common_group(values)
        if group is None:
            return None
        if not group.sealed and any(instance_of(ref) is not None for ref in values):
            return None
        wires = key_of(group.model).to_wire_many(list(map(pk_of, values)))
        return self._many(_parts(group.label, wires, group.using))

    def _of_one_model(self, values: Sequence[Any]) -> Any:
        """Return the form for references and instances of one model and alias, else None."""
        first, model = _row_and_model(values[0])
        pks = []
        for value in values:
            if not _stands_for_row(value):
                return None
            row, _ = _row_and_model(value)
            if row.label != first.label or row.using != first.using:
                return None
            pks.append(row.pk)
        wires = key_of(model).to_wire_many(pks)
        return self._many(_parts(first.label, wires, first.using))


def _stands_for_row(value: Any) -> bool:
    if isinstance(value, Ref):
        return group_of(value).model is not None
    return is_model_class(type(value))


def _row_and_model(value: Any) -> tuple[Row, Any]:
    """Return the row that a reference or instance stands for, and the model that has its key."""
    if isinstance(value, Ref) and is_stored(value):
        return stored_row(value), group_of(value).model
    instance = instance_of(value) if isinstance(value, Ref) else value
    try:
        return row_of(instance), type(instance)
    except UnsavedInstance as error:
        raise Refused(value, str(error), UnsavedInstance) from None


def _parts(label: str, wire: Any, using: str | None) -> list[Any]:
    return [label, wire] if using is None else [label, wire, using]

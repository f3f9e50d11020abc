"""How primary keys travel: an int or str as it is, anything else as text, parts in a list."""

from contextlib import suppress
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from modelref.errors import MalformedReference
from modelref.identity import Identity
from modelref.kept import kept_on_model
from modelref.registry import find_model, registry_is_ready

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import Field, Model

WirePk = int | str | list[int | str]


class Key:
    """The primary key of one model, between Python and the wire.

    Args:
        model: the model; its key may be composite, a relation or inherited.
    """

    def __init__(self, model: "type[Model]") -> None:
        pk = model._meta.pk
        parts = getattr(pk, "fields", None)
        self.label = model._meta.label_lower
        self.composite = parts is not None
        self.fields = [_final_target(field) for field in parts or [pk]]
        self.native = None if self.composite else _native_type(self.fields[0])

    def to_wire(self, pk: Any) -> WirePk:
        """Return a primary key as it travels."""
        if self.composite:
            return [_part_to_wire(f, part) for f, part in zip(self.fields, pk, strict=True)]
        return _part_to_wire(self.fields[0], pk)

    def to_wire_many(self, pks: "Sequence[Any]") -> "Sequence[WirePk]":
        """Return many primary keys as they travel, at once where all are plain already."""
        if self.native is not None and set(map(type, pks)) == {self.native}:
            return pks
        return [self.to_wire(pk) for pk in pks]

    def from_wire(self, wire: Any) -> Any:
        """Return the primary key that the wire names.

        Raises:
            MalformedReference: the value is none that this key can have.
        """
        if type(wire) is self.native:
            return wire
        if self.composite != isinstance(wire, (list, tuple)):
            raise self._malformed()
        parts = wire if self.composite else [wire]
        if len(parts) != len(self.fields) or not all(map(is_wire_scalar, parts)):
            raise self._malformed()
        values = tuple(map(self._to_python, self.fields, parts))
        return values if self.composite else values[0]

    def from_bare(self, value: Any) -> Any:
        """Return the primary key that a caller gave in the place of an instance.

        Args:
            value: an int, a str, or a value of the type that the field's ``to_python`` gives;
                for a composite key a tuple or list of such parts.

        Raises:
            MalformedReference: the value is none that this key can have.
        """
        if self.composite != isinstance(value, (list, tuple)):
            raise self._malformed()
        parts = value if self.composite else [value]
        if len(parts) != len(self.fields):
            raise self._malformed()
        values = tuple(map(self._to_python, self.fields, parts))
        for part, converted in zip(parts, values, strict=True):
            if not is_wire_scalar(part) and type(part) is not type(converted):
                raise self._malformed()
        return values if self.composite else values[0]

    def clean(self, pk: Any) -> Any:
        """Return a primary key as the database gives it: an instance may hold ``"4"`` for 4."""
        if type(pk) is self.native:
            return pk
        parts = pk if self.composite else [pk]
        try:
            values = tuple(map(self._to_python, self.fields, parts))
        except MalformedReference:
            return pk
        return values if self.composite else values[0]

    def clean_many(self, pks: "Sequence[Any]") -> "Sequence[Any]":
        """Return many primary keys as :meth:`clean` does, at once where all are plain already."""
        if self.native is not None and set(map(type, pks)) == {self.native}:
            return pks
        return [self.clean(pk) for pk in pks]

    def in_order(self, pks: "Iterable[Any]") -> list[Any]:
        """Return primary keys in an order that is the same in every process."""
        pks = list(pks)
        try:
            return sorted(pks)
        except TypeError:  # values of a custom field that have no order
            return sorted(pks, key=lambda pk: str(self.to_wire(pk)))

    def _to_python(self, field: "Field[Any, Any]", value: Any) -> Any:
        try:
            converted = field.to_python(value)
        except Exception:  # noqa: BLE001 - a custom field may raise anything
            raise self._malformed() from None
        if converted is None or isinstance(value, bool):
            raise self._malformed()
        return converted

    def _malformed(self) -> MalformedReference:
        kinds = ", ".join(type(field).__name__ for field in self.fields)
        return MalformedReference(
            f"{self.label}: the value is no primary key of this model ({kinds})."
        )


@kept_on_model
def key_of(model: "type[Model]") -> Key:
    """Return the key of a model."""
    return Key(model)


def wire_pk(label: str, pk: Any) -> WirePk:
    """Return a primary key as it travels, also where its model cannot be looked up."""
    if type(pk) is int or type(pk) is str:
        return pk
    try:
        return key_of(find_model(label)).to_wire(pk)
    except Exception:  # noqa: BLE001 - no registry, no such model, no such key
        raw: WirePk = raw_wire(pk)
        return raw


def identity_from_wire(label: str, wire: Any, using: str | None = None) -> Identity:
    """Return an identity from what travelled; its pk stays as it is where no model is known."""
    pk = raw_pk(wire)
    if registry_is_ready():
        with suppress(Exception):  # a name only: whoever loads it says what is wrong
            pk = key_of(find_model(label)).from_wire(wire)
    return Identity(label, pk, using)


def raw_pk(wire: Any) -> Any:
    """Return what the wire says as a primary key, where no model is known: it can be hashed."""
    return tuple(wire) if isinstance(wire, list) else wire


def raw_wire(pk: Any) -> Any:
    """Return a primary key as it travels, where no model is known."""
    return list(pk) if isinstance(pk, tuple) else pk


def is_wire_scalar(value: Any) -> bool:
    """Whether a value can stand for a primary key on the wire: an int or a str, no bool."""
    return isinstance(value, (int, str)) and not isinstance(value, bool)


def _part_to_wire(field: "Field[Any, Any]", value: Any) -> int | str:
    if type(value) is int or type(value) is str:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return int.__int__(value)
    stand_in: Any = SimpleNamespace(**{field.attname: value})
    return field.value_to_string(stand_in)


def _final_target(field: Any) -> Any:
    while field.remote_field is not None:
        field = field.target_field
    return field


def _native_type(field: Any) -> type | None:
    """The type whose values ``to_python`` gives back as they are, where Django says so."""
    from django.db.models import CharField, IntegerField  # here: no Django model at import

    convert = type(field).to_python
    if convert is IntegerField.to_python:
        return int
    return str if convert is CharField.to_python else None

"""What stands for references in a message: the same for every codec but for the bytes.

On the way out :class:`Packer` puts *forms* in the place of instances, references and querysets;
on the way in :class:`Unpacker` makes references of one batch from them. A form is made of plain
*parts*: ``[label, pk]`` for one row, ``[label, [pk, pk]]`` for a list of one model and alias,
with the alias as a third part where it is not ``default``.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from modelref.batch import Batch
from modelref.errors import ModelRefError, NotEncodable, UnsavedInstance
from modelref.group import Group
from modelref.identity import alias_on_wire
from modelref.inert import UNNAMED, malformed
from modelref.instances import Row, is_model_class, row_of, unwrap
from modelref.keys import is_wire_scalar, key_of
from modelref.paths import BODY_LENGTH, SIGNATURE_KEYS, is_body, is_call, is_signature, path_to
from modelref.querysets import (
    alias_of,
    is_manager_class,
    is_queryset_class,
    pks_of,
    yields_instances,
)
from modelref.refs import Ref, group_of, instance_of, is_stored, stored_row

_PLAIN = frozenset({str, int, float, bool, type(None)})

_PARTS_OF_CALL = frozenset(
    {"args", "callbacks", "chain", "chord", "errbacks", "id", "kwargs", "options", "task"}
)


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
        args, *rest = message
        return [self._each(args), *map(self.pack, rest)]

    def pack(self, value: Any) -> Any:
        """Return one value with forms in it; what is not known here is left for the codec."""
        if type(value) in _PLAIN:
            return value
        if isinstance(value, (list, tuple)):
            return self._grouped(value) or self._each(value)
        if isinstance(value, dict):
            return self._dict(value)
        return self.pack_object(value)

    def pack_object(self, value: Any) -> Any:
        """Return the form of a value that is no container; all else as it is."""
        value = unwrap(value)
        kind = type(value)
        if isinstance(value, Ref) and is_stored(value):
            return self._stored(value)
        if isinstance(value, Ref) or is_model_class(kind):
            row, model = _row_and_model(value)
            return self._one(_parts(row, key_of(model).to_wire(row.pk)))
        if is_queryset_class(kind):
            return self._queryset(value)
        if is_manager_class(kind):
            raise Refused(value, f"{kind.__name__} cannot travel as {self.codec}: add .all().")
        return value

    def put_back(self, ref: Ref[Any]) -> Any:
        """Return the form of a reference as it came."""
        group = group_of(ref)
        if group.label == UNNAMED:
            return (self._many if group.grouped else self._one)(group.wire)
        return self._one(_parts(stored_row(ref), group.wire_pk(ref)))

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
        return [self.pack(value) for value in values]

    def _dict(self, value: dict[Any, Any]) -> dict[Any, Any]:
        if len(value) == 1 and not self._reserved.isdisjoint(value):
            raise Refused(value, f"a dict of the key {next(iter(value))!r} alone is reserved.")
        if self._keys is not None:
            self.check_keys(value)
        packed = {key: self.pack(member) for key, member in value.items()}
        if is_call(value) and isinstance(value["args"], (list, tuple)):
            packed["args"] = self._each(value["args"])
        return packed

    def _stored(self, ref: Ref[Any]) -> Any:
        group = group_of(ref)
        if group.label == UNNAMED:
            return (self._many if group.grouped else self._one)(self.pack(group.wire))
        return self._one(_parts(stored_row(ref), group.wire_pk(ref)))

    def _queryset(self, queryset: Any) -> Any:
        if not yields_instances(queryset):
            raise Refused(
                queryset,
                f"a queryset of .values() cannot travel as {self.codec}: send it "
                f"without .values(), or its list().",
            )
        row = Row(queryset.model._meta.label_lower, None, alias_of(queryset))
        wires = key_of(queryset.model).to_wire_many(pks_of(queryset))
        if len(wires) < 2:
            return [self._one(_parts(row, wire)) for wire in wires]
        return self._many(_parts(row, wires))

    def _grouped(self, values: Sequence[Any]) -> Any:
        """Return the form for a list of one model and alias, None where it is not such a list."""
        if len(values) < 2 or not _stands_for_row(values[0]):
            return None
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
        return self._many(_parts(first, wires))


class Unpacker:
    """Makes references of one batch from the forms of one message; it never raises for a form."""

    def __init__(self) -> None:
        self._batch = Batch(sealed=True)

    def one(self, parts: Any) -> Ref[Any]:
        """Return the reference for one row."""
        if not _are_parts(parts) or not _is_wire_pk(parts[1]):
            return malformed(parts)
        label, wire, using = _label_wire_using(parts)
        return self._batch.arrive(label, [wire], using)[0]

    def many(self, parts: Any) -> list[Ref[Any]] | Ref[Any]:
        """Return the references for a list; for a form that is none, one that says so."""
        if not _are_parts(parts) or not isinstance(parts[1], (list, tuple)):
            return malformed(parts, grouped=True)
        if not all(map(_is_wire_pk, parts[1])):
            return malformed(parts, grouped=True)
        label, wires, using = _label_wire_using(parts)
        return self._batch.arrive(label, wires, using)

    def message(self, value: Any, put_back: Callable[[Any], Any]) -> Any:
        """Return what was decoded, with forms put back where a message has no arguments.

        A reference in the place of the arguments, or of what follows the task, would be asked
        for its attributes by the worker's main process.

        Args:
            value: what was decoded.
            put_back: returns the form of a reference.
        """
        if isinstance(value, dict) and "args" in value and "kwargs" in value:
            for key in _PARTS_OF_CALL & value.keys():
                value[key] = _without_refs(value[key], put_back)
        if not isinstance(value, list) or len(value) != BODY_LENGTH:
            return value
        args, kwargs, embed = value
        if isinstance(args, Ref) and {type(kwargs), type(embed)} != {dict}:
            return value  # a list of three
        if not isinstance(args, (list, tuple, Ref)):
            return value
        if isinstance(embed, dict):
            embed = {key: _without_refs(each, put_back) for key, each in embed.items()}
        if isinstance(args, Ref):  # the task itself says what is wrong
            args = [malformed(put_back(args))]
        return [args, _without_refs(kwargs, put_back), _without_refs(embed, put_back)]

    def release(
        self, signature: dict[Any, Any], put_back: Callable[[Any], Any] = lambda ref: ref
    ) -> None:
        """Let the references of a signature pass through: they load with no other.

        Args:
            signature: a dict with the keys of one.
            put_back: see :meth:`message`.
        """
        for key in SIGNATURE_KEYS:
            if isinstance(signature[key], Ref):
                signature[key] = put_back(signature[key])
        parts = [signature["args"], signature["kwargs"], signature["options"]]
        for ref in refs_in(parts, is_signature):  # those inside have been released before
            group = group_of(ref)
            if isinstance(group, Group):
                group.release(ref)


def _without_refs(value: Any, put_back: Callable[[Any], Any]) -> Any:
    if isinstance(value, list):
        return [put_back(each) if isinstance(each, Ref) else each for each in value]
    return put_back(value) if isinstance(value, Ref) else value


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


def _parts(row: Row, wire: Any) -> list[Any]:
    return [row.label, wire] if row.using is None else [row.label, wire, row.using]


def _are_parts(parts: Any) -> bool:
    return (
        isinstance(parts, (list, tuple))
        and 2 <= len(parts) <= 3
        and _is_label(parts[0])
        and isinstance(parts[-1] if len(parts) == 3 else "", str)
    )


def _is_label(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    app_label, dot, name = value.partition(".")
    return bool(dot) and app_label.isidentifier() and name.isidentifier()


def _is_wire_pk(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return len(value) > 0 and all(map(is_wire_scalar, value))
    return is_wire_scalar(value)


def _label_wire_using(parts: Sequence[Any]) -> tuple[str, Any, str | None]:
    label, wire, *using = parts
    return label.lower(), wire, alias_on_wire(using[0]) if using else None


def refs_in(
    values: list[Any], skips: Callable[[dict[Any, Any]], bool] = lambda value: False
) -> Iterator[Ref[Any]]:
    """Yield the references inside lists, tuples, sets and dicts.

    Args:
        values: where to look; the list itself is used up.
        skips: says of a dict whether it is passed over.
    """
    waiting = values  # no recursion: what is too deep for it is no reason to lose a message
    seen: set[int] = set()
    while waiting:
        value = waiting.pop()
        if isinstance(value, Ref):
            yield value
        elif not isinstance(value, (list, tuple, set, frozenset, dict)) or id(value) in seen:
            continue
        elif not isinstance(value, dict):
            seen.add(id(value))
            waiting.extend(value)
        elif not skips(value):
            seen.add(id(value))
            waiting.extend(value.values())

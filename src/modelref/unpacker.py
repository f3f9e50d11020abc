"""The unpacker: makes references of one batch from the forms of one message.

It trusts nothing and raises for no form: what is wrong with one is raised where the reference is
used. See :mod:`modelref.packer` for what a form is.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from modelref.batch import Batch
from modelref.contents import refs_in
from modelref.group import Group
from modelref.identity import alias_on_wire
from modelref.inert import malformed
from modelref.keys import is_wire_scalar
from modelref.messages import BODY_LENGTH, SIGNATURE_KEYS, is_signature
from modelref.quoted import quote_raised
from modelref.refs import Ref, group_of

_PARTS_OF_CALL = frozenset(
    {"args", "callbacks", "chain", "chord", "errbacks", "id", "kwargs", "options", "task"}
)
_PLAIN_KEYS = frozenset({int, str})


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
        if not _are_wire_pks(parts[1]):
            return malformed(parts, grouped=True)
        label, wires, using = _label_wire_using(parts)
        return self._batch.arrive(label, wires, using)

    def message(self, value: Any, put_back: Callable[[Any], Any]) -> Any:
        """Return what was decoded, with forms put back where a message has no arguments.

        A reference in the place of the arguments, or of what follows the task, would be asked
        for its attributes by the worker's main process. One in an exception is quoted.

        Args:
            value: what was decoded.
            put_back: returns the form of a reference.
        """
        quote_raised(value)
        if isinstance(value, dict) and "args" in value and "kwargs" in value:
            _put_back_parts(value, put_back)
        if not isinstance(value, list) or len(value) != BODY_LENGTH:
            return value
        args, kwargs, embed = value
        if isinstance(args, Ref) and {type(kwargs), type(embed)} != {dict}:
            return value  # a list of three
        if not isinstance(args, (list, tuple, Ref)):
            return value
        if isinstance(embed, dict):
            embed = {
                key: None if each is None else _without_refs(each, put_back)
                for key, each in embed.items()
            }
        if isinstance(args, Ref):  # the task itself says what is wrong
            args = [malformed(put_back(args))]
        return [args, _without_refs(kwargs, put_back), _without_refs(embed, put_back)]

    def release(self, signature: dict[Any, Any], put_back: Callable[[Any], Any]) -> None:
        """Let the references of a signature pass through: they load with no other.

        Args:
            signature: a dict with the keys of one.
            put_back: see :meth:`message`.
        """
        for key in SIGNATURE_KEYS:
            if isinstance(signature[key], Ref):
                signature[key] = put_back(signature[key])
        parts = [signature["args"], signature["kwargs"], signature["options"]]
        passing = defaultdict[Group, list[Ref[Any]]](list)
        for ref in refs_in(parts, is_signature):  # those inside have been released before
            if isinstance(group_of(ref), Group):
                passing[group_of(ref)].append(ref)
        for group, refs in passing.items():
            group.release(refs)


def _put_back_parts(call: dict[str, Any], put_back: Callable[[Any], Any]) -> None:
    """Do it for a call of task protocol 1, or what ``result_extended`` keeps of one."""
    for key in _PARTS_OF_CALL & call.keys():
        if key != "args" or isinstance(call[key], Ref):  # each argument may be one
            call[key] = _without_refs(call[key], put_back)


def _without_refs(value: Any, put_back: Callable[[Any], Any]) -> Any:
    if isinstance(value, list):
        return [put_back(each) if isinstance(each, Ref) else each for each in value]
    return put_back(value) if isinstance(value, Ref) else value


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


def _are_wire_pks(values: Sequence[Any]) -> bool:
    return _PLAIN_KEYS.issuperset(map(type, values)) or all(map(_is_wire_pk, values))


def _label_wire_using(parts: Sequence[Any]) -> tuple[str, Any, str | None]:
    label, wire, *using = parts
    return label.lower(), wire, alias_on_wire(using[0]) if using else None

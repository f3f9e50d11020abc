"""The calls in a pickle of ours, put in the place of what a pickle should not hold as it is.

pickle asks its ``reducer_override`` for every object but for those of builtin types, so that a
list of rows, which travels as one call, has to be found by a walk. The walk makes plain containers
anew and keeps what is shared or circular among them as it is.
"""

from functools import partial
from typing import Any

from kombu.utils.json import textual_types

from modelref.codecs.allowed import dotted_name
from modelref.codecs.values import SCALARS, plain
from modelref.messages import is_body, is_call, is_signature
from modelref.packer import Packer

NAME = "modelref-pickle"

_PLAIN = frozenset({str, int, float, bool, bytes, type(None)})
_SETS = (set, frozenset)


class Call:
    """A call of a loader, made where the message is read.

    Args:
        loader: name of the loader.
        args: its arguments.
    """

    __slots__ = ("args", "loader")

    def __init__(self, loader: str, *args: Any) -> None:
        self.loader = loader
        self.args = args


class PicklePacker(Packer):
    """Puts calls in the place of rows and signatures in one message."""

    def __init__(self) -> None:
        super().__init__(NAME, one=partial(_call, "one"), many=partial(_call, "many"))
        #: By id of the value: the value, which has to live as long, and what stands for it.
        self._packed: dict[int, tuple[Any, Any]] = {}

    def pack_message(self, message: Any) -> Any:
        """Return a message body or a result with calls in it; tuples stay tuples."""
        if not is_body(message):
            return self.pack(message)
        args, *rest = message
        return _like(message, [_like(args, self._each(args)), *map(self.pack, rest)])

    def pack(self, value: Any) -> Any:
        """Return one value with calls in it; what is not known here is left for pickle."""
        if type(value) in _PLAIN or type(value) is Call:
            return value
        known = self._packed.get(id(value))
        if known is None:
            packed = self._pack_new(value)  # which, where it leads back, has packed the value too
            known = self._packed.setdefault(id(value), (value, packed))
        return known[1]

    def _pack_new(self, value: Any) -> Any:
        kind = type(value)
        if kind is list:
            return self._grouped(value) or self._list(value)
        if kind is tuple or kind in _SETS:
            return kind(self._each(value))
        if isinstance(value, dict) and is_signature(value):
            # A call of its own, which has nothing in common with the one it travels with.
            packed = PicklePacker()._dict(dict(value))
            return Call("later" if kind is dict else "signature", packed)
        if kind is dict:
            return self._dict(value)
        return self._pack_other(value)

    def _pack_other(self, value: Any) -> Any:
        packed = self.pack_object(value)
        if packed is not value:
            return self.pack(packed)
        if isinstance(value, textual_types):
            return str(value)
        if isinstance(value, SCALARS) and dotted_name(type(value)) is None:
            return plain(value)
        if isinstance(value, (list, dict)):
            return self._pack_disguised(value)
        return value

    def _pack_disguised(self, value: Any) -> Any:
        """Pack a subclass of list or dict that asks to be pickled as a plain one."""
        make, args, *state = value.__reduce_ex__(2)
        if make in (list, dict) and len(args) == 1 and not any(state):
            return self.pack(make(args[0]))
        return value

    def _list(self, value: list[Any]) -> list[Any]:
        packed: list[Any] = []
        self._packed[id(value)] = value, packed
        packed += self._each(value)
        return packed

    def _dict(self, value: dict[Any, Any]) -> dict[Any, Any]:
        packed: dict[Any, Any] = {}
        self._packed[id(value)] = value, packed
        args = value["args"] if is_call(value) else None
        for key, member in value.items():
            if member is args and isinstance(args, (list, tuple)):
                packed[key] = _like(args, self._each(args))
            else:
                packed[self.pack(key)] = self.pack(member)
        return packed


def _call(loader: str, parts: Any) -> Call:
    return Call(loader, *parts) if isinstance(parts, (list, tuple)) else Call(loader, parts)


def _like(container: Any, members: list[Any]) -> Any:
    return tuple(members) if type(container) is tuple else members

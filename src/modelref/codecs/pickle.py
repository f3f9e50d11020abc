"""``modelref-pickle``: a row is a call of a loader with ``(label, pk)``, a list of rows of another.

A pickler of our own puts the calls in the place of rows, wherever they are; no other pickle is
touched. Besides the loaders a message names only what the allow-list has
(:mod:`modelref.codecs.allowed`), which holds for the sender as for the receiver.
"""

import copyreg
import io
import pickle
import pickletools
from collections.abc import Callable
from enum import Enum
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from modelref.codecs.allowed import dotted_name, find, is_immutable, shielded
from modelref.codecs.arrivals import Arrivals
from modelref.codecs.departures import NAME, Call, PicklePacker
from modelref.errors import ForbiddenGlobal, NotEncodable
from modelref.packer import Refused
from modelref.paths import path_to

CONTENT_TYPE = "application/x-modelref+pickle"
PROTOCOL = 5

_CONTAINERS = (list, tuple, dict)
_GLOBALS = (type, FunctionType, BuiltinFunctionType)
_EXTENSIONS = frozenset({"EXT1", "EXT2", "EXT4"})
_UNPICKLABLE = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    pickle.PicklingError,
)


def _loader(name: str) -> Callable[..., Any]:
    def load(*args: Any) -> Any:
        arrivals = Arrivals()
        loaded = arrivals.loaders[name](*args)
        arrivals.settle()
        return loaded

    load.__name__ = load.__qualname__ = name
    load.__doc__ = f"Do what ``Arrivals.{name}`` does, alone: for who reads a message with pickle."
    return load


# The names in a message. They are part of the wire format.
one = _loader("one")
many = _loader("many")
later = _loader("later")
signature = _loader("signature")
call = _loader("call")
new = _loader("new")
itself = _loader("itself")

_LOADERS = {load.__name__: load for load in (one, many, later, signature, call, new, itself)}


def encode(message: Any) -> bytes:
    """Return a message body or a result as a pickle.

    Args:
        message: what kombu hands to a serializer.

    Raises:
        UnsavedInstance: an instance in it has no row.
        NotEncodable: a value in it cannot travel. Both name the path to the value.
    """
    try:
        data = _dumps(message)
        _refuse_extension_codes(data)
    except Refused as refused:
        raise refused.error(message, _cannot_travel) from None
    except (*_UNPICKLABLE, ForbiddenGlobal) as error:
        path = None if isinstance(error, RecursionError) else path_to(message, _cannot_travel)
        raise NotEncodable(f"{path or 'The message'}: cannot travel as {NAME}: {error}.") from None
    return data


def decode(data: bytes | bytearray | memoryview | str) -> Any:
    """Return a message body or a result with pending references in it; never a query.

    Args:
        data: the pickle.

    Raises:
        ForbiddenGlobal: it names what is not in the allow-list.
        Exception: it is no pickle.
    """
    data = data.encode() if isinstance(data, str) else data
    _refuse_extension_codes(data)
    arrivals = Arrivals()
    message = _Unpickler(io.BytesIO(data), arrivals).load()
    arrivals.settle()
    return arrivals.message(message)


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO, packer: PicklePacker) -> None:
        super().__init__(file, PROTOCOL)
        self._packer = packer

    def reducer_override(self, obj: Any, /) -> Any:
        """Return how an object travels; asked for all but those of plain builtin types."""
        if isinstance(obj, _GLOBALS):
            return self._reduce_global(obj)
        packed = self._packer.pack(obj)
        if type(packed) is Call:
            return _LOADERS[packed.loader], packed.args
        if packed is not obj:
            return itself, (packed,)
        return self._reduce(obj)

    def _reduce_global(self, target: Any) -> Any:
        """Let a class or function travel by name where no pickle can change it."""
        if target in _LOADERS.values() or (is_immutable(target) and dotted_name(target)):
            return NotImplemented
        kind = type(target).__name__
        raise Refused(target, f"{target.__qualname__}, a {kind}, cannot travel as {NAME}.")

    def _reduce(self, value: Any) -> Any:
        """Return the call that makes an object of an allowed class again."""
        kind = type(value)
        if kind is UUID:
            return call, ("uuid.UUID", value.hex)
        if kind is ZoneInfo and value.key is not None:
            return call, ("zoneinfo.ZoneInfo", value.key)
        if isinstance(value, Enum):
            return call, (self._name(value, kind), value.value)
        if is_immutable(kind) and dotted_name(kind):
            return NotImplemented
        return self._reduce_by_name(value, *_reduced(self._packer, value))

    def _reduce_by_name(
        self, value: Any, make: Any, args: tuple[Any, ...], *state: Any
    ) -> tuple[Any, ...]:
        """Return a reduction as a call by name, so that no class itself is in a message."""
        name = getattr(make, "__name__", "")
        if name == "__newobj__":
            return new, (self._name(value, args[0]), args[1:], {}), *state
        if name == "__newobj_ex__":
            return new, (self._name(value, args[0]), *args[1:]), *state
        return call, (self._name(value, make), *args), *state

    def _name(self, value: Any, make: Any) -> str:
        name = dotted_name(make)
        if name is None:
            raise Refused(value, f"{self._packer.refuse(value)} {_advice(make)}")
        return name


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, arrivals: Arrivals) -> None:
        super().__init__(file)
        self._arrivals = arrivals

    def find_class(self, module: str, name: str, /) -> Any:
        """Return what a pickle gets for a name.

        Raises:
            ForbiddenGlobal: the name is not in the allow-list; nothing has been imported.
        """
        if module == __name__ and name in self._arrivals.loaders:
            return self._arrivals.loaders[name]
        return shielded(find(module, name))


def _dumps(message: Any) -> bytes:
    packer = PicklePacker()
    file = io.BytesIO()
    _Pickler(file, packer).dump(packer.pack_message(message))
    return file.getvalue()


def _reduced(packer: PicklePacker, value: Any) -> tuple[Any, ...]:
    """Return what pickle would take an object to pieces with."""
    registered: Any = copyreg.dispatch_table.get(type(value))
    try:
        reduced = value.__reduce_ex__(PROTOCOL) if registered is None else registered(value)
    except TypeError:
        raise packer.refuse(value) from None
    if not isinstance(reduced, tuple):
        raise packer.refuse(value)
    return reduced


def _advice(make: Any) -> str:
    module, name = getattr(make, "__module__", None), getattr(make, "__qualname__", "")
    if isinstance(make, MethodType) or not module or not name.isidentifier():
        return "Only what stands at the top of a module can be allowed."
    return (
        f"Workers read only what they are told to: add '{module}.{name}' to "
        f"MODELREF['PICKLE_ALLOW']."
    )


def _cannot_travel(value: Any) -> bool:
    """Whether an object cannot travel, alone; to find the way to it."""
    if type(value) in _CONTAINERS:
        return False
    try:
        _dumps(value)
    except (Refused, *_UNPICKLABLE):
        return True
    return False


def _refuse_extension_codes(data: bytes | bytearray | memoryview) -> None:
    """Refuse a pickle with extension codes, which go past ``find_class`` where they are known.

    Raises:
        ForbiddenGlobal: there is one.
    """
    if not vars(copyreg)["_inverted_registry"]:  # as a rule: then they are unknown
        return
    if any(opcode.name in _EXTENSIONS for opcode, _, _ in pickletools.genops(bytes(data))):
        raise ForbiddenGlobal(f"A message in {NAME} has an extension code, which is not allowed.")


#: What kombu's entry point ``kombu.serializers`` takes.
register_args = (encode, decode, CONTENT_TYPE, "binary")

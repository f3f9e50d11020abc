"""``modelref-msgpack``: an extension type holds ``[label, pk]``, another ``[label, [pk, pk]]``.

All else is what kombu's ``msgpack`` carries, and what its JSON does. The library is imported when
a message is.
"""

from functools import cache
from types import ModuleType
from typing import Any

from modelref.codecs.values import library, put_back, read, stand_in
from modelref.errors import NotEncodable
from modelref.packer import Packer, Refused
from modelref.unpacker import Unpacker

NAME = "modelref-msgpack"
CONTENT_TYPE = "application/x-modelref+msgpack"

#: Codes of the extension types. They are part of the wire format.
ONE = 77
MANY = 78

_KEYS = (str, int, float, bytes, type(None))


class _Packer(Packer):
    """Puts extension types in the place of rows; those of the user's own stay what they are."""

    def __init__(self, msgpack: ModuleType) -> None:
        super().__init__(
            NAME,
            one=lambda parts: self._form(ONE, parts),
            many=lambda parts: self._form(MANY, parts),
            keys=_KEYS,
        )
        self._msgpack = msgpack

    def pack(self, value: Any) -> Any:
        if not isinstance(value, self._msgpack.ExtType):
            return super().pack(value)
        if value.code in (ONE, MANY):
            raise Refused(value, f"the extension type {value.code} is reserved.")
        return value

    def _form(self, code: int, parts: Any) -> Any:
        return self._msgpack.ExtType(code, self._msgpack.packb(parts))


def encode(message: Any) -> bytes:
    """Return a message body or a result as MessagePack.

    Args:
        message: what kombu hands to a serializer.

    Raises:
        UnsavedInstance: an instance in it has no row.
        NotEncodable: a value in it cannot travel. Both name the path to the value.
        SerializerNotInstalled: the library is missing.
    """
    msgpack, packer = _tools()
    try:
        packed = packer.pack_message(message)
        data: bytes = msgpack.packb(packed, default=lambda value: stand_in(packer, value))
    except Refused as refused:
        raise refused.error(message) from None
    except (ArithmeticError, RecursionError, TypeError, ValueError) as error:
        raise NotEncodable(f"The message cannot travel as {NAME}: {error}.") from None
    return data


def decode(data: bytes | bytearray | memoryview | str) -> Any:
    """Return a message body or a result with pending references in it; never a query.

    Args:
        data: MessagePack.

    Raises:
        ValueError: it is none.
        SerializerNotInstalled: the library is missing.
    """
    msgpack, _ = _tools()
    unpacker = Unpacker()

    def form(code: int, data: bytes) -> Any:
        if code not in (ONE, MANY):
            return msgpack.ExtType(code, data)
        try:
            parts = msgpack.unpackb(data, ext_hook=form, strict_map_key=False)
        except Exception:  # noqa: BLE001 - a malformed reference, then
            parts = data
        return unpacker.one(parts) if code == ONE else unpacker.many(parts)

    message = msgpack.unpackb(
        data.encode() if isinstance(data, str) else data,
        ext_hook=form,
        object_hook=lambda value: read(unpacker, value),
        strict_map_key=False,
    )
    return unpacker.message(message, put_back)


@cache
def _tools() -> tuple[ModuleType, Packer]:
    msgpack = library("msgpack", NAME, "msgpack")
    return msgpack, _Packer(msgpack)


#: What kombu's entry point ``kombu.serializers`` takes.
register_args = (encode, decode, CONTENT_TYPE, "binary")

"""``modelref-json``: ``{"__modelref__": [label, pk]}`` and ``{"__modelrefs__": [label, [pk]]}``.

Everything else is kombu's JSON, encoded and decoded by kombu's own functions.
"""

from typing import Any

from kombu.utils.json import JSONEncoder, loads, object_hook

from modelref.contents import holds_refs
from modelref.errors import NotEncodable
from modelref.messages import is_signature
from modelref.packer import Packer, Refused
from modelref.paths import path_to
from modelref.refs import Ref
from modelref.unpacker import Unpacker

NAME = "modelref-json"
CONTENT_TYPE = "application/x-modelref+json"

ONE = "__modelref__"
MANY = "__modelrefs__"

_KOMBUS_TYPES = frozenset({"base64", "bytes", "date", "datetime", "decimal", "time", "uuid"})
_KEYS = (str, int, float, bool, type(None))

_packer = Packer(
    NAME, one=lambda parts: {ONE: parts}, many=lambda parts: {MANY: parts}, reserved=(ONE, MANY)
)


class _Encoder(JSONEncoder):
    def default(self, o: Any) -> Any:
        """Return what stands for a value that JSON does not know; ours come before kombu's."""
        packed = _packer.pack_object(o)
        if packed is not o:
            return packed
        try:
            return super().default(o)
        except TypeError:
            raise _packer.refuse(o) from None


_encoder = _Encoder(separators=(",", ":"), check_circular=False)  # a circle is a RecursionError


def encode(message: Any) -> str:
    """Return a message body or a result as JSON.

    Args:
        message: what kombu hands to a serializer.

    Raises:
        UnsavedInstance: an instance in it has no row.
        NotEncodable: a value in it cannot travel. Both name the path to the value.
    """
    try:
        return _encoder.encode(_packer.pack_message(message))
    except Refused as refused:
        raise refused.error(message) from None
    except TypeError as error:
        raise NotEncodable(f"{path_to(message, _has_other_keys)}: {error}.") from None
    except (ValueError, RecursionError) as error:
        raise NotEncodable(f"The message cannot travel as {NAME}: {error}.") from None


def decode(text: str | bytes | bytearray | memoryview) -> Any:
    """Return a message body or a result with pending references in it; never a query.

    Args:
        text: JSON, as text or as UTF-8, which is what the different transports deliver.

    Raises:
        ValueError: the text is no JSON.
    """
    unpacker = Unpacker()

    def hook(value: dict[str, Any]) -> Any:
        if len(value) == 1:
            if ONE in value:
                return unpacker.one(value[ONE])
            if MANY in value:
                return unpacker.many(value[MANY])
        elif is_signature(value):
            unpacker.release(value, _packer.put_back)
        if "__type__" not in value:  # all of kombu's own have it, in 5.5 to 5.7
            return value
        return value if _is_odd(value) else object_hook(value)

    return unpacker.message(loads(text, object_hook=hook), _packer.put_back)


def _is_odd(value: dict[str, Any]) -> bool:
    """Whether kombu, to make a value of one of its own types, would ask a reference for things."""
    kind = value.get("__type__")
    if isinstance(kind, Ref) or isinstance(value.get("__value__"), Ref):
        return True
    return isinstance(kind, str) and kind in _KOMBUS_TYPES and holds_refs(value)


def _has_other_keys(value: Any) -> bool:
    return isinstance(value, dict) and not all(isinstance(key, _KEYS) for key in value)


#: What kombu's entry point ``kombu.serializers`` takes.
register_args = (encode, decode, CONTENT_TYPE, "utf-8")

"""What the codecs beside JSON share: kombu's JSON for values that they have no form for.

Decimals, UUIDs, times, objects with ``__json__`` and registered types travel in YAML and msgpack as
``{"__type__": ..., "__value__": ...}``, made and read by kombu's own functions.
"""

from importlib import import_module
from types import ModuleType
from typing import Any

from kombu.exceptions import SerializerNotInstalled
from kombu.utils.json import JSONEncoder, object_hook

from modelref.codecs.json import MANY, ONE
from modelref.contents import holds_refs
from modelref.messages import is_signature
from modelref.packer import Packer
from modelref.unpacker import Unpacker

SCALARS = (str, bytes, int, float)

_encoder = JSONEncoder()

#: Returns the form that a reference has in JSON; for :meth:`Unpacker.message`.
put_back = Packer("JSON", one=lambda parts: {ONE: parts}, many=lambda parts: {MANY: parts}).put_back


def library(name: str, codec: str, extra: str) -> ModuleType:
    """Return the library that a codec needs.

    Args:
        name: name of its module.
        codec: name of the codec.
        extra: name of the extra that installs it.

    Raises:
        SerializerNotInstalled: it is missing.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise SerializerNotInstalled(
            f"{codec} needs a library that is not installed ({error}): "
            f"pip install 'django-modelref[{extra}]'"
        ) from None


def plain(value: Any) -> Any:
    """Return a text or number of a class of its own as what it is besides, as JSON does."""
    kind: Any = next(kind for kind in SCALARS if isinstance(value, kind))
    return kind.__getnewargs__(value)[0]


def stand_in(packer: Packer, value: Any) -> Any:
    """Return what a codec writes for a value that it does not know.

    Raises:
        Refused: nothing does.
    """
    packed = packer.pack_object(value)
    if packed is not value:
        return packed
    try:
        written = _encoder.default(value)
    except TypeError:
        raise packer.refuse(value) from None
    return packer.pack(written)


def read(unpacker: Unpacker, value: dict[Any, Any]) -> Any:
    """Return what a dict that was read stands for, itself as a rule."""
    if is_signature(value):
        unpacker.release(value, put_back)
    if "__type__" not in value or holds_refs(value):
        return value  # kombu would ask a reference for what the type in it takes
    try:
        return object_hook(value)
    except Exception:  # noqa: BLE001 - a dict of the user's own, then
        return value

"""``modelref-yaml``: ``!modelref [label, pk]`` and ``!modelrefs [label, [pk, pk]]``.

All else is what kombu's ``yaml`` carries, and what its JSON does, by subclasses of PyYAML's safe
dumper and loader. The library is imported when a message is.
"""

from copy import copy
from datetime import date, datetime
from functools import cache
from typing import Any

from modelref.codecs.values import SCALARS, library, plain, put_back, read, stand_in
from modelref.errors import NotEncodable
from modelref.packer import Packer, Refused
from modelref.unpacker import Unpacker

NAME = "modelref-yaml"
CONTENT_TYPE = "application/x-modelref+yaml"

ONE = "!modelref"
MANY = "!modelrefs"

_KEYS = (str, int, float, bytes, date, type(None))
_MAPPING = "tag:yaml.org,2002:map"
_WIDEST = 2**31 - 1  # the longest line that libyaml knows: none is folded


class _Form:
    """What is written with a tag of ours."""

    def __init__(self, tag: str, parts: Any) -> None:
        self.tag = tag
        self.parts = parts


class _Packer(Packer):
    """Puts forms in the place of rows, and refuses sets that could not be read."""

    def pack_object(self, value: Any) -> Any:
        if type(value) is set:
            self.check_keys(value)
        return super().pack_object(value)


_packer = _Packer(
    NAME, one=lambda parts: _Form(ONE, parts), many=lambda parts: _Form(MANY, parts), keys=_KEYS
)


def encode(message: Any) -> str:
    """Return a message body or a result as YAML.

    Args:
        message: what kombu hands to a serializer.

    Raises:
        UnsavedInstance: an instance in it has no row.
        NotEncodable: a value in it cannot travel. Both name the path to the value.
        SerializerNotInstalled: the library is missing.
    """
    yaml = library("yaml", NAME, "yaml")
    try:
        text: str = yaml.dump(
            _packer.pack_message(message),
            Dumper=_dumper(),
            allow_unicode=True,
            default_flow_style=True,
            sort_keys=False,
            width=_WIDEST,
        )
        text.encode()  # a lone surrogate would be found by the transport, too late
    except Refused as refused:
        raise refused.error(message) from None
    except (RecursionError, TypeError, ValueError, yaml.YAMLError) as error:
        raise NotEncodable(f"The message cannot travel as {NAME}: {error}.") from None
    return text


def decode(text: str | bytes | bytearray | memoryview) -> Any:
    """Return a message body or a result with pending references in it; never a query.

    Args:
        text: YAML, as text or as bytes, which is what the different transports deliver.

    Raises:
        yaml.YAMLError: it is no YAML, or has a tag that is not safe.
        SerializerNotInstalled: the library is missing.
    """
    loader = _loader()(text if isinstance(text, (str, bytes)) else bytes(text))
    loader.unpacker = Unpacker()
    try:
        message = loader.get_single_data()
    finally:
        loader.dispose()
    return loader.unpacker.message(message, put_back)


@cache
def _dumper() -> Any:
    yaml = library("yaml", NAME, "yaml")
    safe = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

    class Dumper(safe):  # type: ignore[misc, valid-type, unused-ignore]
        """Writes forms, and what kombu's JSON stands in with; a container twice as it is."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

    def form(dumper: Any, form: _Form) -> Any:
        node = dumper.represent_data(form.parts)
        node.tag = form.tag
        return node

    def instant(dumper: Any, value: datetime) -> Any:
        offset = value.utcoffset()
        if offset is not None and offset.total_seconds() % 60:  # which YAML has no way to write
            return dumper.represent_data(stand_in(_packer, value))
        return safe.represent_datetime(dumper, value)

    def scalar(dumper: Any, value: Any) -> Any:
        return dumper.represent_data(plain(value))

    def other(dumper: Any, value: Any) -> Any:
        return dumper.represent_data(stand_in(_packer, value))

    Dumper.add_representer(_Form, form)
    Dumper.add_representer(datetime, instant)
    for kind in SCALARS:
        Dumper.add_multi_representer(kind, scalar)
    Dumper.add_representer(None, other)
    return Dumper


@cache
def _loader() -> Any:
    yaml = library("yaml", NAME, "yaml")
    safe = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(safe):  # type: ignore[misc, valid-type, unused-ignore]
        """Reads forms, and what kombu's JSON stands in with."""

        unpacker: Unpacker

    def one(loader: Any, node: Any) -> Any:
        return loader.unpacker.one(_untagged(loader, node))

    def many(loader: Any, node: Any) -> Any:
        return loader.unpacker.many(_untagged(loader, node))

    def mapping(loader: Any, node: Any) -> Any:
        return read(loader.unpacker, loader.construct_mapping(node, deep=True))

    Loader.add_constructor(ONE, one)
    Loader.add_constructor(MANY, many)
    Loader.add_constructor(_MAPPING, mapping)
    return Loader


def _untagged(loader: Any, node: Any) -> Any:
    """Return what is under a tag of ours, whatever it is; what cannot be read is None."""
    bare = copy(node)
    bare.tag = loader.resolve(type(node), node.value, (True, False))
    try:
        return loader.construct_object(bare, deep=True)
    except Exception:  # noqa: BLE001 - a malformed reference, then
        return None


#: What kombu's entry point ``kombu.serializers`` takes.
register_args = (encode, decode, CONTENT_TYPE, "utf-8")

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, overload

class codec(NamedTuple):
    content_type: str
    content_encoding: str
    encoder: Callable[[Any], Any]

class SerializerRegistry:
    type_to_name: dict[str, str]
    name_to_type: dict[str, str]

    # Of no public use; as of kombu 5.5 to 5.7.
    _encoders: dict[str, codec]
    _decoders: dict[str, Callable[[Any], Any]]

    def register(
        self,
        name: str,
        encoder: Callable[[Any], str | bytes] | None,
        decoder: Callable[[Any], Any] | None,
        content_type: str,
        content_encoding: str = "utf-8",
    ) -> None: ...
    def disable(self, name: str) -> None: ...

registry: SerializerRegistry

def dumps(data: Any, serializer: str | None = None) -> tuple[str, str, str | bytes]: ...
def loads(
    data: Any,
    content_type: str,
    content_encoding: str,
    accept: Iterable[str] | None = None,
    force: bool = False,
) -> Any: ...
def register(
    name: str,
    encoder: Callable[[Any], str | bytes] | None,
    decoder: Callable[[Any], Any] | None,
    content_type: str,
    content_encoding: str = "utf-8",
) -> None: ...
@overload
def prepare_accept_content(
    content_types: Iterable[str], name_to_type: Mapping[str, str] | None = None
) -> set[str]: ...
@overload
def prepare_accept_content(
    content_types: None, name_to_type: Mapping[str, str] | None = None
) -> None: ...

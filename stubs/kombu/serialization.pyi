from collections.abc import Callable, Iterable, Mapping
from typing import Any, overload

class SerializerRegistry:
    type_to_name: dict[str, str]
    name_to_type: dict[str, str]

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

import json
from collections.abc import Callable
from typing import Any, TypeVar

_T = TypeVar("_T")

textual_types: tuple[type, ...]

class JSONEncoder(json.JSONEncoder): ...

def dumps(
    s: Any,
    _dumps: Callable[..., str] = ...,
    cls: type[json.JSONEncoder] = ...,
    default_kwargs: dict[str, Any] | None = None,
    **kwargs: Any,
) -> str: ...
def loads(
    s: str | bytes | bytearray | memoryview,
    _loads: Callable[..., Any] = ...,
    decode_bytes: bool = True,
    object_hook: Callable[[dict[str, Any]], Any] | None = ...,
) -> Any: ...
def object_hook(o: dict[str, Any]) -> Any: ...
def register_type(
    t: type[_T],
    marker: str | None,
    encoder: Callable[[_T], Any],
    decoder: Callable[[Any], _T] = ...,
) -> None: ...

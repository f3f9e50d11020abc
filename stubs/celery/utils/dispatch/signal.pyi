from collections.abc import Callable
from typing import Any, TypeVar, overload

_F = TypeVar("_F", bound=Callable[..., Any])

class Signal:
    receivers: list[Any]

    def __init__(
        self, providing_args: Any = None, use_caching: bool = False, name: str | None = None
    ) -> None: ...
    @overload
    def connect(
        self,
        receiver: _F,
        /,
        sender: Any = None,
        weak: bool = True,
        dispatch_uid: Any = None,
        retry: bool = False,
    ) -> _F: ...
    @overload
    def connect(
        self,
        *,
        sender: Any = None,
        weak: bool = True,
        dispatch_uid: Any = None,
        retry: bool = False,
    ) -> Callable[[_F], _F]: ...
    def disconnect(
        self,
        receiver: Callable[..., Any] | None = None,
        sender: Any = None,
        weak: bool | None = None,
        dispatch_uid: Any = None,
    ) -> bool: ...

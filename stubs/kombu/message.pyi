from typing import Any

class Message:
    body: Any
    content_encoding: Any
    content_type: Any
    delivery_info: dict[str, Any]
    headers: dict[str, Any]
    properties: dict[str, Any]

    def __init__(
        self,
        body: Any = None,
        delivery_tag: Any = None,
        content_type: str | None = None,
        content_encoding: str | None = None,
        delivery_info: dict[str, Any] | None = None,
        properties: dict[str, Any] | None = None,
        headers: dict[str, Any] | None = None,
        postencode: str | None = None,
        accept: Any = None,
        channel: Any = None,
        **kwargs: Any,
    ) -> None: ...
    def decode(self) -> Any: ...
    @property
    def payload(self) -> Any: ...

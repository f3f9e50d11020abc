from collections.abc import Callable, Mapping
from typing import Any

from celery.app.base import Celery

class Request:
    def __init__(
        self,
        message: Any,
        on_ack: Callable[..., Any] = ...,
        hostname: str | None = None,
        eventer: Any = None,
        app: Celery | None = None,
        connection_errors: Any = None,
        request_dict: Mapping[str, Any] | None = None,
        task: Any = None,
        on_reject: Callable[..., Any] = ...,
        body: Any = None,
        headers: Mapping[str, Any] | None = None,
        decoded: bool = False,
        utc: bool = True,
        maybe_make_aware: Callable[..., Any] = ...,
        maybe_iso8601: Callable[..., Any] = ...,
        **opts: Any,
    ) -> None: ...
    @property
    def content_type(self) -> str | None: ...
    @property
    def request_dict(self) -> dict[str, Any]: ...

def create_request_cls(
    base: type[Request],
    task: Any,
    pool: Any,
    hostname: str | None,
    eventer: Any,
    ref: Any = ...,
    revoked_tasks: Any = ...,
    task_ready: Callable[..., Any] = ...,
    trace: Callable[..., Any] | None = None,
    app: Any = ...,
) -> type[Request]: ...

from collections.abc import Callable
from typing import Any

from celery.app.base import Celery

def build_tracer(
    name: str,
    task: Any,
    loader: Any = None,
    hostname: str | None = None,
    store_errors: bool = True,
    Info: Any = ...,
    eager: bool = False,
    propagate: bool = False,
    app: Celery | None = None,
    monotonic: Callable[[], float] = ...,
    trace_ok_t: Any = ...,
    IGNORE_STATES: Any = ...,
) -> Callable[..., Any]: ...
def trace_task_ret(
    name: str,
    uuid: str,
    request: Any,
    body: Any,
    content_type: str | None,
    content_encoding: str | None,
    loads: Callable[..., Any] = ...,
    app: Celery | None = None,
    **extra_request: Any,
) -> Any: ...

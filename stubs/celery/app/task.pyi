from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from celery.app.base import Celery
from celery.canvas import Signature
from celery.result import AsyncResult as _AsyncResult

def get_actual_ignore_result(task: Task, req: Context | None) -> bool: ...

class Context:
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    called_directly: bool

    # It has what its message has, beside the names that it knows.
    def __getattr__(self, name: str) -> Any: ...
    def __setattr__(self, name: str, value: Any) -> None: ...
    def get(self, key: str, default: Any = None) -> Any: ...

class Task:
    abstract: bool
    app: Celery
    name: str
    serializer: str

    # Of no public use; as of Celery 5.5 to 5.7.
    _exec_options: dict[str, Any] | None

    @property
    def request(self) -> Context: ...
    @classmethod
    def on_bound(cls, app: Celery) -> None: ...
    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...
    def run(self, *args: Any, **kwargs: Any) -> Any: ...
    def delay(self, *args: Any, **kwargs: Any) -> _AsyncResult: ...
    def apply_async(
        self,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        task_id: str | None = None,
        producer: Any = None,
        link: Any = None,
        link_error: Any = None,
        shadow: str | None = None,
        **options: Any,
    ) -> _AsyncResult: ...
    def shadow_name(self, args: Any, kwargs: Any, options: Any) -> str | None: ...
    def retry(
        self,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        exc: BaseException | None = None,
        throw: bool = True,
        eta: datetime | None = None,
        countdown: float | None = None,
        max_retries: int | None = None,
        **options: Any,
    ) -> Exception: ...
    def apply(
        self,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        link: Any = None,
        link_error: Any = None,
        task_id: str | None = None,
        retries: int | None = None,
        throw: bool | None = None,
        logfile: Any = None,
        loglevel: Any = None,
        headers: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> _AsyncResult: ...  # an EagerResult
    def AsyncResult(self, task_id: str, **kwargs: Any) -> _AsyncResult: ...

    # Any: signatures, for which this project has types of its own.
    def signature(
        self, args: Sequence[Any] | None = None, *starargs: Any, **starkwargs: Any
    ) -> Any: ...
    def subtask(
        self, args: Sequence[Any] | None = None, *starargs: Any, **starkwargs: Any
    ) -> Any: ...
    def s(self, *args: Any, **kwargs: Any) -> Any: ...
    def si(self, *args: Any, **kwargs: Any) -> Any: ...
    def chunks(self, it: Iterable[Sequence[Any]], n: int) -> Any: ...
    def map(self, it: Iterable[Any]) -> Any: ...
    def starmap(self, it: Iterable[Sequence[Any]]) -> Any: ...
    def push_request(self, *args: Any, **kwargs: Any) -> None: ...
    def pop_request(self) -> None: ...
    def send_event(
        self,
        type_: str,
        retry: bool = True,
        retry_policy: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> Any: ...
    def replace(self, sig: Signature) -> Any: ...
    def add_to_chord(self, sig: Signature, lazy: bool = False) -> Any: ...
    def update_state(
        self, task_id: str | None = None, state: str | None = None, meta: Any = None, **kwargs: Any
    ) -> None: ...
    def before_start(self, task_id: str, args: Any, kwargs: Any) -> None: ...
    def on_success(self, retval: Any, task_id: str, args: Any, kwargs: Any) -> None: ...
    def on_retry(
        self, exc: Exception, task_id: str, args: Any, kwargs: Any, einfo: Any
    ) -> None: ...
    def on_failure(
        self, exc: Exception, task_id: str, args: Any, kwargs: Any, einfo: Any
    ) -> None: ...
    def after_return(
        self, status: str, retval: Any, task_id: str, args: Any, kwargs: Any, einfo: Any
    ) -> None: ...
    def on_replace(self, sig: Signature) -> Any: ...

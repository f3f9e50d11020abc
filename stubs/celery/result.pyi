from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Self

from celery.app.base import Celery

class ResultBase:
    parent: Any  # an AsyncResult or a GroupResult, if there is one

class AsyncResult(ResultBase):
    id: str
    app: Celery
    backend: Any
    on_ready: Any
    TimeoutError: type[Exception]
    task_id: str

    # Of no public use; as of Celery 5.5 to 5.7.
    _cache: Any

    def __init__(
        self,
        id: str,
        backend: Any = None,
        task_name: str | None = None,
        app: Celery | None = None,
        parent: ResultBase | None = None,
    ) -> None: ...
    def _get_task_meta(self) -> Any: ...
    @property
    def supports_native_join(self) -> bool: ...
    @property
    def ignored(self) -> bool: ...
    @ignored.setter
    def ignored(self, value: bool) -> None: ...
    @property
    def children(self) -> list[Any] | None: ...
    def as_tuple(self) -> Any: ...
    def as_list(self) -> list[str]: ...
    def exists(self) -> bool: ...
    def throw(self, *args: Any, **kwargs: Any) -> None: ...
    def iterdeps(self, intermediate: bool = False) -> Iterator[tuple[Any, Any]]: ...
    def get_leaf(self) -> Any: ...
    def build_graph(self, intermediate: bool = False, formatter: Any = None) -> Any: ...
    @property
    def graph(self) -> Any: ...
    def collect(self, intermediate: bool = False, **kwargs: Any) -> Iterator[tuple[Any, Any]]: ...
    def then(self, callback: Any, on_error: Any = None, weak: bool = False) -> Any: ...
    def maybe_throw(self, propagate: bool = True, callback: Any = None) -> Any: ...
    maybe_reraise = maybe_throw
    def forget(self) -> None: ...
    def revoke_by_stamped_headers(
        self,
        headers: Mapping[str, Any],
        connection: Any = None,
        terminate: bool = False,
        signal: str | None = None,
        wait: bool = False,
        timeout: float | None = None,
    ) -> None: ...
    def revoke(
        self,
        connection: Any = None,
        terminate: bool = False,
        signal: str | None = None,
        wait: bool = False,
        timeout: float | None = None,
    ) -> None: ...
    def get(
        self,
        timeout: float | None = None,
        propagate: bool = True,
        interval: float = 0.5,
        no_ack: bool = True,
        follow_parents: bool = True,
        callback: Callable[[str, Any], object] | None = None,
        on_message: Callable[[dict[str, Any]], object] | None = None,
        on_interval: Callable[[], object] | None = None,
        disable_sync_subtasks: bool = True,
    ) -> Any: ...
    wait = get
    def ready(self) -> bool: ...
    def successful(self) -> bool: ...
    def failed(self) -> bool: ...
    @property
    def result(self) -> Any: ...
    @property
    def info(self) -> Any: ...
    @property
    def traceback(self) -> str | None: ...
    @property
    def state(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def date_done(self) -> datetime | None: ...

    # What a result back end keeps with `result_extended`.
    @property
    def name(self) -> str | None: ...
    @property
    def args(self) -> Any: ...
    @property
    def kwargs(self) -> Any: ...
    @property
    def worker(self) -> str | None: ...
    @property
    def retries(self) -> int | None: ...
    @property
    def queue(self) -> str | None: ...

class EagerResult(AsyncResult):
    def __init__(
        self,
        id: str,
        ret_value: Any,
        state: str,
        traceback: str | None = None,
        name: str | None = None,
    ) -> None: ...
    def get(  # type: ignore[override]
        self,
        timeout: float | None = None,
        propagate: bool = True,
        disable_sync_subtasks: bool = True,
        **kwargs: Any,
    ) -> Any: ...
    wait = get  # type: ignore[assignment]

class ResultSet(ResultBase):
    results: list[AsyncResult]
    app: Celery
    on_ready: Any

    @property
    def backend(self) -> Any: ...
    @property
    def supports_native_join(self) -> bool | None: ...
    def __init__(
        self,
        results: list[AsyncResult],
        app: Celery | None = None,
        ready_barrier: Any = None,
        **kwargs: Any,
    ) -> None: ...
    def add(self, result: AsyncResult) -> None: ...
    def remove(self, result: AsyncResult | str) -> None: ...
    def discard(self, result: AsyncResult | str) -> None: ...
    def update(self, results: Iterable[AsyncResult]) -> None: ...
    def clear(self) -> None: ...
    def maybe_throw(
        self, callback: Callable[[str, Any], object] | None = None, propagate: bool = True
    ) -> None: ...
    maybe_reraise = maybe_throw
    def then(self, callback: Any, on_error: Any = None, weak: bool = False) -> Any: ...
    def iter_native(
        self,
        timeout: float | None = None,
        interval: float = 0.5,
        no_ack: bool = True,
        on_message: Callable[[dict[str, Any]], object] | None = None,
        on_interval: Callable[[], object] | None = None,
    ) -> Iterator[tuple[str, Any]]: ...
    def successful(self) -> bool: ...
    def failed(self) -> bool: ...
    def waiting(self) -> bool: ...
    def ready(self) -> bool: ...
    def completed_count(self) -> int: ...
    def forget(self) -> None: ...
    def revoke(
        self,
        connection: Any = None,
        terminate: bool = False,
        signal: str | None = None,
        wait: bool = False,
        timeout: float | None = None,
    ) -> None: ...
    def __iter__(self) -> Iterator[AsyncResult]: ...
    def __getitem__(self, index: int) -> AsyncResult: ...
    def __len__(self) -> int: ...
    def get(
        self,
        timeout: float | None = None,
        propagate: bool = True,
        interval: float = 0.5,
        callback: Callable[[str, Any], object] | None = None,
        no_ack: bool = True,
        on_message: Callable[[dict[str, Any]], object] | None = None,
        disable_sync_subtasks: bool = True,
        on_interval: Callable[[], object] | None = None,
    ) -> list[Any]: ...
    def join(
        self,
        timeout: float | None = None,
        propagate: bool = True,
        interval: float = 0.5,
        callback: Callable[[str, Any], object] | None = None,
        no_ack: bool = True,
        on_message: Callable[[dict[str, Any]], object] | None = None,
        disable_sync_subtasks: bool = True,
        on_interval: Callable[[], object] | None = None,
    ) -> list[Any]: ...
    def join_native(
        self,
        timeout: float | None = None,
        propagate: bool = True,
        interval: float = 0.5,
        callback: Callable[[str, Any], object] | None = None,
        no_ack: bool = True,
        on_message: Callable[[dict[str, Any]], object] | None = None,
        on_interval: Callable[[], object] | None = None,
        disable_sync_subtasks: bool = True,
    ) -> list[Any]: ...

class GroupResult(ResultSet):
    id: str

    def __init__(
        self,
        id: str | None = None,
        results: list[AsyncResult] | None = None,
        parent: ResultBase | None = None,
        **kwargs: Any,
    ) -> None: ...
    def as_tuple(self) -> Any: ...
    def save(self, backend: Any = None) -> Any: ...
    def delete(self, backend: Any = None) -> None: ...
    @property
    def children(self) -> list[AsyncResult]: ...
    @classmethod
    def restore(cls, id: str, backend: Any = None, app: Any = None) -> Self | None: ...

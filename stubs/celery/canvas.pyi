from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Self, TypeVar

from celery.app.base import Celery
from celery.result import AsyncResult as _AsyncResult
from celery.result import GroupResult

_T = TypeVar("_T")

class Signature(dict[str, Any]):
    TYPES: ClassVar[dict[str, Any]]
    task: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    options: dict[str, Any]
    subtask_type: str | None
    immutable: bool
    id: str | None
    parent_id: str | None
    root_id: str | None

    def __init__(
        self,
        task: Any = None,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
        type: Any = None,
        subtask_type: str | None = None,
        immutable: bool = False,
        app: Celery | None = None,
        **ex: Any,
    ) -> None: ...
    def __call__(self, *partial_args: Any, **partial_kwargs: Any) -> Any: ...
    def delay(self, *partial_args: Any, **partial_kwargs: Any) -> _AsyncResult: ...
    def apply(
        self,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> _AsyncResult: ...
    def apply_async(
        self,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        route_name: str | None = None,
        **options: Any,
    ) -> _AsyncResult: ...
    def clone(
        self,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        **opts: Any,
    ) -> Signature: ...
    partial = clone
    def freeze(
        self,
        _id: str | None = None,
        group_id: str | None = None,
        chord: Any = None,
        root_id: str | None = None,
        parent_id: str | None = None,
        group_index: int | None = None,
    ) -> _AsyncResult: ...
    def replace(
        self,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Signature: ...
    def set(self, immutable: bool | None = None, **options: Any) -> Self: ...
    def set_immutable(self, immutable: bool) -> None: ...
    def stamp(self, visitor: Any = None, append_stamps: bool = False, **headers: Any) -> Any: ...
    def stamp_links(self, visitor: Any, append_stamps: bool = False, **headers: Any) -> None: ...
    def append_to_list_option(self, key: str, value: _T) -> _T: ...
    def extend_list_option(self, key: str, value: Any) -> None: ...
    def flatten_links(self) -> list[Any]: ...
    def reprcall(self, *args: Any, **kwargs: Any) -> str: ...
    def election(self) -> _AsyncResult: ...
    def AsyncResult(self, task_id: str, **kwargs: Any) -> Any: ...
    @classmethod
    def from_dict(cls, d: Mapping[str, Any], app: Celery | None = None) -> Any: ...
    @classmethod
    def register_type(cls, name: str | None = None) -> Callable[[_T], _T]: ...
    def __invert__(self) -> Any: ...
    def link(self, callback: Any) -> Any: ...
    def link_error(self, errback: Any) -> Any: ...
    def on_error(self, errback: Any) -> Self: ...
    def __or__(self, other: Any) -> Any: ...
    @property
    def name(self) -> str: ...
    @property
    def type(self) -> Any: ...
    @property
    def app(self) -> Celery: ...

class _chain(Signature):
    tasks: list[Signature]

    def __init__(self, *tasks: Any, **options: Any) -> None: ...
    def apply_async(  # type: ignore[override]
        self,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> _AsyncResult: ...
    def run(
        self,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        group_id: str | None = None,
        chord: Any = None,
        task_id: str | None = None,
        link: Any = None,
        link_error: Any = None,
        publisher: Any = None,
        producer: Any = None,
        root_id: str | None = None,
        parent_id: str | None = None,
        app: Celery | None = None,
        group_index: int | None = None,
        **options: Any,
    ) -> _AsyncResult: ...
    def unchain_tasks(self) -> list[Any]: ...

class chain(_chain):
    def __new__(cls, *tasks: Any, **kwargs: Any) -> Self: ...

class _basemap(Signature):
    def __init__(self, task: Any, it: Any, **options: Any) -> None: ...
    def apply_async(  # type: ignore[override]
        self,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        **opts: Any,
    ) -> _AsyncResult: ...

class xmap(_basemap): ...
class xstarmap(_basemap): ...

class chunks(Signature):
    def __init__(self, task: Any, it: Any, n: int, **options: Any) -> None: ...
    def __call__(self, **options: Any) -> _AsyncResult: ...
    def apply_async(  # type: ignore[override]
        self,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        **opts: Any,
    ) -> _AsyncResult: ...
    def group(self) -> group: ...
    @classmethod
    def apply_chunks(
        cls, task: Any, it: Iterable[Any], n: int, app: Celery | None = None
    ) -> Any: ...

class group(Signature):
    tasks: list[Signature]

    def __init__(self, *tasks: Any, **options: Any) -> None: ...
    def __call__(self, *partial_args: Any, **options: Any) -> GroupResult: ...
    def apply_async(  # type: ignore[override]
        self,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        add_to_parent: bool = True,
        producer: Any = None,
        link: Any = None,
        link_error: Any = None,
        **options: Any,
    ) -> GroupResult: ...
    def link(self, sig: Any) -> Any: ...
    def link_error(self, sig: Any) -> Any: ...
    def skew(self, start: float = 1.0, stop: float | None = None, step: float = 1.0) -> Self: ...

class _chord(Signature):
    tasks: list[Signature]
    body: Any
    def __init__(
        self,
        header: Any,
        body: Any = None,
        task: str = "celery.chord",
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        app: Celery | None = None,
        **options: Any,
    ) -> None: ...
    def __call__(self, body: Any = None, **options: Any) -> _AsyncResult: ...
    def apply(
        self,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        propagate: bool = True,
        body: Any = None,
        **options: Any,
    ) -> _AsyncResult: ...
    def apply_async(  # type: ignore[override]
        self,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        task_id: str | None = None,
        producer: Any = None,
        publisher: Any = None,
        connection: Any = None,
        router: Any = None,
        result_cls: Any = None,
        **options: Any,
    ) -> _AsyncResult: ...

chord = _chord

def signature(varies: Any, *args: Any, **kwargs: Any) -> Signature: ...

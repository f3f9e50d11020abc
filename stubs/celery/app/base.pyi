from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from threading import local
from typing import Any, overload

from celery.app.amqp import AMQP
from celery.app.control import Control
from celery.app.events import Events
from celery.app.registry import TaskRegistry
from celery.app.task import Task
from celery.app.utils import Settings
from celery.canvas import Signature
from celery.loaders.base import BaseLoader
from celery.result import AsyncResult as _AsyncResult
from celery.utils.dispatch import Signal
from kombu import Connection, Producer

class Celery:
    control_cls: str | Callable[..., Control]
    on_after_configure: Signal
    on_after_finalize: Signal
    configured: bool
    finalized: bool

    # Of no public use; as of Celery 5.5 to 5.7.
    _backend_cache: Any
    _local: local
    _tasks: TaskRegistry

    def __init__(
        self,
        main: str | None = None,
        loader: str | type[BaseLoader] | None = None,
        backend: Any = None,
        amqp: str | type[AMQP] | None = None,
        events: Any = None,
        log: Any = None,
        control: str | type[Control] | None = None,
        set_as_current: bool = True,
        tasks: str | type[TaskRegistry] | None = None,
        broker: str | None = None,
        include: Sequence[str] | None = None,
        changes: Mapping[str, Any] | None = None,
        config_source: Any = None,
        fixups: Sequence[str] | None = None,
        task_cls: str | type[Task] | None = None,
        autofinalize: bool = True,
        namespace: str | None = None,
        strict_typing: bool = True,
        config_source_silent: bool = False,
        **kwargs: Any,
    ) -> None: ...
    @property
    def amqp(self) -> AMQP: ...
    @property
    def backend(self) -> Any: ...
    @property
    def conf(self) -> Settings: ...
    @property
    def control(self) -> Control: ...
    @property
    def events(self) -> Events: ...
    @property
    def loader(self) -> BaseLoader: ...
    @property
    def producer_pool(self) -> Any: ...
    @property
    def tasks(self) -> TaskRegistry: ...
    @property
    def thread_oid(self) -> str: ...
    @property
    def AsyncResult(self) -> type[_AsyncResult]: ...
    def add_periodic_task(
        self,
        schedule: Any,
        sig: Any,
        args: Sequence[Any] = (),
        kwargs: Any = (),
        name: str | None = None,
        **opts: Any,
    ) -> Any: ...
    def autodiscover_tasks(
        self,
        packages: Iterable[str] | Callable[[], Iterable[str]] | None = None,
        related_name: str | None = "tasks",
        force: bool = False,
    ) -> None: ...
    def close(self) -> None: ...
    def config_from_object(
        self, obj: Any, silent: bool = False, force: bool = False, namespace: str | None = None
    ) -> None: ...
    def connection_for_read(self, url: str | None = None, **kwargs: Any) -> Connection: ...
    def connection_for_write(self, url: str | None = None, **kwargs: Any) -> Connection: ...
    def finalize(self, auto: bool = False) -> None: ...
    def producer_or_acquire(
        self, producer: Producer | None = None
    ) -> AbstractContextManager[Producer]: ...
    def register_task(self, task: Task | type[Task], **options: Any) -> Task: ...
    def send_task(
        self,
        name: str,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        countdown: float | None = None,
        eta: datetime | None = None,
        task_id: str | None = None,
        producer: Any = None,
        connection: Any = None,
        router: Any = None,
        result_cls: type[_AsyncResult] | None = None,
        expires: float | datetime | None = ...,
        publisher: Any = None,
        link: Any = None,
        link_error: Any = None,
        add_to_parent: bool = True,
        group_id: str | None = None,
        group_index: int | None = None,
        retries: int = 0,
        chord: Any = None,
        reply_to: str | None = None,
        time_limit: float | None = ...,
        soft_time_limit: float | None = ...,
        root_id: str | None = None,
        parent_id: str | None = None,
        route_name: str | None = None,
        shadow: str | None = None,
        chain: Any = None,
        task_type: Task | None = None,
        replaced_task_nesting: int = 0,
        **options: Any,
    ) -> _AsyncResult: ...
    def set_current(self) -> None: ...
    def set_default(self) -> None: ...
    def signature(self, *args: Any, **kwargs: Any) -> Signature: ...
    @overload
    def task(self, fun: Callable[..., Any], /, **opts: Any) -> Any: ...
    @overload
    def task(self, **opts: Any) -> Callable[[Callable[..., Any]], Any]: ...

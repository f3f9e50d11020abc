"""``AsyncResult`` with the type of what it gives."""

from typing import TYPE_CHECKING, Any, Generic

from celery.result import AsyncResult as CeleryResult
from typing_extensions import TypeVar

R_co = TypeVar("R_co", covariant=True, default=Any)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from typing import TypeAlias

    from celery import Celery
    from typing_extensions import override

    from modelref.celery.types import stock
    from modelref.celery.types.groups import GroupResult

    AnyResult: TypeAlias = "AsyncResult[Any] | GroupResult[Any]"

    class AsyncResult(stock.AsyncResult, Generic[R_co]):
        """The result of a call; at run time Celery's own class.

        It is complete in itself, since Celery has no types of its own.
        """

        id: str
        task_id: str
        app: Celery
        backend: Any
        parent: AnyResult | None
        on_ready: Any  # a promise
        TimeoutError: type[Exception]

        @override
        def __init__(
            self,
            id: str,
            backend: Any = None,
            task_name: str | None = None,
            app: Celery | None = None,
            parent: AnyResult | None = None,
        ) -> None: ...

        @property
        @override
        def state(self) -> str:
            """How far the task has come: ``PENDING``, ``STARTED``, ``SUCCESS`` ..."""
            ...

        @property
        @override
        def status(self) -> str:
            """The same as ``state``."""
            ...

        @property
        @override
        def result(self) -> Any:
            """What the task returned or raised, or what belongs to its state."""
            ...

        @property
        @override
        def info(self) -> Any:
            """The same as ``result``."""
            ...

        @property
        @override
        def traceback(self) -> str | None:
            """The traceback of a task that failed."""
            ...

        @property
        @override
        def date_done(self) -> datetime | None:
            """When the task ended."""
            ...

        @property
        @override
        def children(self) -> list[AnyResult] | None:
            """The results of the calls that the task made."""
            ...

        # The back end keeps these with `result_extended`: Any as it keeps arguments in its own way.
        @property
        @override
        def name(self) -> str | None:
            """The name of the task."""
            ...

        @property
        @override
        def args(self) -> Any:
            """The arguments of the task."""
            ...

        @property
        @override
        def kwargs(self) -> Any:
            """The arguments by name."""
            ...

        @property
        @override
        def worker(self) -> str | None:
            """The name of the worker."""
            ...

        @property
        @override
        def retries(self) -> int | None:
            """How often the task was retried."""
            ...

        @property
        @override
        def queue(self) -> str | None:
            """The queue that the task came from."""
            ...

        @property
        @override
        def ignored(self) -> bool:
            """Whether there is no result to get."""
            ...

        @ignored.setter
        def ignored(self, value: bool) -> None: ...

        @property
        @override
        def supports_native_join(self) -> bool:
            """Whether the back end can wait for many results."""
            ...

        @property
        @override
        def graph(self) -> Any:
            """The results and their children as a ``DependencyGraph``."""
            ...

        @override
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
        ) -> R_co:
            """Wait for the result; rows in it are references, which load together."""
            ...

        wait = get  # type: ignore[assignment, unused-ignore]  # its result has a type

        @override
        def maybe_throw(
            self, propagate: bool = True, callback: Callable[[str, Any], object] | None = None
        ) -> Any:
            """Raise what the task raised, or return what it returned, if it has ended."""
            ...

        maybe_reraise = maybe_throw

        @override
        def throw(self, *args: Any, **kwargs: Any) -> None:
            """Raise an exception, if nothing waits for it."""
            ...

        @override
        def then(self, callback: Any, on_error: Any = None, weak: bool = False) -> Any:
            """Let a function follow when the result is there; return a promise."""
            ...

        @override
        def collect(
            self, intermediate: bool = False, **kwargs: Any
        ) -> Iterator[tuple[AnyResult, Any]]:
            """Yield the results of the task and its children, and what they give."""
            ...

        @override
        def iterdeps(
            self, intermediate: bool = False
        ) -> Iterator[tuple[AnyResult | None, AnyResult]]:
            """Yield the result and its children, each after its parent."""
            ...

        @override
        def get_leaf(self) -> Any:
            """Wait for the last of the children; return what it gives."""
            ...

        @override
        def build_graph(self, intermediate: bool = False, formatter: Any = None) -> Any:
            """Return the results and their children as a ``DependencyGraph``."""
            ...

        @override
        def as_tuple(self) -> Any:
            """Return what ``result_from_tuple`` makes the result of."""
            ...

        @override
        def as_list(self) -> list[str]:
            """Return the ids of the task and its parents."""
            ...

        @override
        def exists(self) -> bool:
            """Whether the back end knows of the task (Celery 5.7)."""
            ...

        @override
        def ready(self) -> bool:
            """Whether the task has ended."""
            ...

        @override
        def successful(self) -> bool:
            """Whether the task has returned."""
            ...

        @override
        def failed(self) -> bool:
            """Whether the task has failed."""
            ...

        @override
        def forget(self) -> None:
            """Remove the result from the back end."""
            ...

        @override
        def revoke(
            self,
            connection: Any = None,
            terminate: bool = False,
            signal: str | None = None,
            wait: bool = False,
            timeout: float | None = None,
        ) -> None:
            """Ask all workers to ignore the task."""
            ...

        @override
        def revoke_by_stamped_headers(
            self,
            headers: Mapping[str, Any],
            connection: Any = None,
            terminate: bool = False,
            signal: str | None = None,
            wait: bool = False,
            timeout: float | None = None,
        ) -> None:
            """Ask all workers to ignore the tasks that have these headers."""
            ...

else:
    AsyncResult = CeleryResult

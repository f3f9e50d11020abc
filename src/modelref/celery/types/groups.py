"""``GroupResult`` with the type of what it gives; at run time Celery's own."""

from typing import TYPE_CHECKING, Any, Generic

from celery.result import GroupResult as CeleryGroupResult

from modelref.celery.types.signatures import R

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Self

    from celery import Celery
    from typing_extensions import override

    from modelref.celery.types import stock
    from modelref.celery.types.results import AnyResult, AsyncResult

    class GroupResult(stock.GroupResult, Generic[R]):
        """The results of calls side by side."""

        id: str
        results: list[AsyncResult[R]]  # type: ignore[assignment, unused-ignore]
        parent: AnyResult | None
        app: Celery
        on_ready: Any  # a promise

        @override
        def __init__(
            self,
            id: str | None = None,
            results: list[AsyncResult[R]] | None = None,
            parent: AnyResult | None = None,
            **kwargs: Any,
        ) -> None: ...

        @property
        def backend(self) -> Any:
            """The back end of the calls."""
            ...

        @property
        def supports_native_join(self) -> bool | None:
            """Whether the back end can wait for many results; None without any."""
            ...

        @override
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
        ) -> list[R]:
            """Wait for all results, in the order of the calls."""
            ...

        @override
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
        ) -> list[R]:
            """Wait for all results, in the order of the calls."""
            ...

        @override
        def ready(self) -> bool:
            """Whether all calls have ended."""
            ...

        @override
        def successful(self) -> bool:
            """Whether all calls have returned."""
            ...

        @override
        def failed(self) -> bool:
            """Whether one of the calls has failed."""
            ...

        @override
        def forget(self) -> None:
            """Remove the results from the back end."""
            ...

        @override
        def revoke(self, *args: Any, **kwargs: Any) -> None:
            """Ask all workers to ignore the calls."""
            ...

        @override
        def join_native(self, *args: Any, **kwargs: Any) -> list[R]:
            """Wait for all results in the way of the back end."""
            ...

        @override
        def iter_native(
            self,
            timeout: float | None = None,
            interval: float = 0.5,
            no_ack: bool = True,
            on_message: Callable[[dict[str, Any]], object] | None = None,
            on_interval: Callable[[], object] | None = None,
        ) -> Iterator[tuple[str, Any]]:
            """Yield the ids of the calls as they end, and what the back end has of them."""
            ...

        @override
        def maybe_throw(
            self, callback: Callable[[str, Any], object] | None = None, propagate: bool = True
        ) -> None:
            """Raise what one of the calls has raised."""
            ...

        maybe_reraise = maybe_throw

        @override
        def then(self, callback: Any, on_error: Any = None, weak: bool = False) -> Any:
            """Let a function follow when all results are there; return a promise."""
            ...

        @override
        def add(  # type: ignore[override, unused-ignore]  # typed items
            self, result: AsyncResult[R]
        ) -> None:
            """Add the result of a call."""
            ...

        @override
        def remove(  # type: ignore[override, unused-ignore]  # typed items
            self, result: AsyncResult[R] | str
        ) -> None:
            """Remove the result of a call, or raise ``KeyError``."""
            ...

        @override
        def discard(  # type: ignore[override, unused-ignore]  # typed items
            self, result: AsyncResult[R] | str
        ) -> None:
            """Remove the result of a call, if it is there."""
            ...

        @override
        def update(  # type: ignore[override, unused-ignore]  # typed items
            self, results: Iterable[AsyncResult[R]]
        ) -> None:
            """Add the results of calls."""
            ...

        @override
        def clear(self) -> None:
            """Remove all results."""
            ...

        @override
        def as_tuple(self) -> Any:
            """Return what ``result_from_tuple`` makes the results of."""
            ...

        @override
        def completed_count(self) -> int:
            """How many calls have ended well."""
            ...

        @override
        def waiting(self) -> bool:
            """Whether some of the calls have not ended."""
            ...

        @override
        def save(self, backend: Any = None) -> Any:
            """Store which calls belong together."""
            ...

        @override
        def delete(self, backend: Any = None) -> None:
            """Remove what was stored."""
            ...

        @property
        def children(  # type: ignore[override, unused-ignore]  # typed items
            self,
        ) -> list[AsyncResult[R]]:
            """The results of the calls."""
            ...

        @classmethod
        @override
        def restore(cls, id: str, backend: Any = None, app: Any = None) -> Self | None:
            """Return what was stored."""
            ...

        @override
        def __iter__(self) -> Iterator[AsyncResult[R]]: ...

        @override
        def __getitem__(self, index: int) -> AsyncResult[R]: ...

        @override
        def __len__(self) -> int: ...

else:
    GroupResult = CeleryGroupResult

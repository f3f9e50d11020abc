"""``GroupResult`` with the type of what it gives; at run time Celery's own."""

from typing import TYPE_CHECKING, Any, Generic

from celery.result import GroupResult as CeleryGroupResult

from modelref.celery.types.signatures import R

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Self

    from typing_extensions import override

    from modelref.celery.types.results import AsyncResult

    class GroupResult(CeleryGroupResult, Generic[R]):
        """The results of calls side by side."""

        id: str
        results: list[AsyncResult[R]]  # type: ignore[assignment, unused-ignore]

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

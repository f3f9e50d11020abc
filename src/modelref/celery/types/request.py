"""What a task is told of a call, declared for type checkers."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import override

    from modelref.celery.types import stock

    class Request(stock.Context):
        """What a task is told of the call that it runs for; None where that says nothing."""

        id: str | None
        root_id: str | None
        parent_id: str | None
        correlation_id: str | None
        group: str | None
        group_index: int | None
        args: list[Any] | None
        kwargs: dict[str, Any] | None
        retries: int
        eta: str | None
        expires: str | None
        timelimit: Sequence[float | None] | None
        time_limit: float | None
        soft_time_limit: float | None
        called_directly: bool
        is_eager: bool
        ignore_result: bool
        delivery_info: dict[str, Any] | None
        headers: dict[str, Any] | None
        hostname: str | None
        origin: str | None
        reply_to: str | None
        shadow: str | None
        stamped_headers: list[str] | None
        stamps: dict[str, Any] | None
        callbacks: list[Any] | None
        errbacks: list[Any] | None
        chain: list[Any] | None
        chord: Any
        logfile: str | None
        loglevel: int | None
        properties: dict[str, Any] | None
        replaced_task_nesting: int
        taskset: str | None
        utc: bool | None

        @property
        @override
        def children(self) -> list[Any]:
            """The results of the calls that the task has made, if it keeps a trail."""
            ...

        @override
        def get(self, key: str, default: Any = None) -> Any:
            """Return one of these, or a header of the message."""
            ...

        @override
        def update(self, *args: Any, **kwargs: Any) -> None:
            """Set some of these."""
            ...

        @override
        def clear(self) -> None:
            """Forget all of these."""
            ...

        @override
        def as_execution_options(self) -> dict[str, Any]:
            """Return the options that make the same call again."""
            ...

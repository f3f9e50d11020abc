"""``AsyncResult`` with the type of what it gives."""

from typing import TYPE_CHECKING, Any, Generic

from celery.result import AsyncResult as CeleryResult
from typing_extensions import TypeVar

R_co = TypeVar("R_co", covariant=True, default=Any)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from typing_extensions import override

    class AsyncResult(CeleryResult, Generic[R_co]):
        """The result of a call; at run time Celery's own class.

        It is complete in itself, since Celery has no types of its own.
        """

        id: str

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

else:
    AsyncResult = CeleryResult

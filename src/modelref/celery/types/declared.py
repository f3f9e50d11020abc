"""Celery's task, declared for type checkers; at run time it is Celery's own.

Celery has no types, and nothing of the stubs that this project is checked with is installed. So
what a task body does with ``self`` is declared here. ``Any`` stands for what only Celery knows:
signatures, back ends, traceback information.
"""

from typing import TYPE_CHECKING, Any

from celery.contrib.django.task import DjangoTask

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from typing import TypeVar

    from celery import Celery
    from celery.app.task import Context
    from typing_extensions import override

    from modelref.celery.types import stock
    from modelref.celery.types.request import Request
    from modelref.celery.types.results import AsyncResult as Result

    X = TypeVar("X")

    class CeleryTask(stock.DjangoTask):
        """Celery's task with Django's additions."""

        abstract: bool
        acks_late: bool
        acks_on_failure: bool
        acks_on_failure_or_timeout: bool
        acks_on_timeout: bool
        app: Celery
        backend: Any
        default_retry_delay: float
        from_config: tuple[tuple[str, str], ...]
        expires: datetime | float | None
        ignore_result: bool
        max_retries: int | None
        name: str
        priority: int | None
        rate_limit: str | float | None
        reject_on_worker_lost: bool | None
        request_stack: Any  # of the requests that run
        resultrepr_maxsize: int
        retry_on_worker_lost: bool | None
        send_events: bool
        serializer: str
        soft_time_limit: float | None
        store_eager_result: bool
        store_errors_even_if_ignored: bool
        Strategy: str | Callable[..., Any]
        throws: tuple[type[Exception], ...]
        time_limit: float | None
        track_started: bool
        trail: bool
        typing: bool

        MaxRetriesExceededError: type[Exception]
        OperationalError: type[Exception]

        # A task has these if they were among its options.
        autoretry_for: Sequence[type[BaseException]]
        compression: str | None
        delivery_mode: str | int | None
        dont_autoretry_for: Sequence[type[BaseException]]
        exchange: Any  # a name, or kombu's Exchange
        immediate: bool | None
        mandatory: bool | None
        queue: Any  # a name, or kombu's Queue
        retry_backoff: bool | int
        retry_backoff_max: int
        retry_jitter: bool
        retry_kwargs: Mapping[str, Any]
        routing_key: str | None

        __name__: str  # the body's, of which a task's class has it
        __qualname__: str

        @classmethod
        @override
        def bind(cls, app: Celery) -> Celery:
            """Make it a task of an app."""
            ...

        @classmethod
        @override
        def on_bound(cls, app: Celery) -> None:
            """Do something when it has become a task of an app."""
            ...

        @classmethod
        @override
        def annotate(cls) -> None:
            """Set what ``task_annotations`` says of the task."""
            ...

        @classmethod
        @override
        def add_around(cls, attr: str, around: Callable[[Any], Any]) -> None:
            """Put a function round a method."""
            ...

        @override
        def start_strategy(self, app: Celery, consumer: Any, **kwargs: Any) -> Any:
            """Return what a worker handles its messages with."""
            ...

        @override
        def signature_from_request(
            self,
            request: Context | None = None,
            args: Sequence[Any] | None = None,
            kwargs: Mapping[str, Any] | None = None,
            queue: str | None = None,
            **extra_options: Any,
        ) -> Any:
            """Make a signature of the call that the task runs for."""
            ...

        subtask_from_request = signature_from_request

        @override
        def add_trail(self, result: X) -> X:
            """Count a result among the children of the call; return it."""
            ...

        @override
        def push_request(self, *args: Any, **kwargs: Any) -> None:
            """Let another request be the one that the task runs for."""
            ...

        @override
        def pop_request(self) -> None:
            """Return to the request before."""
            ...

        @property
        @override
        def request(self) -> Request:
            """The call that the task runs for."""
            ...

        @override
        def run(self, *args: Any, **kwargs: Any) -> Any:
            """Do the work: the body of the task."""
            ...

        @override
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
        ) -> Exception:
            """Send the call again: ``raise self.retry(...)``."""
            ...

        @override
        def replace(self, sig: Any) -> Any:
            """Let a signature take the place of the task: ``return self.replace(...)``."""
            ...

        @override
        def add_to_chord(self, sig: Any, lazy: bool = False) -> Any:
            """Add a signature to the chord that the task is a member of."""
            ...

        @override
        def update_state(
            self,
            task_id: str | None = None,
            state: str | None = None,
            meta: Any = None,
            **kwargs: Any,
        ) -> None:
            """Store a state, and what belongs to it, as the result."""
            ...

        @override
        def send_event(
            self,
            type_: str,
            retry: bool = True,
            retry_policy: Mapping[str, Any] | None = None,
            **fields: Any,
        ) -> Any:
            """Send an event to monitors."""
            ...

        @override
        def apply_async(
            self,
            args: Sequence[Any] | None = None,
            kwargs: Mapping[str, Any] | None = None,
            *rest: Any,
            **options: Any,
        ) -> Result[Any]:
            """Call the task."""
            ...

        @override
        def apply(
            self,
            args: Sequence[Any] | None = None,
            kwargs: Mapping[str, Any] | None = None,
            *rest: Any,
            **options: Any,
        ) -> Result[Any]:
            """Run the task here."""
            ...

        @override
        def AsyncResult(self, task_id: str, **kwargs: Any) -> Result[Any]:
            """Return the result of an earlier call."""
            ...

        @override
        def s(self, *args: Any, **kwargs: Any) -> Any:
            """Make a signature."""
            ...

        @override
        def si(self, *args: Any, **kwargs: Any) -> Any:
            """Make an immutable signature."""
            ...

        @override
        def before_start(self, task_id: str, args: Any, kwargs: Any) -> None:
            """Do something before the body starts."""
            ...

        @override
        def on_success(self, retval: Any, task_id: str, args: Any, kwargs: Any) -> None:
            """Do something when the task has succeeded."""
            ...

        @override
        def on_retry(
            self, exc: Exception, task_id: str, args: Any, kwargs: Any, einfo: Any
        ) -> None:
            """Do something when the task is to be retried."""
            ...

        @override
        def on_failure(
            self, exc: Exception, task_id: str, args: Any, kwargs: Any, einfo: Any
        ) -> None:
            """Do something when the task has failed."""
            ...

        @override
        def after_return(
            self, status: str, retval: Any, task_id: str, args: Any, kwargs: Any, einfo: Any
        ) -> None:
            """Do something when the task has ended."""
            ...

        @override
        def on_replace(self, sig: Any) -> Any:
            """Do something when the task is replaced."""
            ...

        @override
        def shadow_name(self, args: Any, kwargs: Any, options: Any) -> str | None:
            """Return the name that logs and monitors show for a call."""
            ...

else:
    CeleryTask = DjangoTask

from typing import Any

from billiard.exceptions import SoftTimeLimitExceeded as SoftTimeLimitExceeded
from billiard.exceptions import TimeLimitExceeded as TimeLimitExceeded

class CeleryError(Exception): ...
class TaskError(CeleryError): ...
class QueueNotFound(KeyError, TaskError): ...
class TimeoutError(TaskError): ...

class MaxRetriesExceededError(TaskError):
    task_args: Any
    task_kwargs: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None: ...

class TaskRevokedError(TaskError): ...
class ChordError(TaskError): ...
class TaskPredicate(CeleryError): ...
class Ignore(TaskPredicate): ...

class Reject(TaskPredicate):
    def __init__(self, reason: Any = None, requeue: bool = False) -> None: ...

    reason: Any
    requeue: bool

class Retry(TaskPredicate):
    def __init__(
        self,
        message: str | None = None,
        exc: Exception | str | None = None,
        when: Any = None,
        is_eager: bool = False,
        sig: Any = None,
        **kwargs: Any,
    ) -> None: ...

    exc: Exception | None
    excs: str | None
    is_eager: bool
    sig: Any
    when: Any

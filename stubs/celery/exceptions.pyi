from typing import Any

class TaskPredicate(Exception): ...
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

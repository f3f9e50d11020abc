from collections.abc import Mapping
from typing import Any

from celery.app.base import Celery

class SchedulingError(Exception): ...

class Scheduler:
    app: Celery

    def __init__(
        self,
        app: Celery,
        schedule: Any = None,
        max_interval: float | None = None,
        Producer: Any = None,
        lazy: bool = False,
        sync_every_tasks: int | None = None,
        **kwargs: Any,
    ) -> None: ...
    def apply_async(
        self, entry: Any, producer: Any = None, advance: bool = True, **kwargs: Any
    ) -> Any: ...
    def update_from_dict(self, dict_: Mapping[str, Any]) -> None: ...

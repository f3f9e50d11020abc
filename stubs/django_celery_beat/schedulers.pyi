from typing import Any

from celery.beat import Scheduler

class ModelEntry:
    args: Any
    kwargs: Any
    options: dict[str, Any]
    def __init__(self, model: Any, app: Any = None) -> None: ...
    @classmethod
    def _unpack_fields(cls, schedule: Any, **entry: Any) -> dict[str, Any]: ...

class DatabaseScheduler(Scheduler):
    Entry: type[ModelEntry]

    def all_as_schedule(self) -> dict[str, ModelEntry]: ...

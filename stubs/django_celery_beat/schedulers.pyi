from typing import Any

class ModelEntry:
    args: Any
    kwargs: Any
    def __init__(self, model: Any, app: Any = None) -> None: ...
    @classmethod
    def _unpack_fields(cls, schedule: Any, **entry: Any) -> dict[str, Any]: ...

class DatabaseScheduler:
    Entry: type[ModelEntry]

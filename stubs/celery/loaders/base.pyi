from types import ModuleType
from typing import Any

from celery.app.base import Celery

class BaseLoader:
    def __init__(self, app: Celery, **kwargs: Any) -> None: ...
    def import_default_modules(self) -> list[ModuleType]: ...

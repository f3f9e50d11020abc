from typing import Any

from celery.app.task import Task

class DjangoTask(Task):
    def delay_on_commit(self, *args: Any, **kwargs: Any) -> None: ...
    def apply_async_on_commit(self, *args: Any, **kwargs: Any) -> None: ...

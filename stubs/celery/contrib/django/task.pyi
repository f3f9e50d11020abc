from typing import Any

from celery.app.task import Task

class DjangoTask(Task):
    # Any: None in Celery, which is no result of this project's own.
    def delay_on_commit(self, *args: Any, **kwargs: Any) -> Any: ...
    def apply_async_on_commit(self, *args: Any, **kwargs: Any) -> Any: ...

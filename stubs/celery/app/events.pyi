from contextlib import AbstractContextManager
from typing import Any

from celery.app.base import Celery

class Events:
    app: Celery

    # The source has a default for `app`, and fails without an app.
    def __init__(self, app: Celery) -> None: ...

    # Any: a receiver and a dispatcher.
    @property
    def Receiver(self) -> Any: ...
    def default_dispatcher(
        self,
        hostname: str | None = None,
        enabled: bool = True,
        buffer_while_offline: bool = False,
    ) -> AbstractContextManager[Any]: ...

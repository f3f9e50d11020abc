from collections.abc import Sequence
from typing import Any

from celery.app.base import Celery
from kombu.pidbox import Mailbox

class Control:
    app: Celery
    mailbox: Mailbox

    # The source has a default for `app`, and fails without an app.
    def __init__(self, app: Celery) -> None: ...
    @property
    def inspect(self) -> Any: ...  # the class of what asks workers
    def revoke(
        self,
        task_id: str | list[str],
        destination: Sequence[str] | None = None,
        terminate: bool = False,
        signal: str = "SIGTERM",
        **kwargs: Any,
    ) -> Any: ...

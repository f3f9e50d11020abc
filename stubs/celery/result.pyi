from collections.abc import Callable
from datetime import datetime
from typing import Any

class ResultBase:
    parent: ResultBase | None

class AsyncResult(ResultBase):
    id: str

    def forget(self) -> None: ...
    def revoke(
        self,
        connection: Any = None,
        terminate: bool = False,
        signal: str | None = None,
        wait: bool = False,
        timeout: float | None = None,
    ) -> None: ...
    def get(  # two parameters more, of no use: EXCEPTION_STATES, PROPAGATE_STATES
        self,
        timeout: float | None = None,
        propagate: bool = True,
        interval: float = 0.5,
        no_ack: bool = True,
        follow_parents: bool = True,
        callback: Callable[[str, Any], object] | None = None,
        on_message: Callable[[dict[str, Any]], object] | None = None,
        on_interval: Callable[[], object] | None = None,
        disable_sync_subtasks: bool = True,
    ) -> Any: ...
    def ready(self) -> bool: ...
    def successful(self) -> bool: ...
    def failed(self) -> bool: ...
    @property
    def result(self) -> Any: ...
    @property
    def info(self) -> Any: ...
    @property
    def traceback(self) -> str | None: ...
    @property
    def state(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def date_done(self) -> datetime | None: ...

"""What a worker's main process hands to a child of its pool: the call, with its arguments once.

Celery's main process decodes a message and ships the arguments to a prefork child twice: as the
body, which the child decodes anew, and pickled inside the request dict, where the child replaces
them by what it decoded (``celery.app.trace.fast_trace_task``, Celery 5.5 to 5.7).
"""

from typing import Any

from celery.worker.request import Request as CeleryRequest
from typing_extensions import override

_IN_THE_BODY = ("args", "kwargs")


class Told(dict[str, Any]):
    """A request dict that is whole where it is read, and pickled without the arguments."""

    def __reduce_ex__(self, protocol: Any, /) -> tuple[type, tuple[dict[str, Any]]]:
        """Return what makes a plain dict of all but the arguments."""
        return dict, ({key: self[key] for key in self if key not in _IN_THE_BODY},)


class Request(CeleryRequest):
    """A call in a worker's main process; Celery finds it as the ``Request`` of a task class."""

    @property
    @override
    def request_dict(self) -> dict[str, Any]:
        """What is known of the call; the part of it that a child needs, when it is pickled."""
        known = super().request_dict
        if self.content_type is None:  # task protocol 1: the child gets what was decoded here
            return known
        return Told(known)

"""The scheduler of django-celery-beat, for periodic tasks whose arguments have references in them.

Their arguments are kept as JSON, in which a reference is what it is in a message:
``{"order": {"__modelref__": ["shop.order", 42]}}``. A project names this scheduler as
``beat_scheduler = "modelref.celery.beat:DatabaseScheduler"``.
"""

import json
from typing import Any

from django_celery_beat.schedulers import DatabaseScheduler as BeatScheduler
from django_celery_beat.schedulers import ModelEntry as BeatEntry
from typing_extensions import override

from modelref.codecs import json as codec


class ModelEntry(BeatEntry):
    """A periodic task, whose arguments are read and kept as those of a message are."""

    @override
    def __init__(self, model: Any, app: Any = None) -> None:
        super().__init__(model, app)  # disables a task whose arguments are no JSON
        if model.enabled:
            body = f"[{model.args or '[]'},{model.kwargs or '{}'},{{}}]"
            self.args, self.kwargs, _ = codec.decode(body)

    @classmethod
    @override
    def _unpack_fields(cls, schedule: Any, **entry: Any) -> dict[str, Any]:
        """Return the fields of the row for an entry of ``beat_schedule``; as of 2.8 and 2.9."""
        body = [list(entry.pop("args", None) or ()), dict(entry.pop("kwargs", None) or {}), {}]
        args, kwargs, _ = json.loads(codec.encode(body))
        return super()._unpack_fields(schedule, args=args, kwargs=kwargs, **entry)


class DatabaseScheduler(BeatScheduler):
    """The scheduler of django-celery-beat, with such entries."""

    Entry = ModelEntry

"""Maps of a task, ``celery.map``, ``celery.starmap`` and chunks: sent when the task would be.

Celery sends them as tasks of its own, which know nothing of transactions.
"""

from functools import partial
from typing import Any

from celery.canvas import chunks
from typing_extensions import override

from modelref.celery.calls.handles import handle_of
from modelref.celery.calls.sending import Call, by_name


class MapOf:
    """What stands for ``celery.map`` or ``celery.starmap`` in a map of one task.

    Args:
        task: the task that the map calls, which says whether the map waits for the transaction.
        name: name of Celery's task, which does all the rest.
    """

    def __init__(self, task: Any, name: str) -> None:
        self._task = task
        self.name = name

    @property
    def on_commit(self) -> bool | None:
        """Whether the map waits, as for a task."""
        on_commit: bool | None = self._task.on_commit
        return on_commit

    @property
    def _builtin(self) -> Any:
        return self._task.app.tasks[self.name]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # what copy and pickle ask for before there is a task
            raise AttributeError(name)
        return getattr(self._builtin, name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the map here and now."""
        return self._builtin(*args, **kwargs)

    def AsyncResult(self, task_id: str, **kwargs: Any) -> Any:  # noqa: N802 - Celery's name
        """Return the result of an earlier call."""
        return handle_of(self._builtin, task_id, **kwargs)

    def apply_async(self, args: Any = None, kwargs: Any = None, *rest: Any, **options: Any) -> Any:
        """Send the map, or let it wait for the transaction."""
        publish = self._builtin.apply_async
        if hasattr(self._builtin, "on_commit"):  # with task_cls=RefTask; this says when it is sent
            publish = partial(publish, on_commit=False)
        return Call(self, publish, args, kwargs, by_name(rest, options)).send()


def map_of(task: Any, signature: Any) -> Any:
    """Return a map's signature, which from now on is sent when the task would be.

    ``_type``, which clones keep, is what Celery 5.5 to 5.7 sends a signature by.
    """
    signature._type = MapOf(task, signature.task)
    return signature


def chunks_of(task: Any, signature: Any) -> Any:
    """Return the chunks of a task, each of which is sent when the task would be."""
    return ChunksOf(task, signature)


class ChunksOf(chunks):
    """Chunks of one task; each is sent when the task would be.

    Args:
        task: the task.
        signature: Celery's chunks of it.
    """

    def __init__(self, task: Any, signature: Any) -> None:
        dict.__init__(self, signature)
        self._app = signature._app
        self._task = task

    @override
    def group(self) -> Any:
        made = super().group()
        for each in made.tasks:  # the group keeps what it has made of its generator
            map_of(self._task, each)
        return made

    @override
    def clone(self, *args: Any, **kwargs: Any) -> Any:
        return ChunksOf(self._task, super().clone(*args, **kwargs))

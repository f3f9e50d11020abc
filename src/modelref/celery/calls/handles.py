"""``Handle``: the result of a call that may have to wait for a transaction.

It is Celery's own result, and raises ``NotPublished`` where Celery's would wait for a message that
has not been sent.
"""

from typing import Any

from celery import Celery
from celery.result import AsyncResult as CeleryResult
from celery.states import PENDING
from typing_extensions import override

from modelref.celery.calls.commits import publication_of

_CLASS = "modelref_handle_class"


def handle_of(task: Any, task_id: str, **kwargs: Any) -> Any:
    """Return a result of a call of a task, as ``Task.AsyncResult`` does.

    Args:
        task: the task.
        task_id: id of the call.
        kwargs: further arguments of Celery's class of results.
    """
    make = _class_for(task.app)
    return make(task_id, backend=task.backend, task_name=task.name, **kwargs)


def _class_for(app: Celery) -> type["Handle"]:
    """Return the class of an app's results that know whether their message has been sent.

    It derives from the app's own class of results, which knows how to pickle them. The app keeps
    it: a cache would keep the app.
    """
    made: type[Handle] | None = vars(app).get(_CLASS)
    if made is None:
        made = vars(app)[_CLASS] = type("AsyncResult", (Handle, app.AsyncResult), {})
    return made


class Handle(CeleryResult):
    """A result that knows whether the message of its call has been sent.

    Until then it is pending, and everything that would wait for it raises ``NotPublished``. What
    Celery asks first, in ``get``, ``maybe_throw`` and when it joins a group, is ``_cache``, as of
    Celery 5.5 to 5.7.
    """

    def __init__(self, id: str, *args: Any, **kwargs: Any) -> None:  # noqa: A002 - Celery's name
        self._publication = publication_of(id)
        super().__init__(id, *args, **kwargs)

    @property
    def _cache(self) -> Any:
        self._publication.check()
        eager = self._publication.eager
        return self._meta if eager is None else eager._cache

    @_cache.setter
    def _cache(self, meta: Any) -> None:
        self._meta = meta

    def _get_task_meta(self) -> Any:
        if not self._publication.sent:
            return {"status": PENDING, "result": None}
        return super()._get_task_meta()

    @property
    def supports_native_join(self) -> bool:
        """Whether the back end may be asked for several results at once.

        It would wait for a message that has not been sent, and knows nothing of that.
        """
        return self._publication.sent and super().supports_native_join

    @override
    def ready(self) -> bool:
        eager = self._publication.eager
        return super().ready() if eager is None else eager.ready()

    @override
    def get(
        self, timeout: float | None = None, propagate: bool = True, *args: Any, **kwargs: Any
    ) -> Any:
        """Wait for the result, as Celery's does.

        Raises:
            NotPublished: the message of this call, or of one that it follows in a chain or a
                chord, has not been sent: its transaction is open, or was rolled back.
        """
        eager = self._publication.eager
        if eager is None:
            return super().get(timeout, propagate, *args, **kwargs)
        return eager.get(timeout, propagate, **kwargs)

    wait = get

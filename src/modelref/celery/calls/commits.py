"""Calls that wait for a transaction: which blocks they wait for, and whether they were sent.

A call waits for every database on which its thread has an ``atomic`` block open, each by one hook
of ``transaction.on_commit``; the last of these hooks sends the message. A rollback drops a hook,
so that the message is never sent.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from celery.result import EagerResult
from django.conf import settings
from django.db import connections, transaction

from modelref.errors import NotPublished
from modelref.settings import setting


def awaited_databases(*, on_commit: bool | None) -> list[str]:
    """Return the aliases of the databases whose transactions a call made now waits for.

    Args:
        on_commit: whether it waits at all; None leaves that to ``MODELREF["ON_COMMIT"]``.
    """
    if not settings.configured:
        return []  # then there is no connection either
    waits = setting("ON_COMMIT") if on_commit is None else on_commit
    return open_databases() if waits else []


def open_databases() -> list[str]:
    """Return the aliases on which this thread has an ``atomic`` block open.

    The blocks that Django's ``TestCase`` opens round each test do not count: code in a test waits
    for what it waits for elsewhere. They are known by ``_from_testcase``, and a connection knows
    its blocks by ``atomic_blocks``, of no public use, as of Django 5.2 to 6.1.
    """
    return [
        connection.alias
        for connection in connections.all(initialized_only=True)
        if not all(getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)
    ]


class Publication:
    """Whether the message of one call has been sent, and those of the calls it follows.

    The hooks that wait hold it, and so does each result of the call: after a rollback, when the
    hooks are gone, a result still knows.

    Args:
        task_id: id of the call.
    """

    __slots__ = ("__weakref__", "_follows", "_task", "id", "result", "waits")

    def __init__(self, task_id: str) -> None:
        self.id = task_id
        #: Whether the message has not been sent, and perhaps never will be.
        self.waits = False
        #: What Celery gave for the message. It is kept: with its end Celery 5.5 and 5.6 stop
        #: looking for what the other results of the call wait for.
        self.result: Any = None
        self._task = ""
        self._follows: list[Publication] = []

    def wait(self, aliases: Sequence[str], task: str, publish: Callable[[], Any]) -> None:
        """Publish when all transactions that are open now have been committed.

        Args:
            aliases: the databases that have one.
            task: name of the task, for errors.
            publish: sends the message. What it raises goes up to the code that commits.
        """
        self._task = task
        self.waits = True
        left = set(aliases)

        def committed(alias: str) -> None:
            if alias not in left:
                return  # captureOnCommitCallbacks inside another one runs a hook twice
            left.remove(alias)
            if not left:
                self.result = publish()
                self.waits = False

        for alias in aliases:
            transaction.on_commit(partial(committed, alias), using=alias)

    def precede(self, task_ids: Iterable[str]) -> None:
        """Let calls that follow this one, in a chain or a chord, know that they do.

        Args:
            task_ids: their ids; those of which there is no result have nobody to tell.
        """
        for task_id in task_ids:
            later = _publications.get(task_id)
            if later not in (None, self):
                later._follows.append(self)

    @property
    def sent(self) -> bool:
        """Whether nothing stands between the call and its result but brokers and workers."""
        return self._unsent() is None

    @property
    def eager(self) -> EagerResult | None:
        """What the call gave, where the task ran in the place of being sent."""
        return self.result if isinstance(self.result, EagerResult) else None

    def check(self) -> None:
        """Do nothing for a call that was sent.

        Raises:
            NotPublished: it was not, or one that it follows.
        """
        unsent = self._unsent()
        if unsent is not None:
            raise NotPublished(
                f"{unsent._task}[{unsent.id}] has not been sent: the transaction that it waits "
                f"for is still open, or was rolled back. Ask for the result after the commit; "
                f"after a rollback, call the task again."
            )

    def _unsent(self) -> "Publication | None":
        return next((each for each in (self, *self._follows) if each.waits), None)


_publications: WeakValueDictionary[str, Publication] = WeakValueDictionary()


def publication_of(task_id: str) -> Publication:
    """Return the one publication of a call.

    Args:
        task_id: id of the call.
    """
    return _publications.setdefault(task_id, Publication(task_id))

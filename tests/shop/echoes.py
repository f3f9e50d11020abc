"""Calling a task that keeps what it gets, through the encoder and the decoder of its serializer."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from celery import Celery

import modelref.celery

_NUMBERS = count()


class Echo:
    """Tasks of one parameter, in an app whose calls are run at once.

    `always_eager` encodes, decodes and traces each call as a worker does, in this process. The
    functions of the tasks are taken to stand in `module`.
    """

    def __init__(self, module: str = __name__) -> None:
        self.app = Celery("echoes", set_as_current=False, broker="memory://")
        self.app.conf.update(task_always_eager=True, task_eager_propagates=True)
        modelref.celery.setup(self.app)
        self.got: list[Any] = []
        self.module = module

    def task(self, annotation: Any) -> Any:
        """Return a task whose one parameter, `value`, has an annotation."""

        def keep(value: Any) -> None:
            self.got.append(value)

        keep.__annotations__["value"] = annotation
        keep.__module__ = self.module
        return modelref.celery.task(
            app=self.app, shared=False, name=f"echoes.keep_{next(_NUMBERS)}"
        )(keep)

    def give(self, annotation: Any, given: Any) -> Any:
        """Send a value to a parameter of this annotation; return what the body gets."""
        self.task(annotation).delay(given)
        return self.got.pop()

    @contextmanager
    def sending(self) -> Iterator[Celery]:
        """Send for the time of the block without running what is sent."""
        self.app.conf.task_always_eager = False
        yield self.app
        self.app.conf.task_always_eager = True

"""Celery tasks that take model instances: what users import from here.

``setup(app)`` prepares a project, ``task`` makes a task of a function and ``task_method`` of a
method, ``RefTask`` is its class.
"""

from modelref.celery.canvas import chain, chord, group
from modelref.celery.decorator import task
from modelref.celery.loads import Load
from modelref.celery.methods import task_method
from modelref.celery.results import AsyncResult
from modelref.celery.signatures import Signature
from modelref.celery.task import RefTask, Task
from modelref.celery.wiring import setup

__all__ = [
    "AsyncResult",
    "Load",
    "RefTask",
    "Signature",
    "Task",
    "chain",
    "chord",
    "group",
    "setup",
    "task",
    "task_method",
]

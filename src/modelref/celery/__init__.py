"""Celery tasks that take model instances: what users import from here.

``setup(app)`` prepares a project, ``task`` makes a task of a function and ``task_method`` of a
method, ``RefTask`` is its class.
"""

from modelref.celery.decorator import task
from modelref.celery.methods import task_method
from modelref.celery.rows.loads import Load
from modelref.celery.task import RefTask, Task
from modelref.celery.types.canvas import chain, chord, group
from modelref.celery.types.results import AsyncResult
from modelref.celery.types.signatures import Signature
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

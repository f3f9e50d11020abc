"""Celery tasks that take model instances: what users import from here.

``setup(app)`` prepares a project, ``task`` makes a task, ``RefTask`` is its class.
"""

from modelref.celery.decorator import task
from modelref.celery.results import AsyncResult
from modelref.celery.task import RefTask, Task
from modelref.celery.wiring import setup

__all__ = ["AsyncResult", "RefTask", "Task", "setup", "task"]

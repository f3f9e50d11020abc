# The parts of Celery that this project uses, with the signatures of Celery 5.7's source.

from typing import Any

from celery._state import current_app as current_app
from celery._state import current_task as current_task
from celery.app import shared_task as shared_task
from celery.app.base import Celery as Celery
from celery.app.task import Task as Task
from celery.canvas import Signature as Signature
from celery.canvas import chain as chain
from celery.canvas import chord as chord
from celery.canvas import chunks as chunks
from celery.canvas import group as group
from celery.canvas import signature as signature
from celery.canvas import xmap as xmap
from celery.canvas import xstarmap as xstarmap
from celery.utils import uuid as uuid

VERSION: tuple[Any, ...]
__version__: str

# The parts of Celery that this project uses, with the signatures of Celery 5.7's source.

from celery._state import current_task as current_task
from celery.app import shared_task as shared_task
from celery.app.base import Celery as Celery

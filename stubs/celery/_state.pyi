from celery.app.task import Task
from celery.local import Proxy
from celery.utils.threads import LocalStack

_task_stack: LocalStack[Task]

current_app: Proxy
current_task: Proxy

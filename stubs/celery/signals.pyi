from celery.utils.dispatch import Signal

before_task_publish: Signal
task_received: Signal
task_prerun: Signal
task_postrun: Signal
task_retry: Signal

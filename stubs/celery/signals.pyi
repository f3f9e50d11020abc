from celery.utils.dispatch import Signal

task_prerun: Signal
task_postrun: Signal

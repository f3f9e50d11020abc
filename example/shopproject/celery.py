"""The Celery app of the shop."""

import os

from celery import Celery

import modelref.celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopproject.settings")

app = Celery("shop")
app.config_from_object("django.conf:settings", namespace="CELERY")
modelref.celery.setup(app)
app.autodiscover_tasks()

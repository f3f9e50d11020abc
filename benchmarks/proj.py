"""The Celery app that is measured: what `celery -A benchmarks.proj` runs."""

import json
import logging
import os

from celery import Celery

import modelref.celery
from benchmarks import rivals

IN_MEMORY = {"broker_url": "memory://localhost", "result_backend": "cache+memory://"}
OF_ALL = {
    "accept_content": ["json", "cereal", "pickle"],
    "task_ignore_result": True,
}

rivals.use_recipe()
rivals.use_cereal()

for name in ("celery.app.trace", "celery.worker.strategy"):  # two lines for each task
    logging.getLogger(name).setLevel(logging.WARNING)

# `tests.workers` tells a worker its queue in this variable.
conf = json.loads(os.environ.get("MODELREF_TEST_CELERY", "null")) or IN_MEMORY

app = Celery("benchmarks.proj", include=["benchmarks.tasks"])
app.config_from_object(OF_ALL | conf)
modelref.celery.setup(app)
app.conf.CELERY_DB_REUSE_MAX = 1_000_000  # calls with one connection to each database

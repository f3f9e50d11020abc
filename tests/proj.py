"""The Celery app of the tests: what `celery -A tests.proj` runs, and what sends to it.

A worker process is told its configuration in `MODELREF_TEST_CELERY` (JSON), and in
`MODELREF_TEST_SETUP` which step of the roll-out it stands on:

- `full`: `setup(app)`, sends and accepts references;
- `accept`: `setup(app, send=False)`, accepts them and sends as before;
- `none`: a worker of an old release.
"""

import json
import os
from collections.abc import Mapping
from typing import Any, Literal, cast

from celery import Celery

import modelref.celery

Setup = Literal["full", "accept", "none"]

IN_MEMORY = {"broker_url": "memory://localhost", "result_backend": "cache+memory://"}
TASK_MODULES = (
    "tests.matrix.tasks",
    "tests.tasks",
    "tests.tasks_async",
    "tests.tasks_beat",
    "tests.tasks_codecs",
    "tests.tasks_faults",
    "tests.tasks_hostile",
    "tests.tasks_load",
    "tests.tasks_on_commit",
    "tests.tasks_on_missing",
    "tests.tasks_request",
    "tests.tasks_results",
    "tests.tasks_rollout",
    "tests.tasks_ways",
    "tests.tasks_workers",
)


def make_app(conf: Mapping[str, Any], setup: Setup) -> Celery:
    """Return an app; it is not the current one until `app.set_current()`."""
    app = Celery("tests.proj", set_as_current=False, include=TASK_MODULES)
    app.config_from_object(dict(conf))
    if setup == "full":
        modelref.celery.setup(app)
    elif setup == "accept":
        modelref.celery.setup(app, send=False)
    return app


app = make_app(
    json.loads(os.environ.get("MODELREF_TEST_CELERY", "null")) or IN_MEMORY,
    cast("Setup", os.environ.get("MODELREF_TEST_SETUP", "full")),
)

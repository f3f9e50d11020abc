"""The project of the roll-out tests before modelref: primary keys go in, JSON travels.

Its tasks have the names of those in `tests.tasks_rollout`. Nothing here imports modelref; that the
package is installed makes kombu know its content type, which this app does not accept.
"""

import json
import os

from celery import Celery
from django.apps import apps

app = Celery("tests.old_release")
app.config_from_object(json.loads(os.environ["MODELREF_TEST_CELERY"]))


@app.task(name="tests.tasks_rollout.note_of")
def note_of(order_pk: int) -> str:
    """Say what is noted on an order."""
    return apps.get_model("shop.order").objects.get(pk=order_pk).note


@app.task(name="tests.tasks_rollout.hold")
def hold(order_pk: int, path: str) -> str:
    """Be active until a file is there."""
    from tests.tasks_workers import wait_for  # here: it needs Django's models

    wait_for(path)
    return str(note_of(order_pk))


@app.task(name="tests.tasks_rollout.pk_of")
def pk_of(order_pk: int) -> int:
    """Hand on which order it is."""
    return order_pk


@app.task(name="tests.tasks_rollout.joined")
def joined(notes: list[str]) -> str:
    """Take what others have found."""
    return " ".join(notes)

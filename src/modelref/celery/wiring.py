"""``setup(app)``, the one line a project needs, and what it does to the app."""

import threading
import weakref
from functools import partial
from typing import Any

from celery import Celery
from django.core.checks import register
from kombu.serialization import registry

from modelref.celery.checks import check_app
from modelref.celery.control import make_control, speak_json
from modelref.celery.method_tasks import register_all_old_names
from modelref.checks import check_managers, check_settings
from modelref.codecs import carries_references, pickle
from modelref.codecs.json import CONTENT_TYPE, NAME


def setup(app: Celery, *, send: bool = True) -> None:
    """Let the tasks of an app take model instances, and return them.

    ``modelref-json`` becomes the serializer of tasks and results, and is added to what is
    accepted; remote control goes on speaking JSON. Call it where the app is made. It works
    before and after the app is configured; called twice it does no more than once. After tasks
    have been bound it cannot tell which of them has the serializer by an option of its own.

    Args:
        app: the project's Celery app.
        send: False only accepts. A worker drops messages of a type that it does not accept, so
            a project that is running has ``setup(app, send=False)`` in one release, everywhere,
            and ``setup(app)`` in the next one.
    """
    registry.disable(pickle.CONTENT_TYPE)  # for consumers without a list of what they accept
    wiring = vars(app).get("modelref")
    if wiring is None:
        wiring = vars(app)["modelref"] = Wiring(app)
        wiring.connect()
    wiring.sends = wiring.sends or send
    if app.configured:
        wiring.configure(app.conf)


class Wiring:
    """What ``setup`` does to one app, which keeps it as its attribute ``modelref``."""

    def __init__(self, app: Celery) -> None:
        self.app = app
        self.sends = False
        #: Whether the app has made its tasks, and answers to their old names.
        self.finalized = False
        #: Explicit settings that were overridden, by name.
        self.overridden: dict[str, str] = {}

    def connect(self) -> None:
        """Wait for the configuration and the tasks, and register the system checks."""
        self.app.on_after_configure.connect(self._on_configured, weak=False)
        self.app.on_after_finalize.connect(self._on_finalized, weak=False)
        if self.app.finalized:
            self._on_finalized(self.app)
        self.app.control_cls = partial(make_control, self.app.control_cls)
        if "control" in vars(self.app):
            speak_json(self.app.control)
        register(check_settings)
        register(check_managers)
        register(partial(check_app, weakref.ref(self)))

    def configure(self, conf: Any) -> None:
        """Bring the settings into line, and what has been made from them already."""
        for name in ("accept_content", "result_accept_content"):
            accepted = conf[name]
            if accepted is not None and not {NAME, CONTENT_TYPE} & set(accepted):
                conf[name] = [*accepted, NAME]
        if self.sends:
            before = conf.task_serializer
            for name in ("task_serializer", "result_serializer"):
                self._send_by(conf, name)
            self._update_tasks(before)
        self._forget_what_was_made()

    def _on_configured(self, source: Any, **kwargs: Any) -> None:
        self.configure(source)

    def _on_finalized(self, sender: Celery, **kwargs: Any) -> None:
        self.finalized = True
        register_all_old_names(sender)

    def _send_by(self, conf: Any, name: str) -> None:
        if carries_references(conf[name]):
            return
        if conf.value_set_for(name):
            self.overridden[name] = conf[name]
        conf[name] = NAME

    def _update_tasks(self, before: str) -> None:
        """Give tasks that are bound already the serializer, which ``Task.bind`` has frozen."""
        for task in self.app._tasks.values():  # app.tasks would finalize the app
            if task.serializer == before:
                type(task).serializer = self.app.conf.task_serializer
                type(task)._exec_options = None  # what Celery 5.5 to 5.7 has kept of it

    def _forget_what_was_made(self) -> None:
        """Drop what keeps the settings it was made with; Celery makes it anew when it is used.

        These are ``app.backend`` and the sender of ``app.amqp``, as of Celery 5.5 to 5.7.
        """
        self.app._backend_cache = None
        self.app._local = threading.local()
        if "amqp" in vars(self.app):
            vars(self.app.amqp).pop("send_task_message", None)

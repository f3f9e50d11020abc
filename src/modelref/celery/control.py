"""Remote control that stays JSON, with references in it as text.

Celery gives the mailbox of ``inspect``, ``ping`` and ``revoke`` the ``task_serializer``
(``celery.app.control.Control.__init__``, 5.7), which workers and Flower of before could not read.
"""

from typing import Any

from celery.app.control import Control as CeleryControl
from celery.utils.imports import instantiate
from kombu.serialization import registry
from kombu.utils.json import JSONEncoder

from modelref.refs import Ref

SERIALIZER = "modelref-control"
_JSON = "application/json"


class _Encoder(JSONEncoder):
    def default(self, o: Any) -> Any:
        """Return the text of a reference; all else is kombu's affair."""
        return repr(o) if isinstance(o, Ref) else super().default(o)


def make_control(kind: Any, app: Any) -> CeleryControl:
    """Return an app's remote control, in JSON whatever the tasks use.

    Args:
        kind: Celery's class, or the project's own; its name or itself.
        app: the app.
    """
    control: CeleryControl = instantiate(kind, app=app)
    speak_json(control)
    return control


def speak_json(control: CeleryControl) -> None:
    """Make a remote control send JSON."""
    if SERIALIZER not in registry.name_to_type:
        name = registry.type_to_name.get(_JSON)
        registry.register(SERIALIZER, _Encoder().encode, None, _JSON, "utf-8")
        if name is not None:  # the type goes on meaning kombu's own entry, which decodes it
            registry.type_to_name[_JSON] = name
    control.mailbox.serializer = SERIALIZER

"""The optional dict ``MODELREF`` of a project's settings, with its defaults."""

from functools import cache
from typing import Any

DEFAULTS: dict[str, Any] = {
    "MANAGER": "objects",
    "MODELS": None,
    "ON_COMMIT": False,
    "PICKLE_ALLOW": (),
    "RENAMED": {},
}


def setting(name: str) -> Any:
    """Return one entry of ``MODELREF``, or its default.

    Args:
        name: a key of :data:`DEFAULTS`.
    """
    settings, plain = _of_django()
    # Each call of a task asks, and Django is slow to say that a project has no such setting.
    if type(settings._wrapped) is plain and "MODELREF" not in vars(settings._wrapped):
        return DEFAULTS[name]
    return getattr(settings, "MODELREF", {}).get(name, DEFAULTS[name])


@cache
def _of_django() -> tuple[Any, type]:
    """Return Django's settings, and the class of those that no test overrides."""
    from django.conf import Settings, settings  # here: a codec is importable without them

    return settings, Settings

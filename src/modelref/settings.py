"""The optional dict ``MODELREF`` of a project's settings, with its defaults."""

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
    from django.conf import settings  # here: a codec is importable without Django's settings

    return getattr(settings, "MODELREF", {}).get(name, DEFAULTS[name])

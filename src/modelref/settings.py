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
    return _settings()[name]


@cache
def _settings() -> dict[str, Any]:
    """Return all entries, until a test changes a setting.

    The setting is looked up with every call of a task, and Django is slow to find that a project
    has none.
    """
    from django.conf import settings  # here, and below: a codec is importable without settings
    from django.core.signals import setting_changed

    setting_changed.connect(_forget, dispatch_uid=_forget.__qualname__)
    return {**DEFAULTS, **getattr(settings, "MODELREF", {})}


def _forget(**_kwargs: Any) -> None:
    _settings.cache_clear()

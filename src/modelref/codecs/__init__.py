"""The codecs, the fifth noun: kombu serializers that swap rows for forms and back.

kombu imports them, through the package's entry points, in the middle of ``import celery`` and
before Django is set up. So they import neither.
"""

_NAMES = frozenset({"modelref-json", "modelref-msgpack", "modelref-pickle", "modelref-yaml"})


def carries_references(serializer: str) -> bool:
    """Whether a serializer, by its name with kombu, is one of these."""
    return serializer in _NAMES

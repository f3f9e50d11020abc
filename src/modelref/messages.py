"""The shapes Celery gives to messages."""

from typing import Any

SIGNATURE_KEYS = frozenset({"task", "args", "kwargs", "options", "subtask_type", "immutable"})
BODY_LENGTH = 3  # of task protocol 2: args, kwargs, and what follows the task


def is_signature(value: dict[Any, Any]) -> bool:
    """Whether a dict is a Celery signature, a call that only passes through this message."""
    return len(value) >= len(SIGNATURE_KEYS) and value.keys() >= SIGNATURE_KEYS


def is_call(value: dict[Any, Any]) -> bool:
    """Whether a dict holds a call: a signature, or a message of task protocol 1."""
    return "args" in value and "kwargs" in value and "task" in value


def is_body(value: Any) -> bool:
    """Whether a value is the body of task protocol 2, or the pair that eager mode encodes."""
    if not issubclass(type(value), (list, tuple)) or not 2 <= len(value) <= BODY_LENGTH:
        return False
    args, kwargs, embed = value[0], value[1], value[-1]
    return (
        issubclass(type(args), (list, tuple))
        and issubclass(type(kwargs), dict)
        and issubclass(type(embed), dict)
    )

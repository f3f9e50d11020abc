"""The shapes Celery gives to messages, and the way to a value inside one, for error texts."""

from collections.abc import Callable, Iterator
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


def path_to(message: Any, matches: Callable[[Any], bool]) -> str | None:
    """Return the way to the first match in a message, such as ``chain[0].args[1]["file"]``.

    Args:
        message: a message body, or any other value that is encoded.
        matches: says whether a value is the one.
    """
    if not is_body(message):
        return find("value", message, matches)
    args, kwargs, *rest = message
    for name, part in [("args", args), ("kwargs", kwargs), *(rest[0].items() if rest else ())]:
        found = find(name, part, matches)
        if found is not None:
            return found
    return None


def find(path: str, value: Any, matches: Callable[[Any], bool]) -> str | None:
    """Return the way to the first member of a value that matches, None where none does.

    Args:
        path: the way to the value itself.
        value: what to look through: lists, tuples, dicts and signatures.
        matches: says whether a member is the one.
    """
    return _find(path, value, matches, set())


def _find(path: str, value: Any, matches: Callable[[Any], bool], inside: set[int]) -> str | None:
    if matches(value):
        return path
    if id(value) in inside:  # a container that holds itself
        return None
    inside.add(id(value))
    for step, member in _members(value):
        found = _find(path + step, member, matches, inside)
        if found is not None:
            return found
    inside.discard(id(value))
    return None


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        signature = is_signature(value)
        for key, member in value.items():
            yield f".{key}" if signature else f"[{_key_text(key)}]", member
    elif isinstance(value, (list, tuple)):
        for at, member in enumerate(value):
            yield f"[{at}]", member


def _key_text(key: Any) -> str:
    return f'"{key}"' if isinstance(key, str) else type(key).__name__

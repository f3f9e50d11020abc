"""The way to a value inside a message, for error texts."""

from collections.abc import Callable, Iterator
from typing import Any

from modelref.messages import is_body, is_signature


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

"""The four codecs side by side, and values of messages made comparable."""

from typing import Any

from modelref import identity, is_reference
from modelref.codecs import json, msgpack, pickle, yaml

CODECS = {codec.NAME.removeprefix("modelref-"): codec for codec in (json, pickle, yaml, msgpack)}


def body(*args: Any, **kwargs: Any) -> tuple[Any, ...]:
    """Return a message body of task protocol 2."""
    embed = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
    return args, kwargs, embed


def named(value: Any) -> Any:
    """Return a value with identities in the place of references, and types told apart."""
    if is_reference(value):
        return identity(value)
    if isinstance(value, dict):
        return {key: named(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(named, value))
    if isinstance(value, (set, frozenset)):
        return type(value), frozenset(map(named, value))
    return type(value), value


def listed(value: Any) -> Any:
    """Return what `named` does, with tuples as lists: most codecs do not tell them apart."""
    if isinstance(value, (list, tuple)):
        return list(map(listed, value))
    if isinstance(value, dict):
        return {key: listed(member) for key, member in value.items()}
    return named(value)

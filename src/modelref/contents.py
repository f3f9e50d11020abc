"""The references inside a value."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from modelref.refs import Ref, group_of


def refs_in(
    values: list[Any], skips: Callable[[dict[Any, Any]], bool] = lambda value: False
) -> Iterator[Ref[Any]]:
    """Yield the references inside lists, tuples, sets and dicts.

    Args:
        values: where to look; the list itself is used up.
        skips: says of a dict whether it is passed over.
    """
    waiting = values  # no recursion: what is too deep for it is no reason to lose a message
    seen: set[int] = set()
    while waiting:
        value = waiting.pop()
        if isinstance(value, Ref):
            yield value
        elif not isinstance(value, (list, tuple, set, frozenset, dict)) or id(value) in seen:
            continue
        elif not isinstance(value, dict):
            seen.add(id(value))
            waiting.extend(value)
        elif not skips(value):
            seen.add(id(value))
            waiting.extend(value.values())


def holds_refs(value: Any) -> bool:
    """Whether there is a reference anywhere inside a value; none of them is asked for anything.

    The truth of a reference, which ``any()`` would ask for, is that of its row.
    """
    return any(True for _ in refs_in([value]))


def common_group(values: Sequence[Any]) -> Any:
    """Return the one group that all values are references of, else None.

    Args:
        values: any values; perhaps none, or not all of them references.
    """
    try:
        groups = set(map(group_of, values))
    except TypeError:  # something that is no reference is among them
        return None
    return groups.pop() if len(groups) == 1 else None

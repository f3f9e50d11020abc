"""The golden messages, as what a sender gives to a codec."""

import uuid
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from modelref import reference
from tests.codecs import body
from tests.shop.models import Country, Customer, Holiday, Order, Price, Seat, Tag

FOLDER = Path(__file__).parent

KEYS: dict[str, tuple[Any, Any, Any]] = {
    "int": (Order, 42, 43),
    "str": (Country, "DE", "1"),
    "uuid": (Tag, uuid.UUID("6f1c2b7e-0000-4000-8000-000000000001"), uuid.UUID(int=2)),
    "decimal": (Price, Decimal("1.50"), Decimal("200.00")),
    "date": (Holiday, date(2024, 12, 24), date(2024, 12, 25)),
    "composite": (Seat, ("A", 4), ("ü", 5)),
}


def of_key(model: Any, first: Any, second: Any) -> tuple[Any, ...]:
    """Return a call with rows of one kind of key: single and a pair, with an alias and without."""
    return body(
        reference(model, first),
        reference(model, second, using="eu"),
        pair=[reference(model, first), reference(model, second)],
        pair_of_eu=[
            reference(model, first, using="eu"),
            reference(model, second, using="eu"),
        ],
    )


def mixed() -> tuple[Any, ...]:
    """Return a call with lists that are no list of one model and alias."""
    return body(
        [reference(Order, 1), reference(Customer, 1)],
        [reference(Order, 1), reference(Order, 1, using="eu")],
        [reference(Order, 1), "and", 2, None, True, 1.5],
        [reference(Order, 1)],
    )


def nested() -> tuple[Any, ...]:
    """Return a call with rows deep in dicts and lists."""
    return body(
        {"a": {"b": reference(Order, 1)}, "c": [{"d": [reference(Order, 1), reference(Order, 2)]}]}
    )


def chained() -> tuple[Any, ...]:
    """Return a call with references in later steps."""
    args, kwargs, embed = body(reference(Order, 1))
    step: dict[str, Any] = {"kwargs": {}, "options": {}, "subtask_type": None, "immutable": True}
    pair = [reference(Order, 3), reference(Order, 4)]
    embed["chain"] = [
        {"task": "last", "args": [pair], **step},
        {"task": "second", "args": [reference(Order, 1), reference(Order, 2)], **step},
    ]
    return args, kwargs, embed


MESSAGES: dict[str, Callable[[], Any]] = {
    **{f"key_{kind}": partial(of_key, *key) for kind, key in KEYS.items()},
    "mixed_lists": mixed,
    "empty_lists": lambda: body([], orders=[]),
    "nested": nested,
    "chain": chained,
}

"""``Identity``, the first of the five nouns: all that travels of a row."""

import json
from dataclasses import dataclass
from typing import Any

DEFAULT_ALIAS = "default"

_LONGEST_PK_IN_REPR = 80


@dataclass(frozen=True, slots=True)
class Identity:
    """Names one row: which model, which primary key, in which database.

    ``str()`` gives the text of the wire, ``shop.order:42``, ``shop.order:42@eu`` or
    ``shop.seat:["A",4]``, the same with and without Django: a key for locks and logs.

    Args:
        label: label of the model; kept in lower case.
        pk: primary key as the model has it; a tuple for a composite key. Where Django is not
            set up it is what the wire says: an int, a str, or a tuple of those.
        using: database alias; None, and ``"default"``, mean the default one.
    """

    label: str
    pk: Any
    using: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", self.label.lower())
        object.__setattr__(self, "using", alias_on_wire(self.using))

    def __str__(self) -> str:
        from modelref.keys import wire_pk  # here: keys makes identities

        suffix = "" if self.using is None else f"@{self.using}"
        return f"{self.label}:{pk_text(wire_pk(self.label, self.pk))}{suffix}"


def alias_on_wire(using: str | None) -> str | None:
    """Return the alias as it travels: nothing for ``default``."""
    return None if using == DEFAULT_ALIAS else using


def one_line(text: str) -> str:
    """Return text for a log line: as it is, or escaped where it holds line breaks and the like."""
    return text if text.isprintable() else repr(text)


def pk_text(wire: Any) -> str:
    """Return a primary key on the wire as text: compact JSON for a composite one."""
    if isinstance(wire, list):
        return json.dumps(wire, separators=(",", ":"), ensure_ascii=False)
    return str(wire)


def described(label: str, wire: Any, using: str | None) -> str:
    """Return the ``repr`` of a reference: what names its row, and no field of it.

    Args:
        label: label of the model.
        wire: primary key as it travels.
        using: database alias, None for ``default``.
    """
    text = one_line(pk_text(wire))
    if len(text) > _LONGEST_PK_IN_REPR:
        text = text[:_LONGEST_PK_IN_REPR] + "…"
    suffix = "" if using is None else f" using={using}"
    return f"<ModelRef {label} pk={text}{suffix}>"

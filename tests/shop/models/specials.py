"""Specials: models that define special methods of their own."""

from collections.abc import Iterator
from functools import total_ordering
from types import TracebackType
from typing import Any

from django.db import models
from django.utils.html import format_html
from django.utils.safestring import SafeString


class Basket(models.Model):
    """A container: `__len__`, `__iter__`, `__contains__`, `__getitem__`, `__setitem__`."""

    items = models.JSONField(default=list)

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items)

    def __contains__(self, item: object) -> bool:
        return item in self.items

    def __getitem__(self, index: int) -> Any:
        return self.items[index]

    def __setitem__(self, index: int, item: Any) -> None:
        self.items[index] = item


class Rule(models.Model):
    """A function: `__call__`."""

    factor = models.IntegerField(default=1)

    def __call__(self, number: int) -> int:
        return self.factor * number


@total_ordering
class Version(models.Model):
    """A value: `__eq__`, `__hash__`, `__lt__`, `__int__`, `__add__` of its own."""

    number = models.IntegerField(default=0)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self.number == other.number

    def __hash__(self) -> int:
        return hash(("version", self.number))

    def __lt__(self, other: "Version") -> bool:
        return self.number < other.number

    def __int__(self) -> int:
        return self.number

    def __add__(self, other: int) -> int:
        return self.number + other

    def __radd__(self, other: int) -> int:
        return self.number + other


class Lease(models.Model):
    """A context manager: `__enter__`, `__exit__`."""

    holder = models.CharField(max_length=20, blank=True)

    def __enter__(self) -> str:
        return self.holder

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.holder = ""


class Snippet(models.Model):
    """HTML: `__html__` and `__format__`."""

    text = models.CharField(max_length=80, blank=True)

    def __html__(self) -> SafeString:
        return format_html("<b>{}</b>", self.text)

    def __format__(self, spec: str) -> str:
        return format(self.text, spec)


class Switch(models.Model):
    """A truth value: `__bool__`."""

    on = models.BooleanField(default=False)

    def __bool__(self) -> bool:
        return self.on


class Payload(models.Model):
    """Says how it looks in JSON: `__json__`; and has a JSON field."""

    content = models.JSONField(default=dict)

    def __json__(self) -> dict[str, Any]:
        content: dict[str, Any] = self.content
        return content

"""What the tasks in `definitions.py` take and give, and classes of them."""

import threading
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import NamedTuple, Protocol, TypedDict

from django.db import models

from modelref import ModelRef
from modelref.celery import RefTask
from tests.shop.models import Order


class Size(models.TextChoices):
    """Is a text."""

    SMALL = "small"


class Level(IntEnum):
    """Is a number."""

    LOW = 1


class Colour(Enum):
    """Is neither."""

    RED = "red"


class Movie(TypedDict):
    """Is a dict."""

    name: str
    order: ModelRef[Order]


class Held(TypedDict):
    """Has something in it that does not travel."""

    name: str
    lock: threading.Event


class Pair(NamedTuple):
    """Is a tuple."""

    left: int
    right: str


@dataclass
class Point:
    """Is a class of the project."""

    x: int


class Money:
    """Says itself how it is written."""

    def __json__(self) -> str:
        return ""


class Called(Protocol):
    """Is any function of a number."""

    def __call__(self, number: int) -> int: ...


class Sized(Protocol):
    """Is any class that has a size."""

    size: int


class Pickling(RefTask):
    """Says how its tasks travel."""

    serializer = "modelref-pickle"


class Quick(RefTask):
    """Leaves that to the project."""

    priority = 9

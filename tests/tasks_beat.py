"""A task that beat sends."""

from pathlib import Path
from typing import Any

from modelref import ModelRef, is_reference
from modelref.celery import task
from tests.shop.models import Order


@task
def note_down(order: ModelRef[Order], path: str) -> None:
    """Write down what is noted on an order, a line each time."""
    with Path(path).open("a") as file:
        file.write(f"{order.note}\n")


@task
def note_anything(value: Any, path: str) -> None:
    """Write down what came, by a parameter that says nothing of rows."""
    with Path(path).open("a") as file:
        file.write(f"{value.note if is_reference(value) else repr(value)}\n")

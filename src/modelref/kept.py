"""What is made once for a model and lives as long as the model does."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from django.db.models import Model

T = TypeVar("T")


def kept_on_model(make: Callable[["type[Model]"], T]) -> Callable[["type[Model]"], T]:
    """Decorate what makes something for a model: it is kept with the model's options.

    A cache would keep the historical models of every migration alive.
    """
    name = f"modelref_{make.__name__}"

    @wraps(make)
    def get(model: "type[Model]") -> T:
        kept = vars(model._meta)
        if name not in kept:
            kept[name] = make(model)
        made: T = kept[name]
        return made

    return get

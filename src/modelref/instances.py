"""What a model instance says of its own row: label, primary key, alias."""

import copy
import gc
import sys
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from modelref.errors import UnsavedInstance
from modelref.identity import alias_on_wire
from modelref.late import router

if TYPE_CHECKING:
    from django.db.models import Model

_MOST_OBJECTS_LOOKED_AT = 1_000
_LEAD_NOWHERE = (type, ModuleType, FunctionType, str)


class Row(NamedTuple):
    """One row as Python has it: the fields of an ``Identity`` before they are frozen into one."""

    label: str
    pk: Any
    using: str | None


def is_model_class(kind: type) -> bool:
    """Whether a type is a Django model, asked without importing Django's models."""
    base = sys.modules.get("django.db.models.base")
    return base is not None and issubclass(kind, base.Model)


def unwrap(value: Any) -> Any:
    """Return what a lazy object such as ``request.user`` stands for; all else as it is."""
    functional = sys.modules.get("django.utils.functional")
    if functional is None or not issubclass(type(value), functional.LazyObject):
        return value
    if value._wrapped is functional.empty:
        value._setup()
    return unwrap(value._wrapped)


def has_row(instance: "Model") -> bool:
    """Whether the instance is in the database, as far as it knows itself."""
    # _is_pk_set is not in django-stubs.
    return not instance._state.adding and instance._is_pk_set()  # type: ignore[attr-defined]


def row_of(instance: "Model") -> Row:
    """Return the row of an instance, with the alias it would be written to.

    Raises:
        UnsavedInstance: the instance has no row.
    """
    label = instance._meta.label_lower
    if not has_row(instance):
        raise UnsavedInstance(
            f"{label}: the instance is not in the database, so there is nothing to refer to. "
            f"Save it first; a row that was deleted cannot be sent."
        )
    return Row(label, instance.pk, alias_for_write(instance.__class__, instance))


def alias_for_write(model: "type[Model]", instance: "Model | None" = None) -> str | None:
    """Return the alias that the router writes the model to, None for ``default``."""
    return alias_on_wire(router().db_for_write(model, instance=instance))


def twin_of(instance: "Model") -> "Model":
    """Return a deep copy, with all that was read together with the instance.

    Django's own copy of a queryset forgets its rows, and with them what was prefetched.
    """
    if not read_with(instance):
        return copy.deepcopy(instance)
    memo: dict[int, Any] = {}
    twin = copy.deepcopy(instance, memo)
    waiting, seen = [instance], set[int]()
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        waiting += read_with(each)
        for name, rows in prefetched(each).items():
            copied = prefetched(memo.get(id(each))).get(name)
            if copied is not None and rows._result_cache is not None:
                copied._result_cache = [copy.deepcopy(row, memo) for row in rows._result_cache]
                copied._prefetch_done = True
    return twin


def read_with(instance: "Model") -> "list[Model]":
    """Return the instances that an instance holds since they were read together with it."""
    held: list[Any] = [*instance._state.fields_cache.values()]
    for value in vars(instance).values():
        if type(value) is list:  # by to_attr
            held += value
    for rows in prefetched(instance).values():
        held += rows._result_cache or ()
    return [each for each in held if is_model_class(type(each))]


def prefetched(instance: Any) -> dict[str, Any]:
    """Return the querysets of an instance that hold rows already."""
    found: dict[str, Any] = getattr(instance, "__dict__", {}).get("_prefetched_objects_cache", {})
    return found


def leads_back(instance: "Model") -> bool:
    """Whether something that an instance holds may hold the instance, as a field tracker does."""
    held: list[Any] = list(vars(instance).values())
    seen: set[int] = set()
    while held:
        seen.update(map(id, held))
        if id(instance) in seen or len(seen) > _MOST_OBJECTS_LOOKED_AT:
            return True
        leading = [each for each in held if not isinstance(each, _LEAD_NOWHERE)]
        held = [each for each in gc.get_referents(*leading) if id(each) not in seen]
    return False

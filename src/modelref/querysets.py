"""What a queryset says of its rows, in one query at most."""

import sys
from typing import TYPE_CHECKING, Any

from modelref.async_code import TO_SEND, HintForAsyncCode
from modelref.identity import alias_on_wire
from modelref.instances import alias_for_write

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet


def is_queryset_class(kind: type) -> bool:
    """Whether a type is a ``QuerySet``, asked without importing Django's models."""
    query = sys.modules.get("django.db.models.query")
    return query is not None and issubclass(kind, query.QuerySet)


def is_manager_class(kind: type) -> bool:
    """Whether a type is a manager, a related one included."""
    manager = sys.modules.get("django.db.models.manager")
    return manager is not None and issubclass(kind, manager.BaseManager)


def yields_instances(queryset: "QuerySet[Model]") -> bool:
    """Whether a queryset is one of rows, and not of ``.values()`` or ``.dates()``."""
    from django.db.models.query import ModelIterable  # here: a queryset is at hand already

    return issubclass(queryset._iterable_class, ModelIterable)


def alias_of(queryset: "QuerySet[Model]") -> str | None:
    """Return the alias its rows are written to: that of ``.using()``, else the router's."""
    chosen: str | None = queryset._db  # type: ignore[attr-defined]  # not in django-stubs
    return alias_for_write(queryset.model) if chosen is None else alias_on_wire(chosen)


def pks_of(queryset: "QuerySet[Model]") -> list[Any]:
    """Return the primary keys of a queryset in its order."""
    if queryset._result_cache is not None:
        return [instance.pk for instance in queryset._result_cache]
    with HintForAsyncCode(TO_SEND, queryset.model):
        return list(queryset.values_list("pk", flat=True))

"""What Celery tells of a task: rows in an error, or in a result for nobody, are shown by reference.

An exception goes into the log, into events and, as class and arguments, into the result. So rows
in its arguments become references there, which are printed as ``<ModelRef shop.order pk=42>``.
"""

import copy
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from celery.exceptions import Retry

from modelref.batch import Batch
from modelref.celery.arguments.shapes import ANYTHING
from modelref.celery.arguments.ways import Kind, Sending
from modelref.errors import UnsavedInstance
from modelref.instances import Row, has_row, row_of
from modelref.quoted import quote
from modelref.refs import Ref, group_of, identity_of


def refer_in(error: BaseException) -> None:
    """Put references in the place of rows in the arguments of an exception, for good.

    The same is done for attributes that are one of its arguments, of which its text may be made,
    and for the exceptions that it comes from or holds. Nothing is queried and nothing raises:
    what cannot be referred to becomes a text that says what it was.
    """
    for each in _related(error):
        with suppress(Exception):  # arguments of a kind of their own
            told = [_told(arg) for arg in each.args]
            pairs = zip(each.args, told, strict=True)
            turned = {id(arg): new for arg, new in pairs if new is not arg}
            if turned:
                for name, value in vars(each).items():
                    vars(each)[name] = turned.get(id(value), value)
                each.args = tuple(told)


def ignored(result: Any) -> Any:
    """Return a result that goes nowhere, with references in the place of what has no row, too."""
    try:
        return ANYTHING.stage(result, Ignoring())
    except RecursionError:
        return result


class Telling(Sending):
    """Out, inside an exception: references that hold no instance and are printed as their repr."""

    def row(self, value: Any) -> Any:
        """Return a reference, or what an instance without a row is called."""
        if isinstance(value, Ref):
            model, row = group_of(value).model, identity_of(value)
            if model is None:
                return quote(copy.copy(value))
            return self._quoted(model, row.pk, row.using)
        if not has_row(value):
            return f"<{value._meta.label_lower} without a row>"
        return self._quoted(type(value), value.pk, row_of(value).using)

    def rows(self, queryset: Any) -> Any:
        """Return references to the rows of a queryset that has been read, else what it is called.

        A query would be one that the body has not made, perhaps in a broken transaction.
        """
        if queryset._result_cache is None:
            return f"<QuerySet of {queryset.model._meta.label_lower}>"
        return [self.row(instance) for instance in queryset._result_cache]

    def container(self, given: Any, items: list[Any], kind: Kind) -> Any:
        """Return the very container that was given, unless there was a row in it."""
        before = given.values() if isinstance(given, dict) else given
        unchanged = all(a is b for a, b in zip(before, items, strict=True))
        return given if unchanged else kind(items)

    def _quoted(self, model: Any, pk: Any, using: str | None) -> Ref[Any]:
        return quote(self._batch.group_for_model(model, using).add(pk))


class Ignoring(Sending):
    """Out, for nobody: an instance without a row is wrapped, for hooks, and shown as others are."""

    def row(self, value: Any) -> Any:
        """Return a reference; it cannot be sent where there is no row."""
        try:
            return super().row(value)
        except UnsavedInstance:
            if isinstance(value, Ref):
                return value
            return Batch().wrap(value, Row(value._meta.label_lower, value.pk, None))


def _told(arg: Any) -> Any:
    try:
        return ANYTHING.stage(arg, Telling())
    except Exception:  # noqa: BLE001 - whatever it is, the exception it stands in is the news
        return f"<{type(arg).__name__}>"


def _related(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and those that are printed with it."""
    waiting: list[Any] = [error]
    seen: set[int] = set()
    while waiting:
        each = waiting.pop()
        if not isinstance(each, BaseException) or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        waiting += [each.__cause__, each.__context__, *each.args]
        if isinstance(each, BaseExceptionGroup):
            waiting += each.exceptions
        elif isinstance(each, Retry):
            waiting.append(each.exc)

"""The resolver, the fourth noun: turns (model, primary keys, alias) into instances.

The default one asks the database. Whatever stands in its place, such as a cache in front of it,
gives what :meth:`Resolver.read` promises.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from modelref.errors import UnknownAlias
from modelref.identity import DEFAULT_ALIAS, Identity, one_line
from modelref.instances import Row
from modelref.keys import key_of
from modelref.late import connections
from modelref.querysets import is_manager_class
from modelref.settings import setting

if TYPE_CHECKING:
    from django.db.models import Manager, Model, QuerySet

MOST_ROWS_IN_ONE_QUERY = 2_000

# What SQLite takes for any integer column, where Django says that it has no limits.
_LEAST, _GREATEST = -(2**63), 2**63 - 1


class Resolver(Protocol):
    """Reads rows."""

    @property
    def using(self) -> str | None:
        """The alias that it reads from, whatever a reference says; None where that counts."""
        ...

    def read(
        self, model: "type[Model]", pks: Sequence[Any], using: str | None
    ) -> "dict[Any, Model]":
        """Return the instances that exist, by the primary keys they were asked for by.

        Args:
            model: the model.
            pks: different primary keys, at most :func:`most_rows` of them.
            using: alias that the references name, None for ``default``.

        Raises:
            django.db.Error: it cannot be told now whether the rows exist.
        """
        ...


class DatabaseResolver:
    """Reads rows through the model's manager, in one query a call."""

    using: str | None = None

    def rows(self, model: "type[Model]", using: str) -> "QuerySet[Model]":
        """Return the queryset that rows are taken from.

        Args:
            model: the model.
            using: the alias to read from.
        """
        return manager_of(model).using(using)

    def read(
        self, model: "type[Model]", pks: Sequence[Any], using: str | None
    ) -> "dict[Any, Model]":
        """See :meth:`Resolver.read`; a connection that has died is opened again once."""
        rows = self.rows(model, self.using or using or DEFAULT_ALIAS)
        try:
            return self._read(rows, pks)
        except Exception as error:
            from django.db import InterfaceError, OperationalError  # here: for an error alone

            lost = isinstance(error, (OperationalError, InterfaceError)) and close_if_dead(rows.db)
            if not lost:
                raise
            return self._read(rows, pks)

    def _read(self, rows: "QuerySet[Model]", pks: Sequence[Any]) -> "dict[Any, Model]":
        if len(pks) == 1:
            return self._get(rows, pks[0])
        found: dict[Any, Model] = rows.in_bulk(_storable(rows, pks))
        for pk in [pk for pk in pks if pk not in found]:
            # A case-insensitive column gives a key back in the spelling of the row.
            if isinstance(pk, str):
                found |= self._get(rows, pk)
        return found

    def _get(self, rows: "QuerySet[Model]", pk: Any) -> "dict[Any, Model]":
        try:
            return {pk: rows.get(pk=pk)}
        except rows.model.DoesNotExist:  # type: ignore[attr-defined]  # see errors._not_found_class
            return {}


DATABASE: Resolver = DatabaseResolver()


def most_rows(model: "type[Model]", using: str | None) -> int:
    """Return how many rows of a model one query may ask for."""
    most_parameters = connections()[using or DEFAULT_ALIAS].features.max_query_params
    if most_parameters is None:
        return MOST_ROWS_IN_ONE_QUERY
    return min(MOST_ROWS_IN_ONE_QUERY, most_parameters // len(key_of(model).fields))


def around(pks: list[Any], pk: Any, most: int) -> list[Any]:
    """Return the primary keys that are read with one of them: itself, those after it, then before.

    Args:
        pks: all that wait to be read, in the order they came.
        pk: the one that is needed now.
        most: how many to return at most.
    """
    at = pks.index(pk)
    chosen = pks[at : at + most]
    before = max(0, at + len(chosen) - most)
    return chosen + pks[before:at]


def close_if_dead(using: str) -> bool:
    """Close the connection to an alias if it was lost, and no transaction with it.

    Django opens it again for the next query.

    Returns:
        Whether it was closed.
    """
    connection = connections()[using]
    if connection.connection is None or connection.in_atomic_block:
        return False
    if not connection.get_autocommit() or connection.is_usable():
        return False
    connection.close()
    return True


def check_alias(row: Row) -> None:
    """Raise ``UnknownAlias`` for a row in a database that ``DATABASES`` does not have."""
    if row.using is None:
        return
    if row.using not in connections().settings:
        raise UnknownAlias(
            f"{one_line(str(Identity(*row)))}: the database alias {row.using!r} is not in "
            f"DATABASES here. Give every process that sends or runs tasks the same aliases."
        )


def manager_of(model: "type[Model]") -> "Manager[Model]":
    """Return the manager that reads references to a model.

    It is the one that the model names in ``modelref_manager``, else the project's
    ``MODELREF["MANAGER"]`` where the model has that, else ``_default_manager``.

    Raises:
        AttributeError: the model has no manager of the name that it gives; a system check says so.
    """
    chosen = chosen_manager(model)
    if chosen is not None:
        named: Manager[Model] = getattr(model, chosen)
        return named
    manager = getattr(model, setting("MANAGER"), None)
    if is_manager_class(type(manager)):
        return manager  # type: ignore[return-value]  # django-stubs: .using() is a Manager's
    return model._default_manager


def chosen_manager(model: Any) -> str | None:
    """Return the name of the manager that a model chooses for references, if it does."""
    name: str | None = getattr(model, "modelref_manager", None)
    return name


def _storable(rows: "QuerySet[Model]", pks: Sequence[Any]) -> list[Any]:
    """Leave out integers that no column holds: for one of them the whole query is refused."""
    ops = connections()[rows.db].ops
    ranges = [_range(ops, field) for field in key_of(rows.model).fields]
    if not any(ranges):
        return list(pks)
    if set(map(type, pks)) == {int} and _fits(ranges[0], min(pks)) and _fits(ranges[0], max(pks)):
        return list(pks)
    return [pk for pk in pks if all(map(_fits, ranges, pk if isinstance(pk, tuple) else (pk,)))]


def _range(ops: Any, field: Any) -> tuple[int, int] | None:
    try:
        least, greatest = ops.integer_field_range(field.get_internal_type())
    except KeyError:  # no integer, or one that only its own package knows
        return None
    return (_LEAST, _GREATEST) if least is None else (least, greatest)


def _fits(limits: tuple[int, int] | None, value: Any) -> bool:
    return limits is None or not isinstance(value, int) or limits[0] <= value <= limits[1]

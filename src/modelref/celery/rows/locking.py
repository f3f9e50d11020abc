"""``Load(for_update=True)``: the transactions that a body runs in, and the locks on its rows.

All rows are locked before the body starts, in one order for all tasks: by alias, by model, by
primary key. So two tasks that want the same rows wait for one another and not for ever.
"""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from modelref.celery.arguments.shapes import Shape, models_in
from modelref.celery.rows.loads import Load, resolver_of
from modelref.group import Group
from modelref.identity import DEFAULT_ALIAS
from modelref.instances import alias_for_write
from modelref.keys import key_of
from modelref.resolver import close_if_dead, most_rows

if TYPE_CHECKING:
    from django.db.models import Model


def aliases_of(groups: Iterable[Group], empty: Iterable[tuple[Shape, Load]]) -> set[str]:
    """Return the aliases on which a body runs in a transaction.

    Args:
        groups: the groups whose rows it locks.
        empty: of the parameters that would lock rows and hold none in this call.
    """
    aliases = {group.source or DEFAULT_ALIAS for group in groups}
    for shape, load in empty:
        if load.using is not None:
            aliases.add(load.using)
            continue
        aliases |= {alias_for_write(model) or DEFAULT_ALIAS for model in models_in(shape)}
    return aliases


def blocks(aliases: Iterable[str]) -> ExitStack:
    """Return open transactions on some aliases, to be ended by ``with``.

    A connection that was lost before is opened again: nothing has been done in it.
    """
    from django.db import transaction  # here: no Django database at import

    with ExitStack() as stack:
        for alias in sorted(aliases):
            close_if_dead(alias)
            stack.enter_context(transaction.atomic(using=alias))
        return stack.pop_all()


def lock(groups: Iterable[Group]) -> None:
    """Lock and read the rows of groups; those that do not exist are known for it afterwards.

    Raises:
        UnknownAlias: they cannot be read.
    """
    tables: defaultdict[tuple[str, str], list[Group]] = defaultdict(list)
    for group in groups:
        tables[_table(group)].append(group)
    for _, of_table in sorted(tables.items()):
        if len(of_table) > 1:
            _lock_together(of_table)
        for group in of_table:
            group.load_all()


def _table(group: Group) -> tuple[str, str]:
    concrete: Any = group.model and group.model._meta.concrete_model
    return group.source or DEFAULT_ALIAS, concrete._meta.label_lower


def _lock_together(groups: list[Group]) -> None:
    """Lock rows of one table that several queries read, so that one order holds for all of them."""
    model: type[Model] = groups[0].model._meta.concrete_model  # type: ignore[union-attr,assignment]
    source = groups[0].source
    pks = key_of(model).in_order({pk for group in groups for pk in group.pending()})
    resolver, most = resolver_of(Load(for_update=True, only=("pk",))), most_rows(model, source)
    for start in range(0, len(pks), most):
        resolver.read(model, pks[start : start + most], source)

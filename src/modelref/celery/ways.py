"""The ways a row takes: out of a sender, into a worker's call, into a call made by hand."""

import copy
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from modelref.access import is_reference, resolve
from modelref.batch import Batch
from modelref.celery.shapes import ANYTHING, Misfit
from modelref.errors import NotEncodable, ReferenceNotFound
from modelref.instances import alias_for_write, row_of
from modelref.keys import key_of
from modelref.querysets import alias_of, pks_of
from modelref.refs import Ref, current_row, group_of, instance_of, pk_of
from modelref.resolver import DATABASE, Resolver, check_alias

if TYPE_CHECKING:
    from django.db.models import Model

Kind = Callable[[list[Any]], Any]


class Sending:
    """Out: each row becomes a sealed reference, fixed now; bare keys stay what they are."""

    arrives = False
    by_hand = False

    def __init__(self) -> None:
        self._batch = Batch(sealed=True)

    def row(self, value: Any) -> Ref[Any]:
        """Return a sealed reference; it holds the instance where there is one, for routers."""
        if not isinstance(value, Ref):
            return self._batch.wrap(value, row_of(value))
        group = group_of(value)
        if group.sealed:
            return value
        if instance_of(value) is not None:
            return self._batch.wrap(instance_of(value), current_row(value))
        if group.model is None:
            return self._batch.arrive(group.label, [group.wire_pk(value)], group.using)[0]
        return self._batch.group_for_model(group.model, group.using).add(pk_of(value))

    def rows(self, queryset: Any) -> list[Ref[Any]]:
        """Return sealed references to the rows of a queryset, in its order."""
        group = self._batch.group_for_model(queryset.model, alias_of(queryset))
        return [group.add(pk) for pk in pks_of(queryset)]

    def pk(self, model: "type[Model]", pk: Any, given: Any) -> Any:
        """Return the key as it was given."""
        return given

    def misfit(self, value: Any) -> Any:
        """Raise: the call does not fit the task."""
        raise Misfit(value)

    def instance(self, staged: Any) -> Any:
        """Return the reference: that is what travels."""
        return staged

    def container(self, given: Any, items: list[Any], kind: Kind) -> Any:
        """Return a new container."""
        return kind(items)


class SendingItems(Sending):
    """Out, for the items of a ``map``: references that load together, in eager mode as well."""

    def row(self, value: Any) -> Ref[Any]:
        """Return a sealed reference that holds no instance."""
        ref = super().row(value)
        if instance_of(ref) is None:
            return ref
        return self._batch.group_for_model(type(instance_of(ref)), group_of(ref).using).add(
            pk_of(ref)
        )


class Passing(Sending):
    """Out, for a re-send: what does not fit goes on as it is, for the receiving task to say so."""

    def misfit(self, value: Any) -> Any:
        """Return the value with references in the place of rows."""
        return ANYTHING.stage(value, self)


class Refusing(Sending):
    """Out, by a serializer that carries no references: rows are refused, keys may go."""

    def __init__(self, serializer: str) -> None:
        super().__init__()
        self._serializer = serializer

    def row(self, value: Any) -> NoReturn:
        """Raise: the serializer cannot carry it."""
        raise NotEncodable(
            f"a model instance or reference cannot travel as {self._serializer!r}: send the "
            f"primary key, or see to it that modelref.celery.setup(app) is called, without "
            f"send=False, and that neither the task nor the call has a serializer option."
        )

    def rows(self, queryset: Any) -> NoReturn:
        """Raise: the serializer cannot carry them."""
        self.row(queryset)


class RefusingPassing(Refusing, Passing):
    """Out, for a re-send by such a serializer: what came as a reference may go out as one."""

    def row(self, value: Any) -> Any:
        """Return a reference that Celery holds already; raise for any other row."""
        return value if isinstance(value, Ref) and group_of(value).sealed else super().row(value)


class Receiving:
    """In: each row becomes a reference of this call, in one batch; nothing is shared.

    Args:
        resolver: what reads the rows.
    """

    arrives = True
    by_hand = False

    def __init__(self, resolver: Resolver = DATABASE) -> None:
        self._batch = Batch(resolver=resolver)

    def row(self, value: Any) -> Ref[Any]:
        """Return the one reference of this call to the row.

        Raises:
            UnknownModel, ForbiddenModel, MalformedReference, UnknownAlias: it cannot be read.
        """
        if not isinstance(value, Ref):
            return self._batch.wrap(value, row_of(value))
        group_of(value).place(value)
        row, model = current_row(value), group_of(value).model
        check_alias(row)
        return self._batch.group_for_model(model, row.using).ref(key_of(model).clean(row.pk))

    def rows(self, queryset: Any) -> list[Ref[Any]]:
        """Return references to the rows of a queryset, in its order."""
        group = self._batch.group_for_model(queryset.model, alias_of(queryset))
        return [group.ref(pk) for pk in pks_of(queryset)]

    def pk(self, model: "type[Model]", pk: Any, given: Any) -> Ref[Any]:
        """Return the reference to the row of a bare key."""
        return self._batch.group_for_model(model, alias_for_write(model)).ref(pk)

    def misfit(self, value: Any) -> NoReturn:
        """Raise: the message does not fit the task."""
        raise Misfit(value)

    def instance(self, staged: Any) -> Any:
        """Return the instance, read together with all that this call still has to read."""
        return resolve(staged)

    def container(self, given: Any, items: list[Any], kind: Kind) -> Any:
        """Return a new container, never the one that a retry sends again."""
        return kind(items)


class ReceivingItem(Receiving):
    """In, for one inner call of a ``map``: the items of the whole map are read together.

    Each inner call gets instances of its own.
    """

    def __init__(self) -> None:
        self._items: dict[tuple[Any, str | None, Any], Any] = {}
        super().__init__(resolver=self)

    def row(self, value: Any) -> Ref[Any]:
        """Return the reference of this inner call; remember the item that it comes from."""
        ref = super().row(value)
        if isinstance(value, Ref):
            self._items[group_of(ref).model, group_of(ref).using, pk_of(ref)] = value
        return ref

    def read(
        self, model: "type[Model]", pks: Sequence[Any], using: str | None
    ) -> "dict[Any, Model]":
        """Load the items, and with them the rest of the map; see ``Resolver.read``."""
        found: dict[Any, Model] = {}
        for pk in pks:
            item = self._items.get((model, using, pk))
            if item is None:
                found |= DATABASE.read(model, [pk], using)
                continue
            try:
                found[pk] = copy.deepcopy(resolve(item))
            except ReferenceNotFound:
                continue
        return found


class ByHand:
    """In, for a call made by hand: nothing is checked, and only references are turned."""

    arrives = True
    by_hand = True

    def row(self, value: Any) -> Any:
        """Return the reference or instance as it is."""
        return value

    def rows(self, queryset: Any) -> None:
        """Return None: a queryset stays a queryset."""

    def pk(self, model: "type[Model]", pk: Any, given: Any) -> Any:
        """Return the key as it was given."""
        return given

    def misfit(self, value: Any) -> Any:
        """Return the value as it was given."""
        return value

    def instance(self, staged: Any) -> Any:
        """Return the instance of a reference, all else as it was given."""
        return resolve(staged) if is_reference(staged) else staged

    def container(self, given: Any, items: list[Any], kind: Kind) -> Any:
        """Return the very container that was given, unless something in it was turned."""
        before = given.values() if isinstance(given, dict) else given
        unchanged = all(a is b for a, b in zip(before, items, strict=True))
        return given if unchanged else kind(items)

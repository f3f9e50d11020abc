"""The ways a row takes into a call: by message, as an item of a map, by hand."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn

from typing_extensions import override

from modelref.access import is_reference, resolve
from modelref.batch import Batch
from modelref.celery.arguments.items import ItemResolver, MapItems
from modelref.celery.arguments.shapes import Misfit, OfModel, Shape, Staged
from modelref.celery.rows.loads import Load, LoadResolver, resolver_of
from modelref.celery.rows.missing import Missing
from modelref.contents import common_group
from modelref.group import Group
from modelref.instances import Row, alias_for_write, row_of
from modelref.keys import key_of
from modelref.querysets import alias_of, pks_of
from modelref.refs import Ref, current_row, group_of, instance_of, pk_of, stored_row
from modelref.resolver import DATABASE, Resolver, check_alias

if TYPE_CHECKING:
    from django.db.models import Model

Kind = Callable[[list[Any]], Any]


class Receiving:
    """In: each row becomes a reference of this call, in one batch; nothing is shared.

    Rows of parameters with a ``Load`` are in batches of their own, one for each ``Load``. A row
    that is met again, in another parameter, keeps the reference that it has.
    """

    arrives = True
    by_hand = False
    missing: Missing | None = None

    #: The batches of rows with a ``Load``, in the order they were first met.
    _batches: Mapping[Load, Batch] = MappingProxyType({})
    _load: Load | None = None
    #: Where references came from last, where those of this call to the same rows are made, and
    #: what makes a key of theirs one of the database.
    _sealed: Group | None = None
    _own: Group | None = None
    _clean: Callable[[Any], Any] = staticmethod(lambda pk: pk)

    def __init__(self) -> None:
        self._batch = self._plain = self._new_batch(DATABASE)

    def read_by(self, load: Load | None) -> None:
        """Let the rows that come now be read as a ``Load`` says; None: as any other."""
        self._load = load
        self._sealed = None
        if load is None:
            self._batch = self._plain
            return
        if load not in self._batches:
            self._batches = {**self._batches, load: self._new_batch(resolver_of(load))}
        self._batch = self._batches[load]

    def locked(self) -> Iterator[Group]:
        """Yield the groups whose rows are to be locked."""
        for load, batch in self._batches.items():
            if load.for_update:
                yield from batch.groups()

    def row(self, value: Any) -> Ref[Any]:
        """Return the one reference of this call to the row.

        Raises:
            UnknownModel, ForbiddenModel, MalformedReference, UnknownAlias: it cannot be read.
        """
        if not isinstance(value, Ref):
            return self._row_of_instance(value)
        group = group_of(value)
        if group is self._sealed and self._own is not None:
            return self._own.ref(self._clean(pk_of(value)))
        if group.model is None:
            group.place(value)
            group = group_of(value)
        row = current_row(value)
        check_alias(row)
        clean = key_of(group.model).clean
        ref = self._ref(group.model, row.using, clean(row.pk))
        if group.sealed and not self._batches:
            self._sealed, self._own, self._clean = group, group_of(ref), clean
        return ref

    def rows(self, queryset: Any) -> list[Ref[Any]]:
        """Return references to the rows of a queryset, in its order."""
        model, using = queryset.model, alias_of(queryset)
        return [self._ref(model, using, pk) for pk in pks_of(queryset)]

    def bulk(self, values: Any, shape: Shape) -> Staged | None:
        """Return references to rows of one model and alias of a message; None for others."""
        group = common_group(values)
        if group is None or not group.sealed or group.model is None or self._batches:
            return None
        if not isinstance(shape, OfModel) or not shape.admits_row(group.model):
            return None
        check_alias(stored_row(values[0]))
        pks = key_of(group.model).clean_many(list(map(pk_of, values)))
        return Staged(values, self._batch.group_for_model(group.model, group.using).refs(pks))

    def pk(self, model: "type[Model]", pk: Any, given: Any) -> Ref[Any]:
        """Return the reference to the row of a bare key."""
        return self._ref(model, alias_for_write(model), pk)

    def misfit(self, value: Any) -> NoReturn:
        """Raise: the message does not fit the task."""
        raise Misfit(value)

    def instance(self, staged: Any) -> Any:
        """Return the instance, read together with all that this call still has to read."""
        instance = instance_of(staged)
        return resolve(staged) if instance is None else instance

    def container(self, given: Any, items: list[Any], kind: Kind) -> Any:
        """Return a new container, never the one that a retry sends again."""
        return kind(items)

    def _new_batch(self, resolver: Resolver) -> Batch:
        return Batch(resolver=resolver)

    def _row_of_instance(self, instance: Any) -> Ref[Any]:
        """Return a reference to an instance that came whole, by another serializer."""
        row = row_of(instance)
        if self._load is None:
            return self._batch.wrap(instance, row)
        return self._ref(type(instance), row.using, row.pk)

    def _ref(self, model: "type[Model]", using: str | None, pk: Any) -> Ref[Any]:
        for batch in self._batches.values():
            known = batch.known(model, using, pk)
            if known is not None:
                return known
        return self._batch.group_for_model(model, using).ref(pk)


class ReceivingItem(Receiving):
    """In, for one inner call of a ``map``: the items of the whole map are read together.

    Each inner call gets instances of its own. Locked rows are read by each inner call itself, in
    the transaction that holds the locks.

    Args:
        items: the items of the map.
    """

    def __init__(self, items: MapItems) -> None:
        self._items = items
        #: What the references of this inner call stand for in the message.
        self._origins: dict[Row, Ref[Any]] = {}
        super().__init__()

    @override
    def row(self, value: Any) -> Ref[Any]:
        """Return the reference of this inner call; remember the item that it comes from."""
        ref = super().row(value)
        if isinstance(value, Ref):
            self._origins[stored_row(ref)] = value
        return ref

    @override
    def bulk(self, values: Any, shape: Shape) -> None:
        """Return None: each row is looked at."""

    @override
    def _new_batch(self, resolver: Resolver) -> Batch:
        if isinstance(resolver, LoadResolver) and resolver.load.for_update:
            return Batch(resolver=resolver)
        return Batch(resolver=ItemResolver(self._items, self._origins, resolver))


class ByHand:
    """In, for a call made by hand: nothing is checked, and only references are turned."""

    arrives = True
    by_hand = True
    missing = None

    def row(self, value: Any) -> Any:
        """Return the reference or instance as it is."""
        return value

    def rows(self, queryset: Any) -> None:
        """Return None: a queryset stays a queryset."""

    def bulk(self, values: Any, shape: Shape) -> None:
        """Return None: each row is looked at."""

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

"""A group: the references of a batch to one model and alias, which one query reads.

It knows its pending references in the order they came. When one of them is touched it reads that
one, those after it, and then the nearest before it, up to what one query may ask for.
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from threading import RLock
from typing import TYPE_CHECKING, Any

from modelref.async_code import TO_RESOLVE, HintForAsyncCode
from modelref.errors import ModelRefError, not_found_class
from modelref.inert import Inert
from modelref.instances import Row, twin_of
from modelref.keys import key_of, raw_wire
from modelref.pending import pending_class
from modelref.refs import (
    MANY,
    Ref,
    fill,
    fill_all,
    group_of,
    instance_of,
    make,
    make_all,
    pk_of,
    set_class,
    set_group,
    set_pk,
)
from modelref.registry import find_model
from modelref.resolver import Resolver, around, check_alias, most_rows

if TYPE_CHECKING:
    from django.db.models import Model


class Group:
    """The references of a batch to one model and alias.

    Args:
        label: label of the model, as the wire has it.
        using: database alias, None for ``default``.
        model: the model; None where Django was not set up when the references arrived, whose
            primary keys then are as the wire has them.
        sealed, resolver: see :class:`Batch`.
    """

    __slots__ = (
        "_copies",
        "_gone",
        "_kind",
        "_lock",
        "_pending",
        "_twins",
        "has_states",
        "label",
        "model",
        "resolver",
        "sealed",
        "using",
    )

    def __init__(
        self,
        label: str,
        using: str | None,
        model: "type[Model] | None",
        *,
        sealed: bool,
        resolver: Resolver,
    ) -> None:
        self.label = label if model is None else model._meta.label_lower
        self.using = using
        self.model = model
        self._kind = pending_class(model)
        self.sealed = sealed
        self.resolver = resolver
        self.has_states = False
        self._lock = RLock()
        self._pending: dict[Any, Ref[Any]] = {}
        self._twins: dict[Any, list[Ref[Any]]] = {}
        self._copies: dict[Any, list[Ref[Any]]] = {}
        self._gone: set[Any] = set()

    def anew(self) -> "Group":
        """Return an empty group for the same kind of rows, and for references of this one."""
        new = Group(self.label, self.using, self.model, sealed=self.sealed, resolver=self.resolver)
        new.has_states = self.has_states
        return new

    def __deepcopy__(self, memo: dict[int, Any]) -> "Group":
        """Return a new group: the deep copies of references load with one another."""
        return self.anew()

    @property
    def source(self) -> str | None:
        """The alias that the rows are read from, None for ``default``."""
        return self.resolver.using or self.using

    def pending(self) -> list[Any]:
        """Return the primary keys of the rows that have not been read."""
        return list(self._pending)

    def known(self, pk: Any) -> Ref[Any] | None:
        """Return the pending reference of this group to a row, None where it has none."""
        return self._pending.get(pk)

    def ref(self, pk: Any) -> Ref[Any]:
        """Return the one reference of this group to a row."""
        known = self._pending.get(pk)
        return self.add(pk) if known is None else known

    def refs(self, pks: Sequence[Any]) -> list[Ref[Any]]:
        """Return the one reference of this group to each row, as :meth:`ref` does."""
        new = set(pks)
        if len(new) == len(pks) and self._pending.keys().isdisjoint(new):
            return self.add_all(pks)
        return list(map(self.ref, pks))

    def add(self, pk: Any) -> Ref[Any]:
        """Return a new reference, which shares its instance with others to the same row."""
        ref = make(self._kind, self, pk)
        self.enrol(ref)
        return ref

    def add_all(self, pks: Sequence[Any]) -> list[Ref[Any]]:
        """Return new references, each as :meth:`add` makes one."""
        if len(pks) < MANY:
            return list(map(self.add, pks))
        refs = make_all(self._kind, self, pks)
        new = dict(zip(pks, refs, strict=True))
        if len(new) == len(refs) and self._pending.keys().isdisjoint(new):
            self._pending |= new
        else:
            for ref in refs:
                self.enrol(ref)
        return refs

    def enrol(self, ref: Ref[Any]) -> None:
        """Take in a new reference."""
        if self._pending.setdefault(pk_of(ref), ref) is not ref:
            self._twins.setdefault(pk_of(ref), []).append(ref)

    def tie(self, ref: Ref[Any]) -> None:
        """Take in a copy, which the read of its original fills with an instance of its own."""
        with self._lock:
            self._copies.setdefault(pk_of(ref), []).append(ref)

    def release(self, refs: Sequence[Ref[Any]]) -> None:
        """Give references a group of their own each: they pass through, and load with no other."""
        leaving = set(map(id, refs))
        for pk in dict.fromkeys(map(pk_of, refs)):
            for ref in (self._pending.pop(pk), *self._twins.pop(pk, ())):
                if id(ref) not in leaving:
                    self.enrol(ref)
        for ref in refs:
            alone = self.anew()
            alone.enrol(ref)
            set_group(ref, alone)

    def load(self, ref: Ref[Any]) -> None:
        """Read a pending reference and its neighbours in one query.

        Raises:
            ReferenceNotFound: the row does not exist; the neighbours that do are loaded.
            UnknownModel, ForbiddenModel, MalformedReference, UnknownAlias: it cannot be read.
        """
        with self._lock:
            if instance_of(ref) is not None:
                return
            if self.model is None:
                self.place(ref)
                group_of(ref).load(ref)
                return
            pk = pk_of(ref)
            if self.awaits(ref):
                check_alias(Row(self.label, pk, self.source))
                with HintForAsyncCode(TO_RESOLVE, self.model):
                    self._read(self._with(pk))
            if instance_of(ref) is None:
                raise self.not_found(pk)

    def _with(self, pk: Any) -> list[Any]:
        """Return the primary keys that are read with one of them, and itself."""
        if len(self._pending) == 1 or pk not in self._pending:
            return [pk]
        assert self.model is not None
        return around(list(self._pending), pk, most_rows(self.model, self.source))

    def load_all(self) -> None:
        """Read all pending references; where one query cannot, in order of primary key.

        Raises:
            UnknownAlias: they cannot be read.
        """
        with self._lock:
            pks = list(self._pending)
            if self.model is None or not pks:
                return
            check_alias(Row(self.label, pks[0], self.source))
            with HintForAsyncCode(TO_RESOLVE, self.model):
                most = most_rows(self.model, self.source)
                if len(pks) > most:
                    pks = key_of(self.model).in_order(pks)
                for start in range(0, len(pks), most):
                    self._read(pks[start : start + most])

    def _read(self, pks: Sequence[Any]) -> None:
        assert self.model is not None
        self.settle(pks, self.resolver.read(self.model, pks, self.using))

    def awaits(self, ref: Ref[Any]) -> bool:
        """Whether a query can tell more about a reference."""
        return self.model is not None and pk_of(ref) not in self._gone

    def settle(self, pks: Sequence[Any], found: "Mapping[Any, Model]") -> None:
        """Give all references to rows what was read.

        Args:
            pks: different primary keys, which were asked for.
            found: the instances, by primary key; rows that are not among them do not exist.
        """
        with self._lock:
            if self._copies or self._twins:
                for pk in pks:
                    self._settle_others(pk, found.get(pk))
            pending = {pk: self._pending[pk] for pk in pks if pk in found and pk in self._pending}
            waiting = {pk: ref for pk, ref in pending.items() if instance_of(ref) is None}
            fill_all([*waiting.values()], [found[pk] for pk in waiting])
            self._gone.update(pk for pk in pks if pk not in found)
            for pk in pks:  # last: what is interrupted before is read again
                self._pending.pop(pk, None)

    def _settle_others(self, pk: Any, instance: "Model | None") -> None:
        """Do it for the copies of the first reference to a row, and for its twins."""
        copies, twins = self._copies.pop(pk, ()), self._twins.pop(pk, ())
        if instance is None:
            return
        for ref in copies:
            if group_of(ref) is self:
                fill(ref, twin_of(instance))
            else:
                group_of(ref).settle([pk], {pk: twin_of(instance)})
        for ref in twins:
            fill(ref, instance)

    def not_found(self, pk: Any) -> ModelRefError:
        """Return the error for a row that does not exist."""
        assert self.model is not None
        return not_found_class(self.label)(self.label, key_of(self.model).to_wire(pk), self.source)

    def wire_pk(self, ref: Ref[Any]) -> Any:
        """Return the stored primary key of a reference as it travels."""
        pk = pk_of(ref)
        if type(pk) is int or type(pk) is str:  # what nearly all keys are, and travel as
            return pk
        return raw_wire(pk) if self.model is None else key_of(self.model).to_wire(pk)

    def reduced(self, ref: Ref[Any]) -> tuple[Any, tuple[Any, ...]]:
        """Return what pickles a reference: a function of modelref.batch and a plain tuple."""
        from modelref.batch import restore  # here: batch is built on this module

        return restore, (self.label, self.wire_pk(ref), self.using)

    def place(self, ref: Ref[Any]) -> None:
        """Give references of before ``django.setup()`` their model and their real keys.

        Raises:
            UnknownModel, ForbiddenModel, MalformedReference: the reference cannot be read.
        """
        with self._lock:
            if self.model is None:
                self._place_all(find_model(self.label))
        if group_of(ref) is not self:
            group_of(ref).place(ref)

    def _place_all(self, model: "type[Model]") -> None:
        self.label, self.model, self._kind = model._meta.label_lower, model, pending_class(model)
        refs = [*self._pending.values(), *chain.from_iterable(self._twins.values())]
        copies = [*chain.from_iterable(self._copies.values())]
        self._pending, self._twins, self._copies = {}, {}, {}
        for ref in filter(self._place_one, refs):
            self.enrol(ref)
        for ref in filter(self._place_one, copies):
            self.tie(ref)

    def _place_one(self, ref: Ref[Any]) -> bool:
        assert self.model is not None
        wire = raw_wire(pk_of(ref))
        try:
            set_pk(ref, key_of(self.model).from_wire(wire))
        except ModelRefError as error:
            set_group(ref, Inert(error, self.label, wire, self.using))
            return False
        set_class(ref, self._kind)
        return True

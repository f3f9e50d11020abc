"""``Batch``, the third noun: the references of one call or one result that load together."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from modelref.errors import ModelRefError
from modelref.group import Group
from modelref.inert import inert
from modelref.instances import Row
from modelref.keys import key_of, raw_pk
from modelref.refs import Ref, fill, make
from modelref.registry import find_model, registry_is_ready
from modelref.resolver import DATABASE, Resolver

if TYPE_CHECKING:
    from django.db.models import Model


class Batch:
    """A group of references for each model and alias of one call or result.

    Args:
        sealed: whether Celery holds the references, so that they always go by the identity they
            were made with.
        resolver: what reads the rows.
    """

    __slots__ = ("_groups", "_resolver", "_sealed")

    def __init__(self, *, sealed: bool = False, resolver: Resolver = DATABASE) -> None:
        self._resolver = resolver
        self._groups: dict[tuple[str | type[Model], str | None], Group] = {}
        self._sealed = sealed

    def group_for_label(self, label: str, using: str | None) -> "Group":
        """Return the group of a model and alias, made at its first mention.

        Raises:
            UnknownModel, ForbiddenModel: the label cannot be loaded here.
        """
        group = self._groups.get((label, using))
        if group is None:
            model = find_model(label) if registry_is_ready() else None
            group = self._groups[label, using] = self._new_group(label, using, model)
        return group

    def group_for_model(self, model: "type[Model]", using: str | None) -> "Group":
        """Return the group of a model that is at hand, a historical one perhaps, and an alias."""
        group = self._groups.get((model, using))
        if group is None:
            label = model._meta.label_lower
            group = self._groups[model, using] = self._new_group(label, using, model)
        return group

    def groups(self) -> list["Group"]:
        """Return the groups that there are so far."""
        return list(self._groups.values())

    def known(self, model: "type[Model]", using: str | None, pk: Any) -> Ref[Any] | None:
        """Return the pending reference to a row, None where the batch has none."""
        group = self._groups.get((model, using))
        return None if group is None else group.known(pk)

    def _new_group(self, label: str, using: str | None, model: "type[Model] | None") -> "Group":
        return Group(label, using, model, sealed=self._sealed, resolver=self._resolver)

    def wrap(self, instance: "Model", row: Row) -> Ref[Any]:
        """Return a loaded reference that shares its state with an instance.

        Args:
            instance: any instance of the row's model.
            row: the row that the reference is made for.
        """
        ref = make(Ref, self.group_for_model(type(instance), row.using), row.pk)
        fill(ref, instance)
        return ref

    def arrive(self, label: str, wires: Sequence[Any], using: str | None) -> list[Ref[Any]]:
        """Return new references for primary keys of the wire; never raises, never queries.

        Args:
            label: label of the model, known here or not.
            wires: primary keys as they travel.
            using: database alias, None for ``default``.
        """
        try:
            group = self.group_for_label(label, using)
            key = None if group.model is None else key_of(group.model)
        except Exception as error:  # noqa: BLE001 - the task's affair, not the decoder's
            return [inert(error, label, wire, using) for wire in wires]
        if key is None:
            return group.add_all(list(map(raw_pk, wires)))
        if {key.native}.issuperset(map(type, wires)):
            return group.add_all(wires)
        refs = []
        for wire in wires:
            try:
                refs.append(group.add(key.from_wire(wire)))
            except ModelRefError as error:
                refs.append(inert(error, label, wire, using))
        return refs


def restore(label: str, wire: Any, using: str | None) -> Ref[Any]:
    """Make a reference again from its pickle: pending, alone in its batch."""
    return Batch().arrive(label, [wire], using)[0]

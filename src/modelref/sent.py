"""``SentRows``: a list of rows on its way out, as the keys that travel.

A thousand instances or references become one of these and not a thousand references: few calls
have a router or a signal receiver that looks inside.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, overload
from zlib import crc32

from typing_extensions import override

from modelref.batch import Batch
from modelref.contents import common_group
from modelref.identity import alias_on_wire, described
from modelref.instances import Row
from modelref.keys import key_of
from modelref.late import router
from modelref.refs import Ref, instance_of, pk_of

if TYPE_CHECKING:
    from django.db.models import Model

_MOST_IN_REPR = 50


class SentRows(Sequence[Ref[Any]]):
    """Sealed references to rows of one model and alias, made when they are looked at.

    Args:
        model: their model.
        pks: their primary keys, as they are now.
        using: their alias, None for ``default``.
        instances: their instances, where these are at hand.
    """

    __slots__ = ("_instances", "_model", "_refs", "label", "pks", "using", "wires")

    def __init__(
        self,
        model: "type[Model]",
        pks: list[Any],
        using: str | None,
        instances: "Sequence[Model] | None" = None,
    ) -> None:
        self._model = model
        self._instances = instances
        self._refs: list[Ref[Any]] | None = None
        self.label: str = model._meta.label_lower
        self.pks = pks
        self.using = using
        #: The keys as they travel.
        self.wires = key_of(model).to_wire_many(pks)

    @overload
    def __getitem__(self, at: int) -> Ref[Any]: ...
    @overload
    def __getitem__(self, at: slice) -> list[Ref[Any]]: ...
    @override
    def __getitem__(self, at: Any) -> Any:
        if self._refs is None:
            self._refs = self._made()
        return self._refs[at]

    def _made(self) -> list[Ref[Any]]:
        batch = Batch(sealed=True)
        if self._instances is None:
            return batch.group_for_model(self._model, self.using).add_all(self.pks)
        rows = (Row(self.label, pk, self.using) for pk in self.pks)
        return list(map(batch.wrap, self._instances, rows))

    @override
    def __len__(self) -> int:
        return len(self.pks)

    @override
    def __repr__(self) -> str:
        """Show them as a list of references does; of many the first, and a digest of all."""
        shown = [described(self.label, wire, self.using) for wire in self.wires[:_MOST_IN_REPR]]
        if len(self) > _MOST_IN_REPR:
            digest = crc32(repr(self.wires).encode())
            shown.append(f"... {len(self)} rows, {digest:08x}")
        return f"[{', '.join(shown)}]"

    @override
    def __eq__(self, other: object) -> bool:
        return self[:] == other[:] if isinstance(other, (list, SentRows)) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # as a list


def sent_rows(instances: "Sequence[Model]", model: "type[Model]") -> SentRows | None:
    """Return the rows of instances; None where they have to be looked at one by one.

    That is so where their aliases differ, where one of them has no row, and for composite keys.

    Args:
        instances: one or more.
        model: the class of all of them.
    """
    name = getattr(model._meta.pk, "attname", None)
    if name is None or key_of(model).composite:
        return None
    states = [instance._state for instance in instances]
    pks = [vars(instance).get(name) for instance in instances]
    if any(pk is None for pk in pks) or any(state.adding for state in states):
        return None
    if router().routers:
        aliases = {router().db_for_write(model, instance=each) for each in instances}
    else:  # what Django's router then says
        aliases = {state.db or "default" for state in states}
    if len(aliases) > 1:
        return None
    return SentRows(model, pks, alias_on_wire(aliases.pop()), list(instances))


def passed_on(refs: Sequence[Any]) -> SentRows | None:
    """Return the rows of references; None where they have to be looked at one by one.

    That is so where they are of several groups, and where only some of them are loaded.

    Args:
        refs: one or more values; perhaps not all of them are references.
    """
    group = common_group(refs)
    if group is None or group.model is None:
        return None
    instances = list(map(instance_of, refs))
    kinds = set(map(type, instances))
    if group.sealed or kinds == {type(None)}:
        return SentRows(group.model, list(map(pk_of, refs)), group.using)
    kind = kinds.pop()
    return None if kinds else sent_rows(instances, kind)

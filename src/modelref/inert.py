"""References that cannot be read: they travel on as they came, and raise where they are used.

A decoder that raises loses its message, so what is wrong with a reference is kept until the call
it belongs to is bound, where it is that task's failure.
"""

from typing import TYPE_CHECKING, Any, NoReturn

from modelref.contents import holds_refs
from modelref.errors import MalformedReference
from modelref.keys import identity_from_wire
from modelref.pending import Pending
from modelref.refs import Ref, make

if TYPE_CHECKING:
    from django.db.models import Model

#: The label of a reference that is too malformed to name a model.
UNNAMED = "?"


class Inert:
    """The group of one reference that cannot be read.

    Args:
        error: what to raise where the reference is used.
        label: the label it names, or :data:`UNNAMED`.
        wire: its primary key as it came, or, where it names none, the whole form.
        using: its alias.
        grouped: whether the form stood for a list of references.
    """

    model: "type[Model] | None" = None
    sealed = True
    has_states = False

    def __init__(
        self, error: Exception, label: str, wire: Any, using: str | None, *, grouped: bool = False
    ) -> None:
        self.error = error
        self.label = label
        self.wire = wire
        self.using = using
        self.grouped = grouped

    def load(self, ref: Ref[Any]) -> NoReturn:
        """Raise what is wrong, each time anew so that tracebacks do not pile up."""
        raise type(self.error)(*self.error.args)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Inert":
        """Return itself: there is nothing to load."""
        return self

    def enrol(self, ref: Ref[Any]) -> None:
        """Take in a new reference."""

    def place(self, ref: Ref[Any]) -> NoReturn:
        """Raise what is wrong: the reference has no model."""
        self.load(ref)

    def tie(self, ref: Ref[Any]) -> None:
        """Take in a copy: it is as inert as its original."""

    def awaits(self, ref: Ref[Any]) -> bool:
        """Whether a query can tell more about the reference: never."""
        return False

    def wire_pk(self, ref: Ref[Any]) -> Any:
        """Return the primary key as it came."""
        return UNNAMED if self.label == UNNAMED else self.wire

    def reduced(self, ref: Ref[Any]) -> tuple[Any, tuple[Any, ...]]:
        """Return what pickles the reference: a function of this module and a plain tuple.

        A form with references inside is left out: each would be pickled inside the other, and
        what is too deep for that ends a worker.
        """
        wire = None if holds_refs(self.wire) else self.wire
        return restore, (
            type(self.error),
            self.error.args,
            self.label,
            wire,
            self.using,
            self.grouped,
        )


def inert(
    error: Exception, label: str, wire: Any, using: str | None, *, grouped: bool = False
) -> Ref[Any]:
    """Return a reference that raises ``error`` where it is used; arguments as of ``Inert``."""
    pk = None if label == UNNAMED else identity_from_wire(label, wire, using).pk
    return make(Pending, Inert(error, label, wire, using, grouped=grouped), pk)


def malformed(form: Any, *, grouped: bool = False) -> Ref[Any]:
    """Return the reference for a form that is none."""
    kind = (
        f"{type(form).__name__} of {len(form)}" if hasattr(form, "__len__") else type(form).__name__
    )
    error = MalformedReference(
        f"A reference is [label, pk] or [label, pk, alias]; what arrived is a {kind}."
    )
    return inert(error, UNNAMED, form, None, grouped=grouped)


def restore(kind: type[Exception], args: tuple[Any, ...], *rest: Any) -> Ref[Any]:
    """Make an inert reference again from its pickle."""
    *identity, grouped = rest
    return inert(kind(*args), *identity, grouped=grouped)

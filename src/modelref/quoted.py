"""References inside an exception: they are printed as their repr, which reads no row.

Celery and loggers print an exception they are told of, perhaps where the database has gone or in
async code, and ``str(ValueError(order))`` is ``str(order)``. Until its row is read, by a use of
another kind, such a reference answers ``str()`` and ``format()`` as it does ``repr()``.
"""

from typing import TYPE_CHECKING, Any

from modelref.contents import refs_in
from modelref.kept import kept_on_model
from modelref.pending import Pending, pending_class
from modelref.refs import Ref, group_of, set_class

if TYPE_CHECKING:
    from django.db.models import Model


def quote(ref: Ref[Any]) -> Ref[Any]:
    """Let a pending reference that nobody else holds be printed as its repr; return it."""
    model = group_of(ref).model
    set_class(ref, _Unplaced if model is None else _quoted_class(model))
    return ref


def quote_raised(value: Any) -> None:
    """Quote the references in an exception as result back ends keep it.

    Args:
        value: what was decoded: such an exception, or what is known of a task that raised it.
    """
    for each in (value, value.get("result") if isinstance(value, dict) else None):
        if isinstance(each, dict) and "exc_type" in each:  # Backend.prepare_exception, 5.5 to 5.7
            for ref in refs_in([each.get("exc_message")]):
                quote(ref)


def restore(make: Any, args: tuple[Any, ...]) -> Ref[Any]:
    """Make a quoted reference again from its pickle."""
    return quote(make(*args))


def _formatted(ref: Ref[Any], spec: str) -> str:
    return format(repr(ref), spec)


def _reduced(ref: Ref[Any], protocol: Any) -> Any:
    return restore, Ref.__reduce_ex__(ref, protocol)


_NAMESPACE = {
    "__slots__": (),
    "__str__": Ref.__repr__,
    "__format__": _formatted,
    "__reduce_ex__": _reduced,
}

_Unplaced: type[Ref[Any]] = type("ModelRef", (Pending,), _NAMESPACE)


@kept_on_model
def _quoted_class(model: "type[Model]") -> type[Ref[Any]]:
    """Return the class of pending references to a model that are printed as their repr."""
    pending = pending_class(model)
    names = {name: getattr(pending, name) for name in ("__module__", "__qualname__", "__doc__")}
    return type(model.__name__, (pending,), names | _NAMESPACE)

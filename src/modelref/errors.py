"""Every error of the package, each with what its reader does next.

All state of an error is in ``args``: Celery's result back ends keep an exception as module,
qualified name and ``args`` and rebuild it from those alone
(``celery.backends.base.Backend.exception_to_python``), and pickle does the same.
"""

import pickle
from functools import cache
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ObjectDoesNotExist

from modelref.late import apps

if TYPE_CHECKING:
    from modelref.identity import Identity

__all__ = [
    "ArgumentMismatch",
    "ForbiddenGlobal",
    "ForbiddenModel",
    "MalformedReference",
    "ModelRefError",
    "NotEncodable",
    "NotPublished",
    "ReferenceNotFound",
    "UnknownAlias",
    "UnknownModel",
    "UnsavedInstance",
]

_NOT_FOUND = "ReferenceNotFound_"


class ModelRefError(Exception):
    """Base of all errors about a row or a message."""


class UnsavedInstance(ModelRefError, ValueError):
    """An instance without a row was to be referenced: save it first."""


class NotEncodable(ModelRefError, TypeError):
    """A value cannot travel; the message names the path to it inside the arguments."""


class ArgumentMismatch(ModelRefError, TypeError):
    """An argument does not fit the annotation of its parameter: fix the call."""


class UnknownModel(ModelRefError, LookupError):
    """A reference names a model that is not installed here: see ``MODELREF["RENAMED"]``."""


class ForbiddenModel(ModelRefError, LookupError):
    """A reference names a model that ``MODELREF["MODELS"]`` leaves out."""


class UnknownAlias(ModelRefError, LookupError):
    """A reference names a database alias that ``DATABASES`` does not have."""


class MalformedReference(ModelRefError, ValueError):
    """A value is no primary key of its model, or a reference not of the form it travels in."""


class ForbiddenGlobal(ModelRefError, pickle.UnpicklingError):
    """A pickle names a global outside the allow-list: see ``MODELREF["PICKLE_ALLOW"]``."""


class NotPublished(ModelRefError, RuntimeError):
    """The result of a call was asked for that has not been sent.

    The transaction it waits for is open: ask after the commit. Or it was rolled back: call again.
    """


class ReferenceNotFound(ModelRefError, ObjectDoesNotExist):
    """The query ran and the row is not there; also the ``DoesNotExist`` of its model.

    Args:
        label: label of the model, such as ``shop.order``.
        pk: primary key as it travels: an int, a str, or a list of those for a composite key.
        using: database alias, None for ``default``.
    """

    def __init__(self, label: str, pk: Any = None, using: str | None = None) -> None:
        super().__init__(label, pk, using)

    @property
    def identity(self) -> "Identity":
        """The row that was looked for."""
        from modelref.keys import identity_from_wire  # here: keys imports this module

        return identity_from_wire(*self.args)

    def __str__(self) -> str:
        from modelref.identity import one_line  # here: identity imports keys, and keys this module

        return (
            f"{one_line(str(self.identity))} does not exist: the row was deleted, or the sender "
            f"had not committed it when the task ran (on_commit=True sends after the commit)."
        )


def not_found_class(label: str) -> type[ReferenceNotFound]:
    """Return the class that is both ``ReferenceNotFound`` and the model's ``DoesNotExist``.

    Args:
        label: label of the model. Where no such model is installed, plain
            ``ReferenceNotFound`` is returned.
    """
    return _not_found_class(_NOT_FOUND + label.replace(".", "__"))


def _not_found_class(name: str) -> type[ReferenceNotFound]:
    if not apps().models_ready:
        return ReferenceNotFound
    for model in apps().get_models(include_auto_created=True):
        if name == _NOT_FOUND + model._meta.label_lower.replace(".", "__"):
            # django-stubs give a model its errors only where the model is known.
            return _joined_class(name, model.DoesNotExist)  # type: ignore[attr-defined]
    return ReferenceNotFound


@cache
def _joined_class(name: str, missing: type[ObjectDoesNotExist]) -> type[ReferenceNotFound]:
    return type(name, (ReferenceNotFound, missing), {"__module__": __name__, "__qualname__": name})


def __getattr__(name: str) -> type[ReferenceNotFound]:
    """Make the class of a model on demand, for pickle and for result back ends."""
    if name.startswith(_NOT_FOUND):
        return _not_found_class(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

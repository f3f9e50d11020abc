"""From a label to its model, by the rules of ``MODELREF["RENAMED"]`` and ``["MODELS"]``."""

from typing import TYPE_CHECKING

from modelref.errors import ForbiddenModel, UnknownModel
from modelref.late import apps
from modelref.settings import setting

if TYPE_CHECKING:
    from django.db.models import Model


def registry_is_ready() -> bool:
    """Whether models can be looked up: ``django.setup()`` has loaded them all."""
    return apps().models_ready


def find_model(label: str) -> "type[Model]":
    """Return the installed model that a label on the wire names.

    Args:
        label: lower-case label, perhaps of before a rename.

    Raises:
        UnknownModel: no such model is installed, or it has been swapped out.
        ForbiddenModel: ``MODELREF["MODELS"]`` does not list it.
    """
    current = _renamed(label)
    try:
        model = apps().get_model(current)
    except (LookupError, ValueError):
        raise UnknownModel(
            f"{current} is not an installed model. If it was renamed or moved, add "
            f"{label!r} to MODELREF['RENAMED']."
        ) from None
    if model._meta.swapped:
        raise UnknownModel(f"{current} has been swapped for {model._meta.swapped}.")
    if not _is_allowed(model):
        raise ForbiddenModel(f"{current} is not in MODELREF['MODELS'].")
    return model


def _renamed(label: str) -> str:
    for old, new in setting("RENAMED").items():
        if old.lower() == label:
            return str(new).lower()
    return label


def _is_allowed(model: "type[Model]") -> bool:
    allowed = setting("MODELS")
    if allowed is None:
        return True
    return any(
        entry.lower() in (model._meta.label_lower, model._meta.app_label) for entry in allowed
    )

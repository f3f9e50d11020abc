"""System checks of the setting ``MODELREF`` and of what models say of references."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.utils.module_loading import import_string

from modelref.instances import is_model_class
from modelref.resolver import chosen_manager
from modelref.settings import DEFAULTS


def check_settings(**_kwargs: Any) -> list[CheckMessage]:
    """Check the dict ``MODELREF``."""
    given = getattr(settings, "MODELREF", {})
    if not isinstance(given, Mapping):
        return [_error(1, "MODELREF is not a dict.", 'Write MODELREF = {"MANAGER": "objects"}.')]
    return [*_unknown_keys(given), *_bad_values(given)]


def check_managers(**_kwargs: Any) -> list[CheckMessage]:
    """Check that ``modelref_manager`` of each model names a manager of it."""
    return [
        _error(
            6,
            f"modelref_manager = {chosen!r} is no manager of {model.__name__}.",
            "Name one of its managers, such as 'objects' or '_base_manager'.",
            model,
        )
        for model in apps.get_models()
        if (chosen := chosen_manager(model)) is not None and not _has_manager(model, str(chosen))
    ]


def _has_manager(model: Any, name: str) -> bool:
    from django.db.models.manager import BaseManager  # here: no Django model at import

    return isinstance(getattr(model, name, None), BaseManager)


def _unknown_keys(given: Mapping[str, Any]) -> Iterator[CheckMessage]:
    for key in given:
        if key not in DEFAULTS:
            near = get_close_matches(str(key).upper(), DEFAULTS, 1)
            hint = f"Did you mean {near[0]!r}?" if near else f"It takes {', '.join(DEFAULTS)}."
            yield _error(2, f"MODELREF has no setting {key!r}.", hint)


def _bad_values(given: Mapping[str, Any]) -> Iterator[CheckMessage]:
    manager = given.get("MANAGER", "objects")
    if not isinstance(manager, str) or not manager.isidentifier():
        yield _error(
            3,
            f"MODELREF['MANAGER'] is {type(manager).__name__}, not the name of a manager.",
            "Give a name as a string, such as 'objects' or '_base_manager'.",
        )
    elif not any(_has_manager(model, manager) for model in apps.get_models()):
        yield _error(
            3,
            f"MODELREF['MANAGER'] is {manager!r}, which no model has.",
            "Give a name such as 'objects' or '_base_manager'. A model without a manager of that "
            "name is read by its default one.",
        )
    if not isinstance(given.get("ON_COMMIT", False), bool):
        yield _error(
            8,
            f"MODELREF['ON_COMMIT'] is {type(given['ON_COMMIT']).__name__}, not True or False.",
            "True lets all tasks of modelref.celery wait for the transaction they are called in.",
        )
    yield from _bad_renames(given.get("RENAMED", {}))
    yield from _bad_globals(given.get("PICKLE_ALLOW", ()))
    models = given.get("MODELS")
    if models is not None:
        if isinstance(models, str) or not isinstance(models, Iterable):
            yield _error(
                5,
                "MODELREF['MODELS'] is not a list of labels.",
                "List labels such as 'shop.order', or app labels; None allows all models.",
            )
        else:
            yield from (
                _unknown_model(5, "MODELS", label) for label in models if not _is_known(label)
            )


def _bad_renames(renamed: Any) -> Iterator[CheckMessage]:
    if not isinstance(renamed, Mapping):
        yield _error(
            4,
            "MODELREF['RENAMED'] is not a dict.",
            'Map old labels to new ones: {"shop.purchase": "sales.order"}.',
        )
        return
    for old, new in renamed.items():
        if not isinstance(old, str) or "." not in old:
            yield _error(
                4,
                f"MODELREF['RENAMED'] has the key {old!r}, which is no label.",
                "A label is 'app_label.model', such as 'shop.order'; the path of a class, which "
                "is in the names of its task methods, is such as 'shop.models.Order'.",
            )
        elif old.count(".") > 1:
            yield from _bad_path(old, new)
            continue
        if not isinstance(new, str) or "." not in new or not _is_known(new):
            yield _unknown_model(4, "RENAMED", new)


def _bad_globals(names: Any) -> Iterator[CheckMessage]:
    if isinstance(names, str) or not isinstance(names, Iterable):
        yield _error(
            7,
            "MODELREF['PICKLE_ALLOW'] is not a list of names.",
            "List classes and functions by their full names, such as 'shop.money.Money'.",
        )
        return
    for name in names:
        if not _is_importable(name):
            yield _error(
                7,
                f"MODELREF['PICKLE_ALLOW'] names {name!r}, which cannot be imported or called.",
                "Give the module and the name of a class or function at the top of it, such as "
                "'shop.money.Money'.",
            )


def _bad_path(old: str, new: Any) -> Iterator[CheckMessage]:
    try:
        found = import_string(new)
    except (ImportError, AttributeError, TypeError, ValueError):
        found = None
    if not isinstance(found, type) or not is_model_class(found):
        yield _error(
            4,
            f"MODELREF['RENAMED'] maps the class {old!r} to {new!r}, which is no model class.",
            "Give the module and the name of the class that has the task methods now, such as "
            "'sales.models.Order'.",
        )
    elif new != f"{found.__module__}.{found.__qualname__}":
        yield _error(
            4,
            f"MODELREF['RENAMED'] names the class {new!r} by a module that only imports it.",
            f"Write {found.__module__}.{found.__qualname__}, which is in the names of its tasks.",
        )


def _is_importable(name: Any) -> bool:
    try:
        return callable(import_string(name))
    except (ImportError, AttributeError, TypeError, ValueError):
        return False


def _is_known(label: Any) -> bool:
    if not isinstance(label, str):
        return False
    if "." not in label:
        return label in apps.app_configs
    try:
        apps.get_model(label)
    except (LookupError, ValueError):
        return False
    return True


def _unknown_model(number: int, key: str, label: Any) -> CheckMessage:
    return _error(
        number,
        f"MODELREF[{key!r}] names {label!r}, which is no installed model.",
        "Check the spelling, and INSTALLED_APPS.",
    )


def _error(number: int, message: str, hint: str, where: Any = None) -> CheckMessage:
    return Error(message, hint=hint, obj=where, id=f"modelref.E{number:03}")

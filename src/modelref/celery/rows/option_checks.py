"""System checks of ``on_missing`` and ``load``: what only annotations and models can tell."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as CheckWarning
from django.db import connections

from modelref.celery.arguments.annotations import mentions_model
from modelref.celery.arguments.composites import AnyOf
from modelref.celery.arguments.parameters import Parameters, Slot
from modelref.celery.arguments.shapes import Shape, models_in, shapes_in
from modelref.celery.defining import near
from modelref.celery.rows.loads import Load
from modelref.celery.task import RefTask


class Unknown(NamedTuple):
    """A name in an option of a ``Load`` that a model lacks, and those it has."""

    option: str
    model: Any
    name: str
    known: list[str]


def check_options(task: RefTask) -> Iterator[CheckMessage]:
    """Yield what in the options of a task cannot work."""
    parameters = task._modelref_parameters  # pyright: ignore[reportPrivateUsage]  # as of here
    if parameters is None:
        return
    if task.on_missing == "none":
        yield from _without_none(task.name, parameters)
    for name, load in task.load.items():
        slot = parameters.slots[name]
        if not mentions_model(slot.shape):
            yield _error(
                9,
                f"{task.name}: load[{name!r}] says how rows are read, and no model stands in the "
                f"annotation of {name!r}.",
                "Annotate it with a model or ModelRef[...], or remove it from load.",
            )
        if load.using is not None and load.using not in connections.settings:
            yield _error(
                11,
                f"{task.name}: load[{name!r}] has using={load.using!r}, which is not in DATABASES.",
                f"Name one of {', '.join(connections.settings)}.",
            )
        yield from _unknown_names(task.name, slot, load)


def _without_none(task: str, parameters: Parameters) -> Iterator[CheckMessage]:
    for name, slot in parameters.slots.items():
        if mentions_model(slot.shape) and not any(map(_can_be_none, shapes_in(slot.shape))):
            yield CheckWarning(
                f"{task}: on_missing='none', and {slot.expected} of {name!r} allows no None.",
                hint=f"A missing row fails the task. Annotate {name!r} with '| None'.",
                id="modelref.W006",
            )


def _can_be_none(shape: Shape) -> bool:
    return isinstance(shape, AnyOf) and shape.admits(None) and mentions_model(shape)


def _unknown_names(task: str, slot: Slot, load: Load) -> Iterator[CheckMessage]:
    for model in models_in(slot.shape):
        for option, owner, name, known in _unknown(model, load):
            what = "relation" if option.endswith("_related") else "field"
            yield _error(
                10,
                f"{task}: load[{slot.name!r}] has {name!r} in {option}, and {owner.__name__} has "
                f"no such {what}.",
                near(name, known).strip() or f"It has {', '.join(sorted(known)) or 'none'}.",
            )


def _unknown(model: Any, load: Load) -> Iterator[Unknown]:
    """Yield what a model, or one related to it, lacks of what a ``Load`` names."""
    for path in load.select_related:
        yield from _walk("select_related", model, path, _to_one).unknown
    made: dict[str, dict[str, Any]] = {}  # by path, what earlier lookups give a name of their own

    def prefetched(model: Any, path: str) -> dict[str, Any]:
        return _accessors(model) | made.get(path, {})

    for lookup in load.prefetch_related:
        given: Any = lookup
        path, stored = (
            (given, given)
            if isinstance(given, str)
            else (given.prefetch_through, given.prefetch_to)
        )
        reached, unknown = _walk("prefetch_related", model, path, prefetched)
        yield from unknown
        start, _, name = stored.rpartition("__")
        made.setdefault(start, {})[name] = reached
    for option in ("only", "defer"):
        for path in getattr(load, option):
            yield from _walk(option, model, path, _fields).unknown


class Walk(NamedTuple):
    """Where a path leads from a model, as far as that can be told, and the step that is missing."""

    reached: Any
    unknown: list[Unknown]


def _walk(
    option: str, model: Any, path: str, names: Callable[[Any, str], Mapping[str, Any]]
) -> Walk:
    """Follow a path with ``__`` between its steps.

    Args:
        option: the option that it stands in.
        model: where it starts.
        path: the path.
        names: returns for a model, and the path that leads there, the names of the next step,
            each with the model it leads to; None where that cannot be told.
    """
    steps = path.split("__")
    for at, step in enumerate(steps):
        known = names(model, "__".join(steps[:at]))
        if step not in known:
            return Walk(None, [Unknown(option, model, step, list(known))])
        model = known[step]
        if model is None:  # as of a generic foreign key, or of a column
            break
    return Walk(model, [])


def _to_one(model: Any, _path: str) -> dict[str, Any]:
    """What ``select_related`` can follow."""
    meta = model._meta
    forward = {f.name: f.related_model for f in meta.fields if f.is_relation}
    return forward | {
        relation.field.related_query_name(): relation.related_model
        for relation in meta.related_objects
        if relation.field.unique and not relation.many_to_many
    }


def _accessors(model: Any) -> dict[str, Any]:
    """What ``prefetch_related`` can follow: relations by their attributes, and what acts so."""
    attributes = {name: getattr(model, name, None) for name in dir(model) if name[0] != "_"}
    found = {name: None for name, a in attributes.items() if hasattr(a, "get_prefetch_querysets")}
    for field in model._meta.get_fields():
        if field.is_relation:
            reverse = field.auto_created and not field.concrete
            found[field.get_accessor_name() if reverse else field.name] = field.related_model
    return found


def _fields(model: Any, _path: str) -> dict[str, Any]:
    """What ``only`` and ``defer`` can name."""
    fields = {each.name: each.related_model for each in model._meta.get_fields()}
    columns = {each.attname: None for each in model._meta.concrete_fields}
    return {"pk": None} | columns | fields


def _error(number: int, message: str, hint: str) -> CheckMessage:
    return Error(message, hint=hint, id=f"modelref.E{number:03}")

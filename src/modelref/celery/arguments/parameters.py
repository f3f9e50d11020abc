"""The parameters of one task: the shape of each, and the error when one does not fit."""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from modelref.celery.arguments.annotations import Reader
from modelref.celery.arguments.namespaces import Namespace
from modelref.celery.arguments.receiving import Receiving
from modelref.celery.arguments.shapes import ANYTHING, Misfit, Shape, Way, row_model
from modelref.celery.rows.loads import Load, check_alias_of, precedence
from modelref.errors import ArgumentMismatch, ModelRefError, ReferenceNotFound, UnsavedInstance
from modelref.instances import has_row, is_model_class
from modelref.keys import is_wire_scalar
from modelref.paths import find
from modelref.querysets import is_manager_class, is_queryset_class, yields_instances

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_BY_NAME = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)

_MODULES = re.compile(r"\b(?:[A-Za-z_]\w*\.)+(?=[A-Za-z_])")


class Slot:
    """One parameter: its name, its annotation and what that asks for."""

    def __init__(self, name: str, expected: str, shape: Shape, problems: Sequence[str]) -> None:
        self.name = name
        self.expected = expected
        self.shape = shape
        #: What in the annotation could not be read.
        self.problems = problems


class Parameters:
    """The parameters of a task; they convert the arguments of its calls.

    Annotations are evaluated at the first call: the task is often made in the middle of an
    import, when the names in them are not there yet.

    Args:
        function: the task's function.
        bound: whether its first parameter is the task.
    """

    def __init__(self, function: Callable[..., Any], *, bound: bool) -> None:
        self._function = function
        self._bound = bound

    def convert(
        self, task: str, args: Sequence[Any], kwargs: Mapping[str, Any], way: Way
    ) -> tuple[list[Any], dict[str, Any]]:
        """Return the arguments of a call as the way makes them, in containers of their own.

        Args:
            task: name of the task, for errors.
            args: its positional arguments.
            kwargs: its keyword arguments.
            way: what becomes of rows.

        Raises:
            ArgumentMismatch: an argument does not fit its parameter.
            UnsavedInstance, NotEncodable, UnknownModel, ...: a row cannot take this way.
            ReferenceNotFound: a row that is asked for as an instance does not exist.
        """
        return _staged(task, self._placed(args), self._named(kwargs), way).finish(way)

    def stage(
        self,
        task: str,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        way: Receiving,
        loads: Mapping[str, Load],
    ) -> "StagedCall":
        """Do the first half of :meth:`convert`: references are made, and no row is read.

        What is locked comes first, then what else has a ``Load``: a row that is met again keeps
        its reference.

        Args:
            task: name of the task, for errors.
            args: its positional arguments.
            kwargs: its keyword arguments.
            way: what becomes of rows.
            loads: how the rows of a parameter are read.

        Raises:
            ArgumentMismatch, UnsavedInstance, UnknownAlias, ...: as of :meth:`convert`.
        """
        for name, load in loads.items():
            check_alias_of(load, f"{task}: {name}")
        placed, named = self._placed(args), self._named(kwargs)
        given = [*placed, *named.values()]
        ranks = [precedence(loads.get(slot.name)) for slot, _ in given]
        for at in sorted(range(len(given)), key=ranks.__getitem__):
            slot, argument = given[at]
            way.read_by(loads.get(slot.name))
            given[at] = slot, _stage(task, slot, argument, way)
        by_name = dict(zip(named, given[len(placed) :], strict=True))
        return StagedCall(given[: len(placed)], by_name)

    def convert_partial(
        self, task: str, args: Sequence[Any], kwargs: Mapping[str, Any], way: Way
    ) -> tuple[list[Any], dict[str, Any]]:
        """Do what :meth:`convert` does where the places of positional arguments are not known.

        The result of the step before comes in front of the positional arguments of a signature.
        """
        places = [(Slot(f"args[{at}]", "", ANYTHING, ()), arg) for at, arg in enumerate(args)]
        return _staged(task, places, self._named(kwargs), way).finish(way)

    @cached_property
    def slots(self) -> dict[str, Slot]:
        """The parameters that a call gives arguments for, by name."""
        return {p.name: self._slot(p) for p in self._parameters}

    @property
    def names(self) -> list[str]:
        """The names of the parameters; no annotation is looked at."""
        return [parameter.name for parameter in self._parameters]

    def _slot(self, parameter: inspect.Parameter) -> Slot:
        reader = Reader(Namespace.of(self._function))
        shape = reader.read(parameter.annotation)
        expected = _MODULES.sub("", inspect.formatannotation(parameter.annotation))
        return Slot(parameter.name, expected, shape, reader.problems)

    @cached_property
    def _parameters(self) -> list[inspect.Parameter]:
        own = self._signature(follow_wrapped=False)
        if all(p.kind not in (*_POSITIONAL, inspect.Parameter.KEYWORD_ONLY) for p in own):
            return self._signature(follow_wrapped=True)  # a decorator's bare *args and **kwargs
        return own

    def _signature(self, *, follow_wrapped: bool) -> list[inspect.Parameter]:
        signature = inspect.signature(self._function, follow_wrapped=follow_wrapped)
        parameters = list(signature.parameters.values())
        return parameters[1:] if self._bound else parameters

    @cached_property
    def _positional(self) -> list[Slot]:
        return [self.slots[p.name] for p in self._parameters if p.kind in _POSITIONAL]

    @cached_property
    def _by_name(self) -> dict[str, Slot]:
        return {p.name: self.slots[p.name] for p in self._parameters if p.kind in _BY_NAME}

    @cached_property
    def _rest(self) -> Slot:
        return self._variadic(inspect.Parameter.VAR_POSITIONAL)

    @cached_property
    def _rest_by_name(self) -> Slot:
        return self._variadic(inspect.Parameter.VAR_KEYWORD)

    def _variadic(self, kind: Any) -> Slot:
        """The slot of ``*args`` or ``**kwargs``; without one Celery refuses the call itself."""
        names = [p.name for p in self._parameters if p.kind is kind]
        return self.slots[names[0]] if names else Slot("arguments", "", ANYTHING, ())

    def _placed(self, args: Sequence[Any]) -> list[tuple[Slot, Any]]:
        known = self._positional
        if len(args) > len(known):
            known = [*known, *[self._rest] * (len(args) - len(known))]
        return list(zip(known, args, strict=False))

    def _named(self, kwargs: Mapping[str, Any]) -> dict[str, tuple[Slot, Any]]:
        if not kwargs:
            return {}
        rest = self._rest_by_name
        return {name: (self._by_name.get(name, rest), arg) for name, arg in kwargs.items()}


class StagedCall(NamedTuple):
    """The arguments of a call between the two steps, by position and by name."""

    placed: list[tuple[Slot, Any]]
    named: dict[str, tuple[Slot, Any]]

    def values(self) -> list[tuple[Slot, Any]]:
        """Return all arguments, each with its parameter."""
        return [*self.placed, *self.named.values()]

    def finish(self, way: Way) -> tuple[list[Any], dict[str, Any]]:
        """Return the arguments as the way makes them.

        Raises:
            ReferenceNotFound: a row that the call needs does not exist.
        """
        args = [slot.shape.finish(staged, way) for slot, staged in self.placed]
        return args, {n: slot.shape.finish(arg, way) for n, (slot, arg) in self.named.items()}


def _staged(
    task: str, placed: list[tuple[Slot, Any]], named: dict[str, tuple[Slot, Any]], way: Way
) -> StagedCall:
    return StagedCall(
        [(slot, _stage(task, slot, arg, way)) for slot, arg in placed],
        {name: (slot, _stage(task, slot, arg, way)) for name, (slot, arg) in named.items()},
    )


def _stage(task: str, slot: Slot, argument: Any, way: Way) -> Any:
    try:
        return slot.shape.stage(argument, way)
    except Misfit as misfit:
        raise _mismatch(task, slot, argument, misfit.culprit) from None
    except UnsavedInstance as error:
        where = find(slot.name, argument, _is_unsaved) or slot.name
        raise UnsavedInstance(f"{task}: {where}: {error}") from None
    except ReferenceNotFound:
        raise
    except ModelRefError as error:
        raise type(error)(f"{task}: {slot.name}: {error}") from None


def _mismatch(task: str, slot: Slot, argument: Any, culprit: Any) -> ArgumentMismatch:
    where = find(slot.name, argument, lambda member: member is culprit)
    at = "" if where in (slot.name, None) else f" at {where}"
    no_key = ", which is no primary key of it" if is_wire_scalar(culprit) else ""
    return ArgumentMismatch(
        f"{task}: parameter {slot.name!r} takes {slot.expected}, got {_kind(culprit)}{at}{no_key}."
    )


def _kind(value: Any) -> str:
    """What a value is, without what it holds."""
    model = row_model(value)
    if model is not None:
        return f"a row of {model.__name__}"
    if is_queryset_class(type(value)):
        what = value.model.__name__ if yields_instances(value) else ".values()"
        return f"a queryset of {what}"
    if is_manager_class(type(value)):
        return "a manager (add .all())"
    return "None" if value is None else f"a value of type {type(value).__name__}"


def _is_unsaved(value: Any) -> bool:
    return is_model_class(type(value)) and not has_row(value)

"""Whether a serializer can carry what a task takes and gives.

What cannot be known passes: ``Any``, type variables, classes of libraries without types.
"""

import itertools
from collections.abc import Iterable, Mapping
from typing import Final

from mypy.nodes import Expression, FuncItem, StrExpr, TypeInfo
from mypy.plugin import CheckerPluginInterface
from mypy.types import (
    CallableType,
    Instance,
    Overloaded,
    TupleType,
    Type,
    TypeAliasType,
    TypeType,
    get_proper_type,
)

from modelref.mypy import names
from modelref.mypy.adapter import as_base, class_in, is_true, report, shown
from modelref.mypy.codes import CARRY
from modelref.mypy.instead import NEVER, SETS, instead_of, is_callable
from modelref.mypy.parts import parts

DEFAULT: Final = "modelref-json"

_TEXT: Final = frozenset({"builtins.str", "builtins.int", "builtins.float", "builtins.bool"})
#: What kombu's JSON knows beside text and numbers.
_VALUES: Final = frozenset(
    {
        "builtins.bytes",
        "datetime.date",
        "datetime.datetime",
        "datetime.time",
        "decimal.Decimal",
        "_decimal.Decimal",
        "uuid.UUID",
        "django.utils.functional.Promise",
        "django.utils.functional._StrPromise",
    }
)
#: Containers of which a list or a dict is made; their items are looked at.
_CONTAINERS: Final = (
    "builtins.list",
    "builtins.tuple",
    "builtins.dict",
    "typing.Mapping",
    "typing.Sequence",
    "typing.Collection",
    "typing.Iterable",
    "typing.Container",
    "typing.Reversible",
    "typing.Sized",
)
_EXACTLY: Final = frozenset(_CONTAINERS[3:])
_NO_COROUTINES: Final = "Celery runs no coroutines: start this one in a task, by async_to_sync"
#: What Celery hands to a task that is linked to errors, in the same process: these, a traceback.
_OF_ERRBACKS: Final = ("celery.app.task.Context", "builtins.BaseException")


def analyze(
    api: CheckerPluginInterface,
    body: FuncItem,
    function: CallableType,
    cargo: "Cargo",
    skipped: int,
) -> None:
    """Report parameters, and a result, that the serializer of a task cannot carry.

    Args:
        api: mypy's checker.
        body: the function, whose parameters are the places of the errors.
        function: its type.
        cargo: what the serializer carries.
        skipped: how many parameters no caller gives.
    """
    pairs = list(zip(body.arguments, function.arg_types, strict=False))[skipped:]
    for place, (argument, each) in enumerate(pairs):
        wrong = cargo.refused(each)
        handed = _OF_ERRBACKS[place : place + 1] if len(pairs) > len(_OF_ERRBACKS) else ()
        if wrong is not None and as_base(wrong, *handed) is None:
            report(api, f"{shown(wrong, api)} {cargo.problem(wrong, api)}", argument, CARRY)
    result = None if cargo.ignores_result else cargo.refused(function.ret_type)
    if result is not None and body.is_coroutine:
        report(api, _NO_COROUTINES, body, CARRY)
    elif result is not None:
        message = f"The result {shown(result, api)} {cargo.problem(result, api)}"
        report(api, message, body, CARRY)


class Carried:
    """What a serializer carries.

    Args:
        values: full names of classes it carries beside text and numbers.
        sets: those of the sets it carries.
        keys: those of the keys that dicts may have beside text and numbers; None admits all.
        models: whether it carries rows.
        others: whether it may carry classes that are not named here.
    """

    def __init__(
        self,
        values: Iterable[str] = _VALUES,
        *,
        sets: Iterable[str] = (),
        keys: Iterable[str] | None = (),
        models: bool = True,
        others: bool = False,
    ) -> None:
        self.values = _TEXT | frozenset(values)
        self.sets = frozenset(sets)
        self.keys = None if keys is None else _TEXT | frozenset(keys)
        self.models = models
        self.others = others


_ANYTHING: Final = Carried(sets=SETS, keys=None, others=True)
_CARRIED_BY: Final[Mapping[str, Carried]] = {
    "json": Carried(models=False),
    "modelref-json": Carried(),
    "modelref-msgpack": Carried(_VALUES | {"builtins.bytearray"}, keys=["builtins.bytes"]),
    "modelref-pickle": _ANYTHING,
    "modelref-yaml": Carried(sets=["builtins.set"], keys=["builtins.bytes", "datetime.date"]),
    "pickle": _ANYTHING,
}
#: Those that a project may have for all its tasks: ``setup`` lets no other stand.
SERIALIZERS: Final = frozenset(each for each in _CARRIED_BY if each.startswith("modelref-"))


class Cargo:
    """Looks for what a serializer cannot carry.

    Args:
        serializer: its name.
        carried: what it carries.
        registered: full names of classes that the project has registered with it.
        ignores_result: whether the result does not travel.
    """

    def __init__(
        self,
        serializer: str,
        carried: Carried,
        registered: frozenset[str],
        *,
        ignores_result: bool,
    ) -> None:
        self.serializer = serializer
        self.ignores_result = ignores_result
        self._carried = carried
        self._registered = registered

    @classmethod
    def of(
        cls, options: Mapping[str, Expression], default: str, registered: frozenset[str]
    ) -> "Cargo | None":
        """Return the cargo of a task, None where it is not known.

        Args:
            options: those of the task.
            default: the serializer of tasks that name none.
            registered: full names of classes that the project has registered with it.
        """
        serializer = _serializer(options, default)
        carried = _CARRIED_BY.get(serializer or "")
        if serializer is None or carried is None or "pydantic" in options:
            return None
        return cls(serializer, carried, registered, ignores_result=_ignores_result(options))

    def problem(self, refused: Type, api: CheckerPluginInterface) -> str:
        """Return the end of a message about a part that cannot be carried."""
        each = get_proper_type(refused)
        problem = f"cannot travel as {self.serializer}"
        if isinstance(each, Instance) and self._refuses_keys(each):
            return f"{problem}: its keys are {shown(each.args[0], api)}, use text"
        return f"{problem}: use {instead_of(each)}"

    def refused(self, each: Type, inside: tuple[Type, ...] = ()) -> Type | None:
        """Return the first part of a type that cannot be carried, None where all can."""
        if isinstance(each, TypeAliasType) and each.is_recursive:
            if each in inside:
                return None
            inside = (*inside, each)
        proper = get_proper_type(each)
        if isinstance(proper, Instance):
            return self._refused_class(proper, inside)
        if isinstance(proper, (CallableType, Overloaded)):
            return proper
        if isinstance(proper, TypeType):
            return None if self._carried.others else proper
        return self._first_refused(parts(proper), inside)

    def _first_refused(self, parts: Iterable[Type], inside: tuple[Type, ...]) -> Type | None:
        found = (self.refused(part, inside) for part in parts)
        return next((each for each in found if each is not None), None)

    def _refused_class(self, each: Instance, inside: tuple[Type, ...]) -> Type | None:
        info = each.type
        if info.fallback_to_any or not info.mro or info.fullname == "builtins.object":
            return None
        if any(map(info.has_base, (names.MODEL, *names.QUERYSETS))):
            return None if self._carried.models else each
        if any(map(info.has_base, SETS)):
            carried = info.fullname in self._carried.sets or any(map(_is_of_models, each.args))
            return self._first_refused(each.args, inside) if carried else each
        if _is_container(info):
            refused = self._refuses_keys(each)
            return each if refused else self._first_refused(each.args, inside)
        return None if self._carries(info) else each

    def _refuses_keys(self, each: Instance) -> bool:
        """Whether it is a dict with keys that cannot be written."""
        keys = self._carried.keys
        if keys is None or len(each.args) != 2 or not each.type.has_base("typing.Mapping"):
            return False
        key = get_proper_type(each.args[0])
        if not isinstance(key, Instance):
            return isinstance(key, TupleType)
        unknown = key.type.fallback_to_any or key.type.fullname == "builtins.object"
        return not unknown and not any(map(key.type.has_base, keys))

    def _carries(self, info: TypeInfo) -> bool:
        """Whether a class that is neither a model nor a container is carried."""
        if (
            any(map(info.has_base, self._carried.values | self._registered))
            or info.get("__json__") is not None
        ):
            return True
        never = any(map(info.has_base, NEVER))
        unknown = info.is_protocol and not is_callable(info)
        return not never and (self._carried.others or unknown)


def _is_container(info: TypeInfo) -> bool:
    if info.fullname in _EXACTLY:
        return True
    return any(map(info.has_base, _CONTAINERS[:3]))


def _is_of_models(each: Type) -> bool:
    proper = get_proper_type(each)
    return isinstance(proper, Instance) and proper.type.has_base(names.MODEL)


def _serializer(options: Mapping[str, Expression], default: str) -> str | None:
    """Return the name of the serializer, None where it is not known."""
    written = options.get("serializer")
    if written is None:
        return None if _base_sets(options, "serializer") else default
    return written.value if isinstance(written, StrExpr) else None


def _ignores_result(options: Mapping[str, Expression]) -> bool:
    """Whether the result does not travel, or may not."""
    written = options.get("ignore_result")
    return _base_sets(options, "ignore_result") if written is None else is_true(written)


def _base_sets(options: Mapping[str, Expression], name: str) -> bool:
    """Whether an option is set in the class of a task, or may be, where that is not known."""
    if "base" not in options:
        return False
    info = class_in(options["base"])
    if info is None:
        return True
    own = itertools.takewhile(lambda each: each.fullname != names.REF_TASK, info.mro)
    return any(name in each.names for each in own)

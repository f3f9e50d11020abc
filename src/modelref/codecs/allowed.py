"""What a pickle may name: the allow-list of ``modelref-pickle``, the same for both of its sides.

A name outside it is refused before anything is imported. Whatever stands in it is handed to a
pickle such that the pickle can call it but not change it.
"""

import builtins
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any, NoReturn

from modelref.errors import ForbiddenGlobal
from modelref.settings import setting

#: Plain values of the standard library, and what makes Celery's signatures.
ALLOWED = frozenset(
    {
        "builtins.bool",
        "builtins.bytearray",
        "builtins.complex",
        "builtins.dict",
        "builtins.float",
        "builtins.frozenset",
        "builtins.int",
        "builtins.list",
        "builtins.set",
        "builtins.str",
        "builtins.tuple",
        "celery.canvas.signature",
        "collections.Counter",
        "collections.OrderedDict",
        "collections.defaultdict",
        "collections.deque",
        "datetime.date",
        "datetime.datetime",
        "datetime.time",
        "datetime.timedelta",
        "datetime.timezone",
        "decimal.Decimal",
        "uuid.UUID",
        "zoneinfo.ZoneInfo",
    }
)

#: Modules whose exceptions are allowed, and nothing else of them.
_OF_EXCEPTIONS = frozenset(
    {
        "billiard.exceptions",
        "builtins",
        "celery.exceptions",
        "django.core.exceptions",
        "kombu.exceptions",
        "modelref.errors",
    }
)

_IMMUTABLE = 1 << 8  # Py_TPFLAGS_IMMUTABLETYPE


def find(module: str, name: str) -> Any:
    """Return the class or function that a pickle names.

    Raises:
        ForbiddenGlobal: it is not in the allow-list, or not there.
    """
    dotted = f"{module}.{name}"
    if "." in name:
        raise _forbidden(dotted)
    if dotted in ALLOWED or dotted in _allowed_by_project():
        return _found(module, name)
    if module in _OF_EXCEPTIONS and (module != "builtins" or hasattr(builtins, name)):
        found = _found(module, name)
        if isinstance(found, type) and issubclass(found, BaseException):
            return found
    raise _forbidden(dotted)


def dotted_name(target: Any) -> str | None:
    """Return the name under which a class or function may travel, None if it has none.

    Args:
        target: what the other side is to find.
    """
    module, name = getattr(target, "__module__", None), getattr(target, "__qualname__", None)
    if not isinstance(module, str) or not isinstance(name, str):
        return None
    try:
        found = find(module, name)
    except Exception:  # noqa: BLE001 - a name that cannot be found is none
        return None
    return f"{module}.{name}" if found is target else None


def is_immutable(target: Any) -> bool:
    """Whether a class is one that no pickle can change."""
    return isinstance(target, type) and bool(target.__flags__ & _IMMUTABLE)


def shielded(target: Any) -> Any:
    """Return what a pickle gets of an allowed class or function: itself only where immutable."""
    return target if is_immutable(target) else _shield(target)


class Shield(type):
    """The class of stand-ins for classes and functions while a pickle is read.

    The opcode ``BUILD`` would set attributes of a class or function for the whole process.
    """

    modelref_call: Callable[..., Any]

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """Call what this stands for."""
        return cls.modelref_call(*args, **kwargs)

    def __setstate__(cls, state: Any) -> NoReturn:
        raise ForbiddenGlobal(f"A pickle may call {cls.__name__} and not change it.")


@cache
def _shield(target: Any) -> Shield:
    def new(_shield: type, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(target, type):
            raise ForbiddenGlobal(f"{target.__name__} is a function.")
        return target.__new__(target, *args, **kwargs)  # type: ignore[call-overload, unused-ignore]

    namespace = {"__slots__": (), "__new__": new, "modelref_call": staticmethod(target)}
    return Shield(target.__name__, (), namespace)


def _allowed_by_project() -> frozenset[str]:
    from django.core.exceptions import ImproperlyConfigured  # here: Django may not be set up

    try:
        return frozenset(setting("PICKLE_ALLOW"))
    except ImproperlyConfigured:
        return frozenset()


def _found(module: str, name: str) -> Any:
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ForbiddenGlobal(f"{module}.{name} is allowed and not there: {error}.") from None


def _forbidden(dotted: str) -> ForbiddenGlobal:
    return ForbiddenGlobal(
        f"A message in modelref-pickle names {dotted!r}, which is not allowed. Where it belongs "
        f"to this project, and stands at the top of its module, add it to "
        f"MODELREF['PICKLE_ALLOW']."
    )

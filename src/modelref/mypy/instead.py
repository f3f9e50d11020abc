"""What to use instead of a type that a serializer cannot carry, for the end of a message."""

from typing import Final

from mypy.nodes import TypeInfo
from mypy.types import Instance, Type, get_proper_type

from modelref.mypy import names

SETS: Final = ("builtins.set", "builtins.frozenset", "typing.AbstractSet")
_PLAIN: Final = "plain values of it"
#: They derive from files, as django-stubs has had them.
_OF_HTTP: Final = ("django.http.request.HttpRequest", "django.http.response.HttpResponseBase")
_FILES: Final = ("django.core.files.base.File", "io.IOBase", "_io._IOBase", "typing.IO")
_SEVERAL: Final = (
    "django.db.models.manager.BaseManager",
    "typing.AsyncIterator",
    "typing.Generator",
    "typing.Iterator",
    "typing.MappingView",
)
_AWAITABLE: Final = "typing.Awaitable"
#: What no serializer carries, each with the classes that derive from it.
NEVER: Final = (
    "_contextvars.Context",
    "_contextvars.ContextVar",
    "_thread.lock",
    "_thread.LockType",
    "_thread.RLock",
    "asyncio.events.AbstractEventLoop",
    "asyncio.futures.Future",
    "builtins.memoryview",
    "concurrent.futures._base.Executor",
    "concurrent.futures._base.Future",
    "contextlib.AbstractContextManager",
    "django.core.mail.message.EmailMessage",
    "django.db.backends.base.base.BaseDatabaseWrapper",
    "django.forms.forms.BaseForm",
    "logging.Handler",
    "logging.Logger",
    "queue.Queue",
    "re.Match",
    "socket.socket",
    "sqlite3.Connection",
    "ssl.SSLContext",
    "subprocess.Popen",
    "threading.Condition",
    "threading.Event",
    "threading.Lock",
    "threading.Semaphore",
    "threading.Thread",
    "types.CodeType",
    "types.FrameType",
    "types.MappingProxyType",
    "types.ModuleType",
    "types.TracebackType",
    "weakref.ReferenceType",
    "weakref.WeakKeyDictionary",
    "weakref.WeakValueDictionary",
    *_OF_HTTP,
    *_FILES,
    *_SEVERAL,
    _AWAITABLE,
)

_INSTEAD: Final = (
    ((names.MODEL, *names.QUERYSETS), 'the primary key, or serializer="modelref-json"'),
    (_SEVERAL, "a list"),
    (SETS, 'a list, or serializer="modelref-pickle"'),
    (("enum.Enum",), "its value"),
    (_OF_HTTP, _PLAIN),
    (_FILES, "its name"),
    ((_AWAITABLE,), "what it gives"),
    (NEVER, _PLAIN),
)


def instead_of(refused: Type) -> str:
    """Return what to use instead of a type: a function or a class has a name, others vary."""
    proper = get_proper_type(refused)
    if not isinstance(proper, Instance) or is_callable(proper.type):
        return "its name"
    for bases, words in _INSTEAD:
        if any(map(proper.type.has_base, bases)):
            return words
    return f'{_PLAIN} or serializer="modelref-pickle", or name it in "carried"'


def is_callable(info: TypeInfo) -> bool:
    """Whether a class is a protocol that says how something is called, and no more."""
    return info.is_protocol and info.protocol_members == ["__call__"]

"""The loaders: what the calls in a pickle of ours do while it is read.

A pickle is a program. What it may call is here and in :mod:`modelref.codecs.allowed`; what it gets
to hold while it runs is made such that it can neither be changed nor asked for anything, since a
reference that is asked for an attribute would query.
"""

import operator
from collections.abc import Callable
from typing import Any, NoReturn

from modelref.codecs.allowed import find
from modelref.codecs.values import put_back
from modelref.errors import ForbiddenGlobal
from modelref.identity import Identity
from modelref.messages import is_signature
from modelref.refs import Ref, pk_of, set_class, stored_row
from modelref.unpacker import Unpacker


class Arriving(Ref[Any]):
    """A reference while the pickle that it is in is read: it can be a member of a set, no more."""

    __slots__ = ()

    @property
    def __dict__(self) -> Any:  # type: ignore[override]
        """Nothing that a pickle could change."""
        raise _not_to_be_changed()

    def __setstate__(self, state: Any) -> NoReturn:
        raise _not_to_be_changed()

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise _not_to_be_changed()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ref) and Identity(*stored_row(self)) == Identity(
            *stored_row(other)
        )

    def __hash__(self) -> int:
        return hash(pk_of(self))


class Loader:
    """One loader, which a pickle can call and not change."""

    __slots__ = ("_load",)

    def __init__(self, load: Callable[..., Any]) -> None:
        self._load = load

    def __call__(self, *args: Any) -> Any:
        """Load."""
        return self._load(*args)

    def __setstate__(self, state: Any) -> NoReturn:
        raise _not_to_be_changed()


class Arrivals:
    """The loaders of one message, whose references are of one batch."""

    def __init__(self) -> None:
        self._unpacker = Unpacker()
        self._refs: list[tuple[Ref[Any], type]] = []
        self.loaders = {
            load.__name__: Loader(load)
            for load in (self.one, self.many, self.later, self.signature, self.call, self.new)
        } | {"itself": Loader(itself)}

    def settle(self) -> None:
        """Make the references what they are: the message has been read."""
        for ref, kind in self._refs:
            set_class(ref, kind)

    def message(self, value: Any) -> Any:
        """Do what :meth:`Unpacker.message` does; a tuple stays one."""
        if type(value) is not tuple:
            return self._unpacker.message(value, put_back)
        read = self._unpacker.message(list(value), put_back)
        return value if all(map(operator.is_, value, read)) else tuple(read)

    def one(self, *parts: Any) -> Ref[Any]:
        """Return the reference for one row."""
        return self._held(self._unpacker.one(parts))

    def many(self, *parts: Any) -> list[Ref[Any]] | Ref[Any]:
        """Return the references for a list of rows."""
        refs = self._unpacker.many(parts)
        if isinstance(refs, Ref):
            return self._held(refs)
        self._refs += zip(refs, map(type, refs), strict=True)
        for ref in refs:
            set_class(ref, Arriving)
        return refs

    def later(self, signature: Any) -> Any:
        """Return a signature that is a plain dict; its references only pass through."""
        if isinstance(signature, dict) and is_signature(signature):
            self._unpacker.release(signature, put_back)
        return signature

    def signature(self, signature: Any) -> Any:
        """Return one of Celery's signatures, a plain dict where Celery cannot make it."""
        make = find("celery.canvas", "signature")
        try:
            return make(self.later(signature))
        except Exception:  # noqa: BLE001 - whoever calls it says what is wrong with it
            return signature

    def call(self, dotted: str, *args: Any) -> Any:
        """Return what an allowed class or function gives."""
        return find(*_split(dotted))(*args)

    def new(self, dotted: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Return a new instance of an allowed class, without its ``__init__``."""
        kind = find(*_split(dotted))
        return kind.__new__(kind, *args, **kwargs)

    def _held(self, ref: Ref[Any]) -> Ref[Any]:
        self._refs.append((ref, type(ref)))
        set_class(ref, Arriving)
        return ref


def itself(value: Any) -> Any:
    """Return a value that stands for itself."""
    return value


def _split(dotted: str) -> tuple[str, str]:
    module, _, name = dotted.rpartition(".")
    return module, name


def _not_to_be_changed() -> ForbiddenGlobal:
    return ForbiddenGlobal("A pickle may not change what it is given.")

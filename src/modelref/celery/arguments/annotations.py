"""From an annotation to its shape."""

import collections.abc
import inspect
import types
import typing
from collections.abc import Callable
from typing import Any, ForwardRef

import typing_extensions

from modelref.celery.arguments.composites import AnyOf, Items, Named, Places, Values
from modelref.celery.arguments.namespaces import Namespace, Unreadable
from modelref.celery.arguments.shapes import (
    ANYTHING,
    NOTHING,
    OfModel,
    OneOf,
    Plain,
    Shape,
)
from modelref.instances import is_model_class
from modelref.refs import Ref

_LISTS = (
    list,
    collections.abc.Sequence,
    collections.abc.MutableSequence,
    collections.abc.Iterable,
    collections.abc.Collection,
)
_CONTAINERS: dict[Any, Any] = {
    **dict.fromkeys(_LISTS, list),
    tuple: tuple,
    set: set,
    collections.abc.Set: set,
    collections.abc.MutableSet: set,
    frozenset: frozenset,
}
_MAPPINGS = (dict, collections.abc.Mapping, collections.abc.MutableMapping)
_UNIONS = (typing.Union, types.UnionType)
_ALIASES = (typing_extensions.TypeAliasType, getattr(typing, "TypeAliasType", ()))
_WRAPPERS = (typing.Annotated, typing.Required, typing.NotRequired, typing_extensions.ReadOnly)
_ANYTHING = (Any, object, typing_extensions.Any, inspect.Parameter.empty)


class Reader:
    """Reads the annotations of one task.

    Args:
        namespace: where the names in them come from.
    """

    def __init__(self, namespace: Namespace) -> None:
        self._namespace = namespace
        self._named: dict[Any, Named] = {}
        #: What could not be read, or is of a shape in which a model is not found.
        self.problems: list[str] = []

    def read(self, annotation: Any) -> Shape:
        """Return the shape of a parameter's annotation, ``ANYTHING`` where it is of no use.

        What cannot be read is noted in :attr:`problems`, for the system check.
        """
        try:
            shape = self._shape(annotation)
        except Unreadable as error:
            self.problems.append(str(error))
            return ANYTHING
        return _useful(shape)

    def _shape(self, annotation: Any) -> Shape:
        if annotation is None or annotation is types.NoneType:
            return NOTHING
        if isinstance(annotation, ForwardRef):
            annotation = annotation.__forward_arg__
        if isinstance(annotation, str):
            key = (self._namespace.module, annotation)
            return self._name(key, lambda: self._shape(self._namespace.evaluate(annotation)))
        if isinstance(annotation, _ALIASES):
            return self._alias(annotation)
        if isinstance(annotation, typing.NewType):
            return self._shape(annotation.__supertype__)
        origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
        if origin is None:
            return self._class(annotation)
        return self._generic(annotation, origin, arguments)

    def _name(self, key: Any, shape: Callable[[], Shape]) -> Shape:
        """Read what has a name of its own; inside itself the name stands for its shape."""
        known = self._named.get(key)
        if known is None:
            known = self._named[key] = Named()
            known.shape = shape()
        return getattr(known, "shape", known)

    def _alias(self, alias: Any) -> Shape:
        """Read a type alias; names in it are those of its own module."""
        module = alias.__module__
        return self._name(alias, lambda: self._in(module)._shape(alias.__value__))

    def _in(self, module: str) -> "Reader":
        """Return a reader for another module that knows what this one has read."""
        reader = Reader(Namespace(module))
        reader._named, reader.problems = self._named, self.problems
        return reader

    def _class(self, kind: Any) -> Shape:
        if not isinstance(kind, type) or kind in (*_ANYTHING, *_CONTAINERS, *_MAPPINGS, Ref):
            return ANYTHING
        if is_model_class(kind):
            return OfModel(kind, lazy=False)
        if typing_extensions.is_typeddict(kind):
            return self._typed_dict(kind)
        return ANYTHING if getattr(kind, "_is_protocol", False) else Plain(kind)

    def _typed_dict(self, kind: Any) -> Shape:
        shapes: dict[str, Shape] = {}
        for base in reversed(_typed_dict_bases(kind)):
            reader = self._in(base.__module__)
            for name, annotation in base.__annotations__.items():
                if name in kind.__annotations__:
                    shapes[name] = reader.read(annotation)
        return Values(ANYTHING, shapes, kind.__required_keys__)

    def _generic(self, annotation: Any, origin: Any, arguments: tuple[Any, ...]) -> Shape:
        if origin in _WRAPPERS:
            return self._shape(arguments[0])
        if isinstance(origin, _ALIASES):
            return self._shape(origin.__value__[arguments])
        if origin in _UNIONS:
            return _union([self._shape(argument) for argument in arguments])
        if origin is typing.Literal:
            return OneOf(*arguments)
        if origin is Ref:
            return self._lazy(self._shape(arguments[0]), annotation)
        unpacked = any(map(_is_unpacked, (annotation, *arguments)))
        shape = None if unpacked else self._container(origin, arguments)
        return shape or self._other(annotation, arguments)

    def _container(self, origin: Any, arguments: tuple[Any, ...]) -> Shape | None:
        if origin is tuple and arguments[-1:] != (Ellipsis,):
            return _useful(Places(*map(self._shape, arguments))) if arguments else ANYTHING
        if origin in _CONTAINERS:
            return _useful(Items(_CONTAINERS[origin], self._shape(arguments[0])))
        if origin in _MAPPINGS and not mentions_model(self._shape(arguments[0])):
            return _useful(Values(self._shape(arguments[1])))
        return None

    def _lazy(self, shape: Shape, annotation: Any) -> Shape:
        if isinstance(shape, OfModel):
            return OfModel(shape.model, lazy=True)
        if isinstance(shape, OneOf):
            return shape
        if isinstance(shape, AnyOf):
            return AnyOf([self._lazy(member, annotation) for member in shape.members])
        if shape is not ANYTHING:
            self.problems.append(f"{annotation}: ModelRef[...] takes a model")
        return ANYTHING

    def _other(self, annotation: Any, arguments: tuple[Any, ...]) -> Shape:
        inside = [each for a in arguments for each in (a if isinstance(a, list) else [a])]
        plain = [typing.get_args(each) if _is_unpacked(each) else [each] for each in inside]
        if any(mentions_model(self._shape(each)) for row in plain for each in row):
            self.problems.append(f"{annotation}: rows are not looked for inside this type")
        return ANYTHING


def mentions_model(shape: Shape, seen: frozenset[int] = frozenset()) -> bool:
    """Whether a model stands anywhere in a shape; true for a name that is still being read."""
    if id(shape) in seen:
        return False
    seen |= {id(shape)}
    if isinstance(shape, Named) and not hasattr(shape, "shape"):
        return True
    return isinstance(shape, OfModel) or any(mentions_model(each, seen) for each in shape.inner())


def _is_unpacked(annotation: Any) -> bool:
    """Whether an annotation is ``*tuple[...]``, whose length depends on the call."""
    unpack = typing.get_origin(annotation) in (typing.Unpack, typing_extensions.Unpack)
    return unpack or getattr(annotation, "__unpacked__", False) is True


def _useful(shape: Shape) -> Shape:
    """Return the shape, or ANYTHING for a container in which no model stands."""
    leaves = shape.members if isinstance(shape, AnyOf) else [shape]
    if all(isinstance(leaf, (Plain, OneOf, OfModel)) for leaf in leaves) or mentions_model(shape):
        return shape
    return ANYTHING


def _union(members: list[Shape]) -> Shape:
    flat: list[Shape] = []
    for member in members:
        flat += member.members if isinstance(member, AnyOf) else [member]
    return AnyOf(flat)


def _typed_dict_bases(kind: Any) -> list[Any]:
    """A ``TypedDict`` and those it was made from, each with annotations of its own module."""
    bases = [kind]
    for base in typing_extensions.get_original_bases(kind):
        origin = typing.get_origin(base) or base
        if typing_extensions.is_typeddict(origin):
            bases += _typed_dict_bases(origin)
    return bases

"""Shapes: what one annotation asks of an argument, as the table "What arrives" says.

A shape works in two steps, the same for every way into a task. :meth:`Shape.stage` holds a value
against the annotation and puts what the way wants, mostly a reference, in the place of each row.
Then all rows of the call are known, and :meth:`Shape.finish` makes the containers and loads the
instances that the annotation asks for. What becomes of a row, of a bare key and of a value that
does not fit is the business of the way: :mod:`modelref.celery.arguments.ways`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from celery.canvas import Signature
from typing_extensions import override

from modelref.errors import MalformedReference
from modelref.instances import is_model_class, unwrap
from modelref.keys import key_of
from modelref.messages import is_signature
from modelref.querysets import is_queryset_class, yields_instances
from modelref.refs import Ref, group_of, instance_of

if TYPE_CHECKING:
    from django.db.models import Model

    from modelref.celery.rows.missing import Missing

_PLAIN = frozenset({str, int, float, bool, type(None)})
CONTAINERS = (list, tuple, set, frozenset)


class Way(Protocol):
    """A way into a task or out of it."""

    #: Whether containers become what the annotation says; on the way out they are lists.
    arrives: bool
    #: Whether everything but references stays as it is.
    by_hand: bool

    @property
    def missing(self) -> "Missing | None":
        """What becomes of rows that do not exist.

        None where they are an error, and only those asked for as instances are looked for.
        """

    def row(self, value: Any) -> Any:
        """Return what stands for a reference or an instance."""

    def rows(self, queryset: Any) -> Sequence[Any] | None:
        """Return references to the rows of a queryset; None where it stays a queryset."""

    def bulk(self, values: Any, shape: "Shape") -> Any:
        """Return what stands for a list of rows; None where each is to be looked at.

        Args:
            values: a list or tuple, or what this returned before.
            shape: what each of them goes to.
        """

    def pk(self, model: "type[Model]", pk: Any, given: Any) -> Any:
        """Return what stands for the row of a bare primary key."""

    def misfit(self, value: Any) -> Any:
        """Return what becomes of a value that does not fit, or raise ``Misfit``."""

    def instance(self, staged: Any) -> Any:
        """Return what a parameter gets that asks for an instance."""

    def container(self, given: Any, items: list[Any], kind: Callable[[list[Any]], Any]) -> Any:
        """Return the container of finished items that stands for the one that was given."""


class Misfit(Exception):
    """A value does not fit; ``culprit`` is the very object, perhaps deep in an argument."""

    def __init__(self, culprit: Any) -> None:
        super().__init__()
        self.culprit = culprit


class Staged(NamedTuple):
    """A container between the two steps."""

    given: Any
    items: list[Any]


class Chosen(NamedTuple):
    """A value between the two steps, and the member of a union that it goes to."""

    shape: "Shape"
    staged: Any


class Shape:
    """Anything: no annotation, ``Any``, ``object``, a type variable, a protocol.

    Rows inside lists, tuples, sets and dicts become references, everything else stays.
    """

    def inner(self) -> "Sequence[Shape]":
        """Return the shapes that this one is made of."""
        return ()

    def admits(self, value: Any) -> bool:
        """Whether a union may choose this shape for a value that stands for no row."""
        return True

    def admits_row(self, model: "type[Model]") -> bool:
        """Whether a row of this model fits."""
        return True

    def stage(self, value: Any, way: Way) -> Any:
        """Return the value with what the way wants in the place of rows.

        Raises:
            Misfit: the value, or one inside it, does not fit and the way minds.
            ModelRefError: a row in it cannot be referred to.
        """
        kind = type(value)
        if kind not in _PLAIN:
            if not issubclass(kind, Ref):
                value = unwrap(value)
            if _is_unreadable(value):
                return way.row(value)
        return self.place(value, way)

    def place(self, value: Any, way: Way) -> Any:
        """Do what :meth:`stage` says, for a value that is no lazy object and can be read."""
        if type(value) in _PLAIN or way.by_hand:
            return value
        if stands_for_row(value):
            return way.row(value)
        if is_queryset_class(type(value)) and yields_instances(value):
            return way.rows(value)
        for kind in CONTAINERS:
            if isinstance(value, kind):
                return way.container(value, [self.stage(item, way) for item in value], kind)
        if isinstance(value, dict):
            return self._dict(value, way)
        return value

    def _dict(self, value: dict[Any, Any], way: Way) -> Any:
        if not is_signature(value):
            return way.container(value, [self.stage(v, way) for v in value.values()], like(value))
        if way.arrives:
            return value  # what passes through stays as it came
        made: Any = value.clone() if isinstance(value, Signature) else dict(value)
        made["args"] = self.stage(value["args"], way)
        made["kwargs"] = self.stage(value["kwargs"], way)
        return made

    def finish(self, staged: Any, way: Way) -> Any:
        """Return what the body gets, or what travels.

        Raises:
            ReferenceNotFound: a row that it needs does not exist.
        """
        if way.missing is None:
            return staged
        return way.missing.settle(staged, takes_none=self.admits(None))


class Plain(Shape):
    """A class that is no model: a row fits only where its model derives from the class."""

    def __init__(self, kind: type) -> None:
        self.kind = kind

    @override
    def admits(self, value: Any) -> bool:
        return isinstance(value, (int, float) if self.kind is float else self.kind)

    @override
    def admits_row(self, model: "type[Model]") -> bool:
        return issubclass(model, self.kind)

    @override
    def place(self, value: Any, way: Way) -> Any:
        model = row_model(value)
        if model is not None and not self.admits_row(model):
            return way.misfit(value)
        return super().place(value, way)


class OneOf(Shape):
    """``None`` and the values of a ``Literal``."""

    def __init__(self, *values: Any) -> None:
        self.values = values

    @override
    def admits(self, value: Any) -> bool:
        return any(type(value) is type(each) and value == each for each in self.values)

    @override
    def admits_row(self, model: "type[Model]") -> bool:
        return False

    @override
    def place(self, value: Any, way: Way) -> Any:
        return way.misfit(value) if stands_for_row(value) else value


class OfModel(Shape):
    """A model, as an instance or, inside ``ModelRef[...]``, as a reference.

    Args:
        model: the model; an abstract one, and ``Model``, take the rows of all that derive from
            it, and no bare primary key.
        lazy: whether the reference arrives.
    """

    def __init__(self, model: "type[Model]", *, lazy: bool) -> None:
        self.model = model
        self.lazy = lazy
        self.concrete = "_meta" in vars(model) and not model._meta.abstract

    @override
    def admits(self, value: Any) -> bool:
        return False

    @override
    def admits_row(self, model: "type[Model]") -> bool:
        if issubclass(model, self.model):
            return True
        return self.concrete and model._meta.label_lower == self.model._meta.label_lower

    @override
    def place(self, value: Any, way: Way) -> Any:
        model = row_model(value)
        if model is None:
            return self.stage_pk(value, way)
        return way.row(value) if self.admits_row(model) else way.misfit(value)

    def stage_pk(self, value: Any, way: Way) -> Any:
        """Stage a value that stands for no row as a bare primary key."""
        if not self.concrete:
            return way.misfit(value)
        try:
            pk = key_of(self.model).from_bare(value)
        except MalformedReference:
            return way.misfit(value)
        return way.pk(self.model, pk, value)

    @override
    def finish(self, staged: Any, way: Way) -> Any:
        if not self.lazy:
            return way.instance(staged)
        if way.missing is not None:
            way.instance(staged)
        return staged


ANYTHING = Shape()
NOTHING = OneOf(None)


def shapes_in(shape: Shape) -> "Iterator[Shape]":
    """Yield a shape and all those that it is made of, each once."""
    waiting, seen = [shape], set[int]()
    while waiting:
        each = waiting.pop()
        if id(each) not in seen:
            seen.add(id(each))
            waiting += each.inner()
            yield each


def models_in(shape: Shape) -> "list[type[Model]]":
    """Return the concrete models that stand anywhere in a shape."""
    found = [s.model for s in shapes_in(shape) if isinstance(s, OfModel) and s.concrete]
    return list(dict.fromkeys(found))


def stands_for_row(value: Any) -> bool:
    """Whether a value is a reference, readable or not, or an instance."""
    return isinstance(value, Ref) or is_model_class(type(value))


def row_model(value: Any) -> "type[Model] | None":
    """Return the model of a readable reference or an instance, None for any other value."""
    if isinstance(value, Ref):
        instance = instance_of(value)
        return group_of(value).model if instance is None else type(instance)
    return type(value) if is_model_class(type(value)) else None


def _is_unreadable(value: Any) -> bool:
    return isinstance(value, Ref) and instance_of(value) is None and group_of(value).model is None


def like(given: Mapping[Any, Any]) -> Callable[[list[Any]], dict[Any, Any]]:
    """Return what makes a dict of new values under the keys of another."""
    return lambda values: dict(zip(given, values, strict=True))

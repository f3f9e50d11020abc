"""Shapes made of shapes: containers, unions, and names that stand inside themselves."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from modelref.celery.arguments.shapes import (
    CONTAINERS,
    Chosen,
    OfModel,
    Shape,
    Staged,
    Way,
    like,
    row_model,
    stands_for_row,
)
from modelref.celery.rows.missing import Missing
from modelref.errors import ReferenceNotFound
from modelref.querysets import is_queryset_class, yields_instances
from modelref.sent import SentRows

if TYPE_CHECKING:
    from django.db.models import Model


_IN_BULK = (list, tuple, SentRows)


class Container(Shape, ABC):
    """What the containers have in common: members that each go to a shape of their own."""

    #: Whether it is the same kind of container without some of its members.
    can_drop = True

    @abstractmethod
    def members(self, given: Any, way: Way) -> Iterable[Any] | None:
        """Return the members of a container, None for a value that is none of this kind."""

    @abstractmethod
    def shapes(self, given: Any) -> Iterable[Shape]:
        """Return the shapes that the members go to, in their order."""

    @abstractmethod
    def maker(self, given: Any, way: Way) -> Callable[[list[Any]], Any]:
        """Return what makes a container of the finished members."""

    @override
    def admits_row(self, model: "type[Model]") -> bool:
        return False

    @override
    def place(self, value: Any, way: Way) -> Any:
        members = None if stands_for_row(value) else self.members(value, way)
        if members is None:
            return way.misfit(value)
        pairs = zip(self.shapes(value), members, strict=False)
        return Staged(value, [shape.stage(member, way) for shape, member in pairs])

    @override
    def finish(self, staged: Any, way: Way) -> Any:
        if type(staged) is not Staged:
            return staged
        given, items = staged
        pairs = zip(self.shapes(given), items, strict=False)
        try:
            finished = [shape.finish(item, way) for shape, item in pairs]
        except ReferenceNotFound:
            if way.missing is None or not way.missing.drops or not self.can_drop:
                raise
            given, finished = self._present(given, items, way, way.missing)
        return way.container(given, finished, self.maker(given, way))

    def _present(
        self, given: Any, items: list[Any], way: Way, missing: Missing
    ) -> tuple[Any, list[Any]]:
        """Return the members whose rows exist, finished, and the keys of a mapping with them."""
        keys = given if isinstance(given, Mapping) else items
        kept, finished = [], []
        for key, shape, item in zip(keys, self.shapes(given), items, strict=False):
            try:
                finished.append(shape.finish(item, way))
            except ReferenceNotFound as error:
                missing.meet(error)
            else:
                kept.append(key)
        return dict.fromkeys(kept) if isinstance(given, Mapping) else kept, finished


class Items(Container):
    """A container of any number of items of one shape.

    Args:
        kind: what arrives: ``list``, ``tuple``, ``set`` or ``frozenset``.
        item: shape of its items.
    """

    def __init__(self, kind: Callable[[list[Any]], Any], item: Shape) -> None:
        self.kind = kind
        self.item = item

    @override
    def inner(self) -> Sequence[Shape]:
        return [self.item]

    @override
    def admits(self, value: Any) -> bool:
        return isinstance(value, CONTAINERS) or is_queryset_class(type(value))

    @override
    def place(self, value: Any, way: Way) -> Any:
        placed = way.bulk(value, self.item) if type(value) in _IN_BULK else None
        return super().place(value, way) if placed is None else placed

    @override
    def finish(self, staged: Any, way: Way) -> Any:
        lazy = isinstance(self.item, OfModel) and self.item.lazy
        if type(staged) is not Staged or not lazy or way.missing is not None:
            return super().finish(staged, way)
        # Nothing is done to a reference that stays one.
        return way.container(staged.given, staged.items, self.maker(staged.given, way))

    @override
    def members(self, given: Any, way: Way) -> Iterable[Any] | None:
        if is_queryset_class(type(given)) and yields_instances(given):
            return way.rows(given)
        return given if isinstance(given, CONTAINERS) else None

    @override
    def shapes(self, given: Any) -> Iterable[Shape]:
        return repeat(self.item)

    @override
    def maker(self, given: Any, way: Way) -> Callable[[list[Any]], Any]:
        return self.kind if way.arrives else list


class Places(Container):
    """A tuple of fixed length, with a shape for each place."""

    can_drop = False

    def __init__(self, *places: Shape) -> None:
        self.places = places

    @override
    def inner(self) -> Sequence[Shape]:
        return self.places

    @override
    def admits(self, value: Any) -> bool:
        return isinstance(value, (list, tuple))

    @override
    def members(self, given: Any, way: Way) -> Iterable[Any] | None:
        return given if self.admits(given) and len(given) == len(self.places) else None

    @override
    def shapes(self, given: Any) -> Iterable[Shape]:
        return self.places

    @override
    def maker(self, given: Any, way: Way) -> Callable[[list[Any]], Any]:
        return tuple if way.arrives else list


class Values(Container):
    """A dict: the values of a mapping, or the keys of a ``TypedDict``.

    Args:
        value: shape of the values that have none of their own.
        keys: shapes by key.
        required: keys without which a union does not choose this shape.
    """

    def __init__(
        self,
        value: Shape,
        keys: Mapping[str, Shape] | None = None,
        required: frozenset[str] = frozenset(),
    ) -> None:
        self.value = value
        self.keys = keys or {}
        self.required = required
        self.can_drop = keys is None

    @override
    def inner(self) -> Sequence[Shape]:
        return [self.value, *self.keys.values()]

    @override
    def admits(self, value: Any) -> bool:
        return isinstance(value, Mapping) and self.required <= value.keys()

    @override
    def members(self, given: Any, way: Way) -> Iterable[Any] | None:
        return given.values() if isinstance(given, Mapping) else None

    @override
    def shapes(self, given: Any) -> Iterable[Shape]:
        return (self.keys.get(key, self.value) for key in given)

    @override
    def maker(self, given: Any, way: Way) -> Callable[[list[Any]], Any]:
        return like(given)


class AnyOf(Shape):
    """A choice: rows go to the first member they fit, other values to the first that admits them.

    What no other member admits is a bare primary key, where there is just one model.
    """

    def __init__(self, members: Sequence[Shape]) -> None:
        self.members = members
        self.models = [member for member in members if isinstance(member, OfModel)]

    @override
    def inner(self) -> Sequence[Shape]:
        return self.members

    @override
    def admits(self, value: Any) -> bool:
        return any(member.admits(value) for member in self.members)

    @override
    def admits_row(self, model: "type[Model]") -> bool:
        return any(member.admits_row(model) for member in self.members)

    @override
    def place(self, value: Any, way: Way) -> Any:
        model = row_model(value)
        candidates = [*self.models, *(m for m in self.members if m not in self.models)]
        for member in candidates:
            if member.admits(value) if model is None else member.admits_row(model):
                return Chosen(member, member.stage(value, way))
        if model is None and len(self.models) == 1:
            return Chosen(self.models[0], self.models[0].stage_pk(value, way))
        if model is None and not self.models:
            return value
        return way.misfit(value)

    @override
    def finish(self, staged: Any, way: Way) -> Any:
        if type(staged) is not Chosen:
            return staged
        try:
            return staged.shape.finish(staged.staged, way)
        except ReferenceNotFound as error:
            if way.missing is None or not way.missing.gives_none or not self.admits(None):
                raise
            way.missing.meet(error)
            return None


class Named(Shape):
    """A type alias that may stand inside itself: its shape is filled in once it is known."""

    shape: Shape

    @override
    def inner(self) -> Sequence[Shape]:
        return [self.shape]

    @override
    def admits(self, value: Any) -> bool:
        return self.shape.admits(value)

    @override
    def admits_row(self, model: "type[Model]") -> bool:
        return self.shape.admits_row(model)

    @override
    def place(self, value: Any, way: Way) -> Any:
        return self.shape.stage(value, way)

    @override
    def finish(self, staged: Any, way: Way) -> Any:
        return self.shape.finish(staged, way)

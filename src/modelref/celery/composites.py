"""Shapes made of shapes: containers, unions, and names that stand inside themselves."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from modelref.celery.shapes import (
    CONTAINERS,
    Chosen,
    Row,
    Shape,
    Staged,
    Way,
    like,
    row_model,
    stands_for_row,
)
from modelref.querysets import is_queryset_class, yields_instances

if TYPE_CHECKING:
    from django.db.models import Model


class Items(Shape):
    """A container of one kind of item.

    Args:
        kind: what arrives: ``list``, ``tuple``, ``set`` or ``frozenset``.
        item: shape of its items.
    """

    def __init__(self, kind: Callable[[list[Any]], Any], item: Shape) -> None:
        self.kind = kind
        self.item = item

    @override
    def admits(self, value: Any) -> bool:
        return isinstance(value, CONTAINERS) or is_queryset_class(type(value))

    @override
    def admits_row(self, model: "type[Model]") -> bool:
        return False

    @override
    def place(self, value: Any, way: Way) -> Any:
        given = value
        if is_queryset_class(type(value)) and yields_instances(value):
            value = way.rows(value)
        if not isinstance(value, CONTAINERS) or stands_for_row(value):
            return way.misfit(given)
        return Staged(given, self.stage_items(value, way))

    def stage_items(self, values: Any, way: Way) -> list[Any]:
        """Stage the items of a container."""
        return [self.item.stage(item, way) for item in values]

    @override
    def finish(self, staged: Any, way: Way) -> Any:
        if type(staged) is not Staged:
            return staged
        items = [self.item.finish(item, way) for item in staged.items]
        return way.container(staged.given, items, self.kind if way.arrives else list)


class Places(Items):
    """A tuple of fixed length, with a shape for each place."""

    def __init__(self, *places: Shape) -> None:
        super().__init__(tuple, places[0])
        self.places = places

    @override
    def stage_items(self, values: Any, way: Way) -> list[Any]:
        if len(values) != len(self.places) or isinstance(values, (set, frozenset)):
            way.misfit(values)
            return list(values)
        return [shape.stage(item, way) for shape, item in zip(self.places, values, strict=True)]

    @override
    def finish(self, staged: Any, way: Way) -> Any:
        if type(staged) is not Staged or len(staged.items) != len(self.places):
            return staged.given if type(staged) is Staged else staged
        finished = zip(self.places, staged.items, strict=True)
        items = [shape.finish(item, way) for shape, item in finished]
        return way.container(staged.given, items, self.kind if way.arrives else list)


class Values(Shape):
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

    @override
    def admits(self, value: Any) -> bool:
        return isinstance(value, Mapping) and self.required <= value.keys()

    @override
    def admits_row(self, model: "type[Model]") -> bool:
        return False

    @override
    def place(self, value: Any, way: Way) -> Any:
        if not isinstance(value, Mapping) or stands_for_row(value):
            return way.misfit(value)
        return Staged(
            value, [self.keys.get(key, self.value).stage(v, way) for key, v in value.items()]
        )

    @override
    def finish(self, staged: Any, way: Way) -> Any:
        if type(staged) is not Staged:
            return staged
        pairs = zip(staged.given, staged.items, strict=True)
        items = [self.keys.get(key, self.value).finish(item, way) for key, item in pairs]
        return way.container(staged.given, items, like(staged.given))


class Union(Shape):
    """A choice: rows go to the first member they fit, other values to the first that admits them.

    What no other member admits is a bare primary key, where there is just one model.
    """

    def __init__(self, members: Sequence[Shape]) -> None:
        self.members = members
        self.models = [member for member in members if isinstance(member, Row)]

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
        return staged.shape.finish(staged.staged, way) if type(staged) is Chosen else staged


class Named(Shape):
    """A type alias that may stand inside itself: its shape is filled in once it is known."""

    shape: Shape

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

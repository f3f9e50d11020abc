"""The ways a row takes out of a sender; ``receiving`` has those into a call."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

from typing_extensions import override

from modelref.batch import Batch
from modelref.celery.arguments.shapes import ANYTHING, Misfit, OfModel, Shape, row_model
from modelref.errors import NotEncodable
from modelref.instances import row_of
from modelref.keys import key_of
from modelref.querysets import alias_of, pks_of
from modelref.refs import Ref, current_row, group_of, instance_of, pk_of
from modelref.sent import SentRows, passed_on, sent_rows

if TYPE_CHECKING:
    from django.db.models import Model

Kind = Callable[[list[Any]], Any]


class Sending:
    """Out: each row becomes a sealed reference, fixed now; bare keys stay what they are."""

    arrives = False
    by_hand = False
    missing = None

    def __init__(self) -> None:
        self._batch = Batch(sealed=True)

    def row(self, value: Any) -> Ref[Any]:
        """Return a sealed reference; it holds the instance where there is one, for routers."""
        if not isinstance(value, Ref):
            return self._batch.wrap(value, row_of(value))
        group = group_of(value)
        if group.sealed:
            return value
        if instance_of(value) is not None:
            return self._batch.wrap(instance_of(value), current_row(value))
        if group.model is None:
            return self._batch.arrive(group.label, [group.wire_pk(value)], group.using)[0]
        return self._batch.group_for_model(group.model, group.using).add(pk_of(value))

    def rows(self, queryset: Any) -> list[Ref[Any]]:
        """Return sealed references to the rows of a queryset, in its order."""
        group = self._batch.group_for_model(queryset.model, alias_of(queryset))
        return [group.add(pk) for pk in pks_of(queryset)]

    def bulk(self, values: Any, shape: Shape) -> Any:
        """Return plain keys of a model, and rows on their way out, as they are; None for others."""
        if type(values) is SentRows:
            return values
        if not isinstance(shape, OfModel) or not shape.concrete:
            return None
        return list(values) if set(map(type, values)) == {key_of(shape.model).native} else None

    def pk(self, model: "type[Model]", pk: Any, given: Any) -> Any:
        """Return the key as it was given."""
        return given

    def misfit(self, value: Any) -> Any:
        """Raise: the call does not fit the task."""
        raise Misfit(value)

    def instance(self, staged: Any) -> Any:
        """Return the reference: that is what travels."""
        return staged

    def container(self, given: Any, items: list[Any], kind: Kind) -> Any:
        """Return a new container."""
        return kind(items)


class Publishing(Sending):
    """Out, to be published here and now: a list of rows becomes their keys at once."""

    @override
    def bulk(self, values: Any, shape: Shape) -> Any:
        """Return the rows of one model, or plain keys; None for anything else."""
        model = row_model(values[0]) if values else None
        if model is None:
            return super().bulk(values, shape)
        if not shape.admits_row(model):
            return None
        if isinstance(values[0], Ref):
            return passed_on(values)
        return sent_rows(values, model) if set(map(type, values)) == {model} else None


class SendingItems(Sending):
    """Out, for the items of a ``map``: references that load together, in eager mode as well."""

    def row(self, value: Any) -> Ref[Any]:
        """Return a sealed reference that holds no instance."""
        ref = super().row(value)
        if instance_of(ref) is None:
            return ref
        return self._batch.group_for_model(type(instance_of(ref)), group_of(ref).using).add(
            pk_of(ref)
        )


class Passing(Sending):
    """Out, for a re-send: what does not fit goes on as it is, for the receiving task to say so."""

    def misfit(self, value: Any) -> Any:
        """Return the value with references in the place of rows."""
        return ANYTHING.stage(value, self)


class Relaying(Publishing, Passing):
    """Out, to be published here and now, for the receiving task to check."""


class Refusing(Sending):
    """Out, by a serializer that carries no references: rows are refused, keys may go."""

    def __init__(self, serializer: str) -> None:
        super().__init__()
        self._serializer = serializer

    def row(self, value: Any) -> NoReturn:
        """Raise: the serializer cannot carry it."""
        raise NotEncodable(
            f"a model instance or reference cannot travel as {self._serializer!r}: send the "
            f"primary key, or see to it that modelref.celery.setup(app) is called, without "
            f"send=False, and that neither the task nor the call has a serializer option."
        )

    def rows(self, queryset: Any) -> NoReturn:
        """Raise: the serializer cannot carry them."""
        self.row(queryset)


class RefusingPassing(Refusing, Passing):
    """Out, for a re-send by such a serializer: what came as a reference may go out as one."""

    def row(self, value: Any) -> Any:
        """Return a reference that Celery holds already; raise for any other row."""
        return value if isinstance(value, Ref) and group_of(value).sealed else super().row(value)

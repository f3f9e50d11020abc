"""The functions that users call on references and instances.

They are functions and not methods because a model may have a field or a method of any name.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar, overload

from modelref.async_code import TO_RESOLVE, HintForAsyncCode
from modelref.batch import Batch
from modelref.identity import Identity, alias_on_wire
from modelref.inert import UNNAMED
from modelref.instances import Row, alias_for_write, is_model_class, row_of, twin_of, unwrap
from modelref.keys import key_of
from modelref.refs import Ref, group_of, identity_of, instance_of, pk_of
from modelref.resolver import MOST_ROWS_IN_ONE_QUERY, Resolver, check_alias, most_rows

if TYPE_CHECKING:
    from django.db.models import Model

    _Source = tuple[type[Model], str | None, Resolver]
    _Found = dict[_Source, dict[Any, Model | None]]

M = TypeVar("M", bound="Model")

_USAGE = "reference() takes an instance, or a model and a primary key."


@overload
def reference(target: M, /) -> M: ...
@overload
def reference(target: type[M], pk: Any, /, *, using: str | None = None) -> M: ...
def reference(target: Any, /, *pk: Any, using: str | None = None) -> Any:
    """Return a reference to a row.

    Args:
        target: an instance, which the reference then wraps, so that it needs no query; a
            reference passes through. Or a model, together with ``pk``.
        pk: primary key of the row; a tuple for a composite key.
        using: alias of the row's database; by default the one that the router writes to.

    Raises:
        UnsavedInstance: the instance has no row.
        MalformedReference: the value is no primary key of the model.
    """
    target = unwrap(target)
    if isinstance(target, type):
        if not is_model_class(target) or len(pk) != 1:
            raise TypeError(_USAGE)
        alias = alias_for_write(target) if using is None else alias_on_wire(using)
        return Batch().group_for_model(target, alias).add(key_of(target).from_bare(pk[0]))
    if pk or using is not None:
        raise TypeError(_USAGE)
    if isinstance(target, Ref):
        return target
    if not is_model_class(type(target)):
        raise TypeError(_USAGE)
    return Batch().wrap(target, row_of(target))


def is_reference(value: object) -> bool:
    """Whether a value is a reference, loaded or not; never a query."""
    return isinstance(value, Ref)


def is_resolved(value: object) -> bool:
    """Whether touching a reference needs no query; true for an instance; never a query."""
    return not isinstance(value, Ref) or instance_of(value) is not None


def identity(value: Any) -> Identity:
    """Return the identity of a reference or an instance; never a query.

    Raises:
        UnsavedInstance: it is an instance without a row.
        MalformedReference: it is a reference that names no row.
        TypeError: it is neither.
    """
    value = _member(value)
    if not isinstance(value, Ref):
        return Identity(*row_of(value))
    if group_of(value).label == UNNAMED:
        group_of(value).load(value)
    return identity_of(value)


def resolve(value: M) -> M:
    """Return the instance that a reference stands for, read if need be; an instance as it is.

    Raises:
        ReferenceNotFound: the row does not exist.
        UnknownModel, ForbiddenModel, MalformedReference, UnknownAlias: it cannot be read.
        TypeError: the value is neither a reference nor an instance.
    """
    instance: M = _instance(_member(value))
    return instance


async def aresolve(value: M) -> M:
    """Do what :func:`resolve` does, from async code."""
    from asgiref.sync import sync_to_async  # here: only async code needs it

    return await sync_to_async(resolve)(value)


def resolve_all(values: Iterable[M]) -> list[M]:
    """Return the instances of references, in order, and fill the references.

    Args:
        values: references and instances, of any models. One query is made for each model,
            alias and 2,000 rows that are not loaded yet.

    Raises:
        ReferenceNotFound: a row does not exist; all references whose row does are loaded.
        UnknownModel, ForbiddenModel, MalformedReference, UnknownAlias: one cannot be read.
        TypeError: a value is neither a reference nor an instance.
    """
    members = [_member(value) for value in values]
    found = _read_all(members)
    given: set[int] = set()
    for ref in members:
        rows = _rows_asked_for(ref, found)
        if rows is None:
            continue
        instance = rows[pk_of(ref)]
        if instance is not None and id(instance) in given:
            instance = twin_of(instance)  # another batch has it: each has an instance of its own
        given.add(id(instance))
        group_of(ref).settle([pk_of(ref)], {} if instance is None else {pk_of(ref): instance})
    return [_instance(member) for member in members]


async def aresolve_all(values: Iterable[M]) -> list[M]:
    """Do what :func:`resolve_all` does, from async code."""
    from asgiref.sync import sync_to_async  # here: only async code needs it

    return await sync_to_async(resolve_all)(values)


def iter_resolved(values: Iterable[M], chunk_size: int = MOST_ROWS_IN_ONE_QUERY) -> Iterator[M]:
    """Yield the instances of references, in order, in the memory of one chunk.

    The references themselves are left as they are, so that nothing holds the instances.

    Args:
        values: references and instances, of any models.
        chunk_size: how many are read at a time; one query for each model and alias in a chunk.

    Raises:
        ValueError: ``chunk_size`` is not positive.
        The errors of :func:`resolve_all`, when the turn of that reference comes.
    """
    if chunk_size < 1:
        raise ValueError(f"chunk_size is a number of rows, at least 1; got {chunk_size}.")
    return _iterate(iter(values), chunk_size)


def _iterate(values: Iterator[M], chunk_size: int) -> Iterator[M]:
    for first in values:
        yield from _resolved([first, *islice(values, chunk_size - 1)])


def _resolved(chunk: list[M]) -> Iterator[M]:
    """Yield the instances of one chunk; nothing else holds them, nor the chunk."""
    members = [_member(value) for value in chunk]
    found = _read_all(members)
    for member in members:
        rows = _rows_asked_for(member, found)
        if rows is None:
            yield _instance(member)
            continue
        instance: Any = rows[pk_of(member)]
        if instance is None:
            raise group_of(member).not_found(pk_of(member))
        yield instance


def _rows_asked_for(member: Any, found: "_Found") -> "dict[Any, Model | None] | None":
    """Return the rows that were asked for with that of a reference.

    None where its own was not: it is loaded, or its model was not known before the query.
    """
    rows = found.get(_source(member)) if _awaits_query(member) else None
    return rows if rows is not None and pk_of(member) in rows else None


def _member(value: Any) -> Any:
    if issubclass(type(value), Ref):  # isinstance would ask a lazy object for its __class__
        return value
    value = unwrap(value)
    if not is_model_class(type(value)) and not isinstance(value, Ref):
        raise TypeError(f"Expected a reference or a model instance, got {type(value).__name__}.")
    return value


def _instance(member: Any) -> Any:
    if not isinstance(member, Ref):
        return member
    group_of(member).load(member)
    return instance_of(member)


def _awaits_query(member: Any) -> bool:
    return (
        isinstance(member, Ref)
        and instance_of(member) is None
        and bool(group_of(member).awaits(member))
    )


def _source(ref: Ref[Any]) -> "_Source":
    """Return what has to be the same for references to be read by one query."""
    group = group_of(ref)
    return group.model, group.using, group.resolver


def _read_all(members: Sequence[Any]) -> "_Found":
    """Read the rows of all pending references, of whatever batches, together.

    Returns:
        The instances by primary key, for all that has to be the same in one query; None for
        rows that do not exist.
    """
    wanted: defaultdict[_Source, dict[Any, None]] = defaultdict(dict)
    for ref in filter(_awaits_query, members):
        wanted[_source(ref)][pk_of(ref)] = None
    return {source: _read(source, pks) for source, pks in wanted.items()}


def _read(source: "_Source", pks: Iterable[Any]) -> "dict[Any, Model | None]":
    (model, using, resolver), unread = source, list(pks)
    read_from = resolver.using or using
    check_alias(Row(model._meta.label_lower, unread[0], read_from))
    found: dict[Any, Model | None] = dict.fromkeys(unread)
    with HintForAsyncCode(TO_RESOLVE, model):
        most = most_rows(model, read_from)
        for start in range(0, len(unread), most):
            found |= resolver.read(model, unread[start : start + most], using)
    return found

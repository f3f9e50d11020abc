"""``ModelRef``, the second noun: a transparent, lazy stand-in for one row.

A reference is in one of two states. *Pending*, its class is the one that
:mod:`modelref.pending` makes for its model, and nearly every access loads the row. *Loaded*, its
class is a hidden subclass of both ``ModelRef`` and the model, and it shares one ``__dict__`` with
the instance that was read: it is an instance of its model, at the speed of the model.
:func:`fill` is the one place where a reference goes from the first state to the second.

The class has no public name of its own, so that it hides none of the model's. What it knows is
in three slots, read through the functions at the head of this module, since the model's own
``__getattribute__`` and ``__setattr__`` must not come between.
"""

import copy
import operator
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeAlias, TypeVar

from modelref.identity import Identity, described
from modelref.instances import Row, has_row, leads_back, row_of
from modelref.kept import kept_on_model
from modelref.keys import wire_pk

if TYPE_CHECKING:
    from typing import overload

    from django.db.models import Model

    MYPY = MODELREF_PLUGIN = False
    M = TypeVar("M", bound=Model)

T = TypeVar("T")

#: From how many references on it is quicker to treat them all at once than one by one.
MANY = 5


class RowGroup(Protocol):
    """What a reference asks of the group it loads with (:mod:`modelref.group`)."""

    label: str
    using: str | None
    model: "type[Model] | None"
    sealed: bool
    #: Whether one of its pending references has been asked for its ``_state``.
    has_states: bool

    def place(self, ref: "Ref[Any]") -> None:
        """See to it that the model of a reference is known, or raise why it cannot be."""
        ...

    def load(self, ref: "Ref[Any]") -> None:
        """Fill the reference and those that load with it, or raise why that cannot be."""

    def awaits(self, ref: "Ref[Any]") -> bool:
        """Whether a query can tell more about a pending reference."""
        ...

    def enrol(self, ref: "Ref[Any]") -> None:
        """Take in a new reference."""

    def tie(self, ref: "Ref[Any]") -> None:
        """Take in a copy, which the read of its original fills with an instance of its own."""

    def wire_pk(self, ref: "Ref[Any]") -> Any:
        """Return the stored primary key of a reference as it travels."""

    def reduced(self, ref: "Ref[Any]") -> tuple[Any, tuple[Any, ...]]:
        """Return the function and the plain tuple that make the reference again, pending."""
        ...


class Ref(Generic[T]):
    """Stand-in for one row of a model; users know it as ``ModelRef``.

    Calling it makes a reference as :func:`modelref.reference` does, with the same arguments.
    """

    __slots__ = (
        "__dict__",
        "__weakref__",
        "_modelref_group",
        "_modelref_instance",
        "_modelref_pk",
    )

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Make a reference as :func:`modelref.reference` does."""
        from modelref.access import reference  # here: access is built on this module

        return reference(*args, **kwargs)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing: the model's own ``__init__`` ran when the instance was made."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Stop here: a registry in the model's own hook must not see the hidden class."""

    def __repr__(self) -> str:
        group = group_of(self)
        if is_stored(self):
            label, using, wire = group.label, group.using, group.wire_pk(self)
        else:
            identity = identity_of(self)
            label, using, wire = (
                identity.label,
                identity.using,
                wire_pk(identity.label, identity.pk),
            )
        return described(label, wire, using)

    def __reduce_ex__(self, protocol: Any) -> Any:
        if is_stored(self):
            return group_of(self).reduced(self)
        instance = instance_of(self)
        if leads_back(instance):  # then pickle has to meet the instance as itself
            return operator.getitem, ((instance,), 0)
        return instance.__reduce_ex__(protocol)

    def __copy__(self) -> "Ref[T]":
        return _copied(self, group_of(self), copy.copy, {})

    def __deepcopy__(self, memo: dict[int, Any]) -> "Ref[T]":
        group = copy.deepcopy(group_of(self), memo)
        return _copied(self, group, partial(copy.deepcopy, memo=memo), memo)


Ref.__name__ = Ref.__qualname__ = "ModelRef"

if TYPE_CHECKING:
    # For a type checker ModelRef[Order] is Order. mypy with the plugin sees the class, mypy alone
    # the first alias, pyright the last one.
    if not MODELREF_PLUGIN:
        ModelRef: TypeAlias = T  # pyright: ignore[reportRedeclaration]
    else:

        class ModelRef(Generic[M]):  # type: ignore[no-redef, unused-ignore]  # noqa: PLW1641
            """What the plugin turns into the model that it names."""

            @overload
            def __init__(self, instance: M, /) -> None: ...
            @overload
            def __init__(self, model: type[M], pk: Any, /, *, using: str | None = None) -> None: ...
            def __init__(self, *args: Any, **kwargs: Any) -> None: ...

            # After an isinstance() of what has no other type it may be a row of any model.
            def __eq__(self, other: object) -> bool: ...
            def __getattr__(self, name: str) -> Any: ...

    if not MYPY:
        ModelRef: TypeAlias = T  # pyright: ignore[reportRedeclaration]
else:
    ModelRef = Ref


# Any is a group or an ``Inert``, and an instance or None: those who ask know which.
group_of: Callable[[Ref[Any]], Any] = Ref.__dict__["_modelref_group"].__get__
pk_of: Callable[[Ref[Any]], Any] = Ref.__dict__["_modelref_pk"].__get__
instance_of: Callable[[Ref[Any]], Any] = Ref.__dict__["_modelref_instance"].__get__
own_dict: Callable[[Ref[Any]], dict[str, Any]] = Ref.__dict__["__dict__"].__get__
set_group: Callable[[Ref[Any], RowGroup], None] = Ref.__dict__["_modelref_group"].__set__
set_pk: Callable[[Ref[Any], Any], None] = Ref.__dict__["_modelref_pk"].__set__
_set_instance: Callable[[Ref[Any], Any], None] = Ref.__dict__["_modelref_instance"].__set__
_set_dict: Callable[[Ref[Any], dict[str, Any]], None] = Ref.__dict__["__dict__"].__set__
set_class: Callable[[Ref[Any], type], None] = object.__dict__["__class__"].__set__

# Goes through an iterator and keeps nothing: with `map` a loop that calls no function of Python's.
_run: Callable[[Iterable[None]], None] = deque[None](maxlen=0).extend


def make(kind: type[Ref[Any]], group: RowGroup, pk: Any) -> Ref[Any]:
    """Return a new pending reference, which its group does not know yet.

    Args:
        kind: the pending class of its model.
        group: the group it belongs to.
        pk: its primary key.
    """
    ref: Ref[Any] = object.__new__(kind)
    set_group(ref, group)
    set_pk(ref, pk)
    _set_instance(ref, None)
    return ref


def make_all(kind: type[Ref[Any]], group: RowGroup, pks: Sequence[Any]) -> list[Ref[Any]]:
    """Return new pending references, each as :func:`make` makes one."""
    refs: list[Ref[Any]] = list(map(object.__new__, repeat(kind, len(pks))))
    _run(map(set_group, refs, repeat(group)))
    _run(map(set_pk, refs, pks))
    _run(map(_set_instance, refs, repeat(None)))
    return refs


def fill(ref: Ref[Any], instance: "Model") -> None:
    """Turn a pending reference into a loaded one that shares the state of an instance.

    Relations that Django cached on the pending reference are carried over.
    """
    if group_of(ref).has_states:  # own_dict would make a dict for a reference that has none
        waiting = own_dict(ref).get("_state")
        if waiting is not None:
            instance._state.fields_cache = waiting.fields_cache | instance._state.fields_cache
    _set_dict(ref, object.__getattribute__(instance, "__dict__"))
    set_class(ref, loaded_class(type(instance)))
    _set_instance(ref, instance)  # last: what is interrupted before is done again


def fill_all(refs: "Sequence[Ref[Any]]", instances: "Sequence[Model]") -> None:
    """Turn pending references of one group into loaded ones, as :func:`fill` does with each."""
    if len(refs) < MANY or group_of(refs[0]).has_states:
        for ref, instance in zip(refs, instances, strict=True):
            fill(ref, instance)
        return
    classes = {kind: loaded_class(kind) for kind in set(map(type, instances))}
    _run(map(_set_dict, refs, map(object.__getattribute__, instances, repeat("__dict__"))))
    _run(map(set_class, refs, map(classes.__getitem__, map(type, instances))))
    _run(map(_set_instance, refs, instances))


def is_stored(ref: Ref[Any]) -> bool:
    """Whether a reference goes by the identity it was made with: pending, or sealed."""
    return instance_of(ref) is None or group_of(ref).sealed


def stored_row(ref: Ref[Any]) -> Row:
    """Return the row that a reference was made for."""
    group = group_of(ref)
    return Row(group.label, pk_of(ref), group.using)


def current_row(ref: Ref[Any]) -> Row:
    """Return the row that a reference stands for now.

    Raises:
        UnsavedInstance: it is loaded, and its instance has no row any more.
    """
    return stored_row(ref) if is_stored(ref) else row_of(instance_of(ref))


def identity_of(ref: Ref[Any]) -> Identity:
    """Return the identity of a reference; after ``delete()`` that of the last row."""
    if is_stored(ref) or not has_row(instance_of(ref)):
        return Identity(*stored_row(ref))
    set_pk(ref, instance_of(ref).pk)  # for the day the row is deleted and the instance has none
    return Identity(*row_of(instance_of(ref)))


@kept_on_model
def loaded_class(model: "type[Model]") -> type[Ref[Any]]:
    """Return the hidden class of loaded references to instances of a model.

    It is made by ``type.__new__``, which goes round ``ModelBase.__new__``: Django registers
    nothing, and ``_meta`` and the managers are inherited. ``type(self)(...)`` in a method of the
    model makes a real instance, ``self.__class__`` is the model.
    """
    namespace = {
        "__slots__": (),
        "__module__": model.__module__,
        "__qualname__": model.__qualname__,
        "__doc__": model.__doc__,
        "__class__": property(lambda self: model),
        "__orig_class__": property(),  # what ModelRef[Order](order) sets stays out of the row
        "__new__": staticmethod(lambda cls, *args, **kwargs: model(*args, **kwargs)),
    }
    # Its metaclass is all that mypy sees in it.
    return type.__new__(type(model), model.__name__, (Ref, model), namespace)  # type: ignore[return-value]


def _copied(
    ref: Ref[T], group: RowGroup, copied: Callable[[Any], Any], memo: dict[int, Any]
) -> Ref[T]:
    """Return a copy of a reference, in a group: tied to a pending one, filled otherwise."""
    from modelref.pending import pending_class  # here: pending is built on this module

    twin = memo[id(ref)] = make(pending_class(group.model), group, pk_of(ref))
    instance = instance_of(ref)
    if instance is not None:
        fill(twin, copied(instance))
        return twin
    group_of(ref).tie(twin)
    if group is not group_of(ref):
        group.enrol(twin)
    if "_state" in own_dict(ref):
        group.has_states = True
        own_dict(twin)["_state"] = copied(own_dict(ref)["_state"])
    return twin

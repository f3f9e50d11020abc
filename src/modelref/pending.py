"""The classes of references whose row has not been read: what they answer without a query.

Django and its tools ask a model instance for a handful of names before they use it. Those are in
two tables, :data:`ANSWERS` and :data:`PROBED`; every other access loads the row first and is then
the model's own affair.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from modelref.identity import Identity
from modelref.kept import kept_on_model
from modelref.refs import Ref, group_of, own_dict, pk_of, stored_row
from modelref.registry import registry_is_ready

if TYPE_CHECKING:
    from django.db.models import Model

Answer = Callable[[Ref[Any]], Any]


def _state(ref: Ref[Any]) -> Any:
    """A ``ModelState`` of its own; relations cached in it are carried over by the load."""
    from django.db.models.base import ModelState  # here: no Django model at import

    group_of(ref).has_states = True
    state = ModelState()
    state.adding = False
    state.db = group_of(ref).using or "default"
    return own_dict(ref).setdefault("_state", state)


def _of_model(name: str) -> Answer:
    """A method of ``Model`` itself that asks for nothing but what is in this table."""

    def answer(ref: Ref[Any]) -> Any:
        from django.db.models import Model  # here: no Django model at import

        return partial(getattr(Model, name), ref)

    return answer


#: What a pending reference answers of itself, beside the names of its primary key.
ANSWERS: dict[str, Answer] = {
    "pk": pk_of,
    "_meta": lambda ref: group_of(ref).model._meta,
    "_state": _state,
    "DoesNotExist": lambda ref: group_of(ref).model.DoesNotExist,
    "MultipleObjectsReturned": lambda ref: group_of(ref).model.MultipleObjectsReturned,
    "_is_pk_set": lambda ref: lambda meta=None: True,
    "prepare_database_save": _of_model("prepare_database_save"),
    "serializable_value": _of_model("serializable_value"),
}

#: What Django, shells and debuggers look for on any object. Where the model has no such name it
#: is an ``AttributeError`` without a query.
PROBED = frozenset(
    {
        "_ipython_canary_method_should_not_exist_",
        "_ipython_display_",
        "_is_coroutine",
        "_is_coroutine_marker",
        "_repr_html_",
        "_repr_javascript_",
        "_repr_jpeg_",
        "_repr_json_",
        "_repr_latex_",
        "_repr_markdown_",
        "_repr_mimebundle_",
        "_repr_pdf_",
        "_repr_png_",
        "_repr_pretty_",
        "_repr_svg_",
        "as_sql",
        "flatten",
        "get_source_expressions",
        "resolve_expression",
    }
)

#: Special names that belong to references themselves, or to classes, and are never forwarded.
_OWN = frozenset(
    {
        "__annotations__",
        "__class__",
        "__class_getitem__",
        "__copy__",
        "__deepcopy__",
        "__delattr__",
        "__dict__",
        "__dir__",
        "__doc__",
        "__getattr__",
        "__getattribute__",
        "__init__",
        "__init_subclass__",
        "__module__",
        "__new__",
        "__orig_bases__",
        "__parameters__",
        "__qualname__",
        "__reduce__",
        "__reduce_ex__",
        "__repr__",
        "__set_name__",
        "__setattr__",
        "__slots__",
        "__subclasshook__",
        "__weakref__",
    }
)


class Pending(Ref[Any]):
    """A reference whose row has not been read, of a model that cannot be looked up here."""

    __slots__ = ()

    _modelref_model: "ClassVar[type[Model] | None]" = None
    _modelref_answers: ClassVar[dict[str, Answer]] = {"pk": pk_of}

    @property
    def __dict__(self) -> dict[str, Any]:  # type: ignore[override]  # no attribute here
        """The fields of the row: asking for them loads it."""
        group_of(self).load(self)
        return own_dict(self)

    def __getattr__(self, name: str) -> Any:
        kind = type(self)
        answers = getattr(kind, "_modelref_answers", None)
        if answers is None:  # it was loaded by what raised the AttributeError before this
            return getattr(self, name)
        answer = answers.get(name)
        if answer is not None:
            return answer(self)
        if _is_absent(kind, name):
            raise AttributeError(f"{kind.__name__!r} object has no attribute {name!r}")
        group_of(self).load(self)
        return getattr(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if _is_absent(type(self), name):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        group_of(self).load(self)
        setattr(self, name, value)

    def __delattr__(self, name: str) -> None:
        group_of(self).load(self)
        delattr(self, name)

    def __dir__(self) -> Any:
        return dir(self.__class__)

    def __str__(self) -> str:
        if not registry_is_ready():
            return repr(self)
        group_of(self).load(self)
        return str(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ref) and Identity(*stored_row(self)) == Identity(
            *stored_row(other)
        )

    def __hash__(self) -> int:
        return hash(pk_of(self))


def pending_class(model: "type[Model] | None") -> type[Ref[Any]]:
    """Return the class of pending references to a model.

    Args:
        model: the model; None where it cannot be looked up.
    """
    return Pending if model is None else _class_of_model(model)


@kept_on_model
def _class_of_model(model: "type[Model]") -> type[Ref[Any]]:
    """Make the class of pending references to a model.

    It has each special method that the model itself defines, and no other, so that ``len(ref)``
    on a model without ``__len__`` is a ``TypeError`` as it is on an instance.
    """
    from django.db.models import Model  # here: no Django model at import

    namespace = {
        "__slots__": (),
        "__module__": model.__module__,
        "__qualname__": model.__qualname__,
        "__doc__": model.__doc__,
        "__class__": property(lambda self: model),
        "__eq__": Model.__eq__,
        "__hash__": Model.__hash__,
        "_modelref_model": model,
        "_modelref_answers": _unread_answers(model) | ANSWERS | _pk_answers(model),
    }
    namespace |= _special_methods(model) | _descriptors(model)
    return type(model.__name__, (Pending,), namespace)


def _is_absent(kind: type[Pending], name: str) -> bool:
    """Whether a name is one that is only probed for and that the model does not have."""
    if name not in PROBED and not _is_special(name):
        return False
    model = kind._modelref_model  # pyright: ignore[reportPrivateUsage]
    return model is None or not any(name in vars(base) for base in model.__mro__)


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _special_methods(model: "type[Model]") -> dict[str, Any]:
    from django.db.models import Model  # here: no Django model at import

    special: dict[str, Any] = {}
    for base in model.__mro__:
        if base in Model.__mro__:
            continue
        for name, value in vars(base).items():
            if _is_special(name) and name not in _OWN:
                special.setdefault(name, _forwarded(name) if callable(value) else value)
    return special


class _Descriptor:
    """A name that a data descriptor of the model stands for, such as a ``FieldFile``'s.

    While another thread fills the reference, the row's ``__dict__`` is in place before its class
    is; a data descriptor keeps the raw value in it from being read.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, ref: Ref[Any], owner: type) -> Any:
        group_of(ref).load(ref)
        return getattr(ref, self.name)

    def __set__(self, ref: Ref[Any], value: Any) -> None:
        setattr(ref, self.name, value)


def _descriptors(model: "type[Model]") -> dict[str, Any]:
    known = ANSWERS.keys() | _pk_answers(model).keys()
    return {
        name: _Descriptor(name)
        for base in model.__mro__
        for name, value in vars(base).items()
        if hasattr(type(value), "__set__") and name not in known and not _is_special(name)
    }


def _forwarded(name: str) -> Any:
    """A special method that loads the row and then is the model's."""

    def special(self: Ref[Any], /, *args: Any, **kwargs: Any) -> Any:
        group_of(self).load(self)
        return getattr(self, name)(*args, **kwargs)

    special.__name__ = special.__qualname__ = name
    return special


def _unread_answers(model: "type[Model]") -> dict[str, Answer]:
    """Every attribute whose class says, as that of a ``task_method``, that it needs no row."""
    found: dict[str, Any] = {}
    for base in model.__mro__:
        found = vars(base) | found  # the first in the order of resolution is the one
    return {
        name: partial(_bound, value, model)
        for name, value in found.items()
        if getattr(type(value), "modelref_binds_without_row", False)
    }


def _bound(descriptor: Any, model: "type[Model]", ref: Ref[Any]) -> Any:
    return descriptor.__get__(ref, model)


def _pk_answers(model: "type[Model]") -> dict[str, Answer]:
    """Every name of the model under which Django keeps the primary key, or a part of it."""
    pk: Any = model._meta.pk
    parts = getattr(pk, "fields", None)
    if parts is not None:
        return {part.attname: _part_answer(at) for at, part in enumerate(parts)}
    names = {pk.attname, pk.name} if pk.remote_field is None else {pk.attname}
    while pk.remote_field is not None and pk.remote_field.parent_link:
        pk = pk.remote_field.model._meta.pk
        names.add(pk.attname)
    return dict.fromkeys(names, pk_of)


def _part_answer(at: int) -> Answer:
    return lambda ref: pk_of(ref)[at]

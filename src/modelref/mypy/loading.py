"""``load={"order": Load(select_related=("customer",))}``: do the names exist?"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from mypy.nodes import (
    ARG_POS,
    CallExpr,
    DictExpr,
    Expression,
    ListExpr,
    RefExpr,
    SetExpr,
    StrExpr,
    TupleExpr,
    TypeInfo,
    Var,
)
from mypy.plugin import CheckerPluginInterface
from mypy.types import (
    CallableType,
    Instance,
    LiteralType,
    NoneType,
    TupleType,
    Type,
    TypedDictType,
    UnionType,
    get_proper_type,
)

from modelref.mypy import names
from modelref.mypy.adapter import report, shown
from modelref.mypy.codes import LOAD
from modelref.mypy.parts import mentioned
from modelref.mypy.verdict import did_you_mean

#: What of ``Load`` names relations, and what fields.
_RELATIONS: Final = ("select_related", "prefetch_related")
_FIELDS: Final = ("only", "defer")
#: Modules whose classes no model derives from: one of these is no row.
_PLAIN: Final = frozenset({"builtins", "datetime", "decimal", "_decimal", "typing", "uuid"})
#: What is known by its parts, or has none.
_MADE_OF_PARTS: Final = (LiteralType, NoneType, TupleType, TypedDictType, UnionType)
#: Protocols of containers.
_ITERABLES: Final = frozenset({"typing.Collection", "typing.Iterable"})


#: Parameters by name, each with its type.
Taken = Mapping[str, Type]


def analyze(
    api: CheckerPluginInterface, parameters: Taken, options: Mapping[str, Expression]
) -> set[str]:
    """Report parameters and relations that do not exist.

    Args:
        api: mypy's checker.
        parameters: those that may have rows to load.
        options: those of the decorator.

    Returns:
        the modules of the models that the names lead to, which a module may well not import.
    """
    written = options.get("load")
    if not isinstance(written, DictExpr):
        return set()
    names_in_load = Names(api)
    for key, value in written.items:
        if not isinstance(key, StrExpr):
            continue
        if key.value not in parameters:
            near = did_you_mean(key.value, parameters)
            report(api, f'There is no parameter "{key.value}"{near}', key, LOAD)
            continue
        each = parameters[key.value]
        model = _model_in(each)
        if _holds_no_row(each):
            report(api, f'"{key.value}" is {shown(each, api)}, which holds no row', key, LOAD)
        elif model is not None and isinstance(value, CallExpr) and _is_load(value):
            names_in_load.check(model, value)
    return names_in_load.modules


def parameters_of(function: CallableType, owner: TypeInfo | None, skipped: int) -> Taken:
    """Return the parameters that ``load=`` may name.

    Args:
        function: the type of the body.
        owner: the class of a method, whose instance goes by the name of the first parameter.
        skipped: how many parameters no caller gives.
    """
    pairs = zip(function.arg_names, function.arg_types, strict=True)
    named = [(name, each) for name, each in pairs if name is not None]
    first = [(name, Instance(owner, [])) for name, _ in named[:1] if owner is not None]
    return dict(first + named[skipped:])


def _model_in(each: Type) -> TypeInfo | None:
    """Return the one model that a type mentions, None where there is none or are several."""
    models = {info.fullname: info for info in _models(each)}
    return next(iter(models.values())) if len(models) == 1 else None


def _holds_no_row(each: Type) -> bool:
    """Whether all of a type is known, and no model in it."""
    return all(
        _is_plain(part.type) if isinstance(part, Instance) else isinstance(part, _MADE_OF_PARTS)
        for part in mentioned(each)
    )


def _is_plain(info: TypeInfo) -> bool:
    """Whether a row is no instance of a class."""
    if info.fullname in _ITERABLES:
        return True
    open_to_all = info.is_protocol or info.fullname == "builtins.object"
    return info.module_name in _PLAIN and not open_to_all


def _models(each: Type) -> Iterator[TypeInfo]:
    for part in mentioned(each):
        if isinstance(part, Instance) and part.type.has_base(names.MODEL):
            yield part.type


def _is_load(call: CallExpr) -> bool:
    return isinstance(call.callee, RefExpr) and call.callee.fullname == names.LOAD


class Names:
    """Follows the names in a ``Load`` from model to model.

    Args:
        api: mypy's checker.
    """

    def __init__(self, api: CheckerPluginInterface) -> None:
        self._api = api
        #: The modules of the models that were met.
        self.modules: set[str] = set()

    def check(self, model: TypeInfo, load: CallExpr) -> None:
        """Report names that do not exist."""
        for option, value in zip(load.arg_names, load.args, strict=True):
            if option in _RELATIONS + _FIELDS:
                made = {each.value for each in _made(value)}
                for path in _texts(value):
                    problem = self._problem(model, path.value, option, made)
                    if problem is not None:
                        report(self._api, problem, path, LOAD)

    def _problem(self, model: TypeInfo, path: str, option: str, made: set[str]) -> str | None:
        """Return what is wrong with a path, None where nothing is, or it cannot be known.

        Args:
            model: where it starts.
            path: the path.
            option: that of ``Load`` in which it stands.
            made: names that a ``Prefetch`` beside it makes.
        """
        info: TypeInfo | None = model
        relations = option in _RELATIONS
        for name in path.split("__"):
            # Without django-stubs' plugin reverse relations are unknown.
            if info is None or "django" not in info.metadata or name in {"pk", *made}:
                return None
            self.modules.add(info.module_name)
            found = info.get(name)
            if found is None and not _is_installed(info):
                return None  # nothing is known of what leads to it
            if found is None:
                near = did_you_mean(name, _names(info, relations=relations))
                return f'"{info.name}" has no {_kind(relations)} "{name}"{near}'
            field = _instance_of(found.node)
            if relations and _is_plain_field(field):
                near = did_you_mean(name, _names(info, relations=True))
                return f'"{info.name}.{name}" is no relation{near}'
            if option == "select_related" and field is not None and not _is_to_one(field.type):
                found_one = f'"{info.name}.{name}" is no foreign key'
                return f"{found_one}, as select_related needs; prefetch_related takes it"
            info = None if field is None else _model_of(field)
        return None


def _is_installed(model: TypeInfo) -> bool:
    """Whether django-stubs' plugin has found a model in the settings, or it is an abstract one."""
    known = model.metadata.get("django", {})
    return "_default_manager" in model.names or known.get("is_abstract_model", False)


def _texts(value: Expression) -> Iterator[StrExpr]:
    """Yield the names that are written out."""
    for each in _items(value):
        text = _argument(each, "lookup", 0) if _is_prefetch(each) else each
        if isinstance(text, StrExpr):
            yield text


def _made(value: Expression) -> Iterator[StrExpr]:
    """Yield the names that are given to what a ``Prefetch`` loads."""
    for each in _items(value):
        text = _argument(each, "to_attr", 2)
        if _is_prefetch(each) and isinstance(text, StrExpr):
            yield text


def _items(value: Expression) -> Sequence[Expression]:
    return value.items if isinstance(value, (TupleExpr, ListExpr, SetExpr)) else ()


def _is_prefetch(each: Expression) -> bool:
    callee = each.callee if isinstance(each, CallExpr) else None
    return isinstance(callee, RefExpr) and callee.fullname == names.PREFETCH


def _argument(call: Expression, name: str, place: int) -> Expression | None:
    """Return what is given to a call for a parameter, None where that cannot be told."""
    if not isinstance(call, CallExpr):
        return None
    if name in call.arg_names:
        return call.args[call.arg_names.index(name)]
    is_given = len(call.args) > place and all(k == ARG_POS for k in call.arg_kinds[: place + 1])
    return call.args[place] if is_given else None


def _kind(relations: bool) -> str:  # noqa: FBT001 - it chooses a word
    return "relation" if relations else "field"


def _instance_of(node: object) -> Instance | None:
    """Return the type of an attribute."""
    each = get_proper_type(node.type) if isinstance(node, Var) else None
    return each if isinstance(each, Instance) else None


def _is_plain_field(field: Instance | None) -> bool:
    """Whether an attribute is a field that leads to no other model."""
    return field is not None and field.type.has_base(names.FIELD) and not _is_relation(field.type)


def _is_to_one(attribute: TypeInfo) -> bool:
    """Whether an attribute leads to one row: a foreign key, or the other end of a one-to-one."""
    return any(map(attribute.has_base, names.TO_ONE))


def _is_relation(field: TypeInfo) -> bool:
    return any(map(field.has_base, names.RELATIONS))


def _model_of(field: Instance) -> TypeInfo | None:
    """Return the model that a relation leads to: the last one among its type arguments."""
    models = [model for arg in field.args for model in _models(arg)]
    return models[-1] if models and not field.type.has_base(names.MODEL) else None


def _names(model: TypeInfo, *, relations: bool) -> list[str]:
    """Return the names that could have been meant."""
    attributes = {name: node.node for info in model.mro for name, node in info.names.items()}
    found = ((name, _instance_of(node)) for name, node in attributes.items())
    fields = [(name, field) for name, field in found if field is not None and name[0] != "_"]
    if not relations:
        return [name for name, field in fields if field.type.has_base(names.FIELD)]
    return [name for name, field in fields if _is_relation(field.type) or _is_reverse(field)]


def _is_reverse(field: Instance) -> bool:
    """Whether an attribute is an end of a relation that django-stubs' plugin has put there."""
    return field.type.module_name == names.DESCRIPTORS

"""mypy's plugin: ``plugins = ["modelref.mypy"]``.

The class is only a table: from the full name of what is written to the feature that looks at it.
Each feature is a module with its ``analyze`` functions at the top; what they take of mypy's inside
is in ``adapter``. Nothing of this package is imported by the rest of ``modelref``, nor the other
way round.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from mypy.nodes import MypyFile
from mypy.options import Options
from mypy.plugin import (
    AnalyzeTypeContext,
    AttributeContext,
    ClassDefContext,
    FunctionContext,
    FunctionSigContext,
    MethodContext,
    MethodSigContext,
    Plugin,
    ReportConfigContext,
)
from mypy.types import FunctionLike, Type
from typing_extensions import override

from modelref.mypy import (
    calls,
    canvas,
    definitions,
    items,
    names,
    partials,
    references,
    sending,
    starting,
    unbound,
)
from modelref.mypy.digest import digest_of_source
from modelref.mypy.guard import hooks
from modelref.mypy.project import Project

Sig = Callable[[MethodSigContext, Project], FunctionLike]
Hook = Callable[[MethodContext, Project], Type]

#: What a task is called through: the signature of each method, then what it returns.
SIGNATURES_OF_TASKS: Final[Mapping[str, Sig]] = {
    "__call__": calls.analyze_here,
    "apply": sending.analyze_options,
    "apply_async": sending.analyze_options,
    "apply_async_on_commit": sending.analyze_options,
    "delay": calls.analyze,
    "delay_on_commit": calls.analyze,
    "s": partials.analyze_arguments,
    "si": calls.analyze,
}
RESULTS_OF_TASKS: Final[Mapping[str, Hook]] = {
    "apply": sending.analyze,
    "apply_async": sending.analyze,
    "apply_async_on_commit": sending.analyze,
    "chunks": items.analyze_starmap,
    "map": items.analyze_map,
    "s": partials.analyze,
    "signature": partials.analyze_signature,
    "starmap": items.analyze_starmap,
    "subtask": partials.analyze_signature,
}
#: The same for signatures, and for what is made of them.
SIGNATURES_OF_SIGNATURES: Final[Mapping[str, Sig]] = {
    "__call__": starting.analyze,
    "__ior__": canvas.analyze_ior,
    "__or__": canvas.analyze_or,
    "__ror__": canvas.analyze_ror,
    "apply": starting.analyze_apply,
    "apply_async": starting.analyze_apply,
    "delay": starting.analyze_delay,
    "link": canvas.analyze_link,
    "link_error": canvas.analyze_errback,
    "on_error": canvas.analyze_errback,
}
RESULTS_OF_SIGNATURES: Final[Mapping[str, Hook]] = {
    "apply": starting.analyze_arguments,
    "apply_async": starting.analyze_arguments,
    "set": canvas.analyze_set,
}
SIGNATURES_OF_DECORATORS: Final[Mapping[str, Sig]] = {
    f"{each}.__call__": definitions.analyze_body for each in names.BINDING_DECORATORS
}
RESULTS_OF_DECORATORS: Final[Mapping[str, Hook]] = {
    f"{each}.__call__": definitions.analyze for each in names.CALLED_DECORATORS
}
#: What a method that is a task does not have on the class.
ATTRIBUTES: Final[Mapping[str, Callable[[AttributeContext, Project], Type]]] = {
    f"{names.TASK_METHOD}.{each}": unbound.analyze for each in unbound.OF_AN_INSTANCE
}
#: Classes and functions.
FUNCTIONS: Final[Mapping[str, Callable[[FunctionContext, Project], Type]]] = {
    names.MODELREF: references.analyze_call,
    names.CHAIN: canvas.analyze_chain,
    names.CHORD: canvas.analyze_chord,
    names.GROUP: canvas.analyze_group,
    **dict.fromkeys(names.DECORATORS, definitions.analyze),
}
FUNCTION_SIGNATURES: Final[Mapping[str, Callable[[FunctionSigContext, Project], FunctionLike]]] = {
    **dict.fromkeys((names.CHAIN, names.CHORD, names.GROUP), canvas.analyze_arguments),
    **dict.fromkeys(names.DECORATORS, definitions.analyze_options),
}


class ModelRefPlugin(Plugin):
    """Says which feature looks at what."""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        # A new list: the daemon's snapshot shares the old one, and would restart on each call.
        options.always_true = [*options.always_true, "MODELREF_PLUGIN"]
        self._find = find = Project(self.lookup_fully_qualified, options)
        self._attributes = hooks(ATTRIBUTES, find, _own_attribute)
        self._functions = hooks(FUNCTIONS, find, _own_result)
        self._function_signatures = hooks(FUNCTION_SIGNATURES, find, _own_signature)
        self._of_tasks = hooks(SIGNATURES_OF_TASKS, find, _own_signature)
        self._of_signatures = hooks(SIGNATURES_OF_SIGNATURES, find, _own_signature)
        self._of_decorators = hooks(SIGNATURES_OF_DECORATORS, find, _own_signature)
        self._results_of_tasks = hooks(RESULTS_OF_TASKS, find, _own_result)
        self._results_of_signatures = hooks(RESULTS_OF_SIGNATURES, find, _own_result)
        self._results_of_decorators = hooks(RESULTS_OF_DECORATORS, find, _own_result)

    @override
    def report_config_data(self, ctx: ReportConfigContext) -> Any:
        return [digest_of_source(), self._find.serializer, *sorted(self._find.carried)]

    # In mypy 2; before, a change two relations away is seen when the module is checked again.
    def get_additional_indirect_deps(self, file: MypyFile) -> set[str]:
        """Return the modules of the models that the names in ``load=`` lead to."""
        return self._find.dependencies(file.path)

    @override
    def get_type_analyze_hook(self, fullname: str) -> Callable[[AnalyzeTypeContext], Type] | None:
        return references.analyze if fullname == names.MODELREF else None

    @override
    def get_customize_class_mro_hook(
        self, fullname: str
    ) -> Callable[[ClassDefContext], None] | None:
        return unbound.declare if fullname == names.TASK_METHOD else None

    @override
    def get_attribute_hook(self, fullname: str) -> Callable[[AttributeContext], Type] | None:
        return self._attributes.get(fullname)

    @override
    def get_function_signature_hook(
        self, fullname: str
    ) -> Callable[[FunctionSigContext], FunctionLike] | None:
        return self._function_signatures.get(fullname)

    @override
    def get_function_hook(self, fullname: str) -> Callable[[FunctionContext], Type] | None:
        return self._functions.get(fullname)

    @override
    def get_method_signature_hook(
        self, fullname: str
    ) -> Callable[[MethodSigContext], FunctionLike] | None:
        owner, _, method = fullname.rpartition(".")
        if method in self._of_tasks and self._derives(owner, names.TASKS):
            return self._of_tasks[method]
        if method in self._of_signatures and self._derives(owner, names.SIGNATURES):
            return self._of_signatures[method]
        return self._of_decorators.get(fullname)

    @override
    def get_method_hook(self, fullname: str) -> Callable[[MethodContext], Type] | None:
        owner, _, method = fullname.rpartition(".")
        if method in self._results_of_tasks and self._derives(owner, names.TASKS):
            return self._results_of_tasks[method]
        if method in self._results_of_signatures and self._derives(owner, names.SIGNATURES):
            return self._results_of_signatures[method]
        return self._results_of_decorators.get(fullname)

    def _derives(self, owner: str, bases: tuple[str, ...]) -> bool:
        if owner in bases:
            return True
        info = self._find(owner)
        return info is not None and any(map(info.has_base, bases))


def plugin(version: str) -> type[Plugin]:
    """Return the plugin; mypy looks for this name."""
    return ModelRefPlugin


def _own_attribute(ctx: AttributeContext) -> Type:
    """Return what mypy knows without a plugin."""
    return ctx.default_attr_type


def _own_signature(ctx: FunctionSigContext | MethodSigContext) -> FunctionLike:
    """Return what mypy knows without a plugin."""
    return ctx.default_signature


def _own_result(ctx: FunctionContext | MethodContext) -> Type:
    """Return what mypy knows without a plugin."""
    return ctx.default_return_type

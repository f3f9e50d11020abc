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
)
from modelref.mypy.digest import digest_of_source
from modelref.mypy.guard import bound, guarded
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
    "__or__": canvas.analyze_or,
    "__ror__": canvas.analyze_ror,
    "apply": starting.analyze_apply,
    "apply_async": starting.analyze_apply,
    "delay": starting.analyze_delay,
    "link": canvas.analyze_link,
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
        self._find = Project(self.lookup_fully_qualified, options)

    @override
    def report_config_data(self, ctx: ReportConfigContext) -> Any:
        return [digest_of_source(), *sorted(self._find.carried)]

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
        return _over_celery if fullname in names.OVER_CELERY else None

    @override
    def get_function_signature_hook(
        self, fullname: str
    ) -> Callable[[FunctionSigContext], FunctionLike] | None:
        feature = FUNCTION_SIGNATURES.get(fullname)
        if feature is None:
            return None
        return guarded(bound(feature, self._find), lambda ctx: ctx.default_signature)

    @override
    def get_function_hook(self, fullname: str) -> Callable[[FunctionContext], Type] | None:
        feature = FUNCTIONS.get(fullname)
        if feature is None:
            return None
        return guarded(bound(feature, self._find), lambda ctx: ctx.default_return_type)

    @override
    def get_method_signature_hook(
        self, fullname: str
    ) -> Callable[[MethodSigContext], FunctionLike] | None:
        owner, _, method = fullname.rpartition(".")
        feature = None
        if method in SIGNATURES_OF_TASKS and self._derives(owner, *names.TASKS):
            feature = SIGNATURES_OF_TASKS[method]
        elif method in SIGNATURES_OF_SIGNATURES and self._derives(owner, names.SIGNATURE):
            feature = SIGNATURES_OF_SIGNATURES[method]
        if feature is None:
            return None
        return guarded(bound(feature, self._find), lambda ctx: ctx.default_signature)

    @override
    def get_method_hook(self, fullname: str) -> Callable[[MethodContext], Type] | None:
        owner, _, method = fullname.rpartition(".")
        feature: Hook | None = None
        if method in RESULTS_OF_TASKS and self._derives(owner, *names.TASKS):
            feature = RESULTS_OF_TASKS[method]
        elif owner in names.CALLED_DECORATORS and method == "__call__":
            feature = definitions.analyze
        if feature is None:
            return None
        return guarded(bound(feature, self._find), lambda ctx: ctx.default_return_type)

    def _derives(self, owner: str, *bases: str) -> bool:
        info = self._find(owner)
        return info is not None and any(map(info.has_base, bases))


def plugin(version: str) -> type[Plugin]:
    """Return the plugin; mypy looks for this name."""
    return ModelRefPlugin


def _over_celery(ctx: ClassDefContext) -> None:
    """Let a class be itself where its base is unknown (``get_customize_class_mro_hook``)."""
    ctx.cls.info.fallback_to_any = False

"""``ModelRef[Order]`` is ``Order``, and ``ModelRef(order)`` is one too."""

from collections.abc import Sequence

from mypy.errorcodes import TYPE_ARG, VALID_TYPE
from mypy.plugin import AnalyzeTypeContext, FunctionContext
from mypy.types import (
    AnyType,
    Instance,
    ProperType,
    Type,
    TypeOfAny,
    TypeVarType,
    UnboundType,
    UninhabitedType,
    UnionType,
    get_proper_type,
)

from modelref.mypy import names
from modelref.mypy.widening import Find


def analyze(ctx: AnalyzeTypeContext) -> Type:
    """Return the model that an annotation refers to (``get_type_analyze_hook``)."""
    args: Sequence[Type] = ctx.type.args
    if not args:
        if ctx.api.options.disallow_any_generics:
            ctx.api.fail(
                '"ModelRef" says which model it refers to: ModelRef[Order]',
                ctx.context,
                code=TYPE_ARG,
            )
        return AnyType(TypeOfAny.from_omitted_generics)
    first, *others = args
    if others:
        message = f'"ModelRef" refers to 1 model, but {len(args)} given'
        ctx.api.fail(message, ctx.context, code=TYPE_ARG)
        return AnyType(TypeOfAny.from_error)
    model = ctx.api.analyze_type(first)
    wrong = _no_model(model)
    if wrong is not None:
        ctx.api.fail(
            f'"ModelRef" refers to a model, and "{wrong}" is none', ctx.context, code=VALID_TYPE
        )
    return model


def analyze_call(ctx: FunctionContext, find: Find) -> Type:
    """Return the model of ``ModelRef(...)`` (``get_function_hook``)."""
    made = get_proper_type(ctx.default_return_type)
    if not isinstance(made, Instance) or len(made.args) != 1:
        return ctx.default_return_type
    model = get_proper_type(made.args[0])
    # What cannot be inferred has been reported.
    return AnyType(TypeOfAny.from_error) if isinstance(model, UninhabitedType) else model


def _no_model(found: Type) -> str | None:
    """Return the name of what is certainly no model; None for models and for what is unknown.

    The class itself may still be in the making: then it has no order of bases, and is let pass.
    """
    proper: ProperType = get_proper_type(found)
    if isinstance(proper, UnionType):
        return next(filter(None, map(_no_model, proper.items)), None)
    if isinstance(proper, Instance):
        info = proper.type
        passes = not info.mro or info.fallback_to_any or info.is_protocol
        return None if passes or info.has_base(names.MODEL) else info.name
    if isinstance(proper, (AnyType, TypeVarType, UnboundType)):
        return None
    return None if type(proper).__name__ == "PlaceholderType" else str(proper)

"""``.s(...)``, ``.signature(...)``: calls whose first arguments may be left to the step before.

What such a signature takes from the step before it is found by asking mypy: does the call hold as
it is, and does it hold with one more argument in front?
"""

import re
from collections.abc import Mapping
from typing import Final

from mypy.nodes import (
    ARG_NAMED,
    ARG_NAMED_OPT,
    ARG_OPT,
    ARG_POS,
    ARG_STAR,
    ArgKind,
    CallExpr,
)
from mypy.plugin import MethodContext, MethodSigContext
from mypy.types import CallableType, FunctionLike, Instance, Type, UninhabitedType, get_proper_type

from modelref.mypy import names
from modelref.mypy.adapter import (
    Given,
    Tried,
    accepting_anything,
    given_by,
    is_true,
    report,
    tried,
    union,
)
from modelref.mypy.codes import CALL
from modelref.mypy.fitting import holds
from modelref.mypy.spreading import spread
from modelref.mypy.tasks import function_of, knows_parameters, label_of
from modelref.mypy.verdict import judge
from modelref.mypy.widening import Find, Widening

_NUMBER: Final = re.compile(r"^Argument (\d+) ")
_KEYWORDS_OPTIONAL: Final = {ARG_NAMED: ARG_NAMED_OPT}
_MADE_OPTIONAL: Final = {ARG_POS: ARG_OPT, **_KEYWORDS_OPTIONAL}


def analyze_arguments(ctx: MethodSigContext, find: Find) -> FunctionLike:
    """Let any arguments through: :func:`analyze` judges them (``get_method_signature_hook``)."""
    known = knows_parameters(ctx.type)
    return accepting_anything(ctx.default_signature) if known else ctx.default_signature


def analyze(ctx: MethodContext, find: Find) -> Type:
    """Return the type of ``task.s(...)`` (``get_method_hook``)."""
    if not isinstance(ctx.context, CallExpr):
        return ctx.default_return_type
    return _judged(ctx, given_by(ctx.context), find)


def analyze_signature(ctx: MethodContext, find: Find) -> Type:
    """Return the type of ``task.signature(args, kwargs, ...)`` (``get_method_hook``)."""
    given = spread(ctx)
    if given is None:
        return ctx.default_return_type
    return _judged(ctx, given, find, immutable=_is_immutable(ctx))


def _judged(ctx: MethodContext, given: Given, find: Find, *, immutable: bool = False) -> Type:
    function = function_of(ctx.type, ctx.api, label_of(ctx.context))
    if function is None:
        return ctx.default_return_type
    partial = Partial(ctx, function, find, given)
    return partial.whole(given) if immutable else partial.signature(given)


class Partial:
    """A task, and the ways in which arguments may be left open.

    Args:
        ctx: the call of one of its methods.
        function: what the task is called like.
        find: finds a class.
        given: the arguments that are not left open.
    """

    def __init__(
        self, ctx: MethodContext, function: CallableType, find: Find, given: Given
    ) -> None:
        self._ctx = ctx
        self._find = find
        self._widening = Widening(ctx.api, find)
        self._function = self._widening.function(function, given)
        self._open = _positional(function)

    def whole(self, given: Given) -> Type:
        """Return the type of a signature that ignores what comes before it."""
        self._judge(self._function, given)
        anything = self._ctx.api.named_generic_type("builtins.object", [])
        return self._made(anything, self._tried(given, 0).result)

    def signature(self, given: Given) -> Type:
        """Return the type of the signature with these arguments; report what is wrong."""
        start, takes = self._find(names.START), list[Type]()
        as_it_is = None if self._lacks(given) else self._result(given, 0)
        if as_it_is is not None and start is not None:
            takes.append(Instance(start, []))
        with_one = None if self._fills(given) else self._result(given, 1)
        if with_one is not None:
            takes.append(self._open[0])
        gives = as_it_is or with_one
        return self._with_more(given) if gives is None else self._made(union(takes), gives)

    def _lacks(self, given: Given) -> bool:
        """Whether arguments are missing, which can be told without looking at types."""
        needed = self._function.arg_kinds.count(ARG_POS)
        return given.is_positional and len(given.exprs) < needed

    def _fills(self, given: Given) -> bool:
        """Whether there is no place for one more argument in front."""
        endless = ARG_STAR in self._function.arg_kinds
        full = given.is_positional and not endless and len(given.exprs) >= len(self._open)
        return full or not self._open

    def _with_more(self, given: Given) -> Type:
        """Judge a call with more than one argument open, or one that is wrong."""
        for before in range(2, len(self._open) + 1):
            attempt = self._tried(given, before)
            if not attempt.errors:
                return self._made(UninhabitedType(), attempt.result)
        # Names may be given when the signature is sent: those of keywords, and of others beside
        # which something is given by name already.
        kinds = _MADE_OPTIONAL if any(given.names) else _KEYWORDS_OPTIONAL
        optional = _optional(self._function, kinds)
        relaxed = tried(self._ctx.api, optional, given, self._ctx.context)
        if not relaxed.errors:
            return self._made(UninhabitedType(), relaxed.result)
        self._report(given, optional)
        return self._ctx.default_return_type

    def _report(self, given: Given, optional: CallableType) -> None:
        """Report what is wrong, where the number of arguments allows, as if it were all."""
        anything = given.of_any_type(self._ctx.context)
        for before in range(len(self._open) + 1):
            if not self._tried(anything, before).errors:
                if before and self._misplaced(given):
                    return
                first = self._open[:before]
                self._judge(self._function, given.after(first, self._ctx.context), before)
                return
        self._judge(optional, given)

    def _misplaced(self, given: Given) -> bool:
        """Report arguments that would fit if what comes first did not go before them."""
        place, first = self._ctx.context, self._function.arg_names[0]
        optional = _optional(self._function, _MADE_OPTIONAL)
        if first is None or tried(self._ctx.api, optional, given, place).errors:
            return False
        open_for = f'"{label_of(place)}" leaves "{first}" open, and what comes first fills it'
        report(self._ctx.api, f"{open_for}: give the others by keyword", place, CALL)
        return True

    def _result(self, given: Given, before: int) -> Type | None:
        """Return the result of the call with some arguments in front, None if it does not hold."""
        arguments = given.after(self._open[:before], self._ctx.context)
        verdict = holds(self._ctx.api, self._function, arguments)
        if verdict is None:
            attempt = self._tried(given, before)
            return None if attempt.errors else attempt.result
        return self._function.ret_type if verdict else None

    def _tried(self, given: Given, before: int) -> Tried:
        """Try the call with some arguments from the step before it in front of its own."""
        place = self._ctx.context
        return tried(self._ctx.api, self._function, given.after(self._open[:before], place), place)

    def _judge(self, function: CallableType, given: Given, before: int = 0) -> None:
        def rewrite(message: str) -> str:
            return self._widening.as_written(_counted_from(before, message))

        judge(self._ctx.api, function, given, self._ctx.context, rewrite)

    def _made(self, takes: Type, gives: Type) -> Type:
        """Return a signature that takes one type and gives another."""
        default = get_proper_type(self._ctx.default_return_type)
        if not isinstance(default, Instance) or len(default.args) != 2:
            return default
        return default.copy_modified(args=[takes, gives])


def _positional(function: CallableType) -> list[Type]:
    """Return the types of the parameters that an argument in front may go to."""
    kinds = {ARG_POS, ARG_OPT, ARG_STAR}
    pairs = zip(function.arg_types, function.arg_kinds, strict=True)
    return [each for each, kind in pairs if kind in kinds]


def _optional(function: CallableType, made: Mapping[ArgKind, ArgKind]) -> CallableType:
    """Return a function that needs fewer arguments."""
    return function.copy_modified(arg_kinds=[made.get(each, each) for each in function.arg_kinds])


def _counted_from(before: int, message: str) -> str:
    """Return a message with the number of an argument as it is written, behind some others."""
    return _NUMBER.sub(lambda found: f"Argument {int(found[1]) - before} ", message)


def _is_immutable(ctx: MethodContext) -> bool:
    """Whether ``immutable=True`` stands in the call."""
    call = ctx.context
    if not isinstance(call, CallExpr) or "immutable" not in call.arg_names:
        return False
    return is_true(call.args[call.arg_names.index("immutable")])

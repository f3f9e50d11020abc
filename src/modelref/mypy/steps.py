"""A step of a canvas: what it takes, what it gives, and whether it fits behind another."""

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from mypy.nodes import CallExpr, Context, Expression, MemberExpr, OpExpr
from mypy.plugin import CheckerPluginInterface
from mypy.types import (
    AnyType,
    Instance,
    Type,
    UninhabitedType,
    UnionType,
    get_proper_type,
)

from modelref.mypy import names
from modelref.mypy.adapter import ANY, as_base, fits, report, shown, type_of, union
from modelref.mypy.codes import CHAIN
from modelref.mypy.tasks import function_of, label_of
from modelref.mypy.widening import Find, Widening, as_model

_NO_IDS = tuple(f"builtins.{each}" for each in ("bool", "bytes", "dict", "float", "int", "list"))
_MAKERS = (".s", ".si", ".signature", ".subtask")


class Step(NamedTuple):
    """A signature in a canvas: where it stands, what it takes and what it gives."""

    expr: Context
    takes: Type
    gives: Type

    @property
    def label(self) -> str:
        """The task's name as it is written, for messages."""
        return label_of_step(self.expr)


class Steps:
    """Finds out about signatures, and reports those that do not fit.

    Args:
        api: mypy's checker.
        find: finds a class.
    """

    def __init__(self, api: CheckerPluginInterface, find: Find) -> None:
        self._api = api
        self._find = find

    def step(self, expr: Expression, each: Type | None = None) -> Step:
        """Return what is known of a signature; report what is none.

        Args:
            expr: the signature.
            each: its type, where that is known.
        """
        found = type_of(expr, self._api) if each is None else each
        ours = as_base(found, names.SIGNATURE)
        if ours is not None and len(ours.args) == 2:
            return Step(expr, *ours.args)
        theirs = as_base(found, names.CELERY_SIGNATURE)
        if theirs is None:
            self._refuse(expr, found)
        return Step(expr, ANY, theirs.args[0] if theirs is not None and theirs.args else ANY)

    def check(self, before: Step, after: Step) -> bool:
        """Whether a step takes what the one before it gives; report where it does not."""
        problem = self.problem(before.gives, after)
        if problem is not None:
            message = (
                f'The result of "{before.label}" is {shown(before.gives, self._api)}; {problem}'
            )
            report(self._api, message, after.expr, CHAIN)
        return problem is None

    def problem(self, gives: Type, after: Step) -> str | None:
        """Return what a step says to a result, None where it takes it."""
        takes = get_proper_type(after.takes)
        if isinstance(takes, UninhabitedType):
            return f'"{after.label}" lacks more than one argument'
        open_for = self.open_for(takes)
        if open_for is None:
            return f'"{after.label}" has all its arguments and takes no result: write .si(...)'
        if fits(gives, Widening(self._api, self._find).type(open_for)):
            return None
        return f'"{after.label}" takes {shown(open_for, self._api)}{self._place(after)}'

    def check_errback(self, errback: Step) -> None:
        """Report what takes nothing of what Celery calls it with when a task fails.

        That is the task's id, or, where more than one parameter is open, its request, the error
        and the traceback. Which it is, and whether a class fits a request, a type may not say.
        """
        open_for = self.open_for(errback.takes)
        if open_for is None:
            problem = "has all its arguments and takes no id of a task: write .si(...)"
        elif _is_no_id(open_for):
            wanted = f"{shown(open_for, self._api)}{self._place(errback)}"
            problem = f"is given the id of the task that fails, a text; it takes {wanted}"
        else:
            return
        report(self._api, f'"{errback.label}" {problem}', errback.expr, CHAIN)

    def follow(self, steps: Sequence[Step]) -> tuple[Type, Type]:
        """Return what a chain takes and gives; report the steps that do not fit."""
        for before, after in itertools.pairwise(steps):
            self.check(before, after)
        return (steps[0].takes, steps[-1].gives) if steps else (ANY, ANY)

    def beside(self, steps: Sequence[Step]) -> tuple[Type, Type]:
        """Return what a group takes, and what its members give."""
        if not steps:
            return ANY, ANY
        return self._taken_by_all([each.takes for each in steps]), union(
            [each.gives for each in steps]
        )

    def startable(self, takes: Type) -> bool:
        """Whether a signature has all its arguments."""
        start = self._find(names.START)
        return start is None or fits(Instance(start, []), takes)

    def open_for(self, takes: Type) -> Type | None:
        """Return what may come from the step before, None where nothing may."""
        proper = get_proper_type(takes)
        items = proper.items if isinstance(proper, UnionType) else [proper]
        rest = [each for each in items if not _is_start(each)]
        return union(rest) if rest else None

    def _taken_by_all(self, takes: list[Type]) -> Type:
        """Return what each of several signatures takes."""
        if any(isinstance(get_proper_type(each), AnyType) for each in takes):
            return ANY
        common: list[Type] = []
        start = self._find(names.START)
        if start is not None and all(map(self.startable, takes)):
            common.append(Instance(start, []))
        rests = [self.open_for(each) for each in takes]
        known = [each for each in rests if each is not None]
        if len(known) == len(rests):
            common += [each for each in known if all(fits(each, other) for other in known)][:1]
        return union(common) if common else UninhabitedType()

    def _refuse(self, expr: Expression, found: Type) -> None:
        """Report what is certainly no signature."""
        proper = get_proper_type(found)
        if as_base(proper, *names.TASKS) is not None:
            label = label_of_step(expr)
            problem = f'"{label}" is a task, not a call of one: write {label}.s(...)'
        elif as_base(proper, names.RESULT) is not None:
            problem = f'"{label_of_step(expr)}" has been sent: write .s(...)'
        elif isinstance(proper, AnyType) or _may_be_signature(proper):
            return
        else:
            problem = f"{shown(proper, self._api)} is no signature"
        report(self._api, problem, expr, CHAIN)

    def _place(self, step: Step) -> str:
        """Return the end of a message about the parameter that is open."""
        parameter = self._first_parameter(step.expr)
        return f' for "{parameter}"' if parameter else ""

    def _first_parameter(self, expr: Context) -> str | None:
        """Return the name of the parameter that gets the result, where it can be seen."""
        expr = _before_set(expr)
        if not isinstance(expr, CallExpr) or not isinstance(expr.callee, MemberExpr):
            return None
        task = type_of(expr.callee.expr, self._api)
        function = function_of(task, self._api, "")
        return next(iter(function.arg_names), None) if function is not None else None


def label_of_step(expr: Context) -> str:
    """Return the name of the task of a step; of several steps that of the last."""
    expr = _before_set(expr)
    if isinstance(expr, OpExpr):
        return label_of_step(expr.right)
    if isinstance(expr, MemberExpr) and isinstance(expr.expr, (CallExpr, OpExpr)):
        return label_of_step(expr.expr)
    label = label_of(expr) or "this step"
    for maker in _MAKERS:
        label = label.removesuffix(maker)
    return label


def _before_set(expr: Context) -> Context:
    """Return the signature on which ``.set(...)`` is called, where it is."""
    while (
        isinstance(expr, CallExpr)
        and isinstance(expr.callee, MemberExpr)
        and expr.callee.name == "set"
    ):
        expr = expr.callee.expr
    return expr


def _is_start(each: Type) -> bool:
    proper = get_proper_type(each)
    return isinstance(proper, Instance) and proper.type.fullname == names.START


def _is_no_id(each: Type) -> bool:
    """Whether it is a row, a number or a container: neither a text nor a request."""
    proper = get_proper_type(each)
    if not isinstance(proper, Instance) or proper.type.has_base("builtins.str"):
        return False
    return as_model(proper) or proper.type.fullname in _NO_IDS


def _may_be_signature(each: Type) -> bool:
    """Whether it may be a signature: a dict of one, a list of several, or something unknown."""
    if not isinstance(each, Instance) or each.type.fallback_to_any:
        return not isinstance(each, Instance) or each.type.fallback_to_any
    containers = ("typing.Mapping", "typing.Iterable")
    return each.type.fullname == "builtins.object" or any(map(each.type.has_base, containers))

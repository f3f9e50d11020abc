"""A call of a task with ``on_missing`` or ``load``: from its arguments to the end of its body."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from modelref.celery.arguments.parameters import Parameters, StagedCall
from modelref.celery.arguments.receiving import Receiving
from modelref.celery.rows.locking import aliases_of, blocks, lock
from modelref.celery.rows.missing import Missing, end_without
from modelref.contents import holds_refs
from modelref.errors import ReferenceNotFound

if TYPE_CHECKING:
    from modelref.celery.task import RefTask

Body = Callable[[list[Any], dict[str, Any]], Any]


class Execution(NamedTuple):
    """One call of a task, on its way into the body."""

    task: "RefTask"
    parameters: Parameters
    args: Sequence[Any]
    kwargs: Mapping[str, Any]
    #: How it came.
    way: Receiving


def execute(execution: Execution, body: Body) -> Any:
    """Run a body as the options of its task say, and return what it does.

    Args:
        execution: the call.
        body: is given what the arguments become.

    Raises:
        ReferenceNotFound: a row does not exist, and ``on_missing`` has no other answer.
        celery.exceptions.Retry, celery.exceptions.Ignore: see ``missing.end_without``.
        UnknownAlias, ArgumentMismatch, ...: as of ``Parameters.convert``.
    """
    task, parameters, args, kwargs, way = execution
    if task.on_missing != "raise":
        way.missing = Missing(task.on_missing)
    staged = parameters.stage(task.name, args, kwargs, way, task.load)
    with blocks(_aliases(execution, staged)):
        try:
            lock(way.locked())
            given, named = staged.finish(way)
        except ReferenceNotFound as error:
            if way.missing is None:
                raise
            gone = error
        else:
            if way.missing is not None:
                way.missing.report(task)
            return body(given, named)
    end_without(task, gone)
    return None


def _aliases(execution: Execution, staged: StagedCall) -> set[str]:
    """Return the aliases on which the body runs in a transaction."""
    locking = {name: load for name, load in execution.task.load.items() if load.for_update}
    if not locking:
        return set()
    holding = {slot.name for slot, value in staged.values() if holds_refs(value)}
    slots = execution.parameters.slots
    empty = [(slots[name].shape, load) for name, load in locking.items() if name not in holding]
    return aliases_of(execution.way.locked(), empty)

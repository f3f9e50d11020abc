"""What a skipped task cuts off: the rest of its chain and its callbacks, finished without a run.

Whoever waits for one of them would wait for ever, and so would a chord with one of them in its
header. Each is stored as done with None, which also counts it where it is a member of a chord.
Celery does the same for what a failure cuts off (``Backend._fail_chain``, 5.5 to 5.7).
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from celery.app.task import Context

if TYPE_CHECKING:
    from modelref.celery.task import RefTask

#: The kinds of signatures that have no message of their own.
_MADE_OF = ("chain", "chord", "group")

_KEPT = ("group_index", "parent_id", "reply_to", "root_id")


def cut_off(task: "RefTask") -> None:
    """End the chain and the callbacks of the running call here; all that they would run is done."""
    request = task.request
    # The next step of a chain stands last. With task protocol 1 the chain is in the callbacks.
    for signature in [*reversed(request.chain or ()), *(request.callbacks or ())]:
        _finish(task, signature, counts=True)
    request.chain = request.callbacks = None


def _finish(task: "RefTask", signature: Mapping[str, Any], *, counts: bool) -> None:
    """Store that a signature, and all that it leads to, is done.

    Args:
        task: the running task.
        signature: a signature, or the plain dict of one.
        counts: whether members of a chord count; those of one that is cut off itself do not.
    """
    options = signature.get("options") or {}
    if signature.get("subtask_type") not in _MADE_OF:
        _finish_task(task, signature, counts=counts)
    else:
        parts = signature["kwargs"]
        for part in _listed(parts.get("header")):
            _finish(task, part, counts=False)
        for part in (*_listed(parts.get("tasks")), *_listed(parts.get("body"))):
            _finish(task, part, counts=counts)
    for later in (*_listed(options.get("chain")), *_listed(options.get("link"))):
        _finish(task, later, counts=counts)


def _finish_task(task: "RefTask", signature: Mapping[str, Any], *, counts: bool) -> None:
    name, options = signature["task"], signature.get("options") or {}
    identifier = options.get("task_id")
    if identifier is None:  # nobody has a handle to it
        return
    ignored = options.get("ignore_result")
    if ignored is None:
        ignored = getattr(task.app.tasks.get(name), "ignore_result", False)
    request = Context(
        {key: options[key] for key in _KEPT if key in options},
        id=identifier,
        task=name,
        group=options.get("group_id"),
        chord=options.get("chord") if counts else None,
    )
    task.backend.mark_as_done(identifier, None, request=request, store_result=not ignored)


def _listed(value: Any) -> Iterable[Any]:
    """Return the signatures in an option: one, a list of them, or a group that is a list."""
    if value is None:
        return ()
    return (value,) if isinstance(value, Mapping) else value

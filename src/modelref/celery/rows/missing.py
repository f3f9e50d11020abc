"""``on_missing``: what becomes of the rows of a call that do not exist, before its body starts.

Only rows of the call's own arguments count: a body that meets a row that has gone gets the error.
"""

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from celery.exceptions import Ignore
from celery.utils.time import get_exponential_backoff_interval

from modelref.celery.rows.cutting import cut_off
from modelref.errors import ReferenceNotFound
from modelref.messages import is_signature
from modelref.refs import Ref, group_of

if TYPE_CHECKING:
    from modelref.celery.task import RefTask

logger = logging.getLogger("modelref.celery")

#: What ``on_missing`` can be.
POLICIES = ("raise", "skip", "retry", "none")

_MOST_ROWS_IN_LOG = 20


class Missing:
    """What the binding of one call does about rows that do not exist, and which those were.

    Args:
        policy: ``skip``, ``retry`` or ``none``.
    """

    def __init__(self, policy: str) -> None:
        #: Whether containers leave out members that stand for a missing row.
        self.drops = policy == "skip"
        #: Whether None takes the place of a missing row, where the annotation allows it.
        self.gives_none = policy == "none"
        self._met: dict[str, None] = {}

    def meet(self, error: ReferenceNotFound) -> None:
        """Remember a row that something else has taken the place of."""
        self._met[str(error.identity)] = None

    def settle(self, value: Any, *, takes_none: bool) -> Any:
        """Read the rows of a value whose annotation names no model.

        Args:
            value: what arrived, in containers of its own.
            takes_none: whether None may take the place of a row.

        Raises:
            ReferenceNotFound: a row does not exist, and nothing can take its place.
        """
        kind = type(value)
        if kind in (list, tuple, set, frozenset):
            return kind(self._members(value, takes_none=takes_none))
        if kind is dict and not is_signature(value):
            members = self._members(value.items(), takes_none=takes_none, settle=self._item)
            return dict(members)
        if not isinstance(value, Ref):
            return value
        try:
            group_of(value).load(value)
        except ReferenceNotFound as error:
            if not self.gives_none or not takes_none:
                raise
            self.meet(error)
            return None
        return value

    def _members(
        self,
        members: Iterable[Any],
        *,
        takes_none: bool,
        settle: Callable[..., Any] | None = None,
    ) -> list[Any]:
        settled = []
        for member in members:
            try:
                settled.append((settle or self.settle)(member, takes_none=takes_none))
            except ReferenceNotFound as error:
                if not self.drops:
                    raise
                self.meet(error)
        return settled

    def _item(self, item: tuple[Any, Any], *, takes_none: bool) -> tuple[Any, Any]:
        key, value = item
        return key, self.settle(value, takes_none=takes_none)

    def report(self, task: "RefTask") -> None:
        """Log the rows that something else has taken the place of."""
        if not self._met:
            return
        rows, further = [*self._met][:_MOST_ROWS_IN_LOG], len(self._met) - _MOST_ROWS_IN_LOG
        logger.warning(
            "%s runs %s rows that do not exist: %s%s",
            _named(task),
            "without" if self.drops else "with None for",
            ", ".join(rows),
            f" and {further} more" if further > 0 else "",
        )


def end_without(task: "RefTask", error: ReferenceNotFound) -> None:
    """End a call whose body cannot run since a row does not exist, as ``on_missing`` says.

    Raises:
        ReferenceNotFound: the task fails.
        celery.exceptions.Retry: it is sent again.
        celery.exceptions.Ignore: it is skipped, in eager mode.
    """
    if task.on_missing == "skip":
        _skip(task, error)
    elif task.on_missing == "retry" and not task.request.called_directly:
        _retry(task, error)
    else:
        raise error


def _skip(task: "RefTask", error: ReferenceNotFound) -> None:
    logger.warning("%s is skipped: %s does not exist", _named(task), error.identity)
    if task.request.called_directly:  # an item of a map: the other items are none of its affair
        return
    if task.request.is_eager:  # nothing else stops an eager chain, which is a loop
        raise Ignore
    cut_off(task)


def _retry(task: "RefTask", error: ReferenceNotFound) -> None:
    """Send the call again by the settings that ``autoretry_for`` goes by (celery.app.autoretry)."""
    options = dict(getattr(task, "retry_kwargs", {}))
    backoff = float(getattr(task, "retry_backoff", False))
    if backoff:
        options["countdown"] = get_exponential_backoff_interval(
            factor=int(max(1.0, backoff)),
            retries=task.request.retries,
            maximum=int(getattr(task, "retry_backoff_max", 600)),
            full_jitter=getattr(task, "retry_jitter", True),
        )
    try:
        raise task.retry(exc=error, **options)
    finally:
        # What ``max_retries=`` leaves on the task would hold for its other calls as well.
        vars(task).pop("override_max_retries", None)


def _named(task: "RefTask") -> str:
    return f"Task {task.name}[{task.request.id}]"

"""What Django says where async code may not wait for a query, and what to do instead."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

    from django.db.models import Model

TO_RESOLVE = "A reference to {label} loads on first access: use `await aresolve(ref)` before it."
TO_SEND = "A queryset is read when it is sent: send `[{name} async for {name} in queryset]`."


class HintForAsyncCode:
    """Adds to Django's ``SynchronousOnlyOperation`` what to do instead.

    Args:
        hint: a sentence, with the places ``label`` and ``name``.
        model: the model whose rows are read.
    """

    def __init__(self, hint: str, model: "type[Model]") -> None:
        self._hint = hint
        self._model = model

    def __enter__(self) -> None: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: "TracebackType | None",
    ) -> None:
        if error is None:
            return
        from django.core.exceptions import SynchronousOnlyOperation  # here: for an error alone

        if isinstance(error, SynchronousOnlyOperation):
            meta = self._model._meta
            hint = self._hint.format(label=meta.label_lower, name=meta.model_name)
            raise SynchronousOnlyOperation(f"{error} {hint}") from error

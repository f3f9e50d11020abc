"""``TypedTask``, for type checkers: how a task is called, and how its signatures are made."""

from typing import TYPE_CHECKING, Any, Generic

from typing_extensions import ParamSpec

from modelref.celery.types.declared import CeleryTask
from modelref.celery.types.results import R_co

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Concatenate, Never, TypeVar, overload

    from typing_extensions import override

    from modelref.celery.types.bodies import Wrapped
    from modelref.celery.types.signatures import Signature

    A = TypeVar("A")
    B = TypeVar("B")
    C = TypeVar("C")
    R = TypeVar("R")
    Rest = ParamSpec("Rest")

P = ParamSpec("P", default=...)


class TypedTask(CeleryTask, Generic[P, R_co]):
    """A Celery task that knows the parameters and the result of its body."""

    abstract = True

    if TYPE_CHECKING:  # at run time Celery's own: another __call__ takes the tracer round task.run

        @override
        def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co:
            """Call the body here and now; nothing is checked, references arrive as annotated."""
            ...

        @property
        def __wrapped__(self) -> Wrapped[R_co]:
            """The body, as it is called without the task."""
            ...

        # Any: what has all its arguments starts a chain, and may take a result where a default is.
        @overload
        def s(self, *args: P.args, **kwargs: P.kwargs) -> Signature[Any, R_co]: ...
        @overload
        def s(
            self: Callable[Concatenate[A, Rest], R], *args: Rest.args, **kwargs: Rest.kwargs
        ) -> Signature[A, R]: ...
        @overload
        def s(
            self: Callable[Concatenate[A, B, Rest], R], *args: Rest.args, **kwargs: Rest.kwargs
        ) -> Signature[Never, R]: ...
        @overload  # an errback: the request, the error and its traceback are open
        def s(
            self: Callable[Concatenate[A, B, C, Rest], R], *args: Rest.args, **kwargs: Rest.kwargs
        ) -> Signature[Never, R]: ...
        @override
        def s(self, *args: Any, **kwargs: Any) -> Any:
            """Make a signature; the first arguments may be left to the step before it."""
            ...

        @override
        def si(self, *args: P.args, **kwargs: P.kwargs) -> Signature[object, R_co]:
            """Make a signature that ignores what the step before it gives."""
            ...

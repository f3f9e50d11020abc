"""``Signature`` with types: a call that is not made yet; at run time Celery's own class.

A ``Signature[In, R]`` takes what a step before it hands over, ``In``, and gives an ``R``. ``In`` is
contravariant, so that a chain is checked by ordinary subtyping:

- ``Signature[Start, int]`` has all its arguments and takes no result,
- ``Signature[str, None]`` lacks one argument, a ``str``,
- ``Signature[Start | int, int]`` may start a chain, and may take an ``int``,
- ``Signature[object, int]`` is immutable: it ignores what the step before it gives,
- ``Signature[Never, int]`` lacks more than one argument.
"""

from typing import TYPE_CHECKING, Any, Generic

from typing_extensions import TypeVar

In = TypeVar("In", contravariant=True, default=Any)  # noqa: PLC0105 - the name says it
R_co = TypeVar("R_co", covariant=True, default=Any)
R = TypeVar("R", default=Any)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Never, Self, overload

    from typing_extensions import Unpack, override

    from modelref.celery.types.canvas import chain
    from modelref.celery.types.declared import CelerySignature
    from modelref.celery.types.options import CallOptions, LocalOptions
    from modelref.celery.types.results import AsyncResult

    X = TypeVar("X")

    class Start:
        """Nothing: what the first step of a chain takes."""

    class Signature(CelerySignature, Generic[In, R_co]):
        """A call that is not made yet."""

        task: str
        args: tuple[Any, ...]
        kwargs: dict[str, Any]
        options: dict[str, Any]
        subtask_type: str | None
        immutable: bool
        id: str | None

        @property
        @override
        def name(self) -> str:
            """The name of the task."""
            ...

        @property
        @override
        def type(self) -> Any:
            """The task."""
            ...

        @property
        @override
        def app(self) -> Any:
            """The app of the task."""
            ...

        @override
        def __call__(self, *partial_args: Any, **partial_kwargs: Any) -> Any:
            """Call the task here and now."""
            ...

        @overload
        def delay(self: "Signature[Start, X]", /) -> AsyncResult[X]: ...
        @overload
        def delay(self, before: In, /, **partial_kwargs: Any) -> AsyncResult[R_co]: ...
        @overload
        def delay(
            self, before: Any, second: Any, /, *partial_args: Any, **partial_kwargs: Any
        ) -> AsyncResult[R_co]: ...
        @override
        def delay(self, /, *partial_args: Any, **partial_kwargs: Any) -> AsyncResult[Any]:
            """Send the call, with these arguments before its own."""
            ...

        @override
        def apply_async(  # type: ignore[override, unused-ignore]  # it takes known options only
            self,
            args: "Sequence[Any] | None" = None,
            kwargs: "Mapping[str, Any] | None" = None,
            **options: Unpack[CallOptions[R_co]],
        ) -> AsyncResult[R_co]:
            """Send the call, with these arguments before its own."""
            ...

        @override
        def apply(  # type: ignore[override, unused-ignore]  # the same
            self,
            args: "Sequence[Any] | None" = None,
            kwargs: "Mapping[str, Any] | None" = None,
            **options: Unpack[LocalOptions[R_co]],
        ) -> AsyncResult[R_co]:
            """Run the call here as a worker would."""
            ...

        @override
        def clone(
            self,
            args: "Sequence[Any] | None" = None,
            kwargs: "Mapping[str, Any] | None" = None,
            **opts: Any,
        ) -> "Signature[Any, R_co]":
            """Return a copy with more arguments and options."""
            ...

        @override
        def replace(
            self,
            args: "Sequence[Any] | None" = None,
            kwargs: "Mapping[str, Any] | None" = None,
            options: "Mapping[str, Any] | None" = None,
        ) -> "Signature[Any, R_co]":
            """Return a copy with other arguments or options."""
            ...

        @override
        def freeze(self, _id: str | None = None, *args: Any, **kwargs: Any) -> AsyncResult[R_co]:
            """Fix the id of the call; return its result."""
            ...

        @override
        def set(self, immutable: bool | None = None, **options: Any) -> Self:
            """Set options; return the signature itself."""
            ...

        @override
        def set_immutable(self, immutable: bool) -> None:
            """Say whether it ignores what the step before it gives."""
            ...

        @override
        def link(self, callback: "Signature[R_co, X]") -> Any:
            """Add a signature that gets the result."""
            ...

        @override
        def link_error(self, errback: Any) -> Any:
            """Add a signature that gets the request, and the error."""
            ...

        @override
        def on_error(self, errback: Any) -> Self:
            """Add a signature that gets the request, and the error; return the signature itself."""
            ...

        @override
        def stamp(self, visitor: Any = None, append_stamps: bool = False, **headers: Any) -> Any:
            """Put headers on this call and those inside it."""
            ...

        @override
        def __or__(self, other: "Signature[R_co, X]") -> "chain[In, X]":  # type: ignore[override, unused-ignore]
            """Let another signature follow, which gets the result."""
            ...

        # Without it a dict would take what a signature refuses.
        @override
        def __ror__(self, other: Never, /) -> Never:  # type: ignore[override, unused-ignore]
            ...

else:
    from celery.canvas import Signature

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
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import ClassVar, Never, Self, overload

    from celery import Celery
    from typing_extensions import Unpack, override

    from modelref.celery.types import stock
    from modelref.celery.types.canvas import chain
    from modelref.celery.types.options import CallOptions, Errback, LocalOptions
    from modelref.celery.types.results import AsyncResult as Result

    X = TypeVar("X")

    class Start:
        """Nothing: what the first step of a chain takes."""

    # A dict in so many words: it is one for mypy where Celery has no types, too.
    class Signature(stock.Signature, dict[str, Any], Generic[In, R_co]):
        """A call that is not made yet."""

        TYPES: ClassVar[dict[str, Any]]
        task: str
        args: tuple[Any, ...]
        kwargs: dict[str, Any]
        options: dict[str, Any]
        subtask_type: str | None
        immutable: bool
        id: str | None
        parent_id: str | None
        root_id: str | None

        @override
        def __init__(
            self,
            task: Any = None,
            args: "Sequence[Any] | None" = None,
            kwargs: "Mapping[str, Any] | None" = None,
            options: "Mapping[str, Any] | None" = None,
            type: Any = None,
            subtask_type: str | None = None,
            immutable: bool = False,
            app: Celery | None = None,
            **ex: Any,
        ) -> None: ...

        @classmethod
        @override
        def from_dict(
            cls, d: Mapping[str, Any], app: Celery | None = None
        ) -> "Signature[Any, Any]":
            """Make a signature of a dict that says the same."""
            ...

        @classmethod
        @override
        def register_type(cls, name: str | None = None) -> Callable[[X], X]:
            """Decorate a class that ``from_dict`` is to make."""
            ...

        @override
        def items(self) -> Iterator[tuple[str, Any]]:  # type: ignore[override]  # as Celery has it
            """Yield what it has as a dict."""
            ...

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
        def app(self) -> Celery:
            """The app of the task."""
            ...

        @override
        def AsyncResult(self, task_id: str, **kwargs: Any) -> Result[R_co]:
            """Return the result of an earlier call."""
            ...

        @override
        def __call__(self, *partial_args: Any, **partial_kwargs: Any) -> Any:
            """Call the task here and now."""
            ...

        @overload
        def delay(self: "Signature[Start, X]", /) -> Result[X]: ...
        @overload
        def delay(self, before: In, /, **partial_kwargs: Any) -> Result[R_co]: ...
        @overload
        def delay(
            self, before: Any, second: Any, /, *partial_args: Any, **partial_kwargs: Any
        ) -> Result[R_co]: ...
        @override
        def delay(self, /, *partial_args: Any, **partial_kwargs: Any) -> Result[Any]:
            """Send the call, with these arguments before its own."""
            ...

        @override
        def apply_async(  # type: ignore[override, unused-ignore]  # it takes known options only
            self,
            args: "Sequence[Any] | None" = None,
            kwargs: "Mapping[str, Any] | None" = None,
            **options: Unpack[CallOptions[R_co]],
        ) -> Result[R_co]:
            """Send the call, with these arguments before its own."""
            ...

        @override
        def apply(  # type: ignore[override, unused-ignore]  # the same
            self,
            args: "Sequence[Any] | None" = None,
            kwargs: "Mapping[str, Any] | None" = None,
            **options: Unpack[LocalOptions[R_co]],
        ) -> Result[R_co]:
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

        partial = clone

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
        def freeze(self, _id: str | None = None, *args: Any, **kwargs: Any) -> Result[R_co]:
            """Fix the id of the call; return its result."""
            ...

        @override
        def set(  # type: ignore[override, unused-ignore]  # the same
            self, immutable: bool | None = None, **options: Unpack[CallOptions[R_co]]
        ) -> Self:
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
        def link_error(self, errback: Errback) -> Any:
            """Add a signature that gets the request, and the error."""
            ...

        @override
        def on_error(self, errback: Errback) -> Self:
            """Add a signature that gets the request, and the error; return the signature itself."""
            ...

        @override
        def append_to_list_option(self, key: str, value: X) -> X:
            """Add to an option that is a list, if it is not in it; return what was added."""
            ...

        @override
        def extend_list_option(self, key: str, value: Any) -> None:
            """Add one or more to an option that is a list."""
            ...

        @override
        def flatten_links(self) -> "list[Signature[Any, Any]]":
            """Return the signature and those that get its result, and theirs."""
            ...

        @override
        def reprcall(self, *args: Any, **kwargs: Any) -> str:
            """Show the call as it is written."""
            ...

        @override
        def election(self) -> Result[R_co]:
            """Let the workers choose one of them to make the call."""
            ...

        @override
        def stamp(self, visitor: Any = None, append_stamps: bool = False, **headers: Any) -> Any:
            """Put headers on this call and those inside it."""
            ...

        @override
        def stamp_links(self, visitor: Any, append_stamps: bool = False, **headers: Any) -> None:
            """Put headers on the calls that get the result, or the error."""
            ...

        @override
        def __invert__(self) -> R_co:
            """Send the call, and wait for its result."""
            ...

        @override
        def __or__(self, other: "Signature[R_co, X]") -> "chain[In, X]":  # type: ignore[override, unused-ignore]
            """Let another signature follow, which gets the result."""
            ...

        @override
        def __ior__(self, other: "Signature[R_co, X]") -> "chain[In, X]":  # type: ignore[override, unused-ignore]
            """The same; what it is given to is another signature then."""
            ...

        # Without it a dict would take what a signature refuses.
        @override
        def __ror__(self, other: Never, /) -> Never:  # type: ignore[override, unused-ignore]
            ...

else:
    from celery.canvas import Signature

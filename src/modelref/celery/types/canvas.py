"""``chain``, ``group`` and ``chord`` with types; at run time Celery's own.

Each is a :class:`~modelref.celery.types.signatures.Signature` of what its first steps take and
its last one gives.
"""

from typing import TYPE_CHECKING, Any, Generic

from celery.canvas import chain as celery_chain
from celery.canvas import chord as celery_chord
from celery.canvas import group as celery_group

from modelref.celery.types.signatures import In, R, R_co, Signature

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Self, overload

    from celery import Celery
    from typing_extensions import TypeVar, Unpack, override

    from modelref.celery.types.groups import GroupResult
    from modelref.celery.types.options import CallOptions, LocalOptions
    from modelref.celery.types.results import AsyncResult

    A = TypeVar("A")
    B = TypeVar("B")
    C = TypeVar("C")
    D = TypeVar("D")
    E = TypeVar("E")
    H = TypeVar("H", default=Any)
    I = TypeVar("I")  # noqa: E741 - what comes in
    X = TypeVar("X")

    class chain(Signature[In, R_co]):  # noqa: N801 - Celery's name
        """Calls one after the other, each with the result of the one before it."""

        tasks: list[Signature[Any, Any]]

        @overload
        def __init__(self: "chain[I, A]", a: Signature[I, A], /, **options: Any) -> None: ...
        @overload
        def __init__(
            self: "chain[I, B]", a: Signature[I, A], b: Signature[A, B], /, **options: Any
        ) -> None: ...
        @overload
        def __init__(
            self: "chain[I, C]",
            a: Signature[I, A],
            b: Signature[A, B],
            c: Signature[B, C],
            /,
            **options: Any,
        ) -> None: ...
        @overload
        def __init__(
            self: "chain[I, D]",
            a: Signature[I, A],
            b: Signature[A, B],
            c: Signature[B, C],
            d: Signature[C, D],
            /,
            **options: Any,
        ) -> None: ...
        @overload
        def __init__(
            self: "chain[I, E]",
            a: Signature[I, A],
            b: Signature[A, B],
            c: Signature[B, C],
            d: Signature[C, D],
            e: Signature[D, E],
            /,
            **options: Any,
        ) -> None: ...
        @overload
        def __init__(
            self: "chain[I, Any]",
            a: Signature[I, Any],
            b: Signature[Any, Any],
            c: Signature[Any, Any],
            d: Signature[Any, Any],
            e: Signature[Any, Any],
            f: Signature[Any, Any],
            /,
            *rest: Signature[Any, Any],
            **options: Any,
        ) -> None: ...
        @overload
        def __init__(self, tasks: "Iterable[Signature[Any, Any]]", /, **options: Any) -> None: ...
        def __init__(self: Any, /, *tasks: Any, **options: Any) -> None: ...

        @override
        def __call__(self, *partial_args: Any, **partial_kwargs: Any) -> AsyncResult[R_co]:
            """Send the calls."""
            ...

        def run(
            self,
            args: "Sequence[Any] | None" = None,
            kwargs: "Mapping[str, Any] | None" = None,
            **options: Any,
        ) -> AsyncResult[R_co]:
            """Send the calls, even where tasks run at once."""
            ...

        def unchain_tasks(self) -> list[Signature[Any, Any]]:
            """Return copies of the calls, with the links of the chain."""
            ...

        def prepare_steps(
            self, args: Any, kwargs: Any, tasks: Any, *rest: Any, **options: Any
        ) -> tuple[list[Signature[Any, Any]], list[AsyncResult[Any]]]:
            """Return the calls, the last one first, and their results."""
            ...

    class group(Signature[In, list[R]], Generic[In, R]):  # noqa: N801 - Celery's name
        """Calls side by side; the result is the list of theirs."""

        tasks: list[Signature[Any, Any]]

        @overload
        def __init__(self: "group[I, A]", a: Signature[I, A], /, **options: Any) -> None: ...
        @overload
        def __init__(
            self: "group[I, A | B]", a: Signature[I, A], b: Signature[I, B], /, **options: Any
        ) -> None: ...
        @overload
        def __init__(
            self: "group[I, A | B | C]",
            a: Signature[I, A],
            b: Signature[I, B],
            c: Signature[I, C],
            /,
            **options: Any,
        ) -> None: ...
        @overload
        def __init__(
            self: "group[I, Any]",
            a: Signature[I, Any],
            b: Signature[I, Any],
            c: Signature[I, Any],
            d: Signature[I, Any],
            /,
            *rest: Signature[I, Any],
            **options: Any,
        ) -> None: ...
        @overload
        def __init__(
            self: "group[I, A]", tasks: "Iterable[Signature[I, A]]", /, **options: Any
        ) -> None: ...
        def __init__(self: Any, /, *tasks: Any, **options: Any) -> None: ...

        @override
        def __call__(self, *partial_args: Any, **options: Any) -> GroupResult[R]:
            """Send the calls."""
            ...

        @override
        def delay(  # type: ignore[override]  # a group's result is none of the others
            self, *partial_args: Any, **partial_kwargs: Any
        ) -> GroupResult[R]:
            """Send the calls, with these arguments before their own."""
            ...

        @override
        def apply_async(  # type: ignore[override]  # see above
            self,
            args: "Sequence[Any] | None" = None,
            kwargs: "Mapping[str, Any] | None" = None,
            **options: Unpack[CallOptions[Any]],
        ) -> GroupResult[R]:
            """Send the calls, with these arguments before their own."""
            ...

        @override
        def apply(  # type: ignore[override]  # see above
            self,
            args: "Sequence[Any] | None" = None,
            kwargs: "Mapping[str, Any] | None" = None,
            **options: Unpack[LocalOptions[Any]],
        ) -> GroupResult[R]:
            """Run the calls here as workers would."""
            ...

        def skew(self, start: float = 1.0, stop: float | None = None, step: float = 1.0) -> Self:
            """Give each call a countdown of its own."""
            ...

    class chord(Signature[In, R_co], Generic[In, R_co, H]):  # noqa: N801 - Celery's name
        """Calls side by side, the header, and one that gets the list of their results, the body."""

        tasks: list[Signature[Any, Any]]
        body: Signature[Any, R_co]

        @overload
        def __init__(
            self: "chord[I, X, A]",
            header: "group[I, A]",
            body: "Signature[list[A], X]",
            **options: Any,
        ) -> None: ...
        @overload
        def __init__(
            self: "chord[I, X, A]",
            header: "Iterable[Signature[I, A]]",
            body: "Signature[list[A], X]",
            **options: Any,
        ) -> None: ...
        @overload
        def __init__(self: "chord[I, Any, A]", header: "group[I, A]", **options: Any) -> None: ...
        @overload
        def __init__(
            self: "chord[I, Any, A]", header: "Iterable[Signature[I, A]]", **options: Any
        ) -> None: ...
        def __init__(self: Any, header: Any, body: Any = None, **options: Any) -> None: ...

        @overload
        def __call__(self, body: None = None, **options: Any) -> AsyncResult[R_co]: ...
        @overload
        def __call__(self, body: "Signature[list[H], X]", **options: Any) -> AsyncResult[X]: ...
        @override
        def __call__(self, body: Any = None, **options: Any) -> AsyncResult[Any]:
            """Send the header, and this body for its results."""
            ...

        def run(
            self, header: Any, body: Any, partial_args: "Sequence[Any]", *rest: Any, **options: Any
        ) -> AsyncResult[Any]:
            """Send a header, and a body for its results."""
            ...

    class chunks(Signature[object, list[list[R]]], Generic[R]):  # noqa: N801 - Celery's name
        """Calls of a task with many arguments, cut into messages."""

        def __init__(self, task: Any, it: "Iterable[Any]", n: int, **options: Any) -> None: ...

        @classmethod
        def apply_chunks(
            cls, task: Any, it: "Iterable[Any]", n: int, app: Celery | None = None
        ) -> GroupResult[Any]:
            """Send calls of a task in messages of so many."""
            ...

        @override
        def __call__(self, **options: Any) -> GroupResult[list[R]]:
            """Send the messages."""
            ...

        @override
        def apply_async(  # type: ignore[override]  # what is sent is a group
            self,
            args: "Sequence[Any] | None" = None,
            kwargs: "Mapping[str, Any] | None" = None,
            **options: Unpack[CallOptions[Any]],
        ) -> GroupResult[list[R]]:
            """Send the messages."""
            ...

        def group(self) -> "group[object, list[R]]":
            """Return the messages as a group."""
            ...

else:
    chain, group, chord = celery_chain, celery_group, celery_chord

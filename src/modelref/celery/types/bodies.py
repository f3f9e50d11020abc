"""Functions that tasks are made of, for type checkers."""

from typing import TYPE_CHECKING, Any, Protocol

from typing_extensions import ParamSpec, TypeVar

from modelref.celery.types.results import R_co

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CellType, CodeType

P = ParamSpec("P")
Self_contra = TypeVar("Self_contra", contravariant=True)


class WithSelf(Protocol[Self_contra, P, R_co]):
    """A function whose first parameter is called ``self``.

    ``Callable[Concatenate[Any, P], R]`` is this as well, but ``mypy --strict`` refuses a function
    with ``**kwargs`` there: for all it knows, these may hold another ``self``.
    """

    def __call__(_body, self: Self_contra, *args: P.args, **kwargs: P.kwargs) -> R_co:  # noqa: N805
        """Call the function."""
        ...


class Wrapped(Protocol[R_co]):
    """The body of a task: a function, or, for a bound task, a method of the task."""

    __name__: str
    __qualname__: str
    __module__: str
    __code__: "CodeType"
    __defaults__: tuple[Any, ...] | None
    __kwdefaults__: dict[str, Any]
    __globals__: dict[str, Any]
    __closure__: "tuple[CellType, ...] | None"
    __annotations__: dict[str, Any]

    @property
    def __func__(self) -> "Callable[..., R_co]":
        """The function itself, of a bound task; a body that is not bound has none."""
        ...

    def __call__(self, *args: Any, **kwargs: Any) -> R_co:
        """Call the body; that of a bound task has the task itself already."""
        ...

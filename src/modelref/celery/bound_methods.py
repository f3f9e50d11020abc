"""``BoundTaskMethod``: a method of one instance, and the ways to call its task."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, overload

from typing_extensions import ParamSpec, TypeVar

from modelref.celery.types.results import AsyncResult
from modelref.identity import one_line

if TYPE_CHECKING:
    from typing import Concatenate, Never

    from typing_extensions import Unpack

    from modelref.celery.methods import TaskMethod
    from modelref.celery.task import RefTask
    from modelref.celery.types.options import CallOptions, LocalOptions
    from modelref.celery.types.signatures import Signature

P = ParamSpec("P")
R = TypeVar("R")

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
X = TypeVar("X")
Rest = ParamSpec("Rest")

#: The keyword by which the instance travels.
SELF = "modelref_self"


class BoundTaskMethod(Generic[P, R]):
    """A method of one instance: calling it is a plain call, ``delay`` and its kin send the task.

    Args:
        method: the method in the class.
        instance: the instance, or a reference to its row; nothing here reads it.
    """

    __name__: str

    def __init__(self, method: "TaskMethod[Any, P, R]", instance: Any) -> None:
        # As on a method of Python, for signal receivers and weakref.WeakMethod.
        self.__func__ = method
        self.__self__ = instance
        self.__module__ = method.__module__
        self.__doc__ = method.__doc__

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the method here and now, as if it were no task."""
        return self.__wrapped__(*args, **kwargs)

    @property
    def __wrapped__(self) -> Callable[P, R]:
        """The plain method of the instance."""
        return self.__func__.bind(self.__self__)

    @property
    def task(self) -> "RefTask[..., R]":
        """The task of the method, which takes the instance as ``modelref_self``."""
        return self.__func__.task

    def delay(self, /, *args: P.args, **kwargs: P.kwargs) -> "AsyncResult[R]":
        """Send the task; see ``RefTask.delay``."""
        return self.task.delay(*args, **self._with_instance(kwargs))

    def apply_async(
        self,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        *rest: Any,
        **options: "Unpack[CallOptions[R]]",
    ) -> "AsyncResult[R]":
        """Send the task; see ``RefTask.apply_async``."""
        return self.task.apply_async(args, self._with_instance(kwargs), *rest, **options)

    def apply(
        self,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        *rest: Any,
        **options: "Unpack[LocalOptions[R]]",
    ) -> "AsyncResult[R]":
        """Run the task here as a worker would; see ``RefTask.apply``."""
        return self.task.apply(args, self._with_instance(kwargs), *rest, **options)

    def delay_on_commit(self, /, *args: P.args, **kwargs: P.kwargs) -> "AsyncResult[R]":
        """Send the task when the transaction commits; see ``RefTask.delay_on_commit``."""
        return self.task.delay_on_commit(*args, **self._with_instance(kwargs))

    def apply_async_on_commit(
        self,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        **options: "Unpack[CallOptions[R]]",
    ) -> "AsyncResult[R]":
        """Send the task when the transaction commits; see ``RefTask.apply_async_on_commit``."""
        return self.task.apply_async_on_commit(args, self._with_instance(kwargs), **options)

    @overload
    def s(self, /, *args: P.args, **kwargs: P.kwargs) -> "Signature[Any, R]": ...
    @overload
    def s(
        self: "Callable[Concatenate[A, Rest], X]", /, *args: Rest.args, **kwargs: Rest.kwargs
    ) -> "Signature[A, X]": ...
    @overload
    def s(
        self: "Callable[Concatenate[A, B, Rest], X]", /, *args: Rest.args, **kwargs: Rest.kwargs
    ) -> "Signature[Never, X]": ...
    @overload  # an errback: the request, the error and its traceback are open
    def s(
        self: "Callable[Concatenate[A, B, C, Rest], X]", /, *args: Rest.args, **kwargs: Rest.kwargs
    ) -> "Signature[Never, X]": ...
    def s(self, /, *args: Any, **kwargs: Any) -> Any:
        """Make a signature; in a chain the result of the step before comes first."""
        return self.task.signature(args, self._with_instance(kwargs))

    def si(self, /, *args: P.args, **kwargs: P.kwargs) -> "Signature[object, R]":
        """Make a signature that ignores what the step before it gives."""
        return self.task.signature(args, self._with_instance(kwargs), immutable=True)

    def signature(
        self,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        *rest: Any,
        **extra: Any,
    ) -> "Signature[Any, R]":
        """Make a signature; see ``RefTask.signature``."""
        return self.task.signature(args, self._with_instance(kwargs), *rest, **extra)

    subtask = signature

    def _with_instance(self, kwargs: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return the keyword arguments of the task: those of the method, and the instance."""
        if kwargs and SELF in kwargs:
            raise TypeError(
                f"{self.__func__.__name__}() got {SELF!r}, which is the instance that it is "
                f"called on."
            )
        return {**(kwargs or {}), SELF: self.__self__}

    if not TYPE_CHECKING:  # a checker would take every name for one that is there

        def __getattr__(self, name: str) -> Any:
            """Return what a function would have: its name, what was set on it."""
            known = vars(self.__func__)
            if name in known:
                return known[name]
            raise AttributeError(f"{self.__func__.__qualname__} of an instance has no {name!r}")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BoundTaskMethod):
            return NotImplemented
        return self.__func__ is other.__func__ and self.__self__ is other.__self__

    def __hash__(self) -> int:
        return hash((id(self.__func__), id(self.__self__)))

    def __reduce__(self) -> tuple[Any, ...]:
        return getattr, (self.__self__, self.__func__.__name__)

    def __repr__(self) -> str:
        label, pk = self.__self__._meta.label_lower, one_line(repr(self.__self__.pk))
        return f"<bound task_method {self.__func__.__qualname__} of {label} pk={pk}>"


OFFERED = frozenset(name for name in vars(BoundTaskMethod) if not name.startswith("_"))

"""``RefTask``, the task class: rows leave a call as references and arrive as annotated.

Arguments become references in ``apply_async``, ``apply`` and ``signature``, before anything else
in Celery looks at them, and become what the annotations ask for in ``run``, the one way into a
body that workers, retries, eager mode, ``map`` and calls by hand share.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeAlias

from celery import current_task
from kombu.exceptions import EncodeError
from typing_extensions import ParamSpec

from modelref.celery.arguments import Arguments
from modelref.celery.body import converting
from modelref.celery.declared import CeleryTask
from modelref.celery.results import AsyncResult, R_co
from modelref.celery.ways import (
    Passing,
    Refusing,
    RefusingPassing,
    Sending,
    SendingItems,
)
from modelref.codecs import carries_references
from modelref.codecs.json import NAME
from modelref.contents import holds_refs
from modelref.errors import ModelRefError

P = ParamSpec("P", default=...)


class RefTask(CeleryTask, Generic[P, R_co]):
    """A Celery task whose arguments may be model instances.

    Use it through :func:`modelref.celery.task`, as ``base=``, or for a whole project as
    ``Celery(task_cls="modelref.celery:RefTask")``.
    """

    abstract = True

    _modelref_arguments: Arguments | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        run = cls.__dict__.get("run")
        name = cls.__dict__.get("name") or ""
        if run is not None and not name.startswith("celery."):
            bound = not isinstance(run, staticmethod)
            function = run if bound else run.__func__
            cls._modelref_arguments = Arguments(function, bound=bound)
            cls.run = converting(  # type: ignore[method-assign]  # a body, converting what comes
                function, cls._modelref_arguments, bound=bound
            )

    if TYPE_CHECKING:  # at run time Celery's own: any other takes the tracer round task.run

        def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co:
            """Call the body here and now; nothing is checked, references arrive as annotated."""
            ...

    def delay(self, *args: P.args, **kwargs: P.kwargs) -> "AsyncResult[R_co]":
        """Call the task with these arguments.

        Raises:
            ArgumentMismatch: an argument does not fit the annotation of its parameter.
            UnsavedInstance: an instance among the arguments has no row.
            NotEncodable: an argument cannot travel.
        """
        if not current_task:
            return self.apply_async(args, kwargs)
        # Inside a task apply_async does not check, and delay does.
        return self.apply_async(*self._sent(args, kwargs, self._checked({})))

    def apply_async(
        self,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        *rest: Any,
        **options: Any,
    ) -> "AsyncResult[R_co]":
        """Call the task; the options are those of Celery's ``Task.apply_async``.

        While a task runs in this process, and for a re-send, arguments become references but
        are not checked: the receiving task does that, so that a mismatch is its own failure and
        not that of the task that sends.

        Raises:
            ArgumentMismatch: an argument does not fit the annotation of its parameter.
            UnsavedInstance: an instance among the arguments has no row.
            NotEncodable: an argument cannot travel.
        """
        if current_task or "retries" in options:
            args, kwargs = self._sent(args, kwargs, self._relayed(options))
            options = self._with_serializer_for_rows(args, kwargs, options)
        else:
            args, kwargs = self._sent(args, kwargs, self._checked(options))
        try:
            return super().apply_async(args, kwargs, *rest, **options)
        except EncodeError as error:
            if error.args and isinstance(error.args[0], ModelRefError):
                raise error.args[0] from None
            raise

    def apply(
        self,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        *rest: Any,
        **options: Any,
    ) -> "AsyncResult[R_co]":
        """Run the task here as a worker would; the options are those of Celery's ``apply``.

        Raises:
            ArgumentMismatch: an argument does not fit the annotation of its parameter.
            UnsavedInstance: an instance among the arguments has no row.
        """
        relayed = current_task and self.app.conf.task_always_eager
        way = Passing() if relayed or "retries" in options else Sending()
        return super().apply(*self._sent(args, kwargs, way), *rest, **options)

    def signature(
        self,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
        *rest: Any,
        **extra: Any,
    ) -> Any:
        """Make a signature; the references in it are fixed now.

        An immutable one is held against the annotations as a call is, any other as far as can
        be known: the result of the step before it in a chain comes before its positional
        arguments.

        Raises:
            ArgumentMismatch: an argument does not fit the annotation of its parameter.
            UnsavedInstance: an instance among the arguments has no row.
        """
        if options is not None and "retries" in options:
            args, kwargs = self._sent(args, kwargs, Passing())
        elif extra.get("immutable"):
            args, kwargs = self._sent(args, kwargs, self._checked(options or {}))
        elif self._modelref_arguments is not None:
            convert, way = self._modelref_arguments.convert_partial, self._checked(options or {})
            placed, kwargs = convert(self.name, args or (), kwargs or {}, way)
            args = tuple(placed)
        return super().signature(args, kwargs, options, *rest, **extra)

    subtask = signature

    def map(self, it: Iterable[Any]) -> Any:
        """Make a signature that calls the task with each item, one after the other."""
        way = self._checked({}, SendingItems)
        return super().map([self._sent((item,), None, way)[0][0] for item in it])

    def starmap(self, it: Iterable[Sequence[Any]]) -> Any:
        """Make a signature that calls the task with each item as its positional arguments."""
        way = self._checked({}, SendingItems)
        return super().starmap([self._sent(tuple(item), None, way)[0] for item in it])

    def chunks(self, it: Iterable[Sequence[Any]], n: int) -> Any:
        """Make a signature like that of :meth:`starmap`, cut into messages of ``n`` items."""
        way = self._checked({}, SendingItems)
        return super().chunks([self._sent(tuple(item), None, way)[0] for item in it], n)

    def delay_on_commit(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Call :meth:`delay` when the transaction commits; the references are fixed now."""
        args, kwargs = self._sent(args, kwargs, self._checked({}))
        super().delay_on_commit(*args, **kwargs)

    def apply_async_on_commit(
        self,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        """Call :meth:`apply_async` when the transaction commits; the references are fixed now."""
        args, kwargs = self._sent(args, kwargs, self._checked(options))
        super().apply_async_on_commit(args, kwargs, **options)

    def unread_annotations(self) -> dict[str, Sequence[str]]:
        """Return by parameter what in its annotation could not be read."""
        arguments = self._modelref_arguments
        slots = {} if arguments is None else arguments.slots
        return {name: slot.problems for name, slot in slots.items() if slot.problems}

    def _sent(self, args: Any, kwargs: Any, way: Sending) -> tuple[Any, Any]:
        """Return the arguments of a call with references in the place of rows.

        What is no sequence or no mapping is left for Celery to refuse.
        """
        if self._modelref_arguments is None:
            return args, kwargs
        if not isinstance(args or (), (list, tuple)) or not isinstance(kwargs or {}, Mapping):
            return args, kwargs
        placed, named = self._modelref_arguments.convert(self.name, args or (), kwargs or {}, way)
        return placed if isinstance(args, list) else tuple(placed), named

    def _checked(self, options: Mapping[str, Any], way: type[Sending] = Sending) -> Sending:
        """Return the way out of a call that is held against the annotations."""
        serializer = self._serializer(options)
        return way() if carries_references(serializer) else Refusing(serializer)

    def _relayed(self, options: Mapping[str, Any]) -> Sending:
        """Return the way out of a call that the receiving task will check."""
        serializer = self._serializer(options)
        return Passing() if carries_references(serializer) else RefusingPassing(serializer)

    def _with_serializer_for_rows(
        self, args: Any, kwargs: Any, options: dict[str, Any]
    ) -> dict[str, Any]:
        """Return the options of a relayed call, whose references have come by our serializer.

        Where an app accepts references and does not send them yet, those that came in go out
        again: in a retry, and in the next steps of a chain.
        """
        if carries_references(self._serializer(options)) or "modelref" not in vars(self.app):
            return options
        came_in = holds_refs([args, kwargs, options])
        return options | {"serializer": NAME} if came_in else options

    def _serializer(self, options: Mapping[str, Any]) -> str:
        chosen = options.get("serializer") or self.serializer or self.app.conf.task_serializer
        return str(chosen)


Task: TypeAlias = RefTask[P, R_co]

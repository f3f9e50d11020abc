"""``RefTask``, the task class: rows leave a call as references and arrive as annotated.

Arguments become references in ``apply_async``, ``apply`` and ``signature``, before anything else
in Celery looks at them, and become what the annotations ask for in ``run``, the one way into a
body that workers, retries, eager mode, ``map`` and calls by hand share.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeAlias

from celery import current_task
from typing_extensions import override

from modelref.celery.arguments.parameters import Parameters
from modelref.celery.arguments.ways import (
    Passing,
    Publishing,
    Refusing,
    RefusingPassing,
    Relaying,
    Sending,
    SendingItems,
)
from modelref.celery.body import converting
from modelref.celery.calls.handles import handle_of
from modelref.celery.calls.maps import chunks_of, map_of
from modelref.celery.calls.sending import Call, add_member, by_name
from modelref.celery.defining import refuse_wrong_options
from modelref.celery.telling import refer_in
from modelref.celery.types.results import AsyncResult as Result
from modelref.celery.types.results import R_co
from modelref.celery.types.typed import P, TypedTask
from modelref.codecs import carries_references
from modelref.codecs.json import NAME
from modelref.contents import holds_refs

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from modelref.celery.rows.loads import Load
    from modelref.celery.types.canvas import chunks
    from modelref.celery.types.options import CallOptions, LocalOptions
    from modelref.celery.types.signatures import Signature


class RefTask(TypedTask[P, R_co], Generic[P, R_co]):
    """A Celery task whose arguments may be model instances.

    Use it through :func:`modelref.celery.task`, as ``base=``, or for a whole project as
    ``Celery(task_cls="modelref.celery:RefTask")``.
    """

    abstract = True

    #: What a row that does not exist does: ``raise``, ``skip``, ``retry`` or ``none``.
    on_missing: str = "raise"
    #: Whether calls wait for the transaction; None leaves it to ``MODELREF["ON_COMMIT"]``.
    on_commit: bool | None = None
    #: How the rows of a parameter are read, by its name.
    load: "Mapping[str, Load]" = MappingProxyType({})
    #: What a worker keeps of a call: the class, or where it is.
    Request: "str | type" = "modelref.celery.request:Request"

    _modelref_parameters: Parameters | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        run = cls.__dict__.get("run")
        name = cls.__dict__.get("name") or ""
        if run is not None and not name.startswith("celery."):
            bound = not isinstance(run, staticmethod)
            function = run if bound else run.__func__
            cls._modelref_parameters = Parameters(function, bound=bound)
            cls.run = converting(  # type: ignore[method-assign]  # a body, converting what comes
                function, cls._modelref_parameters, bound=bound
            )
        refuse_wrong_options(
            name or f"{cls.__module__}.{cls.__qualname__}",
            on_missing=cls.on_missing,
            on_commit=cls.on_commit,
            load=cls.load,
            parameters=cls._modelref_parameters,
        )

    def delay(self, *args: P.args, **kwargs: P.kwargs) -> "Result[R_co]":
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

    def apply_async(  # type: ignore[override]  # it takes known options only
        self,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        *rest: Any,
        **options: "Unpack[CallOptions[R_co]]",
    ) -> "Result[R_co]":
        """Call the task; the options are those of Celery's ``Task.apply_async``.

        ``on_commit`` among them is for this call what the option of the task is for all.

        While a task runs in this process, and for a re-send, arguments become references but
        are not checked: the receiving task does that, so that a mismatch is its own failure and
        not that of the task that sends.

        Raises:
            ArgumentMismatch: an argument does not fit the annotation of its parameter.
            UnsavedInstance: an instance among the arguments has no row.
            NotEncodable: an argument cannot travel.
        """
        named = by_name(rest, options)
        if current_task or "retries" in named:
            args, kwargs = self._sent(args, kwargs, self._relayed(named))
            named = self._with_serializer_for_rows(args, kwargs, named)
        else:
            args, kwargs = self._sent(args, kwargs, self._checked(named, Publishing))
        result: Result[R_co] = Call(self, super().apply_async, args, kwargs, named).send()
        return result

    def apply(  # type: ignore[override]  # the same
        self,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        *rest: Any,
        **options: "Unpack[LocalOptions[R_co]]",
    ) -> "Result[R_co]":
        """Run the task here as a worker would; the options are those of Celery's ``apply``.

        Raises:
            ArgumentMismatch: an argument does not fit the annotation of its parameter.
            UnsavedInstance: an instance among the arguments has no row.
        """
        relayed = current_task and self.app.conf.task_always_eager
        way = Passing() if relayed or "retries" in options else Sending()
        return super().apply(*self._sent(args, kwargs, way), *rest, **options)

    if not TYPE_CHECKING:  # its type is Celery's own

        def retry(self, args=None, kwargs=None, exc=None, *rest, **options):
            """Send the call again; rows in ``exc`` become references, for Celery tells of it."""
            if exc is not None and not self.request.called_directly:
                refer_in(exc)
            return super().retry(args, kwargs, exc, *rest, **options)

    def signature(
        self,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
        *rest: Any,
        **extra: Any,
    ) -> "Signature[Any, R_co]":
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
        elif self._modelref_parameters is not None:
            convert, way = self._modelref_parameters.convert_partial, self._checked(options or {})
            placed, kwargs = convert(self.name, args or (), kwargs or {}, way)
            args = tuple(placed)
        made: Signature[Any, R_co] = super().signature(args, kwargs, options, *rest, **extra)
        return made

    subtask = signature

    def map(self, it: Iterable[Any]) -> "Signature[object, list[R_co]]":
        """Make a signature that calls the task with each item, one after the other."""
        way = self._checked({}, SendingItems)
        items = [self._sent((item,), None, way)[0][0] for item in it]
        made: Signature[object, list[R_co]] = map_of(self, super().map(items))
        return made

    def starmap(self, it: Iterable[Sequence[Any]]) -> "Signature[object, list[R_co]]":
        """Make a signature that calls the task with each item as its positional arguments."""
        way = self._checked({}, SendingItems)
        items = [self._sent(tuple(item), None, way)[0] for item in it]
        made: Signature[object, list[R_co]] = map_of(self, super().starmap(items))
        return made

    def chunks(self, it: Iterable[Sequence[Any]], n: int) -> "chunks[R_co]":
        """Make a signature like that of :meth:`starmap`, cut into messages of ``n`` items."""
        way = self._checked({}, SendingItems)
        items = [self._sent(tuple(item), None, way)[0] for item in it]
        made: chunks[R_co] = chunks_of(self, super().chunks(items, n))
        return made

    def delay_on_commit(self, *args: P.args, **kwargs: P.kwargs) -> "Result[R_co]":
        """Call the task when the transaction commits, at once where none is open.

        The arguments are checked and the references fixed now; for errors see :meth:`delay`.

        Returns:
            the result of the call, whose ``get`` raises ``NotPublished`` until it has been sent.
        """
        args, kwargs = self._sent(args, kwargs, self._checked({}))
        return self.apply_async(args, kwargs, on_commit=True)

    def apply_async_on_commit(
        self,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        **options: "Unpack[CallOptions[R_co]]",
    ) -> "Result[R_co]":
        """Do what :meth:`delay_on_commit` does, with the options of :meth:`apply_async`."""
        args, kwargs = self._sent(args, kwargs, self._checked(options))
        options["on_commit"] = True
        return self.apply_async(args, kwargs, **options)

    @override
    def add_to_chord(self, sig: Any, lazy: bool = False) -> Any:
        """Add a signature to the chord that the task is a member of, when it is sent."""
        add = super().add_to_chord
        return add(sig, lazy) if lazy or not self.request.chord else add_member(add, sig)

    def AsyncResult(self, task_id: str, **kwargs: Any) -> "Result[R_co]":  # noqa: N802 - Celery's
        """Return the result of an earlier call."""
        result: Result[R_co] = handle_of(self, task_id, **kwargs)
        return result

    def unread_annotations(self) -> dict[str, Sequence[str]]:
        """Return by parameter what in its annotation could not be read."""
        parameters = self._modelref_parameters
        slots = {} if parameters is None else parameters.slots
        return {name: slot.problems for name, slot in slots.items() if slot.problems}

    def _sent(self, args: Any, kwargs: Any, way: Sending) -> tuple[Any, Any]:
        """Return the arguments of a call with references in the place of rows.

        What is no sequence or no mapping is left for Celery to refuse.
        """
        if self._modelref_parameters is None:
            return args, kwargs
        if not isinstance(args or (), (list, tuple)):
            return args, kwargs
        if not isinstance(kwargs or {}, (dict, Mapping)):  # a dict is found sooner than a Mapping
            return args, kwargs
        placed, named = self._modelref_parameters.convert(self.name, args or (), kwargs or {}, way)
        return placed if isinstance(args, list) else tuple(placed), named

    def _checked(self, options: Mapping[str, Any], way: type[Sending] = Sending) -> Sending:
        """Return the way out of a call that is held against the annotations."""
        serializer = self._serializer(options)
        return way() if carries_references(serializer) else Refusing(serializer)

    def _relayed(self, options: Mapping[str, Any]) -> Sending:
        """Return the way out of a call that the receiving task will check."""
        serializer = self._serializer(options)
        return Relaying() if carries_references(serializer) else RefusingPassing(serializer)

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

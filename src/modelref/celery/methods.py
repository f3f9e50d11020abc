"""``task_method``: methods of models as tasks, whose instance is one more argument.

The instance travels by keyword, under a name of its own: a result that a chain puts before the
positional arguments does not push it aside, and no parameter of the method clashes with it. In
all else the task of a method is a task like any other.
"""

import inspect
from collections.abc import Callable, Mapping
from functools import partial, update_wrapper, wraps
from typing import TYPE_CHECKING, Any, Concatenate, Generic, Literal, NoReturn, Protocol, overload

from celery import Celery
from typing_extensions import ParamSpec, TypeVar, Unpack

from modelref.celery.bound_methods import OFFERED, SELF, BoundTaskMethod
from modelref.celery.decorator import task
from modelref.celery.defining import near
from modelref.celery.method_tasks import method_task
from modelref.celery.task import RefTask
from modelref.celery.types.bodies import WithSelf
from modelref.celery.types.options import TaskOptions
from modelref.instances import is_model_class

P = ParamSpec("P")
R = TypeVar("R")
# Covariant, so that a subclass may override a method, whose instance then is one of its own.
S_co = TypeVar("S_co", covariant=True)

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_VARIADIC = [inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD]


class TaskMethod(Generic[S_co, P, R]):
    """A method that is a task too: what ``@task_method`` puts into a model.

    On an instance it gives a :class:`BoundTaskMethod`, on the class itself.

    Args:
        function: the body, whose first parameter is the instance.
        app: the app to register the task with; None shares it with all.
        options: those of the task.

    Raises:
        TypeError: this is no function with such a parameter.
        ValueError: ``load`` names no parameter.
    """

    #: That a reference gives this without its row; see modelref.pending.
    modelref_binds_without_row = True

    __name__: str
    __qualname__: str

    def __init__(
        self,
        function: Callable[Concatenate[S_co, P], R],
        app: Celery | None,
        options: Mapping[str, Any],
    ) -> None:
        _refuse_other_than_functions(function)
        update_wrapper(self, function)
        self._function: Any = function
        self._first, self._parameters = _parameters_of(function)
        self._app = app
        self._options = dict(options)
        if "load" in options:
            self._options["load"] = self._load(options["load"])
        self._owner: type | None = None
        self._task: RefTask[..., R] | None = None
        # A decorator above this one would hide it from the class. functools.wraps copies this
        # entry to what that decorator makes, where Django calls it while it makes the class.
        vars(self)["contribute_to_class"] = self._refuse_decorator

    @property
    def contribute_to_class(self) -> NoReturn:
        """Not there, so that Django leaves the method where it stands in the class."""
        raise AttributeError("contribute_to_class")

    def __set_name__(self, owner: type, name: str) -> None:
        if self._owner is not None:
            self._refuse_other_owner(owner, name)
            return
        if not is_model_class(owner):
            raise TypeError(
                f"{owner.__qualname__}.{name}: @task_method is for methods of models. Derive a "
                f"mixin from models.Model, with abstract = True in its Meta."
            )
        del vars(self)["contribute_to_class"]
        self._owner = owner
        self.__name__, self.__module__ = name, owner.__module__
        self.__qualname__ = f"{owner.__qualname__}.{name}"
        self._task = self._make_task(owner)

    @overload
    def __get__(self, instance: None, owner: Any = None) -> "TaskMethod[S_co, P, R]": ...
    @overload
    def __get__(self, instance: object, owner: Any = None) -> BoundTaskMethod[P, R]: ...
    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else BoundTaskMethod(self, instance)

    def __call__(
        self,
        instance: S_co,  # type: ignore[misc]  # pyright: ignore[reportGeneralTypeIssues]  # a self
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Call the method of an instance here and now, as if it were no task."""
        return self.bind(instance)(*args, **kwargs)

    @property
    def task(self) -> "RefTask[..., R]":
        """The task, which takes the instance as ``modelref_self``."""
        if self._task is None:
            self._refuse_decorator()
        return self._task

    def bind(self, instance: object) -> Callable[P, R]:
        """Return the plain method of an instance."""
        if self._task is None:
            self._refuse_decorator()
        plain: Callable[P, R] = self._function.__get__(instance, type(instance))
        return plain

    def __repr__(self) -> str:
        return f"<task_method {self.__module__}.{self.__qualname__}>"

    if not TYPE_CHECKING:  # a checker knows that the name is not there

        def __getattr__(self, name: str) -> NoReturn:
            hint = f": call it on an instance, instance.{self.__name__}.{name}(...)"
            raise AttributeError(
                f"{self.__qualname__} has no {name!r}{hint if name in OFFERED else ''}"
            )

    def __reduce__(self) -> str:
        return self.__qualname__

    def _make_task(self, owner: type) -> "RefTask[..., R]":
        base = method_task(self._options.get("base") or RefTask)
        name = self._options.get("name") or f"{self.__module__}.{self.__qualname__}"
        options: dict[str, Any] = {**self._options, "name": name, "base": base}
        made: RefTask[..., R] = task(app=self._app, **options)(self._body(owner))
        return made

    def _load(self, load: Any) -> Any:
        """Return the option ``load`` with the instance under the name that it travels by."""
        if not isinstance(load, Mapping):
            return load  # refused as for any task
        names = [self._first, *(parameter.name for parameter in self._parameters)]
        for name in load:
            if name not in names:
                raise ValueError(
                    f"{self.__qualname__}: load names {name!r}, which is no parameter; the "
                    f"method takes {', '.join(names)}.{near(name, names)}"
                )
        return {SELF if name == self._first else name: how for name, how in load.items()}

    def _body(self, owner: type) -> Callable[..., R]:
        """Return the function that Celery gets, whose instance is one more argument."""

        @wraps(self._function)
        def body(*args: Any, **kwargs: Any) -> R:
            return self.bind(kwargs.pop(SELF))(*args, **kwargs)

        body.__name__, body.__qualname__ = self.__name__, self.__qualname__
        body.__module__ = self.__module__
        made: Any = body
        made.__signature__ = _with_instance(self._parameters, owner)
        made.modelref_names = partial(_names_for_annotations, owner)
        return body

    def _refuse_other_owner(self, owner: type, name: str) -> None:
        """Raise, unless this is another name for the method in its class or below."""
        if self._owner is None or not issubclass(owner, self._owner):
            raise TypeError(
                f"{owner.__qualname__}.{name} is the method of another class already, "
                f"{self.__qualname__}. Put it into an abstract base of both."
            )

    def _refuse_decorator(self, *_: Any) -> NoReturn:
        raise TypeError(
            f"@task_method is to be the outermost decorator of {self.__qualname__}: write it "
            f"above the others."
        )


class TaskMethodDecorator(Protocol):
    """What ``@task_method(...)`` decorates a method with."""

    @overload
    def __call__(self, function: WithSelf[S_co, P, R], /) -> TaskMethod[S_co, P, R]: ...
    @overload
    def __call__(
        self, function: Callable[Concatenate[S_co, P], R], /
    ) -> TaskMethod[S_co, P, R]: ...
    def __call__(self, function: Any, /) -> Any:
        """Return what goes into the class."""
        ...


@overload
def task_method(function: WithSelf[S_co, P, R], /) -> TaskMethod[S_co, P, R]: ...
@overload
def task_method(function: Callable[Concatenate[S_co, P], R], /) -> TaskMethod[S_co, P, R]: ...
@overload
def task_method(
    *, app: Celery | None = None, bind: Literal[False] = False, **options: Unpack[TaskOptions]
) -> TaskMethodDecorator: ...
def task_method(
    function: Callable[..., Any] | None = None, /, *, app: Celery | None = None, **options: Any
) -> Any:
    """Make a method of a model a task; the instance travels as a reference.

    ``order.ship(parcel)`` is a plain call, ``order.ship.delay(parcel)`` sends the task, whose
    ``self`` is the instance, read when the task runs. ``s``, ``si``, ``apply_async`` and their
    kin are there too. It is the outermost decorator of its method.

    Args:
        function: the method; its first parameter is the instance.
        app: the app to register the task with; by default it is shared by all.
        options: those of :func:`modelref.celery.task`, without ``bind``. ``name`` is by default
            made of the module, the class and the method. In ``load`` the instance goes by the
            name of the first parameter.

    Raises:
        TypeError: it is no method of an instance; or, when the class is made, of no model.
        ValueError: an option has a value that means nothing.
    """
    if options.pop("bind", False):
        raise TypeError(
            "task_method takes no bind: self is the instance. The task that runs is "
            "celery.current_task."
        )
    if function is None:
        return lambda given: TaskMethod(given, app, options)
    return TaskMethod(function, app, options)


def _refuse_other_than_functions(function: Any) -> None:
    kind = type(function)
    if (
        isinstance(function, (type, staticmethod, TaskMethod))
        or not callable(function)
        or not hasattr(kind, "__get__")
        or not hasattr(function, "__name__")
    ):
        raise TypeError(
            f"@task_method takes a function whose first parameter is the instance, not a "
            f"{kind.__name__}."
        )


def _parameters_of(function: Callable[..., Any]) -> tuple[str, list[inspect.Parameter]]:
    """Return the name of a method's first parameter, and the parameters after it.

    They are those of the function itself, below decorators that take whatever they are given.
    """
    named = inspect.unwrap(function, stop=lambda each: not _takes_anything(each))
    parameters = _own_parameters(named)
    if not parameters or parameters[0].kind not in (*_POSITIONAL, _VARIADIC[0]):
        raise TypeError(f"{function.__qualname__}: a task_method takes the instance first.")
    if SELF in (parameter.name for parameter in parameters):
        raise TypeError(f"{function.__qualname__}: {SELF!r} is how the instance travels.")
    first = parameters[0]
    return first.name, parameters[1:] if first.kind in _POSITIONAL else parameters


def _takes_anything(function: Callable[..., Any]) -> bool:
    """Whether a function has just ``*args`` and ``**kwargs``, perhaps after its first parameter."""
    kinds = [parameter.kind for parameter in _own_parameters(function)]
    if kinds and kinds[0] in _POSITIONAL:
        del kinds[0]
    return kinds == _VARIADIC


def _own_parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    return list(inspect.signature(function, follow_wrapped=False).parameters.values())


def _with_instance(parameters: list[inspect.Parameter], owner: type) -> inspect.Signature:
    """Return the signature that Celery sees: what comes after ``self``, and the instance."""
    instance = inspect.Parameter(SELF, inspect.Parameter.KEYWORD_ONLY, annotation=owner)
    rest = [each for each in parameters if each.kind is inspect.Parameter.VAR_KEYWORD]
    return inspect.Signature([*parameters[: len(parameters) - len(rest)], instance, *rest])


def _names_for_annotations(owner: type) -> dict[str, Any]:
    """Return what annotations may name beside the module's names: a class, the classes in it."""
    inner = {name: value for name, value in vars(owner).items() if isinstance(value, type)}
    return {owner.__name__: owner, **inner}

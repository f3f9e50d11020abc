"""What a task may take and give, by its serializer; and the options of `@task`."""

import logging
import re
import threading
import weakref
from collections.abc import (
    Callable,
    Generator,
    Iterable,
    Iterator,
    KeysView,
    Mapping,
    Sequence,
    ValuesView,
)
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import IO, Annotated, Any, Literal, TypeVar, reveal_type
from uuid import UUID

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from modelref import ModelRef
from modelref.celery import Load, RefTask, task
from tests.shop.models import Customer, Order
from tests.typing._values import (
    Called,
    Colour,
    Held,
    Level,
    Money,
    Movie,
    Pair,
    Pickling,
    Point,
    Quick,
    Size,
    Sized,
)

T = TypeVar("T")


# fmt: off
@task
def unfit_one(
    #: A parameter that the serializer cannot carry
    request: HttpRequest,  # plugin E: "HttpRequest" cannot travel as modelref-json: use plain values of it
    done: Callable[[], None],  # plugin E: "Callable[[], None]" cannot travel as modelref-json: use its name
    file: IO[str],  # plugin E: "IO[str]" cannot travel as modelref-json: use its name
    numbers: Generator[int],  # plugin E: cannot travel as modelref-json: use a list
    manager: models.Manager[Order],  # plugin E: cannot travel as modelref-json: use a list
    lock: threading.Event,  # plugin E: "Event" cannot travel
    response: HttpResponse | None,  # plugin E: "HttpResponse" cannot travel
    each: list[Callable[[], None]],  # plugin E: "Callable[[], None]" cannot travel
    by_name: Mapping[str, HttpRequest],  # plugin E: "HttpRequest" cannot travel
    point: Point,  # plugin E: "Point" cannot travel as modelref-json: use plain values of it or serializer="modelref-pickle", or name it in "carried"
    colour: Colour,  # plugin E: "Colour" cannot travel as modelref-json: use its value
    unique: set[int],  # plugin E: "set[int]" cannot travel as modelref-json: use a list, or serializer="modelref-pickle"
    frozen: frozenset[str] = frozenset(),  # plugin E: "frozenset[str]" cannot travel
    span: timedelta = timedelta(1),  # plugin E: "timedelta" cannot travel
    kind: type[Order] = Order,  # plugin E: "type[Order]" cannot travel as modelref-json: use its name
    by_day: dict[date, int] = {},  # plugin E: "dict[date, int]" cannot travel as modelref-json: its keys are "date", use text
    by_pair: dict[tuple[int, int], str] = {},  # plugin E: "dict[tuple[int, int], str]" cannot travel
    held: Held | None = None,  # plugin E: "Event" cannot travel
    *rest: HttpRequest,  # plugin E: "HttpRequest" cannot travel
    **named: threading.Event,  # plugin E: "Event" cannot travel
) -> None: ...


@task
def unfit_too(
    error: Exception,  # plugin E: "Exception" cannot travel as modelref-json: use plain values of it
    call: Called,  # plugin E: "Called" cannot travel as modelref-json: use its name
    names: KeysView[str],  # plugin E: "KeysView[str]" cannot travel as modelref-json: use a list
    view: memoryview,  # plugin E: cannot travel as modelref-json: use plain values of it
) -> None: ...


@task
def fit(
    #: A parameter that the serializer carries
    day: date, at: datetime, hour: time, key: UUID, price: Decimal, size: Size, level: Level,
    movie: Movie, number: int | None, text: str, data: bytes, yes: bool, ratio: float,
    order: Order, ref: ModelRef[Order], orders: list[ModelRef[Order]],
    unique: set[Order], pair: Pair, literal: Literal["a", 1], noted: Annotated[int, "pieces"],
    sized: Sized, money: Money, anything: Any, something: object, base: models.Model,
    either: Order | Customer, deep: dict[str, list[tuple[int, ModelRef[Order]]]],
    many: Iterable[Order], several: Sequence[int], *rest: int, **named: str,
) -> None: ...


@task
def told_of_errors(request: Any, error: Exception, traceback: Any) -> None: ...


@task
def wants_querysets(
    #: A parameter that wants a `QuerySet`, of which the rows arrive
    rows: QuerySet[Order],  # plugin E: A QuerySet arrives as a list of its rows: annotate "list[Order]" or "Iterable[Order]"
    some: QuerySet[Order] | None = None,  # plugin E: A QuerySet arrives as a list
    named: list[Order] | None = None,
) -> None: ...


#: A result that the serializer cannot carry
@task
def gives_error() -> Exception:  # plugin E: The result "Exception" cannot travel
    return ValueError()


@task
def gives_iterator() -> Iterator[int]:  # plugin E: The result "Iterator[int]" cannot travel as modelref-json
    return iter([1])


@task
def gives_response() -> list[HttpResponse]:  # plugin E: The result "HttpResponse" cannot travel as modelref-json
    return []


@task
async def gives_coroutine() -> int:  # plugin E: Celery runs no coroutines: start this one in a task, by async_to_sync
    return 1


@task
def gives_function() -> Callable[[int], int]:  # plugin E: The result "Callable[[int], int]" cannot travel
    return abs


@task(ignore_result=True)
def gives_nothing_back() -> Iterator[int]:
    return iter([1])


@task
def gives_rows() -> list[Order]:
    return []


#: What another serializer carries
@task(serializer="modelref-pickle")
def pickled(unique: set[int], span: timedelta, point: Point) -> None: ...


@task(serializer="modelref-pickle")
def pickled_wrongly(
    lock: threading.Event,  # plugin E: "Event" cannot travel as modelref-pickle
    pool: ThreadPoolExecutor,  # plugin E: "ThreadPoolExecutor" cannot travel as modelref-pickle
    variable: ContextVar[int],  # plugin E: "ContextVar[int]" cannot travel as modelref-pickle
    handler: logging.Handler,  # plugin E: "Handler" cannot travel as modelref-pickle
    found: re.Match[str],  # plugin E: "Match[str]" cannot travel as modelref-pickle
    proxy: MappingProxyType[str, int],  # plugin E: "MappingProxyType[str, int]" cannot travel
    weak: weakref.ref[Point],  # plugin E: "ReferenceType[Point]" cannot travel as modelref-pickle
    database: BaseDatabaseWrapper,  # plugin E: "BaseDatabaseWrapper" cannot travel
    values: ValuesView[int],  # plugin E: "ValuesView[int]" cannot travel as modelref-pickle: use a list
    pattern: re.Pattern[str],
) -> None: ...


@task(base=Pickling)
def pickled_by_its_base(unique: set[int]) -> set[int]:
    return unique


@task(base=Quick)
def not_pickled_by_its_base(unique: set[int]) -> None: ...  # plugin E: "set[int]" cannot travel as modelref-json


@task(serializer="json")
def plain(number: int, order: ModelRef[Order]) -> None: ...  # plugin E: "Order" cannot travel as json: use the primary key, or serializer="modelref-json"


@task(serializer="modelref-yaml")
def yaml(unique: set[int], by_day: dict[date, int], request: HttpRequest) -> None: ...  # plugin E: "HttpRequest" cannot travel as modelref-yaml


@task(serializer="of-our-own")
def unknown(request: HttpRequest) -> None: ...


@task(bind=True)
def bound(self: RefTask, request: HttpRequest) -> None: ...  # plugin E: "HttpRequest" cannot travel


#: `bind=True` on a function without `self`
@task(bind=True)
def lacks_self(order: Order) -> None: ...  # plugin E: bind=True gives the task first, and "order" is "Order": put self there


@task(bind=True)
def lacks_self_too(order: ModelRef[Order], count: int) -> None: ...  # plugin E: put self there


@task(bind=True)
def lacks_self_as_well(name: str, count: int) -> None: ...  # plugin E: bind=True gives the task first, and "name" is "str": put self there


@task(bind=True)
def has_other_self(self: Movie, count: int) -> None: ...  # plugin E: and "self" is "Movie": annotate RefTask


@task(bind=True, base=Quick)
def has_own_self(self: Quick, count: int) -> None: ...


@task(bind=True)
def has_some_self(self: Sized | None, count: int) -> None: ...


@task(bind=True)  # alone E: "BoundTaskDecorator"  # pyright E: "__call__"
def lacks_all(*, count: int) -> None: ...  # plugin E: bind=True gives the task first, and "lacks_all" takes nothing there: put self there


@task(bind=True)  # alone E: "BoundTaskDecorator"  # pyright E: "__call__"
def lacks_all_too(**more: int) -> None: ...  # plugin E: "lacks_all_too" takes nothing there


@task(bind=True)
def has_self(self, order: Order) -> None: ...  # type: ignore[no-untyped-def]


#: `bind=True` on a function with `**kwargs`
@task(bind=True)
def takes_more(self: RefTask, number: int, **more: str) -> int:
    reveal_type(takes_more.delay(1, note="n").get())  # R: int
    takes_more.delay("1")  # E: "int"
    takes_more.s(1).delay(note=3)  # plugin E: "int"; expected "str"  # alone,pyright E: "delay"
    return number


@task(bind=True)
def takes_anything(self: Any, *args: Any, **kwargs: Any) -> int:
    return takes_anything.delay(1, "2", three=3).get()


@task(bind=True)
def takes_any_type(self: Any, value: T, **more: Any) -> T:
    return value


@task(bind=True)
def takes_lock(self: Any, lock: threading.Event, **more: Any) -> None: ...  # plugin E: "Event" cannot travel


@task(bind=True)  # alone E: "BoundTaskDecorator" has incompatible type
def calls_it_task(task: RefTask, number: int, **more: str) -> None: ...


@task(bind=True)  # alone E: "BoundTaskDecorator"  # pyright E: "() -> None"  # pyright E: "__call__"
def has_none() -> None: ...  # plugin E: bind=True gives the task first, and "has_none" takes nothing there


#: `@task` on a class
@task
class Packing:  # plugin E: A task is made of a function, and "Packing" is a class: derive it from RefTask
    """Is no function."""


@task(max_retries=3)
class Shipping:  # plugin E: "Shipping" is a class
    """Is no function."""


made_of_a_class = task(Point)  # plugin E: "Point" is a class
made_of_a_method = task(Money().__json__)


#: Unknown and wrong options of `@task`
@task(on_missing="skip", on_commit=True, max_retries=3, load={"order": Load()})
def known_options(order: Order) -> None: ...


@task(on_missing="skipp")  # plugin E: Argument "on_missing" to "task" has incompatible type "Literal['skipp']"  # alone E: "task"  # alone E: Untyped decorator  # pyright E: "on_missing"
def wrong_policy(order: Order) -> None: ...


@task(seralizer="x")  # plugin E: Unexpected keyword argument "seralizer" for "task"; did you mean "serializer"?  # alone E: "seralizer"  # alone E: Untyped decorator  # pyright E: "task"
def wrong_option(order: Order) -> None: ...


@task(max_retries="three")  # plugin E: Argument "max_retries" to "task" has incompatible type "str"; expected "int | None"  # alone E: "task"  # alone E: Untyped decorator  # pyright E: "max_retries"
def wrong_type(order: Order) -> None: ...


@task(load={"order": 3})  # E: "Load"
def wrong_load(order: Order) -> None: ...

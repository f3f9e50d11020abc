"""Code that says little, or is broken: no checker fails on it, and none is wrong about it."""

import functools
from collections.abc import Callable
from functools import partial
from typing import Any, Concatenate, Generic, ParamSpec, TypeAlias, TypeVar, overload, reveal_type

#: A model that cannot be imported, an annotation that is broken
from nowhere import Ghost  # mypy E: nowhere  # pyright E: nowhere
from tests.shop.models import Order, User
from tests.typing.tasks import add, pack, ship

from modelref import ModelRef
from modelref.celery import RefTask, Task, chain, group, task

T = TypeVar("T")
M = TypeVar("M", bound=Order)
P = ParamSpec("P")
R = TypeVar("R")

Tree: TypeAlias = "dict[str, Tree] | list[Tree] | ModelRef[Order] | None"
Bad: TypeAlias = "dict[str, Bad] | Callable[[], None]"


#: A model that cannot be imported, an annotation that is broken
@task
def haunted(ghost: ModelRef[Ghost], ghosts: list[Ghost]) -> None: ...


@task
def broken(thing: Nowhere, order: Order) -> None: ...  # E: Nowhere


def calls_broken(anything: Any, order: Order) -> None:
    haunted.delay(anything, [])
    haunted.delay(order, [order])
    broken.delay(3, order)
    broken.delay(3)  # E: "order"
    broken.apply_async((3, order))
    broken.s(3, order) | add.si(1, 2)


#: No annotations, and `Any` everywhere
@task
def untyped(order, count=1):  # mypy E: type annotation
    return order


@task
def anything_goes(order: Any, *args: Any, **kwargs: Any) -> Any: ...


def calls_untyped(order: Order, anything: Any) -> None:
    untyped.delay(order)
    untyped.delay("anything", 2)
    untyped.delay()  # E: "order"
    untyped.delay(1, 2, 3)  # mypy E: Too many  # pyright E: 2 positional
    untyped.apply_async((1, 2, 3))  # plugin E: Too many
    untyped.s() | add.s(1)
    anything_goes.delay()  # E: "order"
    anything_goes.delay(1, 2, x=3)
    anything_goes.apply_async((1, 2), {"x": 3})
    chain(anything_goes.s(1), add.s(1), anything_goes.s())
    anything.delay(order) | add.s(1)
    add.s(1, 2) | anything
    group(anything)
    add.map(anything)


#: Recursive types
@task
def climbs(tree: Tree, order: Order) -> Tree:
    return tree


@task
def climbs_badly(tree: Bad) -> None: ...  # plugin E: "Callable[[], None]" cannot travel


def calls_recursive(order: Order, tree: Tree) -> None:
    climbs.delay({"a": [order, None]}, order)
    climbs.delay(tree, order)
    climbs.delay({"a": [3]}, order)  # mypy E: "int"  # pyright E: "tree"


#: Generic functions and generic helpers
@task
def same(value: T, count: int = 1) -> T:
    return value


@task
def some(order: M) -> list[M]:
    return [order]


def calls_generic(order: Order) -> None:
    same.delay(order)
    same.apply_async((order,))
    same.delay(order, "x")  # E: "int"
    chain(same.s(1), add.s(2))
    some.delay(order)


def send(job: Task[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    return job.delay(*args, **kwargs).get()


def retry(job: RefTask[Concatenate[int, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
    return job.delay(1, *args, **kwargs).get()


def send_one(job: Task[[T], R], value: T) -> R:
    job.s(value).delay()
    return job.apply_async((value,)).get()


class Queue(Generic[R]):
    def __init__(self, job: Task[[ModelRef[Order]], R]) -> None:
        self.job = job

    def push(self, order: Order) -> R:
        self.job.delay("x")  # E: "Order"
        return self.job.delay(order).get()


def uses_helpers(order: Order) -> None:
    reveal_type(send(add, 1, 2))  # R: int
    send(add, 1)  # E: y
    reveal_type(retry(add, 2))  # R: int
    send(ship, order, 1, note="n")


#: Star-args, lambdas, `functools.partial`, methods passed as values
def stars(numbers: list[int], pair: tuple[int, int], named: dict[str, Any], order: Order) -> None:
    add.delay(*numbers)
    add.delay(*pair)
    add.delay(*pair, *pair)  # mypy E: Too many  # pyright E: 2 positional
    add.delay(**named)
    add.delay(*numbers, **named)
    add.s(*numbers)
    add.s(*numbers) | add.s(1)
    add.si(*pair)
    ship.delay(order, *numbers)  # E: "str"
    chain(*[add.s(1), add.s(2)])
    group(*[add.s(1), add.s(2)])
    add.apply_async(args=[*numbers])
    add.apply_async(pair, **named)
    list(map(add.delay, numbers, numbers))
    later = partial(add.delay, 1)
    later(2)
    partial(add, 1)(2)
    (lambda: add.delay(1, 2))()
    sender: Callable[[int, int], object] = add.delay
    sender(1, 2)
    by_name = {"add": add, "other": add}
    by_name["add"].delay(1, 2)
    by_name["add"].delay("1", 2)  # E: "int"
    (add if numbers else add).delay(1, "2")  # E: "int"
    functools.reduce(lambda a, b: a + b, (add.delay(each, each).get() for each in numbers))
    [job.s(1) for job in (add, add)]


#: A decorator between, overloads, nested functions and classes
def noisy(function: Callable[P, R]) -> Callable[P, R]:
    @functools.wraps(function)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        return function(*args, **kwargs)

    return inner


def loose(function: Any) -> Any:
    return function


def fixes_first(function: Callable[Concatenate[str, P], R]) -> Callable[P, R]:
    return partial(function, "x")


@task
@noisy
def through(order: Order, count: int) -> int:
    return count


@task
@loose
def through_any(order: Order) -> int:
    return 1


@task
@fixes_first
def without_first(word: str, order: Order) -> int:
    return 1


@noisy
@task
def around(order: Order) -> int:
    return 1


@overload
def many(value: int) -> int: ...
@overload
def many(value: str) -> str: ...
def many(value: Any) -> Any:
    return value


many_task = task(many)
made_by_hand = task(max_retries=3)(through.run)
of_lambda = task(lambda order: 1)


def calls_decorated(order: Order, user: User) -> None:
    @task
    def local(value: Order) -> int:
        return 1

    local.delay(user)  # E: "User"
    through.delay(order, 1)
    through.delay(user, 1)  # E: "User"
    through_any.delay()
    without_first.delay(order)
    without_first.delay(user)  # E: "User"
    around(order)
    many_task.delay(1)
    made_by_hand.delay(1)
    of_lambda.delay(order)
    of_lambda.delay()  # E: order


class Grouped(RefTask):
    """A task that is a class, and says nothing of its parameters."""

    def run(self, order: Order) -> int:
        self.apply_async((order,), countdown=3)
        self.s(order) | add.s(1)
        super().delay(order)
        return 1


class Typed(RefTask[[Order], int]):
    """A task that is a class, and says what it takes."""

    def again(self, order: Order, user: User) -> None:
        self.delay(order)
        self.delay(user)  # E: "User"


def calls_classes(job: Grouped, typed: Typed, order: Order) -> None:
    job.delay(order, 3, x=4)
    job.apply_async((order, 3))
    typed.delay(order)
    typed.delay(3)  # E: "Order"
    typed.s(order).delay()


#: Types that are not settled yet
def unsettled(order: Order) -> None:
    orders = []
    orders.append(order)
    pack.delay(orders, {})
    empty = []  # mypy E: Need type annotation
    pack.delay(empty, {})
    pack.delay([], {})
    pack.apply_async(([], {}))
    pack.delay([] or [order], {})
    pack.delay([each for each in [order]], dict(a=User()))
    chosen = order if orders else None
    ship.delay(chosen, 1)  # E: "Order | None"
    if chosen is not None:
        ship.delay(chosen, 1)
    ship.delay(order, count := 1)
    reveal_type(count)  # mypy R: int  # pyright R: Literal[1]
    ship.delay(order, nope)  # E: nope
    ship.delay(order, len(3))  # E: "Sized"
    ship.delay(order, add.delay(1, "x").get())  # E: "int"
    add.delay("x", len(3))  # E: "int"  # E: "Sized"
    pack.delay([order, len(3)], {})  # E: "int"  # E: "Sized"

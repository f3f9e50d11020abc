"""The call that `args=` and `kwargs=` make, and the options of the call."""

from typing import Any, TypedDict, reveal_type

from modelref.celery import chain
from tests.shop.models import Order, User
from tests.typing.tasks import add, bill, double, log, now, pack, ship, show, sync, tag


class ShipArguments(TypedDict):
    """What `ship` takes."""

    order: Order
    count: int


class OtherArguments(TypedDict):
    """What it does not take."""

    order: Order
    count: str


class TooFew(TypedDict):
    """Not all that it takes."""

    order: Order


def arguments_of_a_task() -> tuple[Any, ...]:
    return ()


def options_of_a_task() -> dict[str, Any]:
    return {}


def literals(order: Order, user: User) -> None:
    #: Literal `args=` of `apply_async`
    reveal_type(ship.apply_async((order, 1), countdown=5).get()["number"])  # R: int
    ship.apply_async((order, "1"))  # plugin E: Argument 2 to "ship.apply_async" has incompatible type "str"; expected "int"
    ship.apply_async((user, 1))  # plugin E: Argument 1 to "ship.apply_async" has incompatible type "User"; expected "Order"
    ship.apply_async((order,))  # plugin E: Missing positional argument "count" in call to "ship.apply_async"
    ship.apply_async((order, 1, "n", 2))  # plugin E: Too many arguments for "ship.apply_async"
    ship.apply_async([order, 1])
    ship.apply_async([user, 1])  # plugin E: "User"; expected "Order"
    ship.apply_async()  # plugin E: Missing positional arguments "order", "count"
    now.apply_async()
    now.apply_async(())
    now.apply_async(None, None)
    now.apply_async((1,))  # plugin E: Too many arguments for "now.apply_async"
    bill.apply_async((order, user))  # plugin E: Too many positional arguments for "bill.apply_async"
    pack.apply_async(([order, user], {}))  # plugin E: List item 1 has incompatible type "User"; expected "Order"
    pack.apply_async((Order.objects.all(), {}))
    sync.apply_async((order,))
    sync.apply_async((sync, order))  # plugin E: Too many arguments for "sync.apply_async"


def literals_by_name(order: Order, user: User) -> None:
    #: Literal `kwargs=` of `apply_async`
    ship.apply_async((order, 1), {"note": "n"})
    ship.apply_async((order, 1), {"note": 3})  # plugin E: Argument "note" to "ship.apply_async" has incompatible type "int"; expected "str"
    ship.apply_async((order, 1), {"nope": 1})  # plugin E: Unexpected keyword argument "nope" for "ship.apply_async"
    ship.apply_async((order, 1), {"nota": "n"})  # plugin E: did you mean "note"?
    ship.apply_async((order, 1), {"count": 2})  # plugin E: "ship.apply_async" gets multiple values for keyword argument "count"
    ship.apply_async(kwargs={"order": order, "count": 1})
    ship.apply_async(kwargs={"order": user, "count": 1})  # plugin E: Argument "order" to "ship.apply_async" has incompatible type "User"; expected "Order"
    ship.apply_async(kwargs={"order": order})  # plugin E: Missing positional argument "count"
    ship.apply_async(kwargs=dict(order=order, count=1))
    ship.apply_async(kwargs=dict(order=order, count="1"))  # plugin E: "count" to "ship.apply_async" has incompatible type "str"
    bill.apply_async((order,), {"by": user})
    bill.apply_async((order,), {"by": order})  # plugin E: "Order"; expected "User | None"
    tag.apply_async((["a"],), {"order": order})
    tag.apply_async((["a"],))  # plugin E: Missing named argument "order"
    log.apply_async(("a", "b"), {"x": 1})
    log.apply_async(("a", 1))  # plugin E: Argument 2 to "log.apply_async" has incompatible type "int"; expected "str"
    log.apply_async((), {"x": "y"})  # plugin E: "x" to "log.apply_async" has incompatible type "str"; expected "int"


def variables(good: tuple[Order, int], bad: tuple[User, int], short: tuple[Order], named: ShipArguments, badly_named: OtherArguments, too_few: TooFew) -> None:
    #: Variables of tuple and TypedDict types as `args=` and `kwargs=`
    ship.apply_async(good)
    ship.apply_async(bad)  # plugin E: "*tuple[User, int]"; expected "Order"
    ship.apply_async(short)  # plugin E: "count"
    ship.apply_async((*good, "n"))
    ship.apply_async(kwargs=named)
    ship.apply_async(kwargs=badly_named)  # plugin E: Argument "count" to "ship.apply_async" has incompatible type "str"; expected "int"
    ship.apply_async(kwargs=too_few)  # plugin E: "count"
    ship.apply_async(kwargs={**named, "note": "n"})
    ship.apply_async(kwargs={**badly_named})  # plugin E: "count"


def of_unknown_shape(numbers: list[int], strings: dict[str, str], anything: Any, key: str) -> None:
    #: Arguments of unknown shape are let pass
    ship.apply_async(arguments_of_a_task(), options_of_a_task())
    ship.apply_async(anything, anything)
    ship.apply_async(numbers)
    ship.apply_async(kwargs=strings)
    ship.apply_async((*arguments_of_a_task(), 1))
    ship.apply_async(arguments_of_a_task(), {key: 1})
    ship.apply_async(*anything)
    ship.apply_async(**anything)
    ship.apply_async(arguments_of_a_task(), {**options_of_a_task(), "note": "n"})
    add.apply_async([each for each in numbers])


def no_tuples(text: str, order: Order) -> None:
    #: A tuple of one without its comma
    show.apply_async(("text"))  # plugin E: "args" of "show.apply_async" takes a tuple or a list, not "str"; a tuple of one is written (x,)
    show.apply_async(args=text)  # plugin E: not "str"
    double.apply_async((order))  # plugin E: "args" of "double.apply_async" takes a tuple or a list, not "Order"; a tuple of one is written (x,)  # alone,pyright E: "Order"
    double.apply_async((3), countdown=5)  # plugin E: not "int"; a tuple of one is written (x,)  # alone E: "int"  # pyright E: "apply_async"
    double.apply(args=(3))  # plugin E: not "int"; a tuple of one is written (x,)  # alone E: "int"  # pyright E: "args"
    show.s().apply_async("text")  # plugin E: "args" of "show.s.apply_async" takes a tuple or a list, not "str"; a tuple of one is written (x,)
    chain(show.s(), double.si(1)).apply(args=text)  # plugin E: not "str"
    double.s().apply_async((3))  # plugin E: not "int"; a tuple of one is written (x,)  # alone E: "int"  # pyright E: "apply_async"


def options(order: Order, anything: dict[str, Any]) -> None:
    #: Unknown and wrong options of a call
    ship.apply_async((order, 1), queue="slow", priority=3, task_id="x", shadow="ship one")
    ship.apply_async((order, 1), queu="x")  # E: "queu"
    ship.apply_async((order, 1), countdown="soon")  # E: "float
    ship.apply_async((order, 1), **anything)
    ship.apply_async((order, 1), on_commit=True, headers={"x": 1}, link_error=show.s())
    ship.apply_async((order, 1), MessageGroupId="g", MessageDeduplicationId="d", DelaySeconds=3)
    ship.apply_async((order, 1), message_attributes={"a": {"DataType": "String"}}, delay_seconds=3)
    ship.apply_async((order, 1), app_id="shop", type="order", message_id="1", timestamp=0)
    ship.apply_async((order, 1), MesageGroupId="g")  # E: "MesageGroupId"
    ship.apply_async((order, 1), DelaySeconds="3")  # E: "int"
    ship.apply_async((order, 1), content_type="text/plain")  # E: "content_type"
    add.s(1, 2).set(MessageGroupId="g").apply_async(MessageDeduplicationId="d")
    add.apply((1, 2), MessageGroupId="g")  # E: "MessageGroupId"
    add.apply((1, 2), throw=True)
    add.apply((1, 2), thrown=True)  # E: "thrown"
    add.s(1, 2).apply_async(queu="x")  # E: "queu"
    add.s(1, 2).set(queu="x")  # E: "queu"
    reveal_type(add.s(1, 2).set(queue="x", countdown=3).delay().get())  # R: int


def kin(order: Order, user: User) -> None:
    #: The same through `apply`, `signature`, `subtask` and `apply_async_on_commit`
    ship.apply((order, 1))
    ship.apply((order, "1"))  # plugin E: Argument 2 to "ship.apply" has incompatible type "str"
    ship.apply(args=(user, 1))  # plugin E: Argument 1 to "ship.apply" has incompatible type "User"
    ship.apply(kwargs={"order": order, "cont": 1})  # plugin E: did you mean "count"?
    ship.apply_async_on_commit((order, 1))
    ship.apply_async_on_commit((order, "1"))  # plugin E: Argument 2 to "ship.apply_async_on_commit" has incompatible type "str"
    ship.apply_async_on_commit(kwargs={"order": user, "count": 1})  # plugin E: "User"; expected "Order"
    ship.apply_async_on_commit((order, 1), queu="x")  # E: "queu"
    ship.signature((order, 1))
    ship.signature((user, 1))  # plugin E: "User"; expected "Order"
    ship.signature((order, 1), {"note": 1})  # plugin E: "int"; expected "str"
    ship.signature((order, 1, "n", 2))  # plugin E: Too many arguments for "ship.signature"
    ship.subtask((order, "1"))  # plugin E: Argument 2 to "ship.subtask" has incompatible type "str"
    ship.subtask(kwargs={"nota": "n"})  # plugin E: did you mean "note"?
    ship.signature((order,), immutable=True)  # plugin E: Missing positional argument "count" in call to "ship.signature"
    reveal_type(double.apply((1,)).get())  # R: int

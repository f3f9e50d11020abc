"""Partial calls, and what they take and give."""

from typing import reveal_type

from modelref.celery import chain, group
from tests.shop.models import Order, User
from tests.typing.tasks import add, double, log, now, pack, ship, sync, tag, total


def partials(order: Order, user: User) -> None:
    #: `.s(...)`: what is given, and what is left open
    reveal_type(add.s(1))  # R: Signature[int, int]
    reveal_type(add.s(1, 2))  # plugin R: Signature[Start, int]  # alone,pyright R: Signature[Any, int]
    reveal_type(add.s())  # R: Signature[Never, int]
    reveal_type(double.s())  # R: Signature[int, int]
    reveal_type(double.s(1))  # plugin R: Signature[Start | int, int]  # alone,pyright R: Signature[Any, int]
    reveal_type(now.s())  # plugin R: Signature[Start, float]  # alone,pyright R: Signature[Any, float]
    reveal_type(add.s(y=1))  # R: Signature[int, int]
    add.s("x")  # plugin E: .s"  # alone,pyright E: "s"
    add.s(1, 2, 3)  # plugin E: .s"  # alone,pyright E: "s"
    ship.s(order)  # plugin E: "ship.s" leaves "order" open, and what comes first fills it: give the others by keyword  # alone,pyright E: "s"
    ship.s(count=1)
    ship.s(user, 1)  # plugin E: .s"  # alone,pyright E: "s"
    ship.s(order, 1, nota="n")  # plugin E: .s"  # alone,pyright E: "s"
    pack.s([order], {})
    pack.s(Order.objects.all(), {})  # alone,pyright E: "s"
    pack.s([user], {})  # E: "User"
    tag.s(order=order)
    log.s("a")
    sync.s(order)
    sync.s(user)  # E: "User"


def wholes(order: Order, user: User) -> None:
    #: `.si(...)`: a whole call
    reveal_type(add.si(1, 2))  # R: Signature[object, int]
    add.si(1)  # E: "y"
    add.si(1, "2")  # E: "int"
    ship.si(user, 1)  # E: "User"
    sync.si(order)
    ship.si(order, 1, nota="n")  # E: "nota"


def signatures(order: Order) -> None:
    #: What `.signature(...)` takes and gives
    reveal_type(add.signature((1, 2)))  # plugin R: Signature[Start, int]  # alone,pyright R: Signature[Any, int]
    reveal_type(add.signature((1,)))  # plugin R: Signature[int, int]  # alone,pyright R: Signature[Any, int]
    reveal_type(add.signature((1, 2), immutable=True))  # plugin R: Signature[object, int]  # alone,pyright R: Signature[Any, int]
    reveal_type(double.subtask((), {"times": 1}))  # plugin R: Signature[int, int]  # alone,pyright R: Signature[Any, int]


def sending(numbers: list[int], options: dict[str, object]) -> None:
    #: Sending a signature: nothing may be left open
    reveal_type(add.s(1, 2).delay())  # R: AsyncResult[int]
    reveal_type(add.s(1).delay(2))  # R: AsyncResult[int]
    add.s(1).delay()  # plugin E: "add" lacks an argument of type "int"  # alone,pyright E: "delay"
    add.s().delay()  # plugin E: "add" lacks more than one argument  # alone,pyright E: "delay"
    add.s(1).delay("x")  # plugin E: Argument 1 to "add.s.delay" has incompatible type "str"; expected "int"  # alone,pyright E: "delay"
    add.s(1).delay(2, 3)  # plugin E: Too many arguments for "add.s.delay"
    add.s(1, 2).delay(3)  # plugin E: Too many arguments for "add.s.delay"
    add.s().delay(1)  # plugin E: Missing positional argument "y" in call to "add.s.delay"  # alone,pyright E: "delay"
    add.s(x=1).delay(2)  # plugin E: "add.s.delay" gives "x" twice: what comes first fills it  # alone,pyright E: "s"
    add.s("x").delay(1)  # plugin E: Argument 1 to "add.s" has incompatible type "str"  # alone,pyright E: "s"
    add.s(y=2).set(queue="slow").delay("x")  # plugin E: "add.s.set.delay" has incompatible type "str"  # alone,pyright E: "delay"
    add.s(1).delay(**options)  # alone,pyright E: "delay"
    add.s(1).delay(*numbers)
    add.si(1, 2).delay("x")
    log.s("a").delay("b", z=1)
    reveal_type(add.s().delay(1, 2))  # R: AsyncResult[int]
    reveal_type(add.s(1).apply_async((2,)))  # R: AsyncResult[int]
    add.s(1).apply_async(("2",))  # plugin E: Argument 1 to "add.s.apply_async" has incompatible type "str"; expected "int"
    add.s(1).apply_async(args=("2",), countdown=3)  # plugin E: "add.s.apply_async" has incompatible type
    add.s(1).apply_async((1, 2))  # plugin E: Too many arguments for "add.s.apply_async"
    add.s().apply((1,), {"y": "2"})  # plugin E: Argument "y" to "add.s.apply" has incompatible type "str"
    add.s(1).apply_async(numbers)
    total.s().delay(range(3))  # plugin E: Argument 1 to "total.s.delay" has incompatible type "range"; expected "list[int]"  # alone,pyright E: "delay"
    kept_of_all = total.s()
    kept_of_all.delay(range(3))  # plugin E: "range"; expected "list[int]"  # alone,pyright E: "delay"
    kept_of_all.delay((1, 2))  # alone,pyright E: "delay"
    add.s(1)("2")  # plugin E: Argument 1 to "add.s" has incompatible type "str"; expected "int"
    chain(add.s(1), add.s(2)).apply_async(("x",))  # plugin E: Argument 1 to "chain.apply_async" has incompatible type "str"; expected "int"
    chain(add.s(1), add.s(2))("x")  # plugin E: Argument 1 to "chain" has incompatible type "str"
    (add.s(1) | double.s()).delay("x")  # plugin E: Argument 1 to "add.delay" has incompatible type  # alone,pyright E: "delay"
    (add.s(1) | double.s())("x")  # plugin E: Argument 1 to "add" has incompatible type
    (add.s(1) | double.s()).apply_async()  # plugin E: "add" lacks an argument of type "int"
    group(add.s(1), double.s()).delay("x")  # plugin E: Argument 1 to "group.delay" has incompatible type
    group(add.s(1), double.s())(1, countdown=3)
    kept_open = add.s()
    kept_open.delay(1)  # plugin E: "kept_open" lacks more than one argument  # alone,pyright E: "delay"
    kept_open.delay(1, 2)
    kept = add.s(1)
    kept.apply_async(("2",))  # plugin E: Argument 1 to "kept.apply_async" has incompatible type
    kept.apply_async(kwargs={"y": 2})
    add.s(1).apply_async()  # plugin E: "add" lacks an argument of type "int"
    add.s(1).apply_async(countdown=3)  # plugin E: "add" lacks an argument of type "int"
    add.s().apply()  # plugin E: "add" lacks more than one argument
    reveal_type(add.si(1, 2).delay().get())  # R: int
    reveal_type(add.s(1, 2).set(queue="slow").delay())  # R: AsyncResult[int]

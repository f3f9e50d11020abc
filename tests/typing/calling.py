"""How a task may be called with its own arguments."""

from collections import ChainMap, OrderedDict, deque
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import reveal_type

from modelref import ModelRef
from modelref.celery import AsyncResult, RefTask, Task
from tests.shop.models import Order, User
from tests.typing.tasks import Receipt, add, bill, count, pack, pair, ship, ship_all, show, sync, tag, total


#: What a call gives
def gives_another_result() -> AsyncResult[str]:
    return add.delay(1, 2)  # E: "AsyncResult[int]"


def gives_one_of_another(result: AsyncResult[str]) -> None:
    result = add.apply_async((1, 2))  # E: "AsyncResult[int]"
    result.delay()  # E: "delay"


def gives_a_number() -> int:
    return add.delay(1, 2)  # E: "AsyncResult[int]"


def delays(order: Order, ref: ModelRef[Order], user: User) -> None:
    #: What a call gives
    reveal_type(ship.delay(order, 1).get(timeout=5)["number"])  # R: int
    reveal_type(ship.delay(ref, 1, note="n").get()["number"])  # R: int
    #: The number and the types of arguments in `.delay(...)`
    ship.delay(user, 1)  # plugin E: Argument 1 to "ship.delay" has incompatible type "User"; expected "Order"  # alone,pyright E: "User"
    ship.delay(order)  # plugin E: Missing positional argument "count" in call to "ship.delay"  # alone,pyright E: "count"
    ship.delay(order, 1, "n", 4)  # plugin E: Too many arguments for "ship.delay"  # alone E: Too many  # pyright E: Expected 3 positional
    ship.delay(42, 1)  # E: "Order"
    ship.delay(order, "1")  # E: "int"
    ship.delay(None, 1)  # E: "None"
    bill.delay(order, user)  # mypy E: Too many positional  # pyright E: Expected 1 positional
    ship.delay(user, 1)  # plugin E: to "ship.delay" has incompatible type  # alone,pyright E: "User"
    ship.delay(order, nothing=1)  # plugin E: for "ship.delay"  # alone,pyright E: "nothing"  # pyright E: "count"
    #: A keyword that is misspelt
    ship.delay(order, 1, nota="n")  # plugin E: did you mean "note"?  # alone,pyright E: "nota"
    ship.delay(ordr=order, count=1)  # plugin E: did you mean "order"?  # alone,pyright E: "ordr"  # pyright E: "order"
    bill.delay(order, buy=user)  # plugin E: did you mean "by"?  # alone,pyright E: "buy"
    #: The type of what a call returns
    reveal_type(add.delay(1, 2).id)  # R: str
    reveal_type(add.apply_async((1, 2), countdown=5))  # R: AsyncResult[int]
    reveal_type(add.apply((1, 2)))  # R: AsyncResult[int]


def delays_by_keyword(order: Order, ref: ModelRef[Order], user: User) -> None:
    bill.delay(ref)
    bill.delay(order, by=None)
    reveal_type(bill.delay(order, by=user).get())  # R: int
    bill.delay(order, by=order)  # E: "User | None"
    #: Lists and dicts of rows
    pack.delay([order, ref], {"a": user})
    pack.delay([order, user], {})  # E: "User"
    pack.delay([order], {"a": order})  # E: "Order"
    pack.delay([order], {1: user})  # mypy E: "int"  # pyright E: "delay"
    pack.delay(order, {})  # E: "Order"


def delays_sequences(order: Order, user: User, orders: Sequence[Order], users: dict[str, User], shown: Mapping[str, User], words: Sequence[str], numbers: Mapping[str, int]) -> None:
    #: Any sequence and a `QuerySet` for a list, any mapping for a dict
    pack.delay(Order.objects.all(), {})  # alone,pyright E: "delay"
    pack.delay(Order.objects.filter(pk=1).order_by("pk"), {})  # alone,pyright E: "delay"
    pack.delay((order, order), {})  # alone,pyright E: "delay"
    pack.delay(orders, users)  # alone,pyright E: "delay"
    pack.delay([order], shown)  # alone,pyright E: "delay"
    pack.delay([order], MappingProxyType(users))  # alone,pyright E: "delay"
    pack.delay(User.objects.all(), {})  # plugin E: "QuerySet[User, User]"; expected "list[Order]"  # alone,pyright E: "delay"
    pack.delay((order, user), {})  # plugin E: expected "list[Order]"  # alone,pyright E: "delay"
    pack.delay(Order.objects, {})  # plugin E: expected "list[Order]"  # alone,pyright E: "delay"
    pack.delay({order}, {})  # alone,pyright E: "delay"
    tag.delay(words, order=order)  # plugin E: "Sequence[str]"; expected "list[str]"  # alone,pyright E: "delay"
    tag.delay(("a", "b"), order=order)  # alone,pyright E: "delay"
    pair.delay([order, order])  # alone,pyright E: "delay"
    #: A range, a deque and a view of a dict are no lists
    total.delay(range(3))  # plugin E: Argument 1 to "total.delay" has incompatible type "range"; expected "list[int]"  # alone,pyright E: "range
    total.delay(deque([1]))  # plugin E: "deque[int]"; expected "list[int]"  # alone,pyright E: "deque[int]"
    total.delay(b"ab")  # plugin E: "bytes"; expected "list[int]"  # alone E: "bytes"  # pyright E: "list[int]"
    total.delay({1: 2}.keys())  # plugin E: "dict_keys[int, int]"; expected "list[int]"  # alone,pyright E: "dict_keys[int, int]"
    total.apply_async((range(3),))  # plugin E: "range"; expected "list[int]"
    total.s(range(3))  # plugin E: "range"; expected "list[int]"  # alone E: "range"  # pyright E: "range"
    pack.delay(deque([order]), {})  # plugin E: "deque[Order]"; expected "list[Order]"  # alone,pyright E: "deque
    tag.delay(deque(["a"]), order=order)  # plugin E: "deque[str]"; expected "list[str]"  # alone,pyright E: "deque[str]"
    #: A mapping is no dict, if there are no rows in it
    count.delay(ChainMap({"a": 1}))  # plugin E: Argument 1 to "count.delay" has incompatible type "ChainMap[str, int]"; expected "dict[str, int]"  # alone,pyright E: "ChainMap[str, int]"
    count.delay(MappingProxyType({"a": 1}))  # plugin E: "MappingProxyType[str, int]"; expected "dict[str, int]"  # alone,pyright E: "MappingProxyType[str, int]"
    count.apply_async((ChainMap({"a": 1}),))  # plugin E: "ChainMap[str, int]"; expected "dict[str, int]"
    count.delay(OrderedDict(a=1))
    count.delay(numbers)  # alone,pyright E: "Mapping[str, int]"
    pack.delay([order], ChainMap(users))  # alone,pyright E: "delay"
    #: A text is no list of texts
    tag.delay("words", order=order)  # plugin E: "str"; expected "list[str]"  # alone,pyright E: "delay"
    ship_all.delay(Order.objects.all())  # alone,pyright E: "delay"


def calls(order: Order, user: User) -> None:
    #: Calls here and now, which convert nothing
    pack([order], {})
    pack(Order.objects.all(), {})  # E: "list[Order]"
    reveal_type(ship(order, 1)["number"])  # R: int
    ship(user, 1)  # E: "User"


def calls_of_a_bound_task(order: Order) -> None:
    #: `bind=True`: the task is no argument of a call
    reveal_type(sync.delay(order))  # R: AsyncResult[None]
    sync.delay(sync, order)  # mypy E: Too many  # alone E: "RefTask[[Order], None]"  # pyright E: Expected 1 positional


def on_commit(order: Order, user: User) -> None:
    #: `delay_on_commit`
    reveal_type(add.delay_on_commit(1, 2))  # R: AsyncResult[int]
    ship.delay_on_commit(order, 1)
    ship.delay_on_commit(user, 1)  # plugin E: Argument 1 to "ship.delay_on_commit" has incompatible type "User"  # alone,pyright E: "User"
    ship.delay_on_commit(order)  # E: "count"


#: Tasks as parameters
def helper(price: Task[[ModelRef[Order]], int], order: Order, user: User) -> AsyncResult[int]:
    price.delay(user)  # E: "User"
    reveal_type(price.delay(order).get())  # R: int
    return price.delay(order)


def any_task(anything: RefTask) -> str:
    anything.delay(1, two=2)
    return anything.name


def takes_a_text(job: Task[[str], int]) -> None:
    job.delay("a")


def takes_all(job: Task[[list[Order]], int]) -> None:
    job.delay([])


def gives_tasks(order: Order, user: User) -> None:
    helper(bill, order, user)  # pyright E: "helper"
    helper(ship, order, user)  # mypy E: "RefTask[[Order, int  # pyright E: "helper"
    helper(sync, order, user)  # mypy E: "RefTask[[Order], None]"  # pyright E: "helper"
    takes_all(ship_all)
    takes_a_text(add)  # mypy E: "RefTask[[int, int], int]"  # pyright E: "takes_a_text"
    takes_a_text(show)  # mypy E: "RefTask[[str], None]"  # pyright E: "takes_a_text"
    any_task(add)


def keeps_different_tasks() -> dict[str, RefTask]:
    return {"add": add, "ship": ship}


def gives_no_task() -> None:
    any_task(add.delay(1, 2))  # E: "AsyncResult[int]"


def gives_a_receipt(order: Order) -> Receipt:
    return ship.delay(order, 1).get()

"""How a task may be called (cases 15 to 27, and 58)."""

from typing import reveal_type

from modelref import ModelRef
from modelref.celery import AsyncResult, RefTask, Task
from tests.shop.models import Order, User
from tests.typing.tasks import Receipt, add, bill, pack, ship, sync


def delays(order: Order, ref: ModelRef[Order], user: User) -> None:
    reveal_type(ship.delay(order, 1).get(timeout=5)["number"])  # R: int
    reveal_type(ship.delay(ref, 1, note="n").get()["number"])  # R: int
    ship.delay(user, 1)  # E: "User"
    ship.delay(order)  # E: "count"
    ship.delay(order, 1, "n", 4)  # mypy E: Too many  # pyright E: Expected 3 positional
    ship.delay(42, 1)  # E: "Order"
    reveal_type(add.delay(1, 2).id)  # R: str
    reveal_type(add.apply_async((1, 2), countdown=5))  # R: AsyncResult[int]
    reveal_type(add.apply((1, 2)))  # R: AsyncResult[int]


def delays_by_keyword(order: Order, ref: ModelRef[Order], user: User) -> None:
    bill.delay(ref)
    bill.delay(order, by=None)
    reveal_type(bill.delay(order, by=user).get())  # R: int
    pack.delay([order, ref], {"a": user})
    pack.delay([order, user], {})  # E: "User"


def calls(order: Order, user: User) -> None:
    reveal_type(ship(order, 1)["number"])  # R: int
    ship(user, 1)  # E: "User"


def calls_of_a_bound_task(order: Order) -> None:
    reveal_type(sync.delay(order))  # R: AsyncResult[None]
    sync.delay(sync, order)  # mypy E: Too many  # pyright E: Expected 1 positional


def helper(price: Task[[ModelRef[Order]], int], order: Order, user: User) -> AsyncResult[int]:
    price.delay(user)  # E: "User"
    reveal_type(price.delay(order).get())  # R: int
    return price.delay(order)


def any_task(anything: RefTask) -> str:
    anything.delay(1, two=2)
    return anything.name


def gives_a_receipt(order: Order) -> Receipt:
    return ship.delay(order, 1).get()

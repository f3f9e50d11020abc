"""`.map`, `.starmap` and `.chunks`: each item is a call."""

from typing import Any, reveal_type

from tests.shop.models import Order, User
from tests.typing.tasks import add, double, ship, show


def maps(order: Order, users: list[User], anything: Any) -> None:
    #: `.map(...)`: the type of the items
    reveal_type(double.map([1, 2]))  # R: Signature[object, list[int]]
    double.map(["1"])  # plugin E: Argument 1 to "double.map" has incompatible type "str"; expected "int"
    double.map([1, "2"])  # plugin E: Argument 1 to "double.map" has incompatible type "str"; expected "int"
    double.map(range(3))
    show.map(range(3))  # plugin E: Argument 1 to "show.map" has incompatible type "int"; expected "str"
    show.map(str(each) for each in range(3))
    add.map([1])  # plugin E: Missing positional argument "y" in call to "add.map"
    ship.map(users)  # plugin E: "User"; expected "Order"  # plugin E: Missing positional argument "count"
    double.map(anything)


def starmaps(order: Order, pairs: list[tuple[int, str]], anything: list[Any]) -> None:
    #: `.starmap(...)` and `.chunks(...)`: the arguments in the items
    reveal_type(add.starmap([(1, 2)]))  # R: Signature[object, list[int]]
    add.starmap([(1, "x")])  # plugin E: Argument 2 to "add.starmap" has incompatible type "str"; expected "int"
    add.starmap([(1,)])  # plugin E: Missing positional argument "y" in call to "add.starmap"
    add.starmap([(1, 2, 3)])  # plugin E: Too many arguments for "add.starmap"
    add.starmap(zip(range(3), range(3), strict=True))
    add.starmap(pairs)  # plugin E: expected "int"
    add.starmap(anything)
    reveal_type(add.chunks([(1, 2)], 10))  # R: chunks[int]
    reveal_type(add.chunks([(1, 2)], 10)().get())  # R: list[list[int]]
    add.chunks([(1, "x")], 10)  # plugin E: Argument 2 to "add.chunks" has incompatible type "str"; expected "int"
    reveal_type(add.chunks([(1, 2)], 10).group()().get())  # R: list[list[int]]
    ship.starmap([(order, 1)])
    ship.starmap([(order, "1")])  # plugin E: expected "int"

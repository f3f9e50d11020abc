"""What may be done with a reference: it is its model (cases 1 to 10, and 12)."""

from decimal import Decimal
from typing import reveal_type

from modelref import (
    ModelRef,
    aresolve,
    identity,
    is_reference,
    is_resolved,
    iter_resolved,
    reference,
    resolve,
    resolve_all,
)
from tests.shop.models import Line, Order, User


def price(order: Order) -> int:
    return order.discounted(2).as_integer_ratio()[0]


def label(user: User) -> str:
    return user.phone


def reads(ref: ModelRef[Order]) -> None:
    reveal_type(ref)  # R: Order
    reveal_type(ref.gross)  # R: Decimal
    reveal_type(ref.note)  # mypy R: str  # pyright R: Unknown
    reveal_type(ref.discounted(2))  # R: Decimal
    ref.discounted("2")  # E: "discounted"
    _ = ref.nope  # E: "nope"


def writes(ref: ModelRef[Order]) -> None:
    ref.total = Decimal(1)
    ref.total = b"x"  # mypy E: "bytes"
    ref.gross = "1"  # E: "Decimal"
    ref.save()


async def resolves(ref: ModelRef[Order], refs: list[ModelRef[Order]]) -> None:
    reveal_type(resolve(ref))  # R: Order
    reveal_type(await aresolve(ref))  # R: Order
    reveal_type(resolve_all(refs))  # R: list[Order]
    reveal_type(next(iter_resolved(refs)))  # R: Order
    resolve(3)  # E: resolve


def asks(ref: ModelRef[Order]) -> None:
    reveal_type(identity(ref).label)  # R: str
    reveal_type(is_resolved(ref))  # R: bool
    if isinstance(ref, Order):
        reveal_type(ref)  # R: Order
    if is_reference(ref):
        reveal_type(ref)  # R: Order


def passes(ref: ModelRef[Order], order: Order) -> None:
    price(ref)
    label(ref)  # E: "User"
    Line(order=ref)
    Line.objects.filter(order=ref)
    reveal_type(ref == order)  # R: bool


def makes(order: Order) -> ModelRef[Order]:
    reveal_type(reference(order))  # R: Order
    reveal_type(reference(Order, 3))  # R: Order
    reveal_type(reference(Order, 3, using="eu"))  # R: Order
    reference(3)  # E: "reference"
    reference(Order)  # E: "type[Order]"
    reference(Order, 3, alias="eu")  # E: overload
    return order

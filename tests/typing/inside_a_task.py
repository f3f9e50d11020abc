"""What may be done with a reference: it is its model."""

from decimal import Decimal
from typing import reveal_type

from modelref import ModelRef, aresolve, identity, is_reference, is_resolved, iter_resolved, reference, resolve, resolve_all
from tests.shop.models import Line, Order, User


def price(order: Order) -> int:
    return order.discounted(2).as_integer_ratio()[0]


def label(user: User) -> str:
    return user.phone


def reads(ref: ModelRef[Order]) -> None:
    #: Attributes and methods of a reference
    reveal_type(ref)  # R: Order
    reveal_type(ref.gross)  # R: Decimal
    #: Fields that Django makes, and relations
    reveal_type(ref.note)  # mypy R: str  # pyright R: Unknown
    for line in ref.lines.all():  # pyright E: "lines"
        reveal_type(line)  # mypy R: Line  # pyright R: Unknown
    #: Names that the model does not have
    reveal_type(ref.discounted(2))  # R: Decimal
    ref.discounted("2")  # E: "discounted"
    _ = ref.nope  # E: "nope"


def writes(ref: ModelRef[Order]) -> None:
    #: Writing to a reference
    ref.total = Decimal(1)
    ref.total = b"x"  # mypy E: "bytes"
    ref.gross = "1"  # E: "Decimal"
    ref.save()


async def resolves(ref: ModelRef[Order], refs: list[ModelRef[Order]]) -> None:
    #: `resolve`, `resolve_all` and their kin
    reveal_type(resolve(ref))  # R: Order
    reveal_type(await aresolve(ref))  # R: Order
    reveal_type(resolve_all(refs))  # R: list[Order]
    reveal_type(next(iter_resolved(refs)))  # R: Order
    resolve(3)  # E: resolve


def asks(ref: ModelRef[Order]) -> None:
    #: `identity`, `is_resolved`, `is_reference`, `isinstance`
    reveal_type(identity(ref).label)  # R: str
    reveal_type(is_resolved(ref))  # R: bool
    if isinstance(ref, Order):
        reveal_type(ref)  # R: Order
    if is_reference(ref):
        reveal_type(ref)  # R: Order


def passes(ref: ModelRef[Order], order: Order) -> None:
    #: A reference passed for an instance, to a function, a model, a query
    price(ref)
    label(ref)  # E: "User"
    Line(order=ref)
    Line.objects.filter(order=ref)
    reveal_type(ref == order)  # R: bool


def makes(order: Order) -> ModelRef[Order]:
    #: `reference(...)`
    reveal_type(reference(order))  # R: Order
    reveal_type(reference(Order, 3))  # R: Order
    reveal_type(reference(Order, 3, using="eu"))  # R: Order
    reference(3)  # E: "reference"
    reference(Order)  # E: "type[Order]"
    reference(Order, 3, alias="eu")  # E: overload
    return order

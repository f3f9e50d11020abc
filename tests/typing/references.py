"""Calling `ModelRef`, and what may stand in its brackets."""

from typing import Any, reveal_type

from django.db import models

from modelref import ModelRef
from tests.shop.models import Order, User


def makes(order: Order) -> ModelRef[Order]:
    #: `ModelRef(order)` and `ModelRef(Order, 3)`, with right and wrong arguments
    reveal_type(ModelRef(order))  # plugin R: Order  # alone R: Any  # alone E: type arg  # pyright R: Unknown  # pyright E: callable
    reveal_type(ModelRef(Order, 3))  # plugin R: Order  # alone R: Any  # alone E: type arg  # pyright R: Unknown  # pyright E: callable
    reveal_type(ModelRef(Order, 3, using="eu"))  # plugin R: Order  # alone R: Any  # alone E: type arg  # pyright R: Unknown  # pyright E: callable
    return ModelRef(order)  # alone E: type arg  # alone E: Returning Any  # pyright E: callable


def makes_wrongly(order: Order) -> ModelRef[User]:
    # wrong ones
    ModelRef(3)  # plugin E: "int"  # alone E: type arg  # pyright E: callable
    ModelRef(Order)  # plugin E: "type[Order]"  # alone E: type arg  # pyright E: callable
    ModelRef(Order, 3, alias="eu")  # plugin E: overload  # alone E: type arg  # pyright E: callable
    return ModelRef(order)  # plugin E: expected "User"  # alone E: type arg  # alone E: Returning Any  # pyright E: callable


def asks(order: ModelRef[Order], anything: object) -> None:
    #: `isinstance(x, ModelRef)`
    isinstance(order, ModelRef)  # alone E: Parameterized generics  # pyright E: isinstance
    isinstance(anything, ModelRef)  # alone E: Parameterized generics  # pyright E: isinstance


def uses(order: ModelRef[Order], anything: Any) -> None:
    #: What `isinstance(x, ModelRef)` has found
    assert isinstance(anything, ModelRef)  # alone E: Parameterized generics  # pyright E: isinstance
    assert anything == order
    anything.note  # pyright E: "note"
    reveal_type(order)  # R: Order


class Plain:
    """Is no model."""


def matches(anything: object) -> None:
    #: `case ModelRef():`
    match anything:
        case ModelRef():  # alone E: Class pattern  # pyright E: class
            pass  # alone E: unreachable


def brackets(
    #: `ModelRef[...]` of what is no model
    number: ModelRef[int],  # plugin E: "int" is none
    plain: ModelRef[Plain],  # plugin E: "Plain" is none
    nothing: ModelRef[None],  # plugin E: is none
    either: ModelRef[Order | None],  # plugin E: is none
    bare: ModelRef,  # plugin E: ModelRef[Order]  # alone E: type
    two: ModelRef[Order, User],  # plugin E: 2 given  # alone E: type  # pyright E: type
    late: "ModelRef[Later]",
    model: ModelRef[models.Model],
    one_of_two: ModelRef[Order] | ModelRef[User],
    optional: ModelRef[Order] | None,
) -> None:
    #: `ModelRef[...]` of what is a model
    reveal_type(late)  # R: Later
    reveal_type(one_of_two)  # R: Order | User
    reveal_type(optional)  # R: Order | None


class Later(Order):
    """Is a model, further down."""

    class Meta:
        app_label = "shop"
        proxy = True

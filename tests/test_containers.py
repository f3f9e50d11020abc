"""Containers of any kind: what leaves a call names rows, holds no value of them, and is fixed."""

from collections import OrderedDict, defaultdict, namedtuple
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from celery import signature

from modelref.celery import task
from modelref.codecs import json as codec
from tests.queues import Queue
from tests.shop.echoes import Echo
from tests.shop.models import Order
from tests.shop.queries import ALIASES
from tests.tasks_hostile import take_anything

pytestmark = pytest.mark.django_db(databases=ALIASES)

Pair = namedtuple("Pair", "order number")  # noqa: PYI024 - an untyped one, as projects have


class Rows(list[Any]):
    """A list of a project's own."""


class Named(dict[str, Any]):
    """A dict of a project's own."""


def shaped(order: Order) -> dict[str, Any]:
    """Return a dict with the keys of a signature."""
    return {
        "task": "x",
        "args": [order],
        "kwargs": {"order": order},
        "options": {},
        "subtask_type": None,
        "immutable": False,
    }


CONTAINERS: dict[str, Callable[[Order], Any]] = {
    "list": lambda order: [order],
    "tuple": lambda order: (order,),
    "list subclass": lambda order: Rows([order]),
    "namedtuple": lambda order: Pair(order, 1),
    "dict": lambda order: {"a": order},
    "dict subclass": lambda order: Named(a=order),
    "OrderedDict": lambda order: OrderedDict(a=order),
    "defaultdict": lambda order: defaultdict(list, a=[order]),
    "signature-shaped dict": shaped,
    "signature": lambda order: signature("x", args=(order,), kwargs={"order": order}),
    "deep": lambda order: OrderedDict(a=Pair(Rows([defaultdict(list, a=[order])]), 1)),
}


@pytest.fixture
def order() -> Order:
    """An order whose values give it away."""
    return Order.objects.create(pk=41, total=Decimal("7654.32"), note="secret")


@pytest.fixture
def echo() -> Echo:
    """A task that keeps what it gets."""
    return Echo()


@pytest.mark.parametrize("container", CONTAINERS.values(), ids=CONTAINERS)
class TestSent:
    """What leaves a call."""

    def test_headers_and_body_hold_no_field_value(
        self, memory_queue: Queue, order: Order, container: Callable[[Order], Any]
    ) -> None:
        """Celery writes the arguments into headers that monitors and logs show."""
        take_anything.apply_async((container(order),))
        take_anything.apply_async(kwargs={"value": container(order)})

        for _ in range(2):
            message = memory_queue.take()
            assert message is not None
            shown = message.headers["argsrepr"] + message.headers["kwargsrepr"]
            assert "<ModelRef shop.order pk=41>" in shown or "..." in shown
            for text in (shown, message.body.decode()):
                assert "secret" not in text
                assert "7654.32" not in text

    @pytest.mark.parametrize("make", ["s", "si"])
    def test_a_signature_is_fixed_when_it_is_made(
        self, memory_queue: Queue, order: Order, container: Callable[[Order], Any], make: str
    ) -> None:
        """What happens to the instance, and to the container, changes nothing."""
        given = container(order)
        step = getattr(take_anything, make)(given)

        order.pk = 77
        if isinstance(given, list):
            given.append(order)
        step.delay()

        message = memory_queue.take()
        assert message is not None
        [[sent], _, _] = codec.decode(message.body)
        assert "pk=41>" in repr(sent)
        assert "77" not in repr(sent)

    def test_the_container_of_the_caller_stays_as_it_is(
        self, memory_queue: Queue, order: Order, container: Callable[[Order], Any]
    ) -> None:
        """It goes on holding instances."""
        given = container(order)

        take_anything.delay(given)

        assert given == container(order)
        assert "<ModelRef" not in repr(given)


@pytest.mark.parametrize("container", CONTAINERS.values(), ids=CONTAINERS)
def test_a_result_holds_references(
    echo: Echo, order: Order, container: Callable[[Order], Any]
) -> None:
    """Before Celery logs it or makes events of it."""

    @task(app=echo.app, shared=False, name="containers.give")
    def give() -> Any:
        return container(Order.objects.get())

    result = give.apply().result

    assert "<ModelRef shop.order pk=41>" in repr(result)
    assert "secret" not in repr(result)
    assert "7654.32" not in repr(result)


class TestCircles:
    """A list that holds itself cannot travel, and need not."""

    @pytest.fixture
    def circle(self) -> list[Any]:
        """A list that holds itself."""
        circle: list[Any] = []
        circle.append(circle)
        return circle

    @pytest.mark.parametrize("annotation", [Any, list, object, list[Any]], ids=str)
    def test_a_call_by_hand_takes_it(self, echo: Echo, circle: list[Any], annotation: Any) -> None:
        """Nothing is checked and nothing made anew."""
        echo.task(annotation)(circle)

        assert echo.got.pop() is circle

    def test_a_task_that_ignores_its_result_may_return_it(
        self, echo: Echo, circle: list[Any]
    ) -> None:
        """Nobody sees it."""

        @task(app=echo.app, shared=False, name="circles.ignored", ignore_result=True)
        def give() -> Any:
            return circle

        assert give.apply().state == "SUCCESS"

    def test_any_other_task_that_returns_it_fails(self, echo: Echo, circle: list[Any]) -> None:
        """As JSON would."""

        @task(app=echo.app, shared=False, name="circles.given")
        def give() -> Any:
            return circle

        assert give.apply(throw=False).state == "FAILURE"

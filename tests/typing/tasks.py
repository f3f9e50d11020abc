"""The tasks that the cases call."""

from typing import Any, TypedDict, reveal_type

from modelref import ModelRef
from modelref.celery import RefTask, task
from tests.shop.models import Order, User


class Receipt(TypedDict):
    """What a task returns."""

    number: int


@task
def ship(order: ModelRef[Order], count: int, note: str = "") -> Receipt:
    """Take a reference."""
    return {"number": count}


@task
def bill(order: Order, *, by: User | None = None) -> int:
    """Take instances."""
    return 1


@task
def pack(orders: list[Order], labels: dict[str, ModelRef[User]]) -> list[Order]:
    """Take containers."""
    return orders


@task(bind=True, max_retries=3)
def sync(self: RefTask, order: Order) -> None:
    """Take the task itself, too."""
    #: What a bound task knows of itself
    reveal_type(self.name)  # R: str
    reveal_type(self.max_retries)  # R: int | None
    reveal_type(self.request.retries)  # R: int
    reveal_type(self.request.id)  # R: str | None
    self.update_state(state="PROGRESS", meta={"done": 1})
    if self.request.delivery_info:
        self.replace(add.si(1, 2))
    raise self.retry(countdown=5)


@task(name="shop.add")
def add(x: int, y: int) -> int:
    """Take no rows."""
    return x + y


@task
def show(text: str) -> None:
    """Take the result of another, if it is a text."""


@task
def total(numbers: list[int]) -> str:
    """Take the results of a group."""
    return str(sum(numbers))


@task
def join(words: list[str]) -> str:
    """Take the results of another group."""
    return "".join(words)


@task
def double(x: int, times: int = 1) -> int:
    """Take a default."""
    return x * times


@task
def ship_all(orders: list[ModelRef[Order]]) -> int:
    """Take what `pack` gives."""
    return len(orders)


@task
def now() -> float:
    """Take nothing."""
    return 0.0


@task
def log(*words: str, **fields: int) -> None:
    """Take any number."""


@task
def tag(names: list[str], *, order: Order) -> None:
    """Take texts, and a row by its name."""


@task
def count(numbers: dict[str, int]) -> int:
    """Take a dict of no rows."""
    return sum(numbers.values())


@task
def pair(orders: tuple[Order, ...]) -> int:
    """Take a tuple."""
    return len(orders)


class Loud(RefTask):
    """A base of tasks: overrides what Celery documents."""

    max_retries = 5
    throws = (KeyError,)

    def on_failure(self, exc: Exception, task_id: str, args: Any, kwargs: Any, einfo: Any) -> None:
        super().on_failure(exc, task_id, args, kwargs, einfo)


@task(base=Loud, bind=True)
def shout(self: Loud, order: Order) -> str:
    """Take a task of a class of its own."""
    return self.name.upper()


class Weigh(RefTask):
    """A task that is a class."""

    name = "shop.weigh"

    def run(self, order: Order, factor: int = 1) -> float:
        """Take what the class takes."""
        return float(order.gross) * factor

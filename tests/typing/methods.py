"""Methods of models as tasks."""

import threading
from typing import Any, reveal_type

from modelref import ModelRef
from modelref.celery import chain, task_method
from tests.shop.models import Consignment, FragileConsignment, Order, Parcel, User


def calls(consignment: Consignment, order: Order, parcel: Parcel) -> None:
    #: Methods that are tasks: calls, `.delay`, signatures
    reveal_type(consignment.describe("a"))  # R: list[str]
    reveal_type(Consignment.load_on(consignment, consignment))  # R: list[str]
    consignment.dispatch(order, order)  # E: "Order"
    Consignment.load_on(parcel, consignment)  # E: "Parcel"


def sends(consignment: Consignment, order: Order, parcel: Parcel, user: User) -> None:
    reveal_type(consignment.describe.delay("a"))  # R: AsyncResult[list[str]]
    reveal_type(consignment.next.delay("a").get())  # R: Consignment
    reveal_type(consignment.describe.delay_on_commit("a"))  # R: AsyncResult[list[str]]
    reveal_type(consignment.describe.apply_async(("a",), countdown=5))  # R: AsyncResult[list[str]]
    consignment.dispatch.delay(order, parcel, note="n")
    consignment.dispatch.delay(order)  # E: "parcel"
    consignment.dispatch.delay(order, user)  # E: "User"
    consignment.load_on.delay(consignment, user)  # mypy E: Too many  # pyright E: Expected 1 pos
    consignment.pack.map([])  # E: "map"


def sends_references(ref: ModelRef[Consignment], child: ModelRef[FragileConsignment]) -> None:
    reveal_type(ref.load_on.delay(child))  # R: AsyncResult[list[str]]
    reveal_type(child.load_on.delay(ref))  # R: AsyncResult[list[str]]
    reveal_type(child.describe.delay("a"))  # R: AsyncResult[list[str]]


class Sealed(Consignment):
    """A consignment that describes itself in its own way."""

    #: A method over that of the parent
    @task_method
    def describe(self, *words: str) -> list[str]:
        reveal_type(super().describe.delay("a"))  # R: AsyncResult[list[str]]
        return super().describe(*words)


class Counted(Consignment):
    """A consignment whose methods take any names."""

    #: A method with `**kwargs`
    @task_method
    def count(self, times: int, **more: str) -> int:
        return times

    @task_method(max_retries=3)
    def count_again(self, times: int, **more: str) -> int:
        return times

    @task_method
    def lock(self, lock: threading.Event, **more: str) -> None: ...  # plugin E: "Event" cannot travel

    @task_method(max_retries=3)
    def lock_again(self, lock: threading.Event, **more: str) -> None: ...  # plugin E: "Event" cannot travel

    @task_method
    def failed(self, request: Any, error: Exception, traceback: Any) -> None: ...

    def call_them(self) -> None:
        reveal_type(self.count.delay(1, note="n").get())  # R: int
        self.count.apply_async((1,), link_error=self.failed.s())
        reveal_type(self.count_again(1, note="n"))  # R: int
        self.count.delay("1")  # E: "int"
        self.count_again.delay(1, note=2)  # E: "str"


def on_the_class(order: Order, parcel: Parcel) -> None:
    Consignment.dispatch.delay(order, parcel)  # plugin E: "Consignment.dispatch" has no "delay": call it on an instance, instance.dispatch.delay(...)  # alone,pyright E: "delay"
    Consignment.describe.s("a")  # plugin E: "Consignment.describe" has no "s": call it on an instance, instance.describe.s(...)  # alone,pyright E: "s"
    Consignment.describe.nope("a")  # E: "nope"
    reveal_type(Consignment.dispatch.task.name)  # R: str


def below_a_decorator(consignment: Consignment) -> None:
    reveal_type(consignment.pack.delay())  # R: AsyncResult[bool]
    reveal_type(consignment.merge.delay(consignment).get()[0])  # R: bool
    consignment.pack.delay(1)  # mypy E: Too many  # pyright E: Expected 0 positional


def signatures(consignment: Consignment, parcel: Parcel) -> None:
    chain(consignment.pack.s(), consignment.describe.si("a"))
    chain(consignment.next.s("a"), consignment.load_on.s())
    consignment.load_on.si(parcel)  # E: "Parcel"


def send_with_arguments(consignment: Consignment, order: Order, parcel: Parcel, user: User) -> None:
    #: Methods that are tasks: `apply_async` and its kin
    consignment.dispatch.apply_async((order, parcel))
    consignment.dispatch.apply_async((order, user))  # plugin E: Argument 2 to "consignment.dispatch.apply_async" has incompatible type "User"; expected "Parcel"
    consignment.dispatch.apply_async((order,))  # plugin E: "parcel"
    consignment.dispatch.apply(kwargs={"order": order, "parcl": parcel})  # plugin E: did you mean "parcel"?
    consignment.dispatch.signature((order, user))  # plugin E: "User"; expected "Parcel"
    consignment.next.s("a") | consignment.describe.s()  # plugin E: The result of "consignment.next" is "Consignment"; "consignment.describe" takes "str"


def options() -> None:
    #: Options of `@task_method`
    task_method(max_retries="3")  # plugin E: "max_retries" to "task_method"  # alone E: No overload  # pyright E: "max_retries"
    task_method(bind=True)  # mypy E: No overload  # pyright E: "bind"

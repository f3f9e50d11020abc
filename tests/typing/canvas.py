"""`|`, `chain`, `group`, `chord` and `link`: what one step gives, the next has to take."""

from typing import Any, reveal_type

from celery import shared_task  # type: ignore[import-untyped, unused-ignore]

from modelref import ModelRef
from modelref.celery import Signature, chain, chord, group, task
from tests.shop.models import Order
from tests.typing.tasks import add, double, join, now, pack, ship, ship_all, show, total


@task
def told_of_errors(request: Any, error: Exception, traceback: Any) -> None:
    """Gets what Celery hands to an errback."""


@shared_task  # type: ignore[misc, untyped-decorator, unused-ignore]
def plain(x: int) -> int:
    return x


def pipes(order: Order, ref: ModelRef[Order]) -> None:
    #: `|`: a result that the next step does not take
    reveal_type(add.s(1) | add.s(2))  # R: chain[int, int]
    reveal_type(add.s(1, 2) | add.s(3) | double.s())  # plugin R: chain[Start, int]  # alone,pyright R: chain[Any, int]
    (add.s(1, 2) | show.s())  # plugin E: The result of "add" is "int"; "show" takes "str" for "text"  # alone,pyright E: "Signature[str, None]"
    add.s(1, 2) | show.si("x")
    (add.s(1, 2) | double.s() | show.s())  # plugin E: The result of "double" is "int"; "show" takes "str"  # alone,pyright E: "Signature[str, None]"
    add.s(1, 2) | add.s()  # plugin E: "add" lacks more than one argument  # alone,pyright E: Never
    add.s(1, 2) | now.s()  # plugin E: "now" has all its arguments and takes no result
    add.s(1, 2) | now.si()
    add.s(1, 2) | add.s(1, 2)  # plugin E: "add" has all its arguments
    (show.s("x") | add.s(1))  # plugin E: The result of "show" is "None"; "add" takes "int"  # alone,pyright E: "Signature[int, int]"
    pack.s([order], {}) | ship_all.s()
    ship.s(ref, 1) | show.s()  # E: str
    (add.s(1, 2) | add)  # plugin E: "add" is a task, not a call of one: write add.s(...)  # alone,pyright E: RefTask
    longer: Signature = add.s(1, 2)
    longer |= double.s()
    longer |= show.s()  # plugin E: The result of "longer" is "int"; "show" takes "str" for "text"  # pyright E: "Signature[str, None]"
    other = add.s(1, 2)
    other |= double.s()
    other |= total.si([1])  # mypy E: ncompatible
    (chain(add.s(1, 2), add.s(3)) | show.s())  # plugin E: "show" takes "str"  # alone,pyright E: "Signature[str, None]"


def immutable(yes: bool) -> None:
    #: `.set(immutable=True)`, which ignores what comes before it
    show.s("x") | add.s(1, 2).set(immutable=True)
    show.s("x") | add.s(1, 2).set(True, queue="slow")
    show.s("x") | double.s(1).set(queue="slow").set(immutable=True)
    chain(show.s("x"), add.s(1, 2).set(immutable=True), double.s())
    reveal_type(show.s("x") | group(add.s(1, 2), now.s()).set(immutable=True))  # plugin R: chain[Start, list[int | float]]  # alone,pyright R: chain[Any, list[int | float]]
    show.s("x") | chord([add.s(1, 2)], total.s()).set(immutable=True)
    add.apply_async((1, 2), link=show.s("x").set(immutable=True))
    add.s(1, 2).link(show.s("x").set(immutable=True))
    (show.s("x") | add.s(1, 2).set(immutable=False))  # plugin E: "add" has all its arguments
    (show.s("x") | add.s(1, 2).set(immutable=yes))  # plugin E: "add" has all its arguments
    (show.s("x") | add.s(1).set(immutable=True))  # plugin E: The result of "show" is "None"; "add" takes "int"  # alone,pyright E: "Signature[int, int]"
    (show.s("x") | chain(add.s(1, 2), double.s()).set(immutable=True))  # plugin E: has all its arguments
    add.s(1, 2).set(immutable=3)  # E: "bool | None"


def chains() -> None:
    #: `chain(...)`: each result against the next step, and the result of all
    reveal_type(chain(add.s(1, 2), add.s(3))().get())  # R: int
    reveal_type(chain(add.s(1, 2), add.s(3)))  # plugin R: chain[Start, int]  # alone,pyright R: chain[Any, int]
    reveal_type(chain(add.s(1), add.s(2), add.s(3)).delay(1).get())  # R: int
    reveal_type(chain(add.s(1, 2), show.si("x")).apply_async().get())  # R: None
    chain(add.s(1, 2), show.s())  # plugin E: The result of "add" is "int"; "show" takes "str" for "text"  # alone E: Cannot infer  # pyright E: "Signature[str, None]"
    chain(add.s(1, 2), double.s(), show.s())  # plugin E: The result of "double"  # alone E: Cannot infer  # pyright E: "Signature[str, None]"
    chain(add.s(1, 2), show.s(), add.s(1))  # plugin E: "show" takes "str"  # plugin E: The result of "show" is "None"  # alone E: Cannot infer  # pyright E: "Signature
    chain(add.s(1, 2), now.s())  # plugin E: takes no result
    chain(add, add.s(1))  # plugin E: write add.s(...)  # alone E: "chain"  # pyright E: "__init__"
    chain(add.delay(1, 2), add.s(1))  # plugin E: "add.delay" has been sent: write .s(...)  # alone E: "chain"  # pyright E: "__init__"
    chain(add.s(1), add.s(2))()  # plugin E: "chain" lacks an argument of type "int"
    reveal_type(chain([add.s(1, 2), add.s(3)])().get())  # plugin R: int  # alone,pyright R: Any
    chain([add.s(1, 2), show.s()])  # plugin E: "show" takes "str"


def groups(order: Order) -> None:
    #: `group(...)`: a list of what its members give
    reveal_type(group(add.s(i, i) for i in range(3))().get())  # R: list[int]
    reveal_type(group(add.s(1, 2), add.s(3, 4))().get())  # R: list[int]
    reveal_type(group([add.s(1, 2), add.s(3, 4)]).delay().get())  # R: list[int]
    reveal_type(group(list(add.s(i, i) for i in range(3)))().get())  # R: list[int]
    reveal_type(group(add.s(1, 2), show.si("x"))().get())  # R: list[int | None]
    reveal_type(group(add.s(1), double.s())(2).get())  # R: list[int]
    group(add, add)  # plugin E: write add.s(...)  # alone E: "group"  # pyright E: "__init__"
    reveal_type(group(now.s(), now.s(), now.s(), now.s(), now.s())().get())  # plugin R: list[float]  # alone,pyright R: list[Any]


def chords() -> None:
    #: `chord(...)`: the results of the header against the body
    reveal_type(chord([add.s(1, 2)], total.s())().get())  # R: str
    reveal_type(chord((add.s(i, i) for i in range(3)), total.s())().get())  # R: str
    reveal_type(chord([add.s(1, 2)])(total.s()).get())  # R: str
    reveal_type(chord(group(add.s(1, 2), add.s(3, 4)), total.s())().get())  # R: str
    chord([add.s(1, 2)], join.s())  # plugin E: The results of the header are "list[int]"; "join" takes "list[str]" for "words"  # alone E: Cannot infer  # pyright E: No overloads for "__init__"  # pyright E: "Signature[list[str], str]"
    chord([add.s(1, 2)], total.si([1]))
    chord([add.s(1, 2)], now.s())  # plugin E: takes no result
    chord([add.s(1, 2)])(join.s())  # plugin E: The results of the header are "list[int]"; "join" takes "list[str]" for "words"  # alone E: "Signature[list[str], str]"  # pyright E: No overloads for "__call__"  # pyright E: "Signature[list[str], str]"
    reveal_type(chord(add.s(i, i) for i in range(3))(body=total.s()).get())  # R: str
    chord(add.s(i, i) for i in range(3))(join.s())  # plugin E: The results of the header are "list[int]"  # alone E: "Signature[list[str], str]"  # pyright E: No overloads for "__call__"  # pyright E: "Signature[list[str], str]"
    chord([add.s(1)])(total.s())  # plugin E: "chord" lacks an argument of type "int"
    chord([add.s(1, 2)])(total)  # plugin E: "total" is a task, not a call of one  # alone E: "__call__" of "chord"  # pyright E: No overloads for "__call__"  # pyright E: "RefTask
    reveal_type(chord([add.s(1, 2)], total.s()).delay().get())  # R: str
    reveal_type(chord([add.s(1, 2)]).apply_async(kwargs={"body": total.s()}).get())  # plugin R: str  # alone,pyright R: Any
    chord([add.s(1, 2)]).apply_async(kwargs={"body": join.s()})  # plugin E: The results of the header
    later = chord(group(add.s(1, 2)))
    later(join.s())  # plugin E: The results of the header are "list[int]"  # alone E: "Signature[list[str], str]"  # pyright E: No overloads for "__call__"  # pyright E: "Signature[list[str], str]"
    reveal_type((group(add.s(1, 2), add.s(3, 4)) | total.s())().get())  # R: str
    (group(add.s(1, 2), add.s(3, 4)) | join.s())  # plugin E: "join" takes "list[str]"  # alone,pyright E: "Signature[list[str], str]"


def links(order: Order) -> None:
    #: `link=` and `.link(...)`
    add.apply_async((1, 2), link=show.s())  # plugin E: The result of "add" is "int"; "show" takes "str" for "text"  # alone,pyright E: "Signature[str, None]"
    add.apply_async((1, 2), link=double.s())
    add.apply_async((1, 2), link=[double.s(), show.si("x")])
    add.apply_async((1, 2), link=[double.s(), show.s()])  # plugin E: "show" takes "str"  # alone,pyright E: "Signature[str, None]
    add.s(1, 2).apply_async(link=show.s())  # plugin E: "show" takes "str"  # alone,pyright E: "Signature[str, None]"
    add.s(1, 2).link(show.s())  # plugin E: "show" takes "str"  # alone,pyright E: "Signature[str, None]"
    add.s(1, 2).link(double.s())
    add.s(1, 2).on_error(show.s())
    #: `link_error=`, `.link_error(...)` and `.on_error(...)`
    add.apply_async((1, 2), link_error=told_of_errors.s())
    add.apply_async((1, 2), link_error=[told_of_errors.s(), show.si("x")])
    add.apply_async((1, 2), link_error=dict(told_of_errors.s()))
    add.apply_async((1, 2), link_error=3)  # plugin E: Argument "link_error" to "add.apply_async" has incompatible type "int"; expected "Signature  # alone,pyright E: "link_error"
    add.apply_async((1, 2), link_error=show)  # E: "link_error"
    add.apply_async((1, 2), link_error="show")  # E: "link_error"
    errbacks = [told_of_errors.s(), show.si("x")]
    add.apply((1, 2), link_error=errbacks)
    add.apply((1, 2), link_error=[*errbacks, *(each.s() for each in (show, show))])
    add.s(1, 2).set(link_error=told_of_errors.s()).apply_async(link_error=None)
    add.s(1, 2).link_error(told_of_errors.s())
    add.apply_async((1, 2), link_error=show.s("x"))  # plugin E: "show" has all its arguments and takes no id of a task: write .si(...)
    add.apply_async((1, 2), link_error=[show.s(), double.s()])  # plugin E: "double" is given the id of the task that fails, a text; it takes "int" for "x"
    add.s(1, 2).apply_async(link_error=now.s())  # plugin E: write .si(...)
    add.s(1, 2).link_error(add.s(1, 2))  # plugin E: write .si(...)
    add.s(1, 2).on_error(add.s(1))  # plugin E: it takes "int"
    add.s(1, 2).on_error(ship.si(order, 1))
    add.s(1, 2).on_error(3)  # E: "on_error"
    add.s(1, 2).link_error("show")  # E: "link_error"
    reveal_type(told_of_errors.s())  # R: Signature[Never, None]
    told_of_errors.s(1, 2, 3, 4)  # plugin E: Too many  # alone,pyright E: "s"


def foreign(anything: Any) -> None:
    #: Signatures of tasks that are not ours
    chain(plain.s(1), double.s())  # pyright E: "s"
    chain(add.s(1, 2), plain.s())  # pyright E: "s"
    add.s(1, 2) | plain.s()  # pyright E: "s"
    add.apply_async((1, 2), link=plain.s())  # pyright E: "s"
    group(plain.s(1), add.s(1, 2))  # pyright E: "s"
    chord([plain.s(1)], total.s())  # pyright E: "s"
    chain(anything, show.s())


def as_parameters(step: Signature[int, str], whole: "Signature[Any, int]") -> str:
    #: Signatures as parameters
    reveal_type(whole | step)  # R: chain[Any, str]
    reveal_type(chain(add.s(1, 2), step)().get())  # R: str
    (show.s("x") | step)  # plugin E: The result of "show" is "None"; "step" takes "int"  # alone,pyright E: "Signature[int, str]"
    return chain(whole, step)().get()

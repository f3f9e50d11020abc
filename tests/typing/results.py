"""What results, signatures and tasks have of Celery's own."""

from typing import reveal_type

from celery import Task as CeleryTask  # type: ignore[import-untyped, unused-ignore]
from celery.canvas import Signature as CelerySignature  # type: ignore[import-untyped, unused-ignore]
from celery.result import AsyncResult as CeleryResult  # type: ignore[import-untyped, unused-ignore]

from modelref.celery import AsyncResult, RefTask, Signature, chain, chord, group, task
from tests.typing.tasks import add, total


def asks_results() -> None:
    #: What a result knows of its call
    result = add.delay(1, 2)
    reveal_type(result.task_id)  # R: str
    reveal_type(result.name)  # R: str | None
    reveal_type(result.worker)  # R: str | None
    reveal_type(result.retries)  # R: int | None
    reveal_type(result.date_done)  # R: datetime | None
    reveal_type(result.ignored)  # R: bool
    result.ignored = True
    reveal_type(result.as_list())  # R: list[str]
    result.task_id = 3  # E: "str"
    _ = result.nope  # E: "nope"
    #: Its parent and its children
    _ = result.parent.id  # E: "None
    if result.parent is not None:
        reveal_type(result.parent.id)  # R: str
    for child in result.children or []:
        reveal_type(child.ready())  # R: bool
    for each, _ in result.collect():
        reveal_type(each.id)  # R: str
    #: `wait`, which is `get`
    reveal_type(result.wait(timeout=3))  # R: int
    result.wait("3")  # E: "float


def makes_results(task_id: str) -> None:
    #: `AsyncResult(task_id)`
    reveal_type(AsyncResult(task_id))  # R: AsyncResult[Any]
    known: AsyncResult[int] = AsyncResult(task_id, app=add.app)
    reveal_type(known.get())  # R: int
    AsyncResult(3)  # E: "str"
    AsyncResult()  # E: id


def asks_groups() -> None:
    #: What the result of a group has
    results = group(add.s(1, 2), add.s(3, 4)).delay()
    if results.parent is not None:
        reveal_type(results.parent.id)  # R: str
    results.add(add.delay(5, 6))
    results.add(total.delay([1]))  # E: "AsyncResult[str]"
    results.maybe_throw()
    reveal_type(results.join())  # R: list[int]


#: Where Celery's own classes are wanted
def wants_celerys(result: CeleryResult, signature: CelerySignature, job: CeleryTask) -> None:  # type: ignore[type-arg, unused-ignore]
    result.get()


def gives_ours(something: object) -> None:
    result = add.delay(1, 2)
    wants_celerys(result, add.s(1), add)
    wants_celerys(result, chain(add.s(1, 2), add.s(3)), add)
    if isinstance(result, CeleryResult):
        result.get()
    if isinstance(something, CeleryResult):
        wants_celerys(something, add.s(1), add)


def reads_signatures() -> None:
    #: A signature is a dict
    partial = add.s(1)
    reveal_type(dict(partial))  # mypy R: dict[str, Any]  # pyright R: dict[Unknown, Unknown]
    reveal_type(partial["options"])  # mypy R: Any  # pyright R: Unknown
    reveal_type(partial.get("chord_size"))  # mypy R: Any | None  # pyright R: Unknown | None
    partial["options"]["queue"] = "slow"
    partial.update(immutable=True)
    reveal_type(Signature.from_dict(partial))  # R: Signature[Any, Any]
    reveal_type(len(group(add.s(1, 2), add.s(3, 4))))  # R: int
    #: What Celery adds to it
    reveal_type(partial.reprcall())  # R: str
    reveal_type(partial.flatten_links())  # R: list[Signature[Any, Any]]
    reveal_type(~add.s(1, 2))  # R: int
    reveal_type(add.s(1, 2).AsyncResult("1"))  # R: AsyncResult[int]
    reveal_type(chain(add.s(1, 2), add.s(1)).unchain_tasks())  # R: list[Signature[Any, Any]]
    reveal_type(chord([add.s(1, 2)], total.s()).body)  # R: Signature[Any, str]
    _ = partial.nope  # E: "nope"


@task(autoretry_for=(OSError,), retry_backoff=2, queue="mail")
def fetch(number: int) -> int:
    """Have options."""
    return number


@task(bind=True)
def again(self: RefTask, number: int) -> None:
    """Ask for its own."""
    #: What a task has of Celery's own
    reveal_type(self.__name__)  # R: str
    reveal_type(self.request.children)  # R: list[Any]
    reveal_type(self.add_trail(fetch.delay(1)))  # R: AsyncResult[int]
    self.push_request(retries=1)
    self.pop_request()
    self.signature_from_request(self.request).delay()
    reveal_type(self.request.get("tenant"))  # R: Any
    _ = self.request.tenant  # E: "tenant"
    reveal_type(fetch.autoretry_for)  # R: Sequence[type[BaseException]]
    reveal_type(fetch.retry_backoff)  # mypy R: int  # pyright R: bool | int
    reveal_type(fetch.__wrapped__(3))  # R: int
    reveal_type(again.__wrapped__(3))  # R: None
    reveal_type(again.__wrapped__.__func__(again, 3))  # R: None
    reveal_type(fetch.__wrapped__.__qualname__)  # R: str
    _ = fetch.__wrapped__.__defaults__
    reveal_type(fetch.__wrapped__.__code__.co_name)  # R: str
    reveal_type(list(map(fetch.__wrapped__, [1])))  # R: list[int]
    _ = fetch.__wrapped__.nope  # E: "nope"
    reveal_type(RefTask.__name__)  # R: str
    _ = self.nope  # E: "nope"

"""Tasks that say what becomes of rows that do not exist."""

from typing import Any, overload

from typing_extensions import TypedDict

from modelref import ModelRef, is_reference, is_resolved
from modelref.celery import task
from tests.shop.models import Customer, Order
from tests.tasks_workers import CountingTask


class Pair(TypedDict):
    """Two orders by name."""

    first: Order
    second: ModelRef[Order]


@overload
def told(value: Order) -> int: ...
@overload
def told(value: Any) -> Any: ...
def told(value: Any) -> Any:
    """Give what a body got, with keys in the place of rows."""
    if is_reference(value):
        assert is_resolved(value), "a policy reads references before the body starts"
        return value.pk
    if isinstance(value, Order):
        return value.pk
    if isinstance(value, dict) and "task" in value:
        return f"call of {value['task']}"
    if isinstance(value, dict):
        return {key: told(member) for key, member in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(map(told, value))
    return type(value)(map(told, value)) if isinstance(value, (list, tuple)) else value


@task
def mark(*results: Any, name: str = "ran") -> str:
    """Leave a row behind, by which a test sees that it ran."""
    Customer.objects.create(name=name, email="x" * len(results))
    return name


@task
def collect(results: list[Any]) -> list[Any]:
    """Be the body of a chord."""
    return results


@task(on_missing="skip")
def skip_order(order: Order) -> int:
    """Take an instance."""
    return told(order)


@task(on_missing="skip")
def skip_reference(order: ModelRef[Order]) -> int:
    """Take a reference."""
    return told(order)


@task(on_missing="skip")
def skip_after(result: Any, order: Order) -> int:
    """Take the result of the step before."""
    return told(order)


@task(on_missing="skip")
def skip_lists(orders: list[Order], refs: list[ModelRef[Order]]) -> Any:
    """Take lists of both kinds."""
    return told([orders, refs])


@task(on_missing="skip")
def skip_other_kinds(
    places: tuple[Order, ...], some: set[Order], by_name: dict[str, ModelRef[Order]]
) -> Any:
    """Take the other containers."""
    return told([places, some, by_name])


@task(on_missing="skip")
def skip_nested(groups: dict[str, list[Order]]) -> Any:
    """Take lists in a dict."""
    return told(groups)


@task(on_missing="skip")
def skip_pairs(pairs: list[tuple[Order, ModelRef[Order]]], named: list[Pair]) -> Any:
    """Take what cannot do without a member, in lists."""
    return told([pairs, named])


@task(on_missing="skip")
def skip_loose(value, *values: Any) -> Any:  # type: ignore[no-untyped-def]  # is tested
    """Take anything."""
    return told([value, *values])


@task(on_missing="skip")
def skip_optional(order: Order | None) -> Any:
    """Take None as well, which a skip does not make of a row."""
    return told(order)


@task(on_missing="none")
def none_for_order(order: Order | None, ref: ModelRef[Order] | None = None) -> Any:
    """Take None for a row."""
    return told([order, ref])


@task(on_missing="none")
def none_for_members(
    orders: list[Order | None],
    either: list[Order] | None,
    by_name: dict[str, ModelRef[Order] | None],
) -> Any:
    """Take None for members, or for a whole list."""
    return told([orders, either, by_name])


@task(on_missing="none")
def none_for_nothing(order: Order) -> Any:
    """Take no None."""
    return told(order)


@task(on_missing="none")
def none_loose(value, *values: Any) -> Any:  # type: ignore[no-untyped-def]  # is tested
    """Take anything."""
    return told([value, *values])


@task(bind=True, on_missing="retry", default_retry_delay=1, max_retries=20)
def retry_order(self: Any, order: ModelRef[Order]) -> list[Any]:
    """Wait for a row."""
    return [told(order), self.request.retries > 0]


@task(on_missing="retry", default_retry_delay=0, max_retries=2)
def retry_twice(order: Order) -> int:
    """Wait for a row, not for long."""
    return told(order)


@task(on_missing="retry", retry_backoff=40, retry_jitter=False)
def retry_backing_off(order: Order) -> int:
    """Wait for a row, longer each time."""
    return told(order)


@task(
    on_missing="retry",
    autoretry_for=(Exception,),
    retry_kwargs={"max_retries": 2, "countdown": 0},
    max_retries=50,
)
def retry_and_autoretry(order: Order) -> int:
    """Wait for a row by the settings of autoretry."""
    return told(order)


@task(on_missing="retry", retry_kwargs={"max_retries": 1, "countdown": 0}, max_retries=50)
def retry_once(order: Order) -> int:
    """Wait for a row by `retry_kwargs`."""
    return told(order)


@task(on_missing="skip", autoretry_for=(Exception,), default_retry_delay=0)
def skip_and_autoretry(order: Order) -> int:
    """Skip, whatever autoretry is for."""
    return told(order)


@task
def plain(order: Order, ref: ModelRef[Order]) -> list[Any]:
    """Do as all tasks do that say nothing."""
    return [order.pk, is_resolved(ref)]


@task(on_missing="skip")
def delete_in_body(order: ModelRef[Order], other: int) -> Any:
    """Meet a row that has gone while the body runs."""
    Order.objects.filter(pk=other).delete()
    order.refresh_from_db()
    return order.pk


@task(base=CountingTask, bind=True, on_missing="skip")
def count_queries(self: CountingTask, order: Order, refs: list[ModelRef[Order]]) -> Any:
    """Say how many queries the arguments took."""
    return self.report([order.note, *(ref.note for ref in refs)])

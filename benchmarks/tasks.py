"""The tasks that are compared: each reads one field of each row.

By hand, by Celery's recipe, by django-cereal's way, as whole instances, and by references.
"""

import time
from pathlib import Path
from typing import Any

from celery import shared_task

import modelref.celery
from benchmarks import rivals
from benchmarks.proj import app
from benchmarks.shop.models import Order
from modelref import ModelRef, iter_resolved
from modelref.celery import Load

#: By which serializer each rival sends.
SERIALIZERS = {
    rivals.PKS: "json",
    rivals.OURS: "modelref-json",
    rivals.PASSED_ON: "modelref-json",
    rivals.ONE_BY_ONE: "modelref-json",
    rivals.RECIPE: "json",
    rivals.CEREAL: "cereal",
    rivals.PICKLED: "pickle",
}

app.set_default()

kept: list[Any] = []


@shared_task(serializer="json")
def by_pk(pk: int) -> None:
    """Read a row by hand."""
    _use(Order.objects.get(pk=pk))


@shared_task(serializer="json")
def by_pks(pks: list[int]) -> None:
    """Read rows by hand, together."""
    found = Order.objects.in_bulk(pks)
    for pk in pks:
        _use(found[pk])


@shared_task(serializer="json")
def by_pks_one_by_one(pks: list[int]) -> None:
    """Read rows by hand, one by one."""
    for pk in pks:
        _use(Order.objects.get(pk=pk))


@modelref.celery.task
def by_reference(order: ModelRef[Order]) -> None:
    """Read a row when it is used."""
    _use(order)


@modelref.celery.task
def by_instance(order: Order) -> None:
    """Read a row before the body."""
    _use(order)


@modelref.celery.task
def by_references(orders: list[ModelRef[Order]]) -> None:
    """Read rows when they are used."""
    for order in orders:
        _use(order)


@modelref.celery.task
def by_instances(orders: list[Order]) -> None:
    """Read rows before the body."""
    for order in orders:
        _use(order)


@modelref.celery.task
def by_chunks(orders: list[ModelRef[Order]]) -> None:
    """Read rows in the memory of one chunk."""
    for order in iter_resolved(orders):
        _use(order)


@modelref.celery.task(load={"orders": Load(prefetch_related=("parcels",))})
def by_chunks_with_parcels(orders: list[ModelRef[Order]]) -> None:
    """Read rows, and what belongs to them, in the memory of one chunk."""
    for order in iter_resolved(orders):
        list(order.parcels.all())


@modelref.celery.task
def by_any(rows: list[Any]) -> None:
    """Read rows of any models."""
    for row in rows:
        str(row)


@modelref.celery.task
def keep(orders: list[ModelRef[Order]]) -> None:
    """Keep references, so that their memory can be measured."""
    kept.append(orders)


@shared_task(serializer="json")
def by_recipe(given: Order | list[Order]) -> None:
    """Be given rows that were read while the message was decoded."""
    _use_all(given)


@shared_task(serializer="cereal")
def by_cereal(given: Order | list[Order]) -> None:
    """Be given rows that were read while the message was decoded."""
    _use_all(given)


@shared_task(serializer="pickle")
def by_pickle(given: Order | list[Order]) -> None:
    """Be given rows as they were when they were sent."""
    _use_all(given)


@shared_task(serializer="json", ignore_result=False)
def mark(path: str | None = None) -> float:
    """Return the time, when a file is there."""
    while path is not None and not Path(path).exists():
        time.sleep(0.005)
    return time.perf_counter()


def _use(order: Order) -> str:
    return order.status


def _use_all(given: Order | list[Order]) -> None:
    for order in given if isinstance(given, list) else [given]:
        _use(order)

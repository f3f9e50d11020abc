"""Tasks that run an event loop."""

import asyncio
from typing import Any

from asgiref.sync import async_to_sync, sync_to_async
from django.db import connections

from modelref import ModelRef, aresolve, aresolve_all
from modelref.celery import task
from tests.shop.models import Order


def backend() -> int:
    """Say which process of PostgreSQL serves this thread."""
    with connections["postgres"].cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


async def _read(order: Order) -> tuple[str, int]:
    """Read a row, and say by which connection."""
    found = await aresolve(order)
    return found.note, await sync_to_async(backend)()


@task
def read_by_async_to_sync(order: ModelRef[Order]) -> dict[str, Any]:
    """Let the loop use the thread of the task."""
    here = backend()
    note, there = async_to_sync(_read)(order)
    return {"note": note, "same": here == there}


@task
def read_by_asyncio_run(order: ModelRef[Order]) -> dict[str, Any]:
    """Let the loop use another thread."""
    here = backend()
    note, there = asyncio.run(_read(order))
    return {"note": note, "same": here == there}


@task
def read_all_at_once(orders: list[ModelRef[Order]]) -> list[str]:
    """Read the rows of a list before they are used."""

    async def read() -> list[str]:
        return [order.note for order in await aresolve_all(orders)]

    return async_to_sync(read)()


@task
def use_loaded(order: Order) -> str:
    """Use in a loop what is read before it."""

    async def use() -> str:
        return order.note

    return asyncio.run(use())


@task
def touch(order: ModelRef[Order]) -> str:
    """Use in a loop what is not read."""

    async def use() -> str:
        return order.note

    return async_to_sync(use)()

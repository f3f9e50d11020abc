"""Tasks that say what they saw, in which process, and how many queries that took."""

import os
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from celery import shared_task
from django.db import connections

from modelref import ModelRef
from modelref.celery import RefTask, task
from tests.shop.models import Order


class CountingTask(RefTask):
    """Counts the queries from before its arguments are bound until it returns."""

    abstract = True

    def before_start(self, task_id: str, args: Any, kwargs: Any) -> None:
        self.sent: Counter[str] = Counter()
        self.counting = ExitStack()
        for alias in connections:
            connections[alias].ensure_connection()  # which asks some servers for their version
            self.counting.enter_context(connections[alias].execute_wrapper(self.count))

    def after_return(self, *args: Any, **kwargs: Any) -> None:
        self.counting.close()

    def count(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,
        context: dict[str, Any],
    ) -> Any:
        """Count one query."""
        self.sent[context["connection"].alias] += 1
        return execute(sql, params, many, context)

    def report(self, notes: list[Any]) -> dict[str, Any]:
        """Return what the test looks at."""
        return {"notes": notes, "queries": dict(self.sent), "pid": os.getpid()}


@task(base=CountingTask, bind=True)
def read_reference(self: CountingTask, order: ModelRef[Order]) -> dict[str, Any]:
    """Load one row by touching it."""
    return self.report([order.note])


@task(base=CountingTask, bind=True)
def read_instance(self: CountingTask, order: Order) -> dict[str, Any]:
    """Get one row loaded."""
    return self.report([order.note])


@task(base=CountingTask, bind=True)
def read_references(self: CountingTask, orders: list[ModelRef[Order]]) -> dict[str, Any]:
    """Load rows by touching one after the other."""
    return self.report([order.note for order in orders])


@task(base=CountingTask, bind=True)
def read_instances(self: CountingTask, orders: list[Order]) -> dict[str, Any]:
    """Get rows loaded."""
    return self.report([order.note for order in orders])


@task(base=CountingTask, bind=True)
def pass_on(self: CountingTask, orders: list[ModelRef[Order]]) -> dict[str, Any]:
    """Touch nothing but keys."""
    return self.report([str(order.pk) for order in orders])


@shared_task
def wait_for(path: str) -> None:
    """Keep the child busy until a file is there."""
    deadline = time.monotonic() + 20
    while not Path(path).exists():
        if time.monotonic() > deadline:
            raise TimeoutError(path)
        time.sleep(0.01)

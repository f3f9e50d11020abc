"""The Django project that is measured: its databases and rows."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from tests.services import HOST, RUN

if TYPE_CHECKING:  # elsewhere in functions: the settings are chosen first
    from benchmarks.shop.models import Order

ROWS = 100_000
SIZES = (1, 10, 100, 1_000, 10_000, 100_000)

Orders = list["Order"]


def start() -> None:
    """Set Django up with SQLite in memory, with empty tables."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    import django  # here, and below: the settings are chosen first
    from django.core.management import call_command

    django.setup()
    for alias in ("default", "eu"):
        call_command("migrate", run_syncdb=True, database=alias, verbosity=0)


@contextmanager
def postgres() -> Iterator[None]:
    """Set Django up with a PostgreSQL database of this run, which is dropped afterwards."""
    import psycopg  # here: an optional package, as its server is
    from psycopg.sql import SQL, Identifier

    name = f"{RUN}_benchmarks"
    quoted = Identifier(name)
    os.environ["MODELREF_BENCH_DATABASE"] = name
    with closing(psycopg.connect(host=HOST, user="postgres", autocommit=True)) as server:
        server.execute(SQL("CREATE DATABASE {}").format(quoted))
        try:
            start()
            yield
        finally:
            server.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(quoted))


def make_orders(number: int = ROWS, using: str = "default") -> Orders:
    """Save orders and return them as they are read, with keys from 1."""
    from benchmarks.shop.models import Order

    Order.objects.using(using).bulk_create(
        [Order(pk=pk) for pk in range(1, number + 1)], batch_size=5_000
    )
    return list(Order.objects.using(using).order_by("pk"))

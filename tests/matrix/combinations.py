"""The combinations of pool, broker and database, and which of them a run has.

Every combination of the three is run by `make matrix`, which sets `MODELREF_TEST_MATRIX=whole`; a
plain run of pytest has `ONE_FOR_EACH_POOL`. None is left out, but not each makes the same sense:

- gevent patches the sockets of PostgreSQL's and MariaDB's drivers and of the brokers, so its tasks
  wait side by side; for SQLite and files they wait one after the other, which is slow, and right.
- Results are in files beside the filesystem, and on Redis beside Redis. RabbitMQ's own results know
  no chords: beside it they are on Redis too, or, over SQLite, in an SQLAlchemy database. So chords
  are counted by the back end, on Redis, and by a task that looks how far they are.
- The filesystem transport has what it has handed out in the memory of the worker alone: when the
  worker's main process is killed, the message goes with it, whatever the task is. Scenarios that
  kill the main process are for Redis and RabbitMQ.
"""

import os
from dataclasses import dataclass
from itertools import product
from typing import Literal

from tests.queues import Backend, Broker
from tests.services import SERVICES

Pool = Literal["solo", "threads", "prefork", "gevent"]
Database = Literal["sqlite", "postgres", "mariadb"]

POOLS: tuple[Pool, ...] = ("solo", "threads", "prefork", "gevent")
BROKERS: tuple[Broker, ...] = ("filesystem", "redis", "rabbitmq")
DATABASES: tuple[Database, ...] = ("sqlite", "postgres", "mariadb")

CONCURRENCY_OF: dict[Pool, int] = {"solo": 1, "threads": 4, "prefork": 2, "gevent": 10}


@dataclass(frozen=True)
class Combination:
    """One pool, broker and database."""

    pool: Pool
    broker: Broker
    database: Database

    def __str__(self) -> str:
        return f"{self.pool}-{self.broker}-{self.database}"

    @property
    def alias(self) -> str:
        """Where its rows are."""
        return "default" if self.database == "sqlite" else self.database

    @property
    def backend(self) -> Backend:
        """Where its results are."""
        if self.broker == "filesystem":
            return "file"
        return "database" if (self.broker, self.database) == ("rabbitmq", "sqlite") else "redis"

    @property
    def services(self) -> tuple[str, ...]:
        """The servers that it needs."""
        needed = {self.broker, self.backend, self.database}
        return tuple(sorted(needed & SERVICES.keys()))


ALL = [Combination(*each) for each in product(POOLS, BROKERS, DATABASES)]
ONE_FOR_EACH_POOL = [
    Combination("solo", "filesystem", "sqlite"),
    Combination("threads", "redis", "mariadb"),
    Combination("prefork", "rabbitmq", "postgres"),
    Combination("gevent", "redis", "postgres"),
]


def whole() -> bool:
    """Return whether this run has every combination."""
    return os.environ.get("MODELREF_TEST_MATRIX") == "whole"


def is_of_this_run(combination: Combination) -> bool:
    """Return whether the tests of a combination are run."""
    return whole() or combination in ONE_FOR_EACH_POOL

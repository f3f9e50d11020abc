"""A `Lane`: the worker of one combination, the rows of one test, and what was asked for them."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from celery.result import AsyncResult, GroupResult
from django.db import DEFAULT_DB_ALIAS

from tests.matrix.combinations import CONCURRENCY_OF, Combination, Pool
from tests.queues import Queue
from tests.shop.models import Order
from tests.spy import all_events, recorded, start_watched_worker
from tests.workers import StartWorker, Worker

TIMEOUT = 30  # seconds
INTERVAL = 0.02

#: What Django tells a database besides what a task asks: MariaDB when a task opens its connection,
#: and SQLite where a transaction begins.
OVERHEAD = ("SET SESSION", "SELECT VERSION()", "BEGIN")


class Lane:
    """One combination of the matrix, with a worker that is watched.

    The worker's default database is that of the combination; rows are sent with its alias.

    Args:
        combination: pool, broker and database.
        start_worker: what starts workers.
        concurrency: how many tasks the worker runs at a time, as is usual for its pool if left out.
        visibility_timeout: seconds after which Redis gives a message that a worker has not
            acknowledged to another one.
    """

    def __init__(
        self,
        combination: Combination,
        start_worker: StartWorker,
        *,
        concurrency: int | None = None,
        visibility_timeout: int | None = None,
    ) -> None:
        self.combination = combination
        self.alias = combination.alias
        self.concurrency = concurrency or CONCURRENCY_OF[combination.pool]
        self.queue = Queue(combination.broker, combination.backend)
        if combination.broker == "redis" and visibility_timeout is not None:
            options = self.queue.conf["broker_transport_options"]
            options["visibility_timeout"] = visibility_timeout
        self._start_worker = start_worker
        self._seen = 0
        self._looked_at: set[str] = set()

    def start_worker(self, pool: Pool | None = None) -> Worker:
        """Start a worker; the first one, or one after it has been killed.

        Args:
            pool: another pool than that of the combination.
        """
        default = {} if self.alias == DEFAULT_DB_ALIAS else {"MODELREF_TEST_DEFAULT": self.alias}
        self.worker = start_watched_worker(
            partial(
                self._start_worker,
                pool=pool or self.combination.pool,
                concurrency=self.concurrency,
            ),
            self.queue,
            **default,
        )
        return self.worker

    def close(self) -> None:
        """Close the queue; the worker is ended by what has started it."""
        self.queue.close()

    def orders(self, number: int) -> list[Order]:
        """Save orders; their notes are numbers from 0."""
        make = Order.objects.using(self.alias)
        return [make.create(note=str(n)) for n in range(number)]

    def change(self, order: Order, note: str = "changed") -> None:
        """Change the row of an order, and not the instance."""
        assert Order.objects.using(self.alias).filter(pk=order.pk).update(note=note) == 1

    def remove(self, order: Order) -> None:
        """Delete the row of an order, and not the key of the instance."""
        Order.objects.using(self.alias).filter(pk=order.pk).delete()

    def get(self, result: Any, **options: Any) -> Any:
        """Wait for a result, and return it.

        It is asked for again and again: with Celery 5.5 a sender that waits on Redis sometimes
        misses the word that a result is there.
        """
        wait_until(result.ready)
        return result.get(timeout=TIMEOUT, **options)

    def states(self, results: Iterable[AsyncResult]) -> list[str]:
        """Wait until these tasks have ended, and return how.

        A task that sends another one is often overtaken by it, and is said to have ended after it.
        """
        found = list(results)
        for result in found:
            wait_until(result.ready)
        return [result.state for result in found]

    def result(self, signature: Any) -> AsyncResult:
        """Return the result of a call that another task sends; its id was made up front."""
        return self.queue.app().AsyncResult(signature.id)

    def begin(self) -> None:
        """Look only at what happens from now on."""
        self._seen = recorded(self.worker)
        self._looked_at = set()

    def queries(self, *results: Any, alias: str | None = None) -> list[int]:
        """Return how many queries each of these tasks has sent, all to one database.

        Args:
            results: of the tasks.
            alias: which database this is, if not that of the lane.
        """
        ids = [result.id for result in results]
        self._looked_at.update(ids)
        queries = [query for query in self._queries() if query["task"] in ids]
        assert {query["alias"] for query in queries} <= {alias or self.alias}
        sent = Counter(query["task"] for query in queries)
        return [sent[each] for each in ids]

    def look_at_all(self, *, queries: int) -> None:
        """Assert how many queries all tasks of the test have sent, where they are too many to name.

        Args:
            queries: the number, all of them to the lane's database.
        """
        sent = self._queries()
        self._looked_at.update(query["task"] for query in sent)
        assert {query["alias"] for query in sent} <= {self.alias}
        assert len(sent) == queries

    def received(self) -> Counter[str]:
        """Return how often the message of each task has arrived, by its id."""
        return self._number("receive")

    def assert_nothing_is_lost(self) -> None:
        """Assert that each message that arrived has been run to its end, one by one."""
        wait_until(lambda: self.received() == self._number("end"))

    def assert_nothing_else_was_asked(self) -> None:
        """Assert that no query was sent outside a task, nor by a task not looked at.

        The main process of a prefork worker runs no task: it has sent none at all.
        """
        queries = self._events("query")
        assert [query for query in queries if query["task"] is None] == []
        assert {query["task"] for query in self._queries()} <= self._looked_at
        if self.combination.pool == "prefork":
            assert [query for query in queries if query["pid"] == self.worker.pid] == []

    def _number(self, kind: str) -> Counter[str]:
        return Counter(event["id"] for event in self._events(kind))

    def _queries(self) -> list[dict[str, Any]]:
        """Return the queries, without `OVERHEAD`."""
        queries = self._events("query")
        return [query for query in queries if not query["sql"].lstrip().startswith(OVERHEAD)]

    def _events(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in all_events(self.worker, self._seen) if event["kind"] == kind]


def wait_until(happens: Callable[[], object]) -> None:
    """Wait for something that happens elsewhere."""
    deadline = time.monotonic() + TIMEOUT
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(INTERVAL)


def steps(last: AsyncResult) -> list[AsyncResult]:
    """Return the results of a chain, in order."""
    found: list[Any] = [last]
    while found[0].parent is not None:
        found.insert(0, found[0].parent)
    return found


def leaves(result: Any) -> Iterator[AsyncResult]:
    """Give the results of the tasks in a group, and in groups inside it."""
    if isinstance(result, GroupResult):
        for child in result.results or ():
            yield from leaves(child)
    else:
        yield result

"""A broker that goes away and comes back, while messages wait and while a worker is at work.

Redis is a server of the test's own, which writes each message to disk, and is killed. RabbitMQ is
the one of the machine: it closes all connections of the run, which is what its clients see of a
restart. That a durable queue keeps persistent messages on disk is RabbitMQ's promise, and is not
shown here; the worker's and the sender's part is.
"""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.queues import Queue
from tests.services import HOST, cut_connections_to_rabbitmq, require_program
from tests.shop.models import Order
from tests.tasks_faults import wait_and_see
from tests.tasks_workers import read_instance, read_references
from tests.workers import StartWorker, Worker, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

#: Redis knows nothing of connections: what a worker has not acknowledged is given out again when
#: this time is over. The two others say how often workers look.
VISIBLE_SOON = {
    "visibility_timeout": 1,  # seconds
    "unacked_restore_interval": 1,
    "unacked_restore_throttle": 1,
}
LOST = "Connection to broker lost"  # in the log of a worker


class RedisServer:
    """A Redis server of the test's own, which keeps on disk what it has answered for.

    Args:
        folder: where it keeps that.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with closing(socket.socket()) as free:
            free.bind((HOST, 0))
            self.port = free.getsockname()[1]

    def start(self) -> None:
        """Start it, and wait until it answers and has read what was kept."""
        command = ["redis-server", "--port", str(self.port), "--bind", HOST]
        command += ["--dir", str(self.folder), "--appendonly", "yes", "--appendfsync", "always"]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log)
        wait_until(self._answers)

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.wait()

    def _answers(self) -> bool:
        import redis  # here: an optional package, as its server is

        with closing(redis.Redis(HOST, self.port)) as client, suppress(redis.ConnectionError):
            return client.ping()
        return False


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis server that runs."""
    require_program("redis-server")
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.kill()


def orders(number: int) -> list[Order]:
    """Save orders."""
    return [Order.objects.create(note="before") for _ in range(number)]


def notes(results: list[Any]) -> list[list[str]]:
    """Wait for results, and return what each task has seen."""
    return [result.get(timeout=30, interval=0.05)["notes"] for result in results]


class Busy:
    """A worker with one task at work, and others whose messages it has got already.

    Args:
        worker: it has one child.
        path: a file that does not exist.
    """

    def __init__(self, worker: Worker, path: Path) -> None:
        self.path = path
        first, second, third = orders(3)
        self.working = wait_and_see.delay(first, str(path))
        wait_until(path.with_suffix(".begun").exists)
        self.waiting = [read_instance.delay(second), read_references.delay([second, third])]
        for result in self.waiting:
            worker.wait_for_log(f"[{result.id}] received")

    def goes_on(self) -> None:
        """Change the rows; the task at work ends, and those that waited have run: none is lost."""
        Order.objects.update(note="after")
        self.path.touch()
        assert self.working.get(timeout=30, interval=0.05) == "after"
        assert notes(self.waiting) == [["after"], ["after", "after"]]


class TestRedis:
    """Killed, and started on what it has kept."""

    @pytest.fixture
    def queue(self, server: RedisServer) -> Iterator[Queue]:
        """A queue on that server, whose messages belong to a worker for a second; no results."""
        with closing(Queue("redis", "file", broker_url=f"redis://{HOST}:{server.port}")) as queue:
            queue.conf["broker_transport_options"] |= VISIBLE_SOON
            yield queue

    def test_messages_that_wait_for_a_worker(
        self, server: RedisServer, queue: Queue, start_worker: StartWorker
    ) -> None:
        """They are run when both are there, on rows as they are then."""
        first, second, third = orders(3)
        with queue.producing():
            results = [read_instance.delay(first), read_references.delay([second, third])]
            server.kill()
            Order.objects.update(note="after")
            server.start()
            start_worker(queue=queue)

            assert notes(results) == [["after"], ["after", "after"]]

    def test_messages_that_wait_in_a_worker(
        self, server: RedisServer, queue: Queue, start_worker: StartWorker, tmp_path: Path
    ) -> None:
        """A worker finishes what it is at, and the next one runs the rest; the sender goes on.

        The next one: a worker that holds messages when Redis goes away ends, with kombu 5.7 ("no
        attribute 'hostname'"), and what watches over a project's processes starts it again.
        """
        worker = start_worker(queue=queue)
        with queue.producing():
            busy = Busy(worker, tmp_path / "go on")

            server.kill()
            worker.wait_for_log(LOST)
            server.start()
            start_worker(queue=queue)

            busy.goes_on()
            assert notes([read_instance.delay(*orders(1))]) == [["before"]]


@pytest.mark.needs("rabbitmq")
class TestRabbitMQ:
    """All connections are closed: that of the worker, and that of the sender."""

    @pytest.fixture
    def queue(self) -> Iterator[Queue]:
        """A durable queue; results go elsewhere."""
        with closing(Queue("rabbitmq", "file")) as queue:
            yield queue

    def test_messages_that_wait_in_a_worker(
        self, queue: Queue, start_worker: StartWorker, tmp_path: Path
    ) -> None:
        """They are given out again, and run on rows as they are then; the sender goes on too."""
        worker = start_worker(queue=queue)
        with queue.producing():
            busy = Busy(worker, tmp_path / "go on")

            cut_connections_to_rabbitmq()
            worker.wait_for_log(LOST)

            busy.goes_on()
            assert notes([read_instance.delay(*orders(1))]) == [["before"]]

"""Fixtures: queues on real brokers, worker processes, and the rule for servers that are missing."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest
from celery import Celery
from django.test.utils import setup_databases, teardown_databases
from pytest_django import DjangoDbBlocker

from tests.queues import MakeQueue, Queue
from tests.services import FOLDER, SERVICES, require, sweep
from tests.workers import StartWorker, starting_workers


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder of the run; send tasks that no fixture takes care of nowhere."""
    FOLDER.mkdir()
    Celery("nowhere", broker="memory://localhost", backend="cache+memory://").set_default()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # tear down, then end


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove what the run has made on the servers and on disk."""
    sweep()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, or fail, a test that needs a server which does not answer."""
    named = [name for marker in item.iter_markers("needs") for name in marker.args]
    databases = [
        alias
        for marker in item.iter_markers("django_db")
        for alias in marker.kwargs.get("databases") or ()
    ]
    require(*named, *(alias for alias in databases if alias in SERVICES))


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """Make every database there is, not only those that a test names: a worker opens them all."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture
def make_queue() -> Iterator[MakeQueue]:
    """Make a `Queue` to send to before a worker is started on it.

    `make_queue(broker, backend=None, **conf)`; then `start_worker(queue=queue)`.
    """
    with ExitStack() as stack:
        yield lambda *args, **conf: stack.enter_context(closing(Queue(*args, **conf)))


@pytest.fixture
def start_worker(django_db_setup: None) -> Iterator[StartWorker]:
    """Start a worker process, ended with the test; see `tests.workers.starting_workers`."""
    with starting_workers() as start:
        yield start


@pytest.fixture(scope="module")
def start_module_worker(django_db_setup: None) -> Iterator[StartWorker]:
    """Start a worker process that the tests of a module share."""
    with starting_workers() as start:
        yield start


@pytest.fixture
def memory_queue() -> Iterator[Queue]:
    """A queue on the in-memory transport to send to during the test; `take` shows what was sent."""
    with closing(Queue("memory")) as queue, queue.producing():
        yield queue

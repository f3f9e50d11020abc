"""A `Worker`: a real `celery worker` process that a test starts, reads the log of, and stops."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

from django.db import connections

from tests.queues import Backend, Broker, Queue

ROOT = Path(__file__).parent.parent
READY = " ready."
START_TIMEOUT = 30  # seconds
STOP_TIMEOUT = 10
LOG_LINES = 30  # in an error

StartWorker = Callable[..., "Worker"]

_numbers = count(1)


class CeleryProcess:
    """A process of Celery's command line, on a `Queue`, with the databases of this test process.

    Args:
        queue: whose settings it has.
        name: what its log is called.
        app: its app, as for `celery -A`.
        command: the command and its options.
        setup: its step of the roll-out (see `tests.proj`).
        env: further environment variables, such as `MODELREF_TEST_DEFAULT=postgres`.
    """

    def __init__(
        self,
        queue: Queue,
        *,
        name: str,
        app: str,
        command: Sequence[str],
        setup: str,
        env: Mapping[str, str],
    ) -> None:
        self.queue = queue
        queue.folder.mkdir(parents=True, exist_ok=True)
        self._log = queue.folder / f"{name}.log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", app, *command],
                cwd=ROOT,
                env={**_environment(queue, setup), **env},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # one group of processes, for `stop`
            )

    @property
    def log(self) -> str:
        """What the process and its children have printed so far."""
        return self._log.read_text(errors="replace")

    @property
    def pid(self) -> int:
        """The main process."""
        return self.process.pid

    def wait_for_log(self, text: str, timeout: float = 10) -> None:
        """Wait until the log has this text.

        Raises:
            RuntimeError: the process ended, or the time is over; the message has its log.
        """
        deadline = time.monotonic() + timeout
        while text not in self.log:
            if self.process.poll() is not None or time.monotonic() > deadline:
                tail = "\n".join(self.log.splitlines()[-LOG_LINES:])
                raise RuntimeError(f"no {text!r} in the log, which ends:\n{tail}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Ask the process to finish what it does and end; kill what is left of it."""
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_TIMEOUT)
        self.kill()

    def kill(self) -> None:
        """End the process and its children at once, as a machine that loses power."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Worker(CeleryProcess):
    """A worker process.

    Args:
        queue: what it consumes from.
        pool: pool of Celery: prefork, threads, solo.
        concurrency: children or threads of the pool.
        options: further options of the command line.
        process: see `CeleryProcess`.
    """

    def __init__(
        self,
        queue: Queue,
        *,
        pool: str,
        concurrency: int,
        options: Sequence[str],
        **process: Any,
    ) -> None:
        name = f"{queue.name}-worker-{next(_numbers)}"
        command = ["worker", "-P", pool, "-c", str(concurrency), "-Q", queue.name]
        command += ["-n", f"{name}@%h", "-l", "INFO", "--without-gossip", "--without-mingle"]
        command += ["--heartbeat-interval", "1"]  # an idle worker looks up that often, and stops
        super().__init__(queue, name=name, command=[*command, *options], **process)

    def wait_until_ready(self) -> None:
        """Wait until the worker consumes from its queue.

        Raises:
            RuntimeError: it ended, or does not get ready; the message has its log.
        """
        self.wait_for_log(READY, START_TIMEOUT)


def wait_until(happens: Callable[[], object]) -> None:
    """Wait for something that happens elsewhere."""
    deadline = time.monotonic() + 20
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@contextmanager
def starting_workers() -> Iterator[StartWorker]:
    """Give a function that starts workers; kill them all, and close their queues, at the end.

    Its arguments are those of `Worker`, and instead of `queue`, `broker` and `backend` for a queue
    of the worker's own.
    """
    with ExitStack() as stack:

        def start_worker(
            broker: Broker = "redis",
            *,
            backend: Backend | None = None,
            queue: Queue | None = None,
            app: str = "tests.proj:app",
            pool: str = "prefork",
            concurrency: int = 1,
            setup: str = "full",
            env: Mapping[str, str] | None = None,
            options: Sequence[str] = (),
        ) -> Worker:
            if queue is None:
                queue = stack.enter_context(closing(Queue(broker, backend)))
            worker = Worker(
                queue,
                app=app,
                pool=pool,
                concurrency=concurrency,
                setup=setup,
                env=env or {},
                options=options,
            )
            stack.callback(worker.kill)
            worker.wait_until_ready()
            return worker

        yield start_worker


def _environment(queue: Queue, setup: str) -> dict[str, str]:
    told = {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "MODELREF_TEST_CELERY": json.dumps(queue.conf),
        "MODELREF_TEST_DATABASES": json.dumps(_databases()),
        "MODELREF_TEST_SETUP": setup,
        "PYTHONUNBUFFERED": "1",
    }
    inherited = dict(os.environ)
    inherited.pop("MODELREF_TEST_DEFAULT", None)  # it chose `default`, which the worker is told
    return inherited | told


def _databases() -> dict[str, dict[str, object]]:
    keys = ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")
    return {
        alias: {key: settings[key] for key in keys if key in settings}
        for alias, settings in connections.settings.items()
    }

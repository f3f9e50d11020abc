"""A `Queue`: one queue on a broker, with a result back end, that belongs to one test.

It is what a producer and a worker of a test share. The producer is an app in the test process that
is current inside `queue.producing()`; a worker is started on it by the fixture `start_worker`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any, Literal

from celery import Celery, current_app
from kombu import Message

from tests.services import FOLDER, HOST, RUN, rabbitmq_vhost, require

if TYPE_CHECKING:
    from tests.proj import Setup

Broker = Literal["redis", "rabbitmq", "filesystem", "memory"]
Backend = Literal["redis", "rpc", "file", "database", "memory"]

MakeQueue = Callable[..., "Queue"]

BACKEND_OF: dict[Broker, Backend] = {
    "redis": "redis",
    "rabbitmq": "rpc",
    "filesystem": "file",
    "memory": "memory",
}
SERVICE_OF: dict[str, str] = {"redis": "redis", "rabbitmq": "rabbitmq", "rpc": "rabbitmq"}

_numbers = count(1)


class Queue:
    """One queue on a broker and a result back end for its tasks.

    Args:
        broker: where messages travel.
        backend: where results are kept; the broker's own kind if left out. `file` and `database`
            (SQLAlchemy, a file of SQLite) look twice a second: `result.get(interval=0.05)` is
            faster.
        conf: further settings of Celery, for the worker and the producer.
    """

    def __init__(self, broker: Broker, backend: Backend | None = None, **conf: Any) -> None:
        self.broker: Broker = broker
        self.backend: Backend = backend or BACKEND_OF[broker]
        require(*{SERVICE_OF[kind] for kind in (broker, self.backend) if kind in SERVICE_OF})
        self.name = f"{RUN}-{next(_numbers)}"
        self.folder = FOLDER / self.name
        self.conf = self._conf_of_all() | self._conf_of_broker() | self._conf_of_backend() | conf
        self._apps: dict[str, Celery] = {}

    def app(self, setup: "Setup" = "full") -> Celery:
        """Return the producer of this step of the roll-out (see `tests.proj`)."""
        from tests.proj import make_app  # here: its module needs the whole package to be there

        if setup not in self._apps:
            self._apps[setup] = make_app(self.conf, setup)
        return self._apps[setup]

    @contextmanager
    def producing(self, setup: "Setup" = "full") -> Iterator[Celery]:
        """Make the producer the current app of this thread: `task.delay()` sends to this queue."""
        previous = current_app._get_current_object()
        app = self.app(setup)
        app.set_current()
        try:
            yield app
        finally:
            previous.set_current()

    def take(self) -> Message | Any:
        """Take the next message off the queue, as it was sent; None where there is none."""
        app = self.app("none")
        with app.connection_for_read() as connection:
            queue = app.amqp.queues[self.name].bind(connection.default_channel)
            queue.declare()
            return queue.get(no_ack=True)

    def close(self) -> None:
        """Close the connections of the producers; in a shared vhost remove what was declared."""
        if self.broker == "rabbitmq" and self.conf["broker_url"].endswith("//"):
            self._delete_declared()
        for app in self._apps.values():
            app.close()
        self._apps.clear()

    def _conf_of_all(self) -> dict[str, Any]:
        return {
            "task_default_queue": self.name,
            "control_exchange": f"{self.name}-control",
            "event_exchange": f"{self.name}-events",
            "broker_connection_retry_on_startup": True,
        }

    def _conf_of_broker(self) -> dict[str, Any]:
        match self.broker:
            case "redis":
                return {
                    "broker_url": f"redis://{HOST}",
                    "broker_transport_options": {"global_keyprefix": f"{self.name}:"},
                }
            case "rabbitmq":
                return {"broker_url": f"amqp://guest:guest@{HOST}/{rabbitmq_vhost()}"}
            case "filesystem":
                return {
                    "broker_url": "filesystem://localhost",
                    "broker_transport": "tests.filesystem:Transport",
                    "broker_transport_options": {
                        "data_folder_in": self._make_folder("messages"),
                        "data_folder_out": self._make_folder("messages"),
                        "processed_folder": self._make_folder("processed"),
                        "control_folder": self._make_folder("control"),
                        "store_processed": True,
                        "polling_interval": 0.05,  # seconds
                    },
                }
            case "memory":
                return {"broker_url": "memory://localhost"}

    def _conf_of_backend(self) -> dict[str, Any]:
        match self.backend:
            case "redis":
                return {
                    "result_backend": f"redis://{HOST}",
                    "result_backend_transport_options": {"global_keyprefix": f"{self.name}:"},
                }
            case "rpc":
                return {"result_backend": "rpc://"}
            case "file":
                return {"result_backend": f"file://{self._make_folder('results')}"}
            case "database":
                return {"result_backend": f"db+sqlite:///{self._make_folder('results')}/results.db"}
            case "memory":
                return {"result_backend": "cache+memory://"}

    def _make_folder(self, name: str) -> str:
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        return str(folder)

    def _delete_declared(self) -> None:
        with self.app("none").connection_for_write() as connection:
            channel = connection.default_channel
            for queue in (self.name, *(app.thread_oid for app in self._apps.values())):
                channel.queue_delete(queue)
            for exchange in (
                self.name,
                f"{self.name}-events",
                f"{self.name}-control.pidbox",
                f"reply.{self.name}-control.pidbox",
            ):
                channel.exchange_delete(exchange)

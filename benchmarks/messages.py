"""Messages as a task makes them, without a broker, and as a worker hands them to its body."""

from typing import Any

from kombu import Producer

from benchmarks.project import Orders


class Unpublishing(Producer):
    """A producer that does everything but publish."""

    def _publish(self, body: Any, *args: Any, **kwargs: Any) -> Any:
        """Do without the last step of ``publish``, which has this name in kombu 5.5 to 5.7."""
        return body


class _Catching(Producer):
    """A producer that keeps what it is given."""

    caught: Any = None

    def publish(self, body: Any, *args: Any, **kwargs: Any) -> None:
        """Keep the body of a message."""
        self.caught = body


def published(task: Any, *args: Any) -> Any:
    """Return the body that a task gives to the serializer."""
    from benchmarks import proj  # here: Django has been set up

    producer = _Catching(proj.app.connection_for_write().default_channel)
    task.apply_async(args, producer=producer)
    return producer.caught


def handed(body: Any) -> Any:
    """Return the list of references that a body is handed for the decoded body of a message."""
    from benchmarks import tasks  # here, and below: Django has been set up

    args, kwargs, _ = body
    tasks.keep.push_request(id="1", called_directly=False, args=args, kwargs=kwargs)
    try:
        tasks.keep.run(*args)
    finally:
        tasks.keep.pop_request()
    return tasks.kept.pop()


def arrived(orders: Orders) -> Any:
    """Return the references that a body is handed for a message about some orders."""
    from benchmarks import rivals, tasks

    data = rivals.encoder("modelref-json")(published(tasks.keep, orders))
    return handed(rivals.decoder("modelref-json")(data))

"""``Call``: one message, on its way out now or when the transaction commits.

A call that waits is checked and fixed when it is made, so that the commit has only to send it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from celery.utils.functional import maybe_list
from kombu.compression import get_encoder
from kombu.exceptions import EncodeError
from kombu.serialization import dumps, loads
from kombu.utils.uuid import uuid

from modelref.celery.calls.commits import awaited_databases, publication_of
from modelref.errors import ModelRefError
from modelref.messages import is_signature

#: What Celery's ``apply_async`` takes by position after the arguments of the task.
_BY_POSITION = ("task_id", "producer", "link", "link_error", "shadow")
#: Options that hold signatures.
_FOLLOWING = ("link", "link_error", "chain", "chord")
#: Options of no use later: a group takes back the producer that it lends to its members.
_OF_NOW = ("producer", "publisher", "connection")
#: Other options that Celery looks at when it makes a message.
_IN_MESSAGE = ("chain", "chord", "countdown", "eta", "expires")


def by_name(rest: Sequence[Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of an ``apply_async``, with those that were given by position."""
    return {**dict(zip(_BY_POSITION, rest, strict=False)), **options} if rest else dict(options)


class Call:
    """A call of a task, with references in the place of rows.

    Args:
        task: the task; perhaps one of Celery's own.
        publish: its ``apply_async`` as Celery has it.
        args: positional arguments of the task.
        kwargs: its keyword arguments.
        options: the options of ``publish``, in a dict of the call's own.
    """

    def __init__(
        self,
        task: Any,
        publish: Callable[..., Any],
        args: Any,
        kwargs: Any,
        options: dict[str, Any],
    ) -> None:
        self._task = task
        self._publish = publish
        self._args = args
        self._kwargs = kwargs
        self._options = options
        on_commit = self._options.pop("on_commit", None)
        self._on_commit = task.on_commit if on_commit is None else on_commit

    def send(self) -> Any:
        """Send the message, or let it wait for the transaction; return the result of the call.

        Raises:
            UnsavedInstance: an instance in it has no row.
            NotEncodable: a value in it cannot travel.
        """
        try:
            aliases = self._awaited()
            return self._defer(aliases) if aliases else self._send_now()
        except EncodeError as error:  # kombu's, round that of a codec
            if error.args and isinstance(error.args[0], ModelRefError):
                raise error.args[0] from None
            raise

    def _send_now(self) -> Any:
        result = self._publish(self._args, self._kwargs, **self._options)
        if "task_id" in self._options:  # perhaps that of a call that was rolled back
            publication_of(self._options["task_id"]).waits = False
        return result

    def _awaited(self) -> list[str]:
        """Return the databases whose transactions the call waits for.

        What takes the place of the running task never waits, a retry and, as Celery 5.5 to 5.7
        marks it, a replacement: the exception that ends the running task rolls its blocks back.
        """
        if "retries" in self._options or self._options.get("replaced_task_nesting"):
            return []
        return awaited_databases(on_commit=self._on_commit)

    def _defer(self, aliases: Sequence[str]) -> Any:
        """Let the call wait; return its result, which knows that it does."""
        options: dict[str, Any] = {
            name: dict(option) if type(option) is dict else option
            for name, option in self._options.items()
            if name not in _OF_NOW
        }
        task_id: str = options.get("task_id") or uuid()
        options["task_id"] = task_id
        self._dump_pydantic_models(options)
        self._check(options)
        following = self._following(options)
        result = self._task.AsyncResult(task_id)
        ignored = options.get("ignore_result")
        result.ignored = self._task.ignore_result if ignored is None else ignored
        publish = partial(self._publish, self._args, self._kwargs, **options | following)
        publication = publication_of(task_id)
        publication.precede(_task_ids(following))
        publication.wait(aliases, self._task.name, publish)
        return result

    def _dump_pydantic_models(self, options: Mapping[str, Any]) -> None:
        """Do what Celery 5.7 does for a task with ``pydantic=True`` when it sends the message."""
        dump = getattr(self._task, "_dump_pydantic_arguments", None)
        if dump is not None and self._serializer(options) != "pickle":
            self._args, self._kwargs = dump(self._args, self._kwargs)

    def _check(self, options: Mapping[str, Any]) -> None:
        """Raise now what Celery would raise when it sends the message.

        ``typing`` and ``__header__`` are how Celery 5.5 to 5.7 counts arguments.
        """
        if self._task.typing and hasattr(self._task, "__header__"):
            self._task.__header__(*(self._args or ()), **(self._kwargs or {}))
        self._task.app.amqp.router.expand_destination({"queue": options.get("queue")})
        if options.get("compression"):
            get_encoder(options["compression"])
        message = self._task.app.amqp.create_task_message(
            options["task_id"],
            self._task.name,
            self._args,
            self._kwargs,
            callbacks=maybe_list(options.get("link")),
            errbacks=maybe_list(options.get("link_error")),
            **{name: options.get(name) for name in _IN_MESSAGE},
        )
        dumps(message.body, self._serializer(options))

    def _following(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return the options with signatures in them as they would arrive if they were sent now.

        A row that is deleted before the commit has no primary key then.
        """
        following = {name: options[name] for name in _FOLLOWING if options.get(name)}
        content_type, encoding, text = dumps(following, self._serializer(options))
        arrived: dict[str, Any] = loads(text, content_type, encoding, accept=[content_type])
        return arrived

    def _serializer(self, options: Mapping[str, Any]) -> str:
        return str(options.get("serializer") or self._task.serializer)


def add_member(add: Callable[..., Any], signature: Any) -> Any:
    """Add a member to a chord when it is sent; return its result.

    One that is counted and never sent would keep the body waiting for ever.

    Args:
        add: Celery's ``add_to_chord``, which counts the signature and sends it.
        signature: the member.
    """
    first = signature
    while getattr(first, "tasks", None):
        first = first.tasks[0]
    on_commit = first.options.get("on_commit", getattr(_task_of(first), "on_commit", False))
    aliases = awaited_databases(on_commit=on_commit)
    if not aliases:
        return add(signature)
    first.set(on_commit=False)  # waits here
    result = signature.freeze()
    publication_of(result.id).wait(aliases, first.task, partial(add, signature))
    return result


def _task_of(signature: Any) -> Any:
    """Return the task of a signature, None where it is not registered here."""
    try:
        return signature.type
    except KeyError:
        return None


def _task_ids(following: Any) -> Iterator[str]:
    """Yield the ids that signatures have, at any depth."""
    waiting = [following]
    seen: set[int] = set()
    while waiting:
        value = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, dict):
            waiting.extend(value.values())
            task_id = value["options"].get("task_id") if is_signature(value) else None
            if task_id is not None:
                yield task_id
        elif isinstance(value, (list, tuple)):
            waiting.extend(value)

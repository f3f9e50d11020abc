"""The options of tasks and of calls, by name and type, so that a wrong one is found in the editor.

They are Celery's; ``on_missing``, ``on_commit`` and ``load`` are this package's.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Generic, Literal

from typing_extensions import TypedDict

from modelref.celery.rows.loads import Load
from modelref.celery.types.signatures import R

if TYPE_CHECKING:
    from typing import Never, TypeAlias

    from modelref.celery.types.signatures import Signature

    #: What gets the request, the error and its traceback; a signature is a mapping, too.
    Errback: TypeAlias = "Signature[Never, Any] | Mapping[str, Any]"

#: What a row that does not exist does.
OnMissing = Literal["raise", "skip", "retry", "none"]

Handler = Callable[..., Any]


class MessageOptions(TypedDict, total=False):
    """What a task may fix for its messages, and a call may say otherwise."""

    compression: str | None
    delivery_mode: str | int | None
    exchange: Any  # a name, or kombu's Exchange
    expires: datetime | timedelta | float | None
    ignore_result: bool | None
    immediate: bool | None
    mandatory: bool | None
    priority: int | None
    queue: Any  # a name, or kombu's Queue
    routing_key: str | None
    serializer: str | None
    soft_time_limit: float | None
    time_limit: float | None


class TaskOptions(MessageOptions, total=False):
    """What ``@task`` takes beside ``bind`` and ``app``."""

    abstract: bool
    acks_late: bool | None
    acks_on_failure: bool | None
    acks_on_failure_or_timeout: bool | None
    acks_on_timeout: bool | None
    after_return: Handler
    autoretry_for: Sequence[type[BaseException]]
    backend: Any  # a back end of Celery
    base: Any  # a subclass of RefTask
    before_start: Handler
    default_retry_delay: float
    dont_autoretry_for: Sequence[type[BaseException]]
    lazy: bool
    load: Mapping[str, Load]
    max_retries: int | None
    name: str | None
    on_commit: bool | None
    on_failure: Handler
    on_missing: OnMissing
    on_replace: Handler
    on_retry: Handler
    on_success: Handler
    pydantic: bool
    pydantic_context: Mapping[str, Any] | None
    pydantic_dump_kwargs: Mapping[str, Any] | None
    pydantic_strict: bool
    rate_limit: str | float | None
    reject_on_worker_lost: bool | None
    Request: Any  # a subclass of Celery's request
    resultrepr_maxsize: int
    retry_backoff: bool | int
    retry_backoff_max: int
    retry_jitter: bool
    retry_kwargs: Mapping[str, Any]
    retry_on_worker_lost: bool | None
    send_events: bool
    shadow_name: Handler
    shared: bool
    store_eager_result: bool | None
    store_errors_even_if_ignored: bool | None
    Strategy: str
    throws: Sequence[type[BaseException]] | type[BaseException]
    track_started: bool | None
    trail: bool
    typing: bool


class Links(TypedDict, Generic[R], total=False):
    """What follows a call."""

    link: "Signature[R, Any] | Sequence[Signature[R, Any]] | None"  # it gets the result
    # For mypy a list of several errbacks that stands in a variable is one of objects.
    link_error: "Errback | list[Any] | tuple[Any, ...] | None"


class MessageProperties(TypedDict, total=False):
    """Properties of the message that a broker reads, beside those that options of Celery set.

    Celery hands them on to kombu as they are: a name that it does not know goes along unread. These
    are what the transports of kombu 5.5 to 5.7 read.
    """

    # AMQP 0-9-1, of `amqp.Message`; kombu itself sets the type and the encoding of the content.
    app_id: str
    cluster_id: str
    message_id: str
    timestamp: int  # in seconds
    type: str
    user_id: str
    # SQS; the first and the third are also PGMQ's, from kombu 5.7 on.
    MessageGroupId: str
    MessageDeduplicationId: str
    DelaySeconds: int
    delay_seconds: int  # the same, from kombu 5.7 on
    message_attributes: Mapping[str, Mapping[str, Any]]  # as boto3 takes them


class CallOptions(MessageOptions, MessageProperties, Links[R], Generic[R], total=False):
    """What ``apply_async`` takes beside the arguments of the task."""

    add_to_parent: bool
    argsrepr: str | None
    chain: Any  # signatures that follow
    chord: Any  # the signature of a body
    confirm_timeout: float | None
    connection: Any  # kombu's Connection
    correlation_id: str | None
    countdown: float | None
    declare: Any  # entities of kombu
    eta: datetime | None
    exchange_type: str | None
    expiration: float | None
    group_id: str | None
    group_index: int | None
    headers: Mapping[str, Any] | None
    kwargsrepr: str | None
    on_commit: bool | None
    parent_id: str | None
    producer: Any  # kombu's Producer
    publisher: Any  # the same under an older name
    reply_to: str | None
    result_cls: Any
    retries: int
    retry: bool
    retry_policy: Mapping[str, Any] | None
    root_id: str | None
    route_name: str | None
    router: Any
    shadow: str | None
    stamped_headers: Sequence[str] | None
    task_id: str | None
    timeout: float | None


class LocalOptions(Links[R], Generic[R], total=False):
    """What ``apply`` takes beside the arguments of the task."""

    headers: Mapping[str, Any] | None
    logfile: Any  # a name, or a file
    loglevel: Any  # a name, or a number
    retries: int | None
    task_id: str | None
    throw: bool | None

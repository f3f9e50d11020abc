"""The properties that type checkers let `apply_async` take reach the message, as Celery has it."""

from typing import Any

import pytest

from modelref.celery import task
from modelref.celery.types.options import MessageProperties
from tests.queues import Queue

VALUES: dict[str, Any] = {
    **dict.fromkeys(("DelaySeconds", "delay_seconds", "timestamp"), 3),
    "message_attributes": {"tenant": {"DataType": "String", "StringValue": "a"}},
}


def body(number: int) -> None:
    """Take a number."""


@pytest.mark.parametrize("name", MessageProperties.__annotations__)
def test_a_property_goes_along_with_the_message(name: str, memory_queue: Queue) -> None:
    """Under its name, from a task of ours as from one of Celery."""
    app, value = memory_queue.app(), VALUES.get(name, "text")
    makers = (task(app=app, shared=False, name="ours"), app.task(shared=False, name="theirs"))
    sent = []

    for make in makers:
        make(body).apply_async((3,), **{name: value})
        sent.append(memory_queue.take().properties)

    assert [each[name] for each in sent] == [value, value]
    assert sent[0].keys() == sent[1].keys()

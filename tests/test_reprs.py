"""Text made of arguments and results: by whatever way, it asks no row for its own."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery, chain, chord, current_app, group, signature
from kombu import Message

import modelref.celery
from modelref import reference
from tests.events import receiving_events
from tests.queues import MakeQueue, Queue
from tests.shop.models import Patient
from tests.shop.models.patients import SHOWN
from tests.shop.queries import ALIASES
from tests.tasks_codecs import give_back
from tests.tasks_results import (
    RAISE,
    fail,
    fail_again,
    fail_by_the_way,
    fail_lazily,
    fail_twice,
    give_unsaved,
    hold,
    treat,
    treat_plainly,
)
from tests.workers import StartWorker, Worker

pytestmark = pytest.mark.django_db(databases=ALIASES, transaction=True)


@pytest.fixture
def patient() -> Patient:
    """A row that says who asks for its text."""
    return Patient.objects.create(pk=7, name="Ada")


SEVEN = "<ModelRef shop.patient pk=7>"

WAYS: dict[str, Callable[[Patient], Any]] = {
    "delay": lambda patient: treat.delay(patient),
    "by keyword": lambda patient: treat.delay(patient=patient),
    "containers": lambda patient: treat.delay(patient, [patient], {"who": (patient,)}),
    "queryset": lambda patient: treat.delay(patient, Patient.objects.all()),
    "apply_async": lambda patient: treat.apply_async((patient,), countdown=1),
    "s": lambda patient: treat.s(patient).delay(),
    "si": lambda patient: treat.si(patient).apply_async(),
    "signature": lambda patient: signature(treat, (patient,)).delay(),
    "signature by name": lambda patient: signature(treat.name, (patient,)).delay(),
    "chain": lambda patient: chain(treat.s(patient), treat.s(patient))(),
    "group": lambda patient: group(treat.s(patient), treat.s(patient))(),
    "chord": lambda patient: chord([treat.s(patient)], treat.si(patient))(),
    "link": lambda patient: treat.apply_async((patient,), link=treat.s(patient)),
    "link_error": lambda patient: treat.apply_async((patient,), link_error=treat.si(patient)),
    "map": lambda patient: treat.map([patient, patient]).delay(),
    "starmap": lambda patient: treat.starmap([(patient,)]).delay(),
    "chunks": lambda patient: treat.chunks([(patient,)] * 3, 2)(),
    "on commit": lambda patient: treat.delay_on_commit(patient),
    "send_task": lambda patient: current_app.send_task(treat.name, (reference(patient),)),
    "plain task": lambda patient: treat_plainly.delay(reference(patient)),
    "plain map": lambda patient: treat_plainly.map([reference(patient)]).delay(),
}


def taken(queue: Queue) -> Iterator[Message]:
    """Take all messages off a queue."""
    while (message := queue.take()) is not None:
        yield message


class TestMessages:
    """What is published."""

    @pytest.mark.parametrize("way", WAYS)
    def test_headers_show_references(
        self, make_queue: MakeQueue, patient: Patient, way: str
    ) -> None:
        """In the place of rows, and nobody asks for their text; the event `task-sent` as well."""
        queue = make_queue(
            "memory",
            task_send_sent_event=True,
            broker_transport_options={"polling_interval": 0.02},  # seconds
        )
        Patient.shown.clear()

        with queue.producing() as app, receiving_events(app) as told:
            WAYS[way](patient)
            messages = list(taken(queue))
            wait_for_events(told, "task-sent", len(messages))

        shown = [
            message.headers["argsrepr"] + message.headers["kwargsrepr"] for message in messages
        ]
        assert all(SEVEN in each for each in shown)
        sent = [event for event in told if event["type"] == "task-sent"]
        assert all(SEVEN in event["args"] + event["kwargs"] for event in sent)
        texts = [f"{message.headers} {message.properties} {message.body}" for message in messages]
        assert "Ada" not in f"{texts} {told}"
        assert Patient.shown == []

    @pytest.mark.parametrize(
        "send",
        [
            lambda task, patient: task.delay(patient),
            lambda task, patient: chain(task.s(patient), task.s()).delay(),
            lambda task, patient: task.map([patient]).delay(),
        ],
        ids=["delay", "chain", "map"],
    )
    def test_all_tasks_of_an_app_whose_class_takes_rows(
        self, memory_queue: Queue, patient: Patient, send: Callable[..., Any]
    ) -> None:
        """With `task_cls`, those that `app.task` makes."""
        app = Celery("all", set_as_current=False, task_cls="modelref.celery:RefTask")
        app.config_from_object(dict(memory_queue.conf))
        modelref.celery.setup(app)
        task = app.task(name="of.all")(treat_plainly.run)
        Patient.shown.clear()

        send(task, patient)

        [message] = taken(memory_queue)
        assert SEVEN in message.headers["argsrepr"] + message.headers["kwargsrepr"]
        assert Patient.shown == []

    @pytest.mark.parametrize(
        "send",
        [
            lambda patient: current_app.send_task(treat.name, (patient,)),
            lambda patient: treat_plainly.delay(patient),
        ],
        ids=["send_task", "plain task"],
    )
    def test_an_instance_that_goes_past_such_a_task_is_celerys_to_show(
        self, memory_queue: Queue, patient: Patient, send: Callable[..., Any]
    ) -> None:
        """It is sent as a reference: give one, and it is shown as one."""
        Patient.shown.clear()

        send(patient)

        assert Patient.shown
        Patient.shown.clear()
        send(reference(patient))
        assert Patient.shown == []


@pytest.mark.parametrize("pool", ["prefork", "threads"])
class TestWorkers:
    """What a worker logs and tells as events."""

    @pytest.fixture
    def worker(self, start_worker: StartWorker, pool: str) -> Worker:
        """A worker that logs all it can, and sends events."""
        return start_worker("redis", pool=pool, options=["-l", "DEBUG", "-E"])

    def test_no_text_of_a_row_is_asked_for(self, worker: Worker, patient: Patient) -> None:
        """Whatever becomes of a task."""
        with worker.queue.producing() as app, receiving_events(app) as told:
            results = [
                treat.delay(patient),
                chain(treat.s(patient), treat.s(), treat.s(patient))(),
                group(treat.s(patient), treat.s(patient))(),
                chord([treat.s(patient)] * 2, give_back.s())(),
                treat.map([patient, patient]).delay(),
                treat.starmap([(patient, [patient])]).delay(),
                treat_plainly.delay(reference(patient)),
                *(fail.delay(how, patient) for how in RAISE if how != "deleted"),
                fail_lazily.delay(patient),
                *(each.delay(patient) for each in (fail_twice, fail_again, fail_by_the_way)),
            ]
            states = [wait_until_ready(result) for result in results]
            give_unsaved.delay()
            worker.wait_for_log(f"{give_unsaved.name}[")
            last = treat.delay(patient)
            wait_until_ready(last)
            wait_for_events(told, "task-succeeded", 1, uuid=last.id)

        kinds = {event["type"] for event in told}
        assert {"task-received", "task-started", "task-succeeded"} <= kinds
        assert {"task-failed", "task-retried"} <= kinds
        assert {"SUCCESS", "FAILURE"} == set(states)
        assert SEVEN in worker.log
        assert "<ModelRef shop.patient pk=None>" in worker.log
        assert SHOWN not in worker.log
        assert "Ada" not in worker.log
        assert "Ada" not in str(told)
        assert SEVEN in str([event for event in told if event["type"] == "task-failed"])
        assert SEVEN in str([event for event in told if event["type"] == "task-retried"])
        assert SEVEN in str([event for event in told if event["type"] == "task-succeeded"])


class TestRemoteControl:
    """What a client that knows JSON only is told by a worker."""

    @pytest.fixture(scope="class")
    @classmethod
    def worker(cls, start_module_worker: StartWorker) -> Worker:
        """A worker with one child, which sends events."""
        return start_module_worker("redis", options=["-E"])

    @pytest.fixture
    def client(self, worker: Worker) -> Celery:
        """A client without modelref."""
        return worker.queue.app("none")

    def test_tasks_are_shown_with_references_as_text(
        self, worker: Worker, client: Celery, patient: Patient, tmp_path: Path
    ) -> None:
        """Those that run, wait for a child, or for their time; by all commands that show them."""
        path = tmp_path / "go on"
        with worker.queue.producing():
            active = hold.delay(patient, str(path))
            reserved = treat.delay(patient)
            scheduled = treat.apply_async((patient,), countdown=600)
        for sent in (active, reserved, scheduled):
            worker.wait_for_log(f"[{sent.id}] received")

        inspect = client.control.inspect(limit=1, timeout=5)
        try:
            shown = {
                "active": the_one(inspect.active()),
                "reserved": the_one(inspect.reserved()),
                "scheduled": the_one(inspect.scheduled())["request"],
                "query_task": the_one([inspect.query_task(active.id)])[active.id][1],
            }
        finally:
            path.touch()

        assert [shown[each]["args"][0] for each in shown] == [SEVEN] * 4
        assert shown["active"]["id"] == shown["query_task"]["id"] == active.id
        assert (shown["reserved"]["id"], shown["scheduled"]["id"]) == (reserved.id, scheduled.id)
        assert SHOWN not in worker.log

    def test_events_are_read(self, worker: Worker, client: Celery, patient: Patient) -> None:
        """They are JSON, with references as text."""
        with worker.queue.producing(), receiving_events(client) as told:
            result = treat.delay(patient)
            for kind in ("task-received", "task-succeeded"):
                wait_for_events(told, kind, 1, uuid=result.id)

        mine = [each for each in told if each.get("uuid") == result.id]
        [received] = [each for each in mine if each["type"] == "task-received"]
        [succeeded] = [each for each in mine if each["type"] == "task-succeeded"]
        assert (received["args"], succeeded["result"]) == (f"({SEVEN},)", SEVEN)


def the_one(answers: Any) -> Any:
    """Return the one member of the one answer."""
    [answer] = answers.values() if isinstance(answers, dict) else answers
    [found] = answer if isinstance(answer, list) else answer.values()
    return found


def wait_until_ready(result: Any) -> str:
    """Wait for a task to end, well or not; return its state."""
    result.get(timeout=20, propagate=False)
    return getattr(result, "state", "SUCCESS")


def wait_for_events(told: list[dict[str, Any]], kind: str, number: int, **like: Any) -> None:
    """Wait until so many events of a kind have come, with fields like these."""
    deadline = time.monotonic() + 20
    while (
        len([1 for each in told if each["type"] == kind and like.items() <= each.items()]) < number
    ):
        assert time.monotonic() < deadline, told
        time.sleep(0.02)

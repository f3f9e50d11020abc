"""What a worker's main process hands to a child: references once, in the body."""

import pickle
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import celery
import pytest
from celery.app.trace import trace_task_ret
from celery.exceptions import SoftTimeLimitExceeded, TaskRevokedError, TimeLimitExceeded
from celery.utils.imports import symbol_by_name
from celery.worker.request import Request as CeleryRequest
from celery.worker.request import create_request_cls

from modelref import is_reference
from modelref.celery import RefTask, task
from modelref.celery.request import Request
from tests.codecs import CODECS
from tests.queues import MakeQueue, Queue
from tests.shop.models import Order
from tests.tasks_request import (
    MEASURED,
    Measured,
    count_measured,
    die_first,
    die_first_and_retry,
    give_note,
    hang,
    hang_softly,
    note_arguments,
    sleep_over,
)
from tests.workers import StartWorker, Worker

pytestmark = pytest.mark.django_db(transaction=True)

RETRIES_WHEN_LOST = tuple(map(int, celery.__version__.split(".")[:2])) >= (5, 7)
LOADER = b"modelref.batch"  # where the function is that makes a reference from a plain pickle


@pytest.fixture
def order() -> Order:
    """An order with a note."""
    return Order.objects.create(note="gift")


class Pool:
    """A pool that keeps what it is to run, pickled as it goes to a child."""

    def apply_async(self, target: Any, args: Any, **options: Any) -> None:
        """Take a call."""
        self.sent = pickle.dumps(args)


class TestWhatIsSent:
    """The request of a call, made from its message as a worker makes it."""

    @pytest.fixture
    def orders(self) -> list[Order]:
        """A thousand rows."""
        return Order.objects.bulk_create([Order() for _ in range(1_000)])

    def received(self, queue: Queue, pool: Pool, kind: Any = RefTask.Request) -> Any:
        """Return the request for the message that waits in a queue."""
        app = queue.app()
        made = create_request_cls(symbol_by_name(kind), count_measured, pool, "host", None, app=app)
        return made(queue.take(), app=app, task=count_measured)

    def sent(self, queue: Queue, kind: Any) -> bytes:
        """Return what a child gets of the message that waits in a queue, beside its body."""
        pool = Pool()
        request = self.received(queue, pool, kind)
        request.execute_using_pool(pool)
        return pool.sent.replace(request.body, b"")

    def test_references_are_sent_in_the_body_alone(
        self, memory_queue: Queue, orders: list[Order]
    ) -> None:
        """A thousand of them are no bytes more."""
        told = {}
        for kind in (RefTask.Request, CeleryRequest):
            count_measured.delay(orders)
            told[kind] = self.sent(memory_queue, kind)

        assert LOADER not in told[RefTask.Request]
        assert LOADER in told[CeleryRequest]
        assert len(told[RefTask.Request]) < 3_000
        assert len(told[CeleryRequest]) > 10_000

    def test_the_main_process_reads_all_of_it(
        self, memory_queue: Queue, orders: list[Order]
    ) -> None:
        """A receiver of the signal `task_received` finds the arguments where they have been."""
        count_measured.delay(orders)

        request = self.received(memory_queue, Pool())

        [shown] = request.request_dict["args"]
        assert shown == request.args[0] == orders
        assert all(map(is_reference, shown))

    def test_the_child_needs_no_more(self, memory_queue: Queue, orders: list[Order]) -> None:
        """Celery takes the arguments from the body it is sent."""
        count_measured.delay(orders)
        pool = Pool()
        self.received(memory_queue, pool).execute_using_pool(pool)

        name, uuid, told, body, kind, encoding = pickle.loads(pool.sent)

        assert type(told) is dict
        assert not {"args", "kwargs"} & told.keys()
        app = memory_queue.app()
        assert trace_task_ret(name, uuid, told, body, kind, encoding, app=app)[1] == "1000"

    def test_what_is_decoded_once_only_is_sent(self, make_queue: MakeQueue, order: Order) -> None:
        """By task protocol 1 the child gets what the main process has decoded."""
        queue = make_queue("memory", task_protocol=1)
        with queue.producing():
            count_measured.delay([order])
        message = queue.take()
        body = message.payload

        request = Request(
            message,
            app=queue.app(),
            task=count_measured,
            body=(body["args"], body["kwargs"], {}),
            headers=body,
            decoded=True,
        )

        assert pickle.loads(pickle.dumps(request.request_dict))["args"] == [[order]]


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
def test_arguments_by_place_arrive_by_protocol_1(codec: Any, order: Order) -> None:
    """They are references, as those by name are."""
    call = {"task": "any", "id": "1", "args": [order, [order]], "kwargs": {"order": order}}

    arrived = codec.decode(codec.encode(call))

    assert arrived["args"] == [order, [order]]
    assert is_reference(arrived["args"][0])
    assert is_reference(arrived["kwargs"]["order"])


class TestWhichRequest:
    """Where Celery looks for the class."""

    def test_tasks_that_take_rows_have_it(self) -> None:
        """Those made by `task` as those made on the class."""
        assert symbol_by_name(RefTask.Request) is symbol_by_name(give_note.Request) is Request

    def test_that_of_the_project_wins(self, memory_queue: Queue) -> None:
        """By option of a task, or on a base class."""

        class ProjectTask(RefTask):
            abstract = True
            Request = Measured

        def send(order: Order) -> None: ...

        made = task(app=memory_queue.app(), base=ProjectTask, name="of.the.project")(send)

        assert count_measured.Request is made.Request is Measured


@pytest.fixture(scope="module")
def worker(start_module_worker: StartWorker) -> Worker:
    """A prefork worker with one child."""
    return start_module_worker("redis")


class TestPrefork:
    """Children of a real worker."""

    @pytest.fixture(autouse=True)
    def _producing(self, worker: Worker) -> Iterator[None]:
        with worker.queue.producing():
            yield

    def test_few_bytes_go_to_the_child(self, worker: Worker) -> None:
        """Of a request of the project's own, which says how many; all references arrive."""
        orders = Order.objects.bulk_create([Order() for _ in range(1_000)])

        assert count_measured.delay(orders).get(timeout=10) == 1_000

        worker.wait_for_log(MEASURED)
        sizes = re.findall(rf"{MEASURED} (\d+)", worker.log)
        assert 0 < max(map(int, sizes)) < 3_000

    def test_the_request_of_a_task_knows_its_arguments(self, order: Order) -> None:
        """`self.request.args`, as Celery fills it in."""
        found: Any = give_note.delay(order).get(timeout=10)  # JSON knows no tuples
        assert found == ["gift", 1]

    def test_a_killed_child_loses_no_task(self, order: Order, tmp_path: Path) -> None:
        """The message goes back, and is run again."""
        path = tmp_path / "tries"

        assert die_first.delay(order, str(path)).get(timeout=20) == "gift"
        assert len(path.read_text().splitlines()) == 2

    @pytest.mark.skipif(not RETRIES_WHEN_LOST, reason="as of Celery 5.7")
    def test_the_main_process_sends_a_lost_task_again(self, order: Order, tmp_path: Path) -> None:
        """With the references that it holds."""
        path = tmp_path / "tries"

        assert die_first_and_retry.delay(order, str(path)).get(timeout=20) == "gift"
        assert len(path.read_text().splitlines()) == 2

    @pytest.mark.parametrize(
        ("task", "error"), [(hang, TimeLimitExceeded), (hang_softly, SoftTimeLimitExceeded)]
    )
    def test_a_time_limit_ends_the_task(
        self, order: Order, task: Any, error: type[Exception]
    ) -> None:
        """Hard and soft."""
        with pytest.raises(error):
            task.delay(order).get(timeout=20)

    def test_an_errback_in_the_main_process_gets_the_references(
        self, order: Order, tmp_path: Path
    ) -> None:
        """After a hard limit Celery calls it there."""
        path = tmp_path / "noted"

        result = hang.apply_async((order,), link_error=note_arguments.s(path=str(path)))

        with pytest.raises(TimeLimitExceeded):
            result.get(timeout=20)
        wait_for_file(path)
        assert path.read_text() == f"TimeLimitExceeded [<ModelRef shop.order pk={order.pk}>]"

    def test_a_task_that_runs_is_revoked(self, order: Order, tmp_path: Path) -> None:
        """Its child is ended."""
        path = tmp_path / "started"
        result = sleep_over.delay(order, str(path))
        wait_for_file(path)

        result.revoke(terminate=True, signal="SIGKILL")

        with pytest.raises(TaskRevokedError):
            result.get(timeout=10)


@pytest.mark.parametrize("protocol", [1, 2])
@pytest.mark.parametrize("pool", ["prefork", "threads", "gevent", "solo"])
def test_each_pool_runs_it(
    start_worker: StartWorker, make_queue: MakeQueue, order: Order, pool: str, protocol: int
) -> None:
    """At once, and after waiting in the main process."""
    queue = make_queue("redis", task_protocol=protocol)
    start_worker(queue=queue, pool=pool)

    with queue.producing():
        waiting = give_note.apply_async((order,), countdown=0.1)
        at_once = give_note.delay(order)

        found: list[Any] = [each.get(timeout=10) for each in (at_once, waiting)]
        assert found == [["gift", 1]] * 2


def wait_for_file(path: Path) -> None:
    """Wait until something is written to a file."""
    deadline = time.monotonic() + 20
    while not path.exists() or not path.read_text():
        assert time.monotonic() < deadline, path
        time.sleep(0.02)

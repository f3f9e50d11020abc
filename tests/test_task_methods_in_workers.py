"""Methods of models as tasks in prefork workers, alone and in every kind of canvas."""

from collections.abc import Iterator
from typing import Any

import pytest
from celery import chain, chord, group
from django.db import transaction

from modelref import is_reference, reference
from modelref.errors import ArgumentMismatch
from tests.raw_messages import post
from tests.shop.models import (
    Consignment,
    Crate,
    FragileConsignment,
    Order,
    Parcel,
    RushConsignment,
)
from tests.shop.queries import ALIASES, queries
from tests.workers import StartWorker, Worker, wait_until

pytestmark = pytest.mark.django_db(databases=ALIASES, transaction=True)


@pytest.fixture(scope="module", params=["redis", "rabbitmq"])
def worker(request: pytest.FixtureRequest, start_module_worker: StartWorker) -> Worker:
    """A worker on each broker, in a project where consignments were called purchases."""
    settings = "tests.settings_of_renames"
    return start_module_worker(
        request.param, backend="redis", env={"DJANGO_SETTINGS_MODULE": settings}
    )


@pytest.fixture(autouse=True)
def producing(worker: Worker) -> Iterator[None]:
    """Send to the worker."""
    with worker.queue.producing():
        yield


@pytest.fixture
def glass() -> Consignment:
    """A consignment."""
    return Consignment.objects.create(pk=1, label="glass")


@pytest.fixture
def china() -> Consignment:
    """Another consignment."""
    return Consignment.objects.create(pk=2, label="china")


def result_of(sent: Any) -> Any:
    """Wait for a result."""
    return sent.get(timeout=20)


class TestCalls:
    """One message."""

    def test_the_body_gets_the_row_as_it_is(self, glass: Consignment) -> None:
        """And its arguments as annotated."""
        order, parcel = Order.objects.create(note="gift"), Parcel.objects.create()
        glass.label = "never saved"

        got = result_of(glass.dispatch.delay(order, parcel=parcel, note="n"))

        assert got == {
            "kinds": ["Consignment", "reference", "Parcel"],
            "notes": ["glass", "gift", "n"],
        }

    @pytest.mark.parametrize("model", [Consignment, FragileConsignment, RushConsignment, Crate])
    def test_a_pending_reference_is_sent_unread(self, model: Any) -> None:
        """It runs on the class of the row."""
        ref = reference(model, model.objects.create(label="glass").pk)

        with queries():
            sent = ref.describe.delay("a")

        more = ["fragile"] if model is FragileConsignment else []
        assert result_of(sent) == [model.__name__, "glass", "a", *more]

    def test_a_retry_runs_on_the_row_as_it_is_then(self, glass: Consignment) -> None:
        """What the try before it left in the instance is gone."""
        assert result_of(glass.deliver.delay("Rome")) == ["changed between tries", "Rome", 1]

    def test_a_row_that_has_gone_fails_the_task(self, glass: Consignment) -> None:
        """With the error of its model."""
        ref = reference(Consignment, 99)

        with pytest.raises(Consignment.DoesNotExist, match="shop.consignment:99 does not exist"):
            result_of(ref.pack.delay())

    def test_on_missing_holds_for_the_instance(self, glass: Consignment) -> None:
        """The task ends where the row has gone."""
        assert result_of(reference(Consignment, 99).forget.delay()) is None
        assert result_of(glass.forget.delay()) == "glass"

    def test_an_instance_is_locked_as_load_says(
        self, glass: Consignment, china: Consignment
    ) -> None:
        """The body runs in the transaction that locks it."""
        assert result_of(glass.merge.delay(china)) == [True, [], ["log"]]

    def test_a_decorator_below_is_part_of_the_body(self, glass: Consignment) -> None:
        """Here `transaction.atomic`."""
        assert result_of(glass.pack.delay()) is True

    def test_delay_on_commit_waits_for_the_transaction(self) -> None:
        """The task sees the row that the transaction made."""
        with transaction.atomic():
            made = Consignment.objects.create(label="glass")
            sent = made.describe.delay_on_commit()
            made.label = "never saved"

        assert result_of(sent) == ["Consignment", "glass"]

    def test_a_message_of_before_a_rename_finds_its_task(
        self, worker: Worker, glass: Consignment
    ) -> None:
        """By the class's old path, and the row by its old label."""
        old = '{"__modelref__":["shop.purchase",1]}'
        body = f'[[{old}],{{"modelref_self":{old}}},{{}}]'

        sent = post(worker.queue, "shop.models.Purchase.load_on", body)

        assert result_of(sent) == ["glass", "glass"]

    def test_a_retry_of_before_a_rename_is_sent_by_the_new_name(
        self, worker: Worker, glass: Consignment
    ) -> None:
        """It is the task's own."""
        sent = worker.queue.app().send_task(
            "shop.models.Purchase.deliver", ("Rome",), {"modelref_self": glass}
        )

        assert result_of(sent) == ["changed between tries", "Rome", 1]
        worker.wait_for_log(f"consignments.Consignment.deliver[{sent.id}] received")


class TestCanvas:
    """A result never pushes the instance aside."""

    def test_in_a_chain_the_result_comes_first(
        self, glass: Consignment, china: Consignment
    ) -> None:
        """After `self`."""
        assert result_of(chain(glass.describe.s("a"), china.gather.s())()) == [
            "china",
            "Consignment",
            "glass",
            "a",
        ]

    def test_in_a_chain_a_row_is_handed_on(self, glass: Consignment, china: Consignment) -> None:
        """One step gives it, the next takes it as an argument."""
        assert result_of(chain(glass.next.s("china"), glass.load_on.s())()) == ["glass", "china"]

    def test_an_immutable_step_takes_no_result(
        self, glass: Consignment, china: Consignment
    ) -> None:
        """Only what it was given."""
        steps = chain(glass.pack.s(), china.describe.si("a"), glass.describe.si())

        assert result_of(steps()) == ["Consignment", "glass"]

    def test_a_group_runs_on_each_row(self, glass: Consignment, china: Consignment) -> None:
        """Each has its own."""
        assert result_of(group(row.describe.s() for row in (glass, china))()) == [
            ["Consignment", "glass"],
            ["Consignment", "china"],
        ]

    def test_a_chord_of_methods_has_a_method_for_its_body(
        self, glass: Consignment, china: Consignment
    ) -> None:
        """The results are the body's first argument."""
        header = [row.describe.s() for row in (glass, china)]

        got = result_of(chord(header)(glass.gather.s()))

        assert got == ["glass", ["Consignment", "glass"], ["Consignment", "china"]]

    def test_a_canvas_in_a_canvas(self, glass: Consignment, china: Consignment) -> None:
        """A chain in a chord's header, with references that nobody has read."""
        first, second = reference(Consignment, 1), reference(Consignment, 2)
        with queries():
            header = [
                chain(first.next.s("china"), first.load_on.s()),
                chain(second.describe.si("a"), first.describe.si("b")),
            ]
            sent = chord(header)(second.gather.s())

        assert result_of(sent) == ["china", ["glass", "china"], ["Consignment", "glass", "b"]]

    def test_a_link_gets_the_result(self, glass: Consignment, china: Consignment) -> None:
        """As its first argument."""
        sent = glass.next.apply_async(("china",), link=china.load_on.s())
        result_of(sent)

        [linked] = sent.children or []
        assert result_of(linked) == ["china", "china"]

    @pytest.mark.parametrize("made", ["s", "signature"])
    def test_an_errback_of_the_old_style_gets_the_id(
        self, glass: Consignment, china: Consignment, made: str
    ) -> None:
        """Celery tells it from the new style by the number of positional arguments."""
        errback = getattr(china.regret, made)()
        sent = glass.lose.apply_async(link_error=errback)

        with pytest.raises(RuntimeError, match="lost"):
            result_of(sent)

        wait_until(lambda: Consignment.objects.get(pk=2).log != [])
        assert Consignment.objects.get(pk=2).log == [["regret", "Consignment", sent.id]]

    def test_an_errback_of_the_new_style_gets_the_error(
        self, glass: Consignment, china: Consignment
    ) -> None:
        """In the process of the task that failed."""
        explain = china.explain.s()  # pyright: ignore[reportCallIssue]  # Celery gives all three
        sent = glass.lose.apply_async(link_error=explain)

        with pytest.raises(RuntimeError, match="lost"):
            result_of(sent)

        wait_until(lambda: Consignment.objects.get(pk=2).log != [])
        assert Consignment.objects.get(pk=2).log == [["explain", "Consignment", "lost"]]

    def test_an_errback_of_a_chain_is_called(self, glass: Consignment, china: Consignment) -> None:
        """A failure of a later step, too."""
        steps = chain(glass.describe.s(), glass.lose.si())
        sent = steps.apply_async(link_error=china.regret.s())

        with pytest.raises(RuntimeError, match="lost"):
            result_of(sent)

        wait_until(lambda: Consignment.objects.get(pk=2).log != [])

    def test_a_method_is_replaced_by_another(self, glass: Consignment) -> None:
        """Its result is the other's."""
        assert result_of(glass.hand_over.delay("a")) == ["Consignment", "glass", "a"]

    def test_a_stamped_method_arrives(self, glass: Consignment) -> None:
        """Stamps are headers."""
        signature = glass.describe.s("a")
        signature.stamp(monitoring="m")

        assert result_of(signature.apply_async()) == ["Consignment", "glass", "a"]

    def test_a_mismatch_in_a_chain_is_that_of_its_step(
        self, glass: Consignment, china: Consignment
    ) -> None:
        """Where what the step before gives fits nothing."""
        with pytest.raises(ArgumentMismatch, match="load_on: parameter 'other' takes 'Consign"):
            result_of(chain(glass.pack.s(), china.load_on.s())())

    def test_a_result_is_an_unread_reference(self, glass: Consignment) -> None:
        """As of any task."""
        got = result_of(glass.next.delay("glass"))

        assert is_reference(got)
        assert got.label == "glass"

"""Exceptions that hold rows: references in their place, in results, logs and events."""

import pickle
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from celery.exceptions import Reject
from django.core.exceptions import ValidationError

from modelref import identity, is_reference, is_resolved, reference
from modelref.celery.telling import refer_in
from modelref.codecs import json as codec
from modelref.errors import ReferenceNotFound
from tests.codecs import CODECS
from tests.queues import Queue
from tests.shop.models import Order, Patient
from tests.shop.queries import ALIASES, queries
from tests.tasks_results import (
    RAISE,
    Untreatable,
    fail,
    fail_again,
    fail_by_the_way,
    fail_lazily,
    fail_twice,
)

pytestmark = pytest.mark.django_db(databases=ALIASES)


@pytest.fixture
def patient() -> Patient:
    """A row that says who asks for its text."""
    return Patient.objects.create(pk=7, name="Ada")


@pytest.fixture(autouse=True)
def _nobody_asks(memory_queue: Queue) -> Iterator[None]:
    """No test has a patient's text asked for."""
    Patient.shown.clear()
    yield
    assert Patient.shown == []


SEVEN = "<ModelRef shop.patient pk=7>"


class TestWhatIsRaised:
    """What comes out of a task that ran as a worker runs it."""

    @pytest.mark.parametrize("how", RAISE)
    def test_no_text_of_a_row_is_asked_for(
        self, patient: Patient, caplog: pytest.LogCaptureFixture, how: str
    ) -> None:
        """In the log, in the traceback that goes into the result, in the repr."""
        caplog.set_level("DEBUG")

        result = fail.apply((how, patient))

        assert result.state == "FAILURE"
        assert result.traceback is not None
        told = [caplog.text, result.traceback, repr(result.result), str(result.result)]
        assert "Ada" not in "".join(told)

    @pytest.mark.parametrize(
        ("how", "shown"),
        [
            ("alone", f"Untreatable({SEVEN})"),
            ("with text", f"Untreatable('no bed for', {SEVEN})"),
            ("key", f"KeyError({SEVEN})"),
            ("reference", f"Untreatable({SEVEN})"),
            ("containers", f"Untreatable([{SEVEN}], {{'who': ({SEVEN}, 1)}})"),
            ("other error", f"Untreatable(ValueError({SEVEN}))"),
            ("group", f"ExceptionGroup('all', [ValueError({SEVEN})])"),
            ("unsaved", "Untreatable('<shop.patient without a row>')"),
            ("deleted", "Untreatable('<shop.patient without a row>')"),
            ("unread", "Untreatable('<QuerySet of shop.patient>')"),
            ("read", f"Untreatable([{SEVEN}])"),
            ("validation", f"ValidationError(['no {SEVEN}'])"),
        ],
    )
    def test_a_reference_stands_for_the_row(self, patient: Patient, how: str, shown: str) -> None:
        """Or a text, where there is nothing to refer to."""
        assert repr(fail.apply((how, patient)).result) == shown

    @pytest.mark.parametrize("how", ["chained", "in passing"])
    def test_what_it_comes_from_holds_references_too(self, patient: Patient, how: str) -> None:
        """It is printed with it."""
        result = fail.apply((how, patient))

        assert f"ValueError: {SEVEN}" in (result.traceback or "")

    def test_the_reference_that_a_task_has_got_and_read(self, patient: Patient) -> None:
        """The one in the error is another, which is not read."""
        error = fail_lazily.apply((patient,)).result

        assert str(error) == f"({SEVEN}, 3)"
        assert not is_resolved(error.args[0])

    @pytest.mark.parametrize("task", [fail_twice, fail_again, fail_by_the_way])
    def test_a_retry_shows_references(
        self, patient: Patient, caplog: pytest.LogCaptureFixture, task: Any
    ) -> None:
        """In the log line that says why, and in the error after the last try."""
        caplog.set_level("DEBUG")

        result = task.apply((patient,))

        assert result.state == "FAILURE"
        assert SEVEN in caplog.text

    def test_a_call_by_hand_raises_what_the_body_raised(self, patient: Patient) -> None:
        """Nothing is converted where nothing travels."""
        with pytest.raises(Untreatable) as caught:
            fail("alone", patient)

        assert caught.value.args[0] is patient


class TestReferIn:
    """What is left alone."""

    @pytest.mark.parametrize(
        "error",
        [
            ValueError("no", 1, [2, {"three": (4.0, None)}]),
            ReferenceNotFound("shop.order", 7),
            ValidationError({"name": ["too long"]}),
            OSError(2, "not there", "file"),
            StopIteration(),
        ],
        ids=lambda error: type(error).__name__,
    )
    def test_arguments_without_rows_stay_the_very_same(self, error: BaseException) -> None:
        """Also the containers among them."""
        before = error.args

        refer_in(error)

        assert error.args is before

    def test_no_query_is_made(self, patient: Patient) -> None:
        """Not for a pending reference, nor for a queryset."""
        error = ValueError(reference(Patient, 7), Patient.objects.all(), reference(patient))

        with queries():
            refer_in(error)

        assert repr(error) == f"ValueError({SEVEN}, '<QuerySet of shop.patient>', {SEVEN})"

    def test_what_cannot_be_looked_at_becomes_a_text(self) -> None:
        """A container that holds itself; the error is still raised."""
        endless: list[Any] = []
        endless.append(endless)
        error = ValueError(endless)

        refer_in(error)

        assert error.args == ("<list>",)

    def test_an_attribute_that_is_an_argument_follows_it(self, patient: Patient) -> None:
        """Classes make their text of it; other attributes stay."""

        class Unfit(Exception):
            def __init__(self, who: Patient) -> None:
                super().__init__(who)
                self.who = who
                self.other = Patient(name="Eve")

            def __str__(self) -> str:
                return f"unfit: {self.who}"

        error, rejected = Unfit(patient), Reject(patient)

        refer_in(error)
        refer_in(rejected)

        assert str(error) == f"unfit: {SEVEN}"
        assert type(error.other) is Patient
        assert repr(rejected) == f"reject requeue=False: {SEVEN}"

    def test_errors_that_come_from_one_another_are_looked_at_once(self, patient: Patient) -> None:
        """A circle of causes ends."""
        first, second = ValueError(patient), ValueError(patient)
        first.__cause__, second.__cause__ = second, first

        refer_in(first)

        assert (repr(first), repr(second)) == (f"ValueError({SEVEN})",) * 2

    def test_a_class_that_does_not_let_go_of_its_arguments_is_left_alone(
        self, patient: Patient
    ) -> None:
        """The error itself is the news."""

        class Fixed(Exception):
            args = property(lambda self: (patient,))  # pyright: ignore[reportAssignmentType]

        error = Fixed()
        refer_in(error)

        assert error.args == (patient,)

    def test_a_reference_that_nobody_can_read(self) -> None:
        """It goes on as it came."""
        [ref] = codec.decode('[{"__modelref__":["shop.nothing",7]}]')
        error = ValueError(ref)

        refer_in(error)

        assert str(error) == "<ModelRef shop.nothing pk=7>"
        assert codec.encode(error.args) == '[{"__modelref__":["shop.nothing",7]}]'


class TestQuotedReferences:
    """References inside exceptions."""

    @pytest.fixture(params=CODECS)
    def quoted(self, request: pytest.FixtureRequest) -> Any:
        """One that a result has brought, by each codec."""
        carrier = CODECS[request.param]
        order = Order.objects.create(pk=7, note="gift")
        error = {"exc_type": "ValueError", "exc_module": "builtins", "exc_message": [order]}
        meta = carrier.decode(carrier.encode({"status": "FAILURE", "result": error}))
        return meta["result"]["exc_message"][0]

    @pytest.fixture
    def loaded_by_str(self) -> Any:
        """One that a result has brought as a value."""
        order = Order.objects.create(pk=7, note="gift")
        return codec.decode(codec.encode({"result": [order]}))["result"][0]

    def test_they_are_printed_without_a_query(self, quoted: Any) -> None:
        """By `str` and by `format`, in async code as well."""

        async def tell() -> str:
            return str(ValueError(quoted))

        with queries():
            told = [str(quoted), f"{quoted}", f"{quoted:>30}".strip()]
            told.append(async_to_sync(tell)())

        assert set(told) == {"<ModelRef shop.order pk=7>"}

    def test_those_of_an_error_alone_are_quoted_too(self) -> None:
        """Which is what the database back end decodes."""
        order = Order.objects.create(pk=7)
        error = {"exc_type": "ValueError", "exc_module": "builtins", "exc_message": [[order]]}

        found = codec.decode(codec.encode(error))["exc_message"]

        with queries():
            assert str(found[0][0]) == "<ModelRef shop.order pk=7>"

    def test_elsewhere_they_load(self, loaded_by_str: Any) -> None:
        """`str(order)` is the row's."""
        with queries(default=1):
            assert str(loaded_by_str) == "Order over 0.00"

    def test_they_read_the_row_where_it_is_used(self, quoted: Any) -> None:
        """And then are the row."""
        with queries(default=1):
            assert quoted.note == "gift"

        assert isinstance(quoted, Order)
        assert str(quoted) == "Order over 0.00"

    def test_they_are_references_in_all_else(self, quoted: Any) -> None:
        """Equal, sent on, and pickled as they are."""
        again = pickle.loads(pickle.dumps(quoted))

        with queries():
            assert is_reference(again)
            assert identity(again) == identity(quoted)
            assert again == quoted == Order(pk=7)
            assert str(again) == "<ModelRef shop.order pk=7>"
            assert codec.encode([again]) == '[{"__modelref__":["shop.order",7]}]'

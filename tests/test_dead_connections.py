"""Connections that have died: a read is tried again where nothing is lost by it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import OperationalError

from modelref import is_resolved, reference, resolve, resolve_all
from tests.sessions import end_own_session, session_of
from tests.shop.models import Order
from tests.shop.queries import ALIASES


class Outage:
    """Makes a connection fail its first reads, as one to a server that has gone away does."""

    def __init__(self, connection: BaseDatabaseWrapper, *, times: int, dead: bool = True) -> None:
        self.connection = connection
        self.times = times
        self.dead = dead
        self.asked = 0

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        if "shop_order" in sql:  # and not what a new connection begins with
            self.asked += 1
            if self.asked <= self.times:
                raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, params, many, context)

    def is_usable(self) -> bool:
        """Answer for the connection."""
        return not (self.dead and self.asked <= self.times)


Begin = Callable[..., Outage]


@pytest.fixture
def outage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Begin]:
    """Let reads from `default` fail so many times; with `dead=False` the connection lives on."""
    connection = connections["default"]
    with ExitStack() as stack:

        def begin(**options: Any) -> Outage:
            outage = Outage(connection, **options)
            stack.enter_context(connection.execute_wrapper(outage))
            monkeypatch.setattr(connection, "is_usable", outage.is_usable)
            return outage

        yield begin


@pytest.mark.django_db(databases=ALIASES, transaction=True)
class TestDeadConnection:
    """The connection is dead: "cannot tell now" is not "gone"."""

    @pytest.fixture
    def ref(self) -> Order:
        """A reference to a row that exists."""
        Order.objects.create(pk=42, note="gift")
        return reference(Order, 42)

    def test_outside_a_transaction_the_read_is_tried_once_more(
        self, ref: Order, outage: Begin
    ) -> None:
        """The connection is closed, opened again, and the row is there."""
        before = connections["default"].connection
        trouble = outage(times=1)

        assert ref.note == "gift"

        assert trouble.asked == 2
        assert connections["default"].connection is not before

    def test_the_second_time_the_error_goes_up(self, ref: Order, outage: Begin) -> None:
        """It is the database's own error, and no `ReferenceNotFound`."""
        trouble = outage(times=2)

        with pytest.raises(OperationalError, match="server closed the connection"):
            _ = ref.note

        assert trouble.asked == 2

    def test_inside_a_transaction_the_error_goes_up(self, ref: Order, outage: Begin) -> None:
        """What the transaction has done is lost, so reading on would be wrong."""
        trouble = outage(times=1)

        with (
            pytest.raises(OperationalError, match="server closed the connection"),
            transaction.atomic(),
        ):
            _ = ref.note

        assert trouble.asked == 1

    def test_an_error_on_a_connection_that_lives_goes_up(self, ref: Order, outage: Begin) -> None:
        """A lock that timed out, say, is the task's to retry."""
        trouble = outage(times=1, dead=False)

        with pytest.raises(OperationalError, match="server closed the connection"):
            _ = ref.note

        assert trouble.asked == 1

    def test_the_reference_can_be_used_when_the_server_is_back(
        self, ref: Order, outage: Begin
    ) -> None:
        """A failed read leaves it pending."""
        outage(times=2)
        with pytest.raises(OperationalError):
            _ = ref.note

        assert not is_resolved(ref)
        assert ref.note == "gift"

    @pytest.mark.needs("postgres")
    @pytest.mark.django_db(databases=[*ALIASES, "postgres"], transaction=True)
    def test_a_connection_that_postgresql_has_ended_is_opened_again(self) -> None:
        """A terminated back end costs a second read, not a task."""
        Order.objects.using("postgres").create(pk=42, note="gift")
        Order.objects.using("postgres").create(pk=43, note="second")
        refs = [reference(Order, pk, using="postgres") for pk in (42, 43)]
        ended = end_own_session("postgres")

        assert [one.note for one in resolve_all(refs)] == ["gift", "second"]
        assert session_of("postgres") != ended

    @pytest.mark.needs("postgres")
    @pytest.mark.django_db(databases=[*ALIASES, "postgres"], transaction=True)
    def test_inside_a_transaction_a_connection_that_postgresql_has_ended_is_an_error(self) -> None:
        """The transaction went with the connection."""
        Order.objects.using("postgres").create(pk=42)
        ref = reference(Order, 42, using="postgres")

        with pytest.raises(OperationalError), transaction.atomic(using="postgres"):
            end_own_session("postgres")
            _ = ref.note

        assert resolve(ref).pk == 42

    @pytest.mark.needs("postgres")
    @pytest.mark.django_db(databases=[*ALIASES, "postgres"], transaction=True)
    def test_with_autocommit_off_a_connection_that_postgresql_has_ended_is_an_error(self) -> None:
        """A transaction without `atomic` is lost with it as well, and nothing hides that."""
        Order.objects.using("postgres").create(pk=42)
        ref = reference(Order, 42, using="postgres")
        connection = connections["postgres"]
        connection.set_autocommit(False)
        Order.objects.using("postgres").create(pk=43)

        try:
            end_own_session("postgres")
            with pytest.raises(OperationalError):
                _ = ref.note
        finally:
            connection.close()

        connection.set_autocommit(True)
        assert resolve(ref).pk == 42
        assert not Order.objects.using("postgres").filter(pk=43).exists()

"""Keys of another type or size than the column's: as an instance has them, or as nobody has."""

from typing import Any

import pytest

from modelref import ModelRef, reference, resolve_all
from modelref.errors import ReferenceNotFound
from tests.shop.arrivals import arrived
from tests.shop.echoes import Echo
from tests.shop.models import Order, Seat
from tests.shop.queries import ALIASES, queries

pytestmark = pytest.mark.django_db(databases=ALIASES)

DATABASES = [
    "default",
    *(pytest.param(name, marks=pytest.mark.needs(name)) for name in ("postgres", "mariadb")),
]
HUGE = [2**31, 2**63 - 1, 2**63, -(2**63) - 1, 2**70, 10**40]


@pytest.fixture
def echo() -> Echo:
    """A task that keeps what it gets."""
    return Echo()


class TestTypes:
    """An instance keeps the key it was made with; the row has the column's."""

    @pytest.mark.parametrize("annotation", [list[Order], list[ModelRef[Order]]], ids=str)
    def test_text_for_a_number(self, echo: Echo, annotation: Any) -> None:
        """Beside a number, in a call that is run at once."""
        orders = [Order.objects.create(pk=1, note="one"), Order.objects.create(pk="2", note="two")]
        made = echo.task(annotation)

        for given in (orders, orders[::-1], [1, "2"], ["2", 1]):
            with queries(default=1):
                assert made.apply((given,)).state == "SUCCESS"
                assert {each.note for each in echo.got.pop()} == {"one", "two"}

    def test_one_row_by_number_and_by_text_is_one_row(self, echo: Echo) -> None:
        """And one instance."""
        order = Order.objects.create(pk="1")

        echo.task(list[Order]).apply(([order, 1, "1", reference(Order, 1)],))

        assert len(set(map(id, echo.got.pop()))) == 1

    def test_text_in_a_composite_key(self, echo: Echo) -> None:
        """Its parts are those of the columns."""
        seats = [Seat.objects.create(row="A", number=number) for number in ("4", 5)]
        made = echo.task(list[Seat])

        for given in (seats, seats[::-1], [("A", "4"), ("A", 5)]):
            with queries(default=1):
                assert made.apply((given,)).state == "SUCCESS"
                assert {each.pk for each in echo.got.pop()} == {("A", 4), ("A", 5)}


@pytest.mark.django_db(databases=[*ALIASES, "postgres", "mariadb"], transaction=True)
@pytest.mark.parametrize("alias", DATABASES)
class TestSizes:
    """A number that no column holds is the key of no row, whatever a database says to it."""

    @pytest.mark.parametrize("huge", HUGE)
    def test_alone(self, alias: str, huge: int) -> None:
        """Not found."""
        with pytest.raises(ReferenceNotFound):
            _ = reference(Order, huge, using=alias).note

    @pytest.mark.parametrize("huge", HUGE)
    def test_among_others(self, alias: str, huge: int) -> None:
        """Those are read."""
        for pk in (1, 2):
            Order.objects.using(alias).create(pk=pk, note=str(pk))
        refs = arrived(*(reference(Order, pk, using=alias) for pk in (1, huge, 2)))

        assert [refs[0].note, refs[2].note] == ["1", "2"]
        with pytest.raises(ReferenceNotFound):
            _ = refs[1].note

    @pytest.mark.parametrize("huge", HUGE)
    def test_as_a_part_of_a_composite_key(self, alias: str, huge: int) -> None:
        """The other seats are read."""
        for number in (4, 5):
            Seat.objects.using(alias).create(row="A", number=number, guest=str(number))
        refs = arrived(*(reference(Seat, ("A", number), using=alias) for number in (4, huge, 5)))

        assert [refs[0].guest, refs[2].guest] == ["4", "5"]
        with pytest.raises(ReferenceNotFound):
            _ = refs[1].guest

    def test_only_such(self, alias: str) -> None:
        """Nothing is left to ask for."""
        refs = arrived(*(reference(Order, huge, using=alias) for huge in HUGE))

        with pytest.raises(ReferenceNotFound):
            resolve_all(refs)

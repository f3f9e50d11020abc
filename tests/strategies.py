"""Hypothesis strategies: everything that a task may be given."""

from collections import OrderedDict, deque
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from modelref import reference
from tests.shop.models import Country, Holiday, Moment, Order, Price, Seat, Tag, UrgentOrder

#: For databases of all kinds a text key holds no NUL; no wire but JSON and pickle has surrogates.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
numbers = st.integers(-(2**63), 2**64 - 1)
zones = st.sampled_from([None, UTC, timezone(timedelta(hours=-3, minutes=-30))])

scalars = (
    st.none()
    | st.booleans()
    | numbers
    | st.floats(allow_nan=False)
    | texts
    | st.binary(max_size=20)
)
#: What kombu's JSON carries besides JSON.
values = (
    st.datetimes(timezones=zones)
    | st.dates()
    | st.times()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.uuids()
)

keys: dict[Any, st.SearchStrategy[Any]] = {
    Order: numbers,
    UrgentOrder: st.integers(1, 1000),
    Country: texts,
    Tag: st.uuids(),
    Price: st.decimals(-1000, 1000, places=2),
    Holiday: st.dates(date(1000, 1, 1)),
    Moment: st.datetimes(datetime(1000, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    Seat: st.tuples(texts, st.integers(0, 99)),
}
aliases = st.sampled_from([None, "eu"])


def references(model: Any) -> st.SearchStrategy[Any]:
    """Return references to rows of a model, which need not be there."""
    return st.builds(lambda pk, using: reference(model, pk, using=using), keys[model], aliases)


rows = st.sampled_from(list(keys)).flatmap(references)


def lists_of_rows() -> st.SearchStrategy[Any]:
    """Return lists of one model, of one alias or of two."""
    return st.sampled_from(list(keys)).flatmap(lambda model: st.lists(references(model)))


def containers(members: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return containers that every codec carries."""
    return (
        st.lists(members, max_size=4)
        | st.lists(members, max_size=4).map(tuple)
        | st.dictionaries(texts, members, max_size=4)
    )


#: What all codecs carry.
arguments = st.recursive(scalars | values | rows | lists_of_rows(), containers, max_leaves=12)

_hashable = st.none() | numbers | texts | st.uuids() | st.dates() | rows

#: What only a pickle carries.
of_pickle = (
    st.frozensets(_hashable, max_size=4)
    | st.sets(_hashable, max_size=4)
    | st.lists(arguments, max_size=3).map(deque)
    | st.dictionaries(texts, arguments, max_size=3).map(OrderedDict)
    | st.dictionaries(st.tuples(texts, numbers), arguments, max_size=3)
    | st.complex_numbers(allow_nan=False)
    | st.timedeltas()
    | st.datetimes(timezones=st.sampled_from([ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")]))
    | st.binary(max_size=9).map(bytearray)
    | texts.map(ValueError)
)

#: Calls: positional and keyword arguments.
calls = st.tuples(
    st.lists(arguments, max_size=3).map(tuple), st.dictionaries(texts, arguments, max_size=3)
)

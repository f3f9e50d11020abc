"""Everything a task may be given comes off the wire as it went on, by every codec."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelref.errors import NotEncodable
from tests.codecs import CODECS, body, listed, named
from tests.shop.queries import ALIASES, queries
from tests.strategies import arguments, calls, of_pickle

pytestmark = pytest.mark.django_db(databases=ALIASES)

EVERY: list[Any] = list(HealthCheck)
modestly = settings(max_examples=60, deadline=None, suppress_health_check=EVERY)


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
@modestly
@given(call=calls)
def test_a_call_comes_back(codec: Any, call: Any) -> None:
    """Equal values, equal identities, no query."""
    args, kwargs = call

    with queries():
        read = codec.decode(codec.encode(body(*args, **kwargs)))

        assert listed(read[:2]) == listed(call)


@modestly
@given(
    value=st.recursive(arguments | of_pickle, lambda each: st.lists(each, max_size=3), max_leaves=5)
)
def test_a_pickle_keeps_types(value: Any) -> None:
    """Tuples, sets, deques and exceptions are what they were."""
    codec = CODECS["pickle"]

    with queries():
        (read,), _, _ = codec.decode(codec.encode(body(value)))

        assert described(read) == described(value)


@modestly
@given(value=arguments)
def test_the_codecs_agree(value: Any) -> None:
    """What one gives another gives, and a message may be sent on by another than it came by."""
    with queries():
        read = [codec.decode(codec.encode(body(value)))[0] for codec in CODECS.values()]
        sent_on = [
            codec.decode(codec.encode(body(*args)))[0]
            for codec, args in zip(reversed(CODECS.values()), read, strict=True)
        ]

        assert [listed(args) for args in read + sent_on] == [[listed(value)]] * 2 * len(CODECS)


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
@modestly
@given(
    value=st.recursive(arguments | of_pickle, lambda each: st.lists(each, max_size=3), max_leaves=5)
)
def test_what_cannot_travel_is_refused_by_the_sender(codec: Any, value: Any) -> None:
    """A message that is written can be read."""
    try:
        wire: Any = codec.encode(body(value))
    except NotEncodable:
        return

    assert codec.decode(wire) is not None


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
@modestly
@given(value=arguments, data=st.data())
def test_a_truncated_message_is_a_decode_error(codec: Any, value: Any, data: st.DataObject) -> None:
    """No part of a message is a message, but for the white space at the end of YAML."""
    wire: Any = codec.encode(body(value)).rstrip()
    part = wire[: data.draw(st.integers(0, len(wire) - 1))]

    with queries(), pytest.raises(Exception):  # noqa: B017, PT011 - kombu takes any
        assert codec.decode(part) is None  # nothing at all is YAML's null
        raise ValueError


@pytest.mark.parametrize("name", ["json", "yaml", "msgpack"])
@modestly
@given(noise=st.binary(max_size=40), data=st.data())
def test_noise_is_an_error_or_another_message(name: str, noise: bytes, data: st.DataObject) -> None:
    """Never a query. Of a pickle, noise may ask for more memory than there is."""
    codec = CODECS[name]
    wire: Any = codec.encode(body(data.draw(arguments)))
    wire = wire.encode() if isinstance(wire, str) else wire
    at = data.draw(st.integers(0, len(wire)))

    with queries():
        for damaged in (noise, wire[:at], wire[:at] + noise, wire[:at] + noise + wire[at:]):
            with suppress(Exception):  # kombu takes any
                codec.decode(damaged)


def described(value: Any) -> Any:
    """Return what `named` does, also of what only a pickle carries."""
    if isinstance(value, BaseException):
        return type(value), named(value.args)
    if isinstance(value, (dict, list, tuple)):
        return type(value), [
            described(each) for each in (value.items() if isinstance(value, dict) else value)
        ]
    if type(value).__name__ == "deque":
        return type(value), described(list(value))
    return named(value)

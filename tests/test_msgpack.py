"""`modelref-msgpack`: what is on the wire, and what comes off it."""

import enum
import sys
import uuid
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import msgpack
import pytest
from celery import signature
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from kombu.serialization import dumps, loads, registry

from modelref import identity, is_reference, is_resolved, reference
from modelref.codecs import msgpack as codec
from modelref.errors import MalformedReference, NotEncodable, UnknownModel, UnsavedInstance
from tests.codecs import body, named
from tests.shop.models import Customer, Order, Payload, Seat, Tag
from tests.shop.queries import ALIASES, queries

pytestmark = pytest.mark.django_db(databases=ALIASES)

TAG = uuid.UUID("6f1c2b7e-0000-4000-8000-000000000001")
ONE, MANY = 77, 78


def row(model: Any, pk: Any, using: str | None = None) -> Any:
    """Return a reference that needs no row."""
    return reference(model, pk, using=using)


def form(code: int, parts: Any) -> Any:
    """Return an extension type of the packed parts."""
    return msgpack.ExtType(code, msgpack.packb(parts))


def there_and_back(value: Any) -> Any:
    """Send a value as the only argument of a call."""
    [[read], *_] = codec.decode(codec.encode(body(value)))
    return read


class TestForms:
    """What stands for rows."""

    @pytest.mark.parametrize(
        ("value", "wire"),
        [
            (lambda: row(Order, 42), form(ONE, ["shop.order", 42])),
            (lambda: row(Order, 42, "eu"), form(ONE, ["shop.order", 42, "eu"])),
            (lambda: row(Tag, TAG), form(ONE, ["shop.tag", str(TAG)])),
            (lambda: row(Seat, ("A", 4)), form(ONE, ["shop.seat", ["A", 4]])),
            (lambda: [row(Order, 1), row(Order, 2)], form(MANY, ["shop.order", [1, 2]])),
            (lambda: (row(Order, 1), row(Order, 2)), form(MANY, ["shop.order", [1, 2]])),
            (
                lambda: [row(Order, 1, "eu"), row(Order, 2, "eu")],
                form(MANY, ["shop.order", [1, 2], "eu"]),
            ),
            (lambda: [row(Order, 1)], [form(ONE, ["shop.order", 1])]),
            (list, []),
            (
                lambda: [row(Order, 1), row(Customer, 1), "1"],
                [form(ONE, ["shop.order", 1]), form(ONE, ["shop.customer", 1]), "1"],
            ),
        ],
    )
    def test_each(self, value: Callable[[], Any], wire: Any) -> None:
        """One row, a list of one model and alias, everything else one by one."""
        given = value()

        assert codec.encode(given) == msgpack.packb(wire)
        assert named(codec.decode(msgpack.packb(wire))) == named(
            list(given) if type(given) is tuple else given
        )

    def test_a_queryset_is_its_keys_in_its_order(self) -> None:
        """In one query."""
        for pk in (1, 2, 3):
            Order.objects.create(pk=pk)

        with queries(default=1):
            wire = codec.encode(Order.objects.order_by("-pk"))

        assert wire == msgpack.packb(form(MANY, ["shop.order", [3, 2, 1]]))

    def test_a_models_own_json_is_not_asked(self) -> None:
        """A row is a reference before it is anything else."""
        assert is_reference(there_and_back(Payload.objects.create()))

    def test_installing_the_package_is_all_the_registration_there_is(self) -> None:
        """And kombu's msgpack is untouched."""
        kind, encoding, wire = dumps({"a": 1}, "msgpack")

        assert registry.name_to_type["modelref-msgpack"] == codec.CONTENT_TYPE
        assert loads(wire, kind, encoding, accept=[kind]) == {"a": 1}

    @pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
    def test_bytes_of_any_kind_are_read(self, kind: Callable[[bytes], Any]) -> None:
        """What the different transports deliver."""
        assert identity(codec.decode(kind(codec.encode([row(Order, 42)])))[0]).pk == 42


class TestEverythingElse:
    """Kombu's msgpack, and what kombu's JSON carries."""

    @pytest.mark.parametrize(
        "value",
        [
            datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
            date(2026, 1, 2),
            time(3, 4),
            Decimal("1.10"),
            TAG,
            b"\xff",
            {"a": [1, 2.5, None, True, "ü"]},
            {1: 2, None: 3, b"x": 5, 1.5: 6},
            {"__type__": "nothing", "__value__": 1},
            float("inf"),
            2**64 - 1,
            msgpack.Timestamp(1, 2),
            msgpack.ExtType(5, b"x"),
        ],
        ids=repr,
    )
    def test_it_comes_back(self, value: Any) -> None:
        """Beside a row, in a list."""
        read, ref = there_and_back([value, row(Order, 1)])

        assert (type(read), read) == (type(value), value)
        assert is_reference(ref)

    @pytest.mark.parametrize(
        ("value", "plain"),
        [
            (enum.StrEnum("Status", {"OPEN": "open"}).OPEN, "open"),  # type: ignore[attr-defined]
            (enum.IntEnum("Level", {"HIGH": 3}).HIGH, 3),  # type: ignore[attr-defined]
            (mark_safe("<b>"), "<b>"),
            (gettext_lazy("x"), "x"),
            (OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
            (bytearray(b"x"), b"x"),
        ],
    )
    def test_subclasses_are_plain(self, value: Any, plain: Any) -> None:
        """As in JSON."""
        read = there_and_back(value)

        assert (type(read), read) == (type(plain), plain)


class TestRefusals:
    """What cannot travel, with the way to it."""

    @pytest.mark.parametrize(
        ("message", "says"),
        [
            (lambda: body(1, {"a": sys.stdout}), 'args[1]["a"]: '),
            (lambda: body([{1}]), "args[0][0]: set cannot travel as modelref-msgpack"),
            (lambda: body({(1, 2): 3}), "args[0]: a key of tuple cannot travel as modelref-msg"),
            (lambda: body({row(Order, 1): 3}), "args[0]: a key of "),
            (lambda: body(2**64), "args[0]: int cannot travel as modelref-msgpack"),
            (lambda: body([msgpack.ExtType(ONE, b"")]), "args[0][0]: the extension type 77 is res"),
            (lambda: body(Order.objects), "args[0]: ManagerFromOrderQuerySet cannot travel"),
            (lambda: body("\ud800"), "The message cannot travel as modelref-msgpack"),
        ],
    )
    def test_not_encodable(self, message: Callable[[], Any], says: str) -> None:
        """The path, the type, the codec."""
        with pytest.raises(NotEncodable) as error:
            codec.encode(message())

        assert str(error.value).startswith(says)

    def test_an_unsaved_instance_is_refused(self) -> None:
        """Also in a later step."""
        args, kwargs, embed = body()
        embed["chain"] = [dict(signature("t", (1, Order())))]

        with pytest.raises(UnsavedInstance, match=r"chain\[0\]\.args\[1\]: shop.order"):
            codec.encode((args, kwargs, embed))

    def test_a_circle(self) -> None:
        """It has no end to write."""
        circle: list[Any] = []
        circle.append(circle)

        with pytest.raises(NotEncodable):
            codec.encode(circle)


class TestUntrusted:
    """Decoding trusts nothing and raises for no reference."""

    @pytest.mark.parametrize("code", [ONE, MANY])
    @pytest.mark.parametrize(
        "data",
        [
            b"", b"\xc1", b"\x92", b"\x93\x01", msgpack.packb(["shop.order", 1]) + b"x",
            *map(msgpack.packb, [
                5, None, "x", b"x", {}, [], ["shop.order"], ["shop.order", None],
                ["shop.order", True], ["shop.order", 1.5], ["shop.order", [None]],
                ["shop.tag", "x"], ["shop.order", 1, 2], ["order", 1], ["shop.order", b"1"],
                [form(ONE, ["shop.order", 1])], form(ONE, ["shop.order", 1]),
            ]),
        ],
    )  # fmt: skip
    def test_a_malformed_reference_is_inert(self, code: int, data: bytes) -> None:
        """It raises where it is used, and can be sent on."""
        with queries():
            read = codec.decode(msgpack.packb([msgpack.ExtType(code, data)]))[0]
            codec.decode(codec.encode([read]))

        for ref in read if isinstance(read, list) else [read]:
            with pytest.raises((MalformedReference, Order.DoesNotExist)):
                _ = ref.note

    def test_an_unknown_label(self) -> None:
        """It says what a rename needs, and goes on as it came."""
        wire = msgpack.packb(form(ONE, ["shop.purchase", 1]))

        ref = codec.decode(wire)

        with pytest.raises(UnknownModel, match=r"MODELREF\['RENAMED'\]"):
            _ = ref.note
        assert codec.encode(ref) == wire

    @pytest.mark.parametrize("data", [b"", b"\xc1", b"\x92\x01", b"\x01\x02", b"\x81\x90\x01"])
    def test_what_is_no_msgpack_is_a_decode_error(self, data: bytes) -> None:
        """It is for kombu to say."""
        with pytest.raises((ValueError, TypeError)):
            codec.decode(data)


def test_what_passes_through_is_never_loaded_by_it() -> None:
    """References in signatures of later steps stay pending; the others are one batch."""
    for pk in (1, 2):
        Order.objects.create(pk=pk)
    args, kwargs, embed = body(row(Order, 1), [row(Order, 2)])
    embed["chain"] = [dict(signature("t", (row(Order, 1), [row(Order, 2)])))]
    (ref, (other,)), _, embed = codec.decode(codec.encode((args, kwargs, embed)))

    with queries(default=1):
        _ = ref.note, other.note

    first, (second,) = embed["chain"][0]["args"]
    assert not is_resolved(first)
    assert not is_resolved(second)

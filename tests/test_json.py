"""`modelref-json`: what is on the wire, byte for byte, and what comes off it."""

import json
import subprocess
import sys
import uuid
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from celery import group, signature
from django.utils.translation import gettext_lazy
from kombu.serialization import dumps, loads, registry
from kombu.utils.json import dumps as kombu_dumps

from modelref import identity, is_reference, is_resolved, reference
from modelref.codecs import json as codec
from modelref.errors import (
    NotEncodable,
    UnsavedInstance,
)
from tests.shop.models import Customer, Order, Payload, Seat, Tag, Vehicle
from tests.shop.queries import ALIASES, queries

pytestmark = pytest.mark.django_db(databases=ALIASES)

TAG = uuid.UUID("6f1c2b7e-0000-4000-8000-000000000001")


def row(model: Any, pk: Any, using: str | None = None) -> Any:
    """Return a reference that needs no row."""
    return reference(model, pk, using=using)


def body(*args: Any, **kwargs: Any) -> tuple[Any, ...]:
    """Return a message body of task protocol 2."""
    embed = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
    return args, kwargs, embed


class TestForms:
    """What stands for rows."""

    @pytest.mark.parametrize(
        ("value", "wire"),
        [
            (lambda: row(Order, 42), '{"__modelref__":["shop.order",42]}'),
            (lambda: row(Order, 42, "eu"), '{"__modelref__":["shop.order",42,"eu"]}'),
            (lambda: row(Tag, TAG), f'{{"__modelref__":["shop.tag","{TAG}"]}}'),
            (lambda: row(Seat, ("A", 4)), '{"__modelref__":["shop.seat",["A",4]]}'),
            (lambda: [row(Order, 1), row(Order, 2)], '{"__modelrefs__":["shop.order",[1,2]]}'),
            (lambda: (row(Order, 1), row(Order, 2)), '{"__modelrefs__":["shop.order",[1,2]]}'),
            (
                lambda: [row(Seat, ("A", 1)), row(Seat, ("A", 2))],
                '{"__modelrefs__":["shop.seat",[["A",1],["A",2]]]}',
            ),
            (
                lambda: [row(Order, 1, "eu"), row(Order, 2, "eu")],
                '{"__modelrefs__":["shop.order",[1,2],"eu"]}',
            ),
            (lambda: [row(Order, 1)], '[{"__modelref__":["shop.order",1]}]'),
            (list, "[]"),
            (
                lambda: [row(Order, 1), row(Order, 2, "eu")],
                '[{"__modelref__":["shop.order",1]},{"__modelref__":["shop.order",2,"eu"]}]',
            ),
            (
                lambda: [row(Order, 1), row(Customer, 1)],
                '[{"__modelref__":["shop.order",1]},{"__modelref__":["shop.customer",1]}]',
            ),
            (lambda: [row(Order, 1), 2], '[{"__modelref__":["shop.order",1]},2]'),
            (
                lambda: {"a": [row(Order, 1), row(Order, 2)]},
                '{"a":{"__modelrefs__":["shop.order",[1,2]]}}',
            ),
        ],
    )
    def test_each(self, value: Callable[[], Any], wire: str) -> None:
        """One row, a list of one model and alias, everything else one by one."""
        assert codec.encode(value()) == wire

    def test_the_outermost_arguments_are_no_group(self) -> None:
        """`f(order, parcel)` is two single forms; a list among them is a group."""
        wire = codec.encode(body(row(Order, 1), row(Order, 2), [row(Order, 3), row(Order, 4)]))

        assert json.loads(wire)[0] == [
            {"__modelref__": ["shop.order", 1]},
            {"__modelref__": ["shop.order", 2]},
            {"__modelrefs__": ["shop.order", [3, 4]]},
        ]

    @pytest.mark.parametrize("protocol", ["signature", "protocol 1"])
    def test_nor_are_those_of_other_calls(self, protocol: str) -> None:
        """Not in the signatures of later steps, nor in the older task protocol."""
        args = [row(Order, 1), row(Order, 2)]
        call = {"task": "t", "args": args, "kwargs": {}, "id": "x"}
        if protocol == "signature":
            call = dict(signature("t", args))

        assert '"args":[{"__modelref__"' in codec.encode(call)

    def test_a_str_key_that_is_a_subclass_travels_plain(self) -> None:
        """The plain value of it."""

        class Code(str):
            __slots__ = ()

            def __str__(self) -> str:
                return "nonsense"

        from tests.shop.models import Country

        country = Country(pk=Code("DE"))
        country._state.adding = False

        assert codec.encode(country) == '{"__modelref__":["shop.country","DE"]}'

    def test_a_models_own_json_is_not_asked(self) -> None:
        """A row is a reference before it is anything else."""
        payload = Payload.objects.create()

        assert codec.encode(payload) == '{"__modelref__":["shop.payload",1]}'

    def test_a_queryset_is_its_keys_in_its_order(self) -> None:
        """In one query, and in none where it has been evaluated."""
        for pk in (1, 2, 3):
            Order.objects.create(pk=pk)
        orders = Order.objects.order_by("-pk")

        with queries(default=1):
            assert codec.encode(orders) == '{"__modelrefs__":["shop.order",[3,2,1]]}'
        list(orders)
        with queries():
            assert codec.encode(orders) == '{"__modelrefs__":["shop.order",[3,2,1]]}'

    @pytest.mark.parametrize(("length", "wire"), [(0, "[]"), (1, '[{"__modelref__"')])
    def test_a_short_queryset_is_a_list_too(self, length: int, wire: str) -> None:
        """It arrives as a list, whatever its length."""
        for pk in range(length):
            Order.objects.create(pk=pk + 1)

        assert codec.encode(Order.objects.all()).startswith(wire)

    def test_a_queryset_of_another_database_names_it(self) -> None:
        """`.using("eu")` gives `eu`."""
        Order.objects.using("eu").create(pk=1)

        assert codec.encode(Order.objects.using("eu")) == '[{"__modelref__":["shop.order",1,"eu"]}]'


class TestEverythingElse:
    """Kombu's JSON, by its own functions."""

    @pytest.mark.parametrize(
        "value",
        [
            datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
            date(2026, 1, 2),
            time(3, 4),
            Decimal("1.10"),
            TAG,
            b"bytes",
            b"\xff",
            {"a": [1, 2.5, None, True, "ü"]},
            OrderedDict(a=1),
        ],
        ids=lambda value: type(value).__name__,
    )
    def test_it_comes_back_as_from_kombu(self, value: Any) -> None:
        """Beside a row, in a list."""
        got, ref = codec.decode(codec.encode([value, row(Order, 1)]))

        assert (type(got), got) == (dict if isinstance(value, dict) else type(value), value)
        assert is_reference(ref)

    def test_what_has_no_rows_is_byte_for_byte_compact_json(self) -> None:
        """No more, no less."""
        value = {"a": (1, 2), "b": gettext_lazy("x")}

        assert json.loads(codec.encode(value)) == json.loads(kombu_dumps(value))

    def test_kombus_json_is_untouched(self) -> None:
        """A plain `json` message is what it was."""
        wire = dumps({"__modelref__": ["shop.order", 1]}, "json")

        assert loads(wire[2], wire[0], wire[1]) == {"__modelref__": ["shop.order", 1]}

    @pytest.mark.parametrize("kind", [str, str.encode, bytearray, memoryview])
    def test_bytes_of_any_kind_are_read(self, kind: Callable[..., Any]) -> None:
        """What the different transports deliver."""
        text = '[{"__modelref__":["shop.order",42]}]'
        data = text if kind is str else text.encode() if kind is str.encode else kind(text.encode())

        assert identity(codec.decode(data)[0]).pk == 42

    def test_installing_the_package_is_all_the_registration_there_is(self) -> None:
        """Kombu finds it by its entry point."""
        assert registry.name_to_type["modelref-json"] == "application/x-modelref+json"


class TestRefusals:
    """What cannot travel, with the way to it."""

    @pytest.mark.parametrize(
        ("message", "says"),
        [
            (lambda: body(1, {"a": sys.stdout}), r'args[1]["a"]: \S+ cannot travel as modelref-'),
            (lambda: body(a={"b": [{1, 2}]}), r'kwargs["a"]["b"][0]: set cannot travel'),
            (lambda: body(Order.objects), r"args[0]: \S+ cannot travel as \S+: add .all()"),
            (lambda: body(Order.objects.values()), r"args[0]: a queryset of .values()"),
            (lambda: body({"__modelref__": 1}), r"args[0]: a dict of the key '__modelref__' alone"),
            (lambda: body({(1, 2): 3}), r"args[0]: keys must be str, int, float"),
        ],
    )  # fmt: skip
    def test_not_encodable(self, message: Callable[[], Any], says: str) -> None:
        """The path, the type, the codec."""
        pattern = says.replace("[", r"\[").replace("]", r"\]").replace("()", r"\(\)")

        with pytest.raises(NotEncodable, match=pattern):
            codec.encode(message())

    def test_a_later_step_of_a_chain_is_named(self) -> None:
        """Its arguments by their place in the chain."""
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

    def test_no_message_holds_a_value_of_the_row(self) -> None:
        """Neither the text of an instance nor a field."""
        order = Order(note="secret")

        with pytest.raises(UnsavedInstance) as error:
            codec.encode(body(order))

        assert "secret" not in str(error.value)


class TestBatches:
    """What loads together."""

    def test_the_arguments_of_one_message(self) -> None:
        """All rows of a model, wherever they stand; another model is another query."""
        for pk in (1, 2, 3):
            Order.objects.create(pk=pk)
        Customer.objects.create(pk=1, name="Ada")
        args, kwargs, _ = codec.decode(
            codec.encode(body(row(Order, 1), [row(Order, 2)], o=row(Order, 3), c=row(Customer, 1)))
        )

        with queries(default=1):
            _ = args[0].note, args[1][0].note, kwargs["o"].note
        with queries(default=1):
            _ = kwargs["c"].name

    def test_what_passes_through_is_never_loaded_by_it(self) -> None:
        """References in signatures of later steps stay pending, also to the same row."""
        Order.objects.create(pk=1)
        Order.objects.create(pk=2)
        args, kwargs, embed = body(row(Order, 1))
        embed["chain"] = [dict(signature("t", (row(Order, 1), row(Order, 2))))]
        (ref,), _, embed = codec.decode(codec.encode((args, kwargs, embed)))

        _ = ref.note

        later = embed["chain"][0]["args"]
        assert [is_resolved(each) for each in later] == [False, False]
        with queries(default=1):
            _ = later[1].note
        assert not is_resolved(later[0])

    def test_aliases_are_apart(self) -> None:
        """Row 1 of `eu` is not row 1 of `default`."""
        Order.objects.create(pk=1, note="here")
        Order.objects.using("eu").create(pk=1, note="there")
        here, there = codec.decode(codec.encode([row(Order, 1), row(Order, 1, "eu")]))

        with queries(default=1, eu=1):
            assert (here.note, there.note) == ("here", "there")


def test_importing_a_codec_imports_neither_celery_nor_a_model() -> None:
    """Kombu does so in the middle of `import celery`, before Django is set up."""
    code = (
        "import sys, modelref.codecs.json; "
        "print([m for m in sys.modules if m in ('celery', 'django.db.models')])"
    )

    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert out.stdout.strip() == "[]"


def test_references_of_parents_and_children_keep_their_labels() -> None:
    """A child is its own model, not its parent."""
    from tests.shop.models import Car

    car = Car.objects.create(model="T")

    assert codec.encode([car, Vehicle.objects.get()]) == (
        '[{"__modelref__":["shop.car",1]},{"__modelref__":["shop.vehicle",1]}]'
    )


class Flags(dict[str, int]):
    """A dict that is false where no flag is set."""

    def __bool__(self) -> bool:
        return any(self.values())


@pytest.mark.parametrize("value", [group([]), Flags(a=0), {}], ids=["group", "Flags", "dict"])
def test_a_dict_that_is_false_keeps_what_it_holds(value: Any) -> None:
    """Celery's empty group is one."""
    assert not value
    assert json.loads(codec.encode({"x": value})) == json.loads(kombu_dumps({"x": value}))

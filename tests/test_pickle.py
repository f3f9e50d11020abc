"""`modelref-pickle`: what is in a message, what comes off it, and what is refused."""

import copyreg
import enum
import functools
import json
import operator
import os
import pickle
import pickletools
import subprocess
import sys
import uuid
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

import pytest
from celery import Celery, chain, chord, group, signature
from celery.canvas import Signature
from celery.exceptions import ChordError, MaxRetriesExceededError
from django.contrib.auth.models import AnonymousUser
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from kombu.exceptions import ContentDisallowed
from kombu.serialization import dumps, loads, registry
from pytest_django import Settings

from modelref import identity, is_reference, is_resolved, reference
from modelref.celery import setup
from modelref.codecs import json as json_codec
from modelref.codecs import pickle as codec
from modelref.codecs.arrivals import Arrivals
from modelref.errors import (
    ForbiddenGlobal,
    MalformedReference,
    NotEncodable,
    ReferenceNotFound,
    UnknownModel,
    UnsavedInstance,
    not_found_class,
)
from tests.codecs import body, named
from tests.shop.models import Customer, Order, Seat, Version
from tests.shop.queries import ALIASES, queries

pytestmark = pytest.mark.django_db(databases=ALIASES)

HERE = __name__
AS_PICKLE = "cannot travel as modelref-pickle"
ADVICE = f"{AS_PICKLE}. Workers read only what they are told to: add '{HERE}"


class Money:
    """A class of the project's own."""

    def __init__(self, amount: int) -> None:
        self.amount = amount
        self.paid_by: Any = None


class Slotted:
    """One with slots, made by `__new__`."""

    __slots__ = ("left",)

    left: int

    def __new__(cls, *, left: int) -> Self:
        made = super().__new__(cls)
        made.left = left
        return made

    def __getnewargs_ex__(self) -> tuple[Any, ...]:
        return (), {"left": self.left}


class Status(enum.StrEnum):
    """Text of a class of its own."""

    OPEN = "open"


class Colour(enum.Enum):
    """Nothing else than an enum."""

    RED = 1


class Circle(Exception):
    """An exception of the project's own."""

    class Inner:
        """Not at the top of the module."""


def make_money(amount: int) -> Money:
    """Make money."""
    return Money(amount)


def row(model: Any, pk: Any, using: str | None = None) -> Any:
    """Return a reference that needs no row."""
    return reference(model, pk, using=using)


def there_and_back(value: Any) -> Any:
    """Send a value as the only argument of a call."""
    (read,), _, _ = codec.decode(codec.encode(body(value)))
    return read


def calls(wire: bytes) -> list[str]:
    """Return the names in a pickle, in order."""
    strings = [arg for _, arg, _ in pickletools.genops(wire) if isinstance(arg, str)]
    return [each for each in strings if each in codec._LOADERS]


def allow(settings: Any, *names: str) -> None:
    """Set the allow-list, to names of this module."""
    settings.MODELREF = {"PICKLE_ALLOW": [f"{HERE}.{name}" for name in names]}


class TestForms:
    """What stands for rows."""

    def test_one_row_is_a_call_of_a_loader(self) -> None:
        """With label and key, and nothing of the row."""
        wire = codec.encode(row(Order, 42))

        names = [arg for op, arg, _ in pickletools.genops(wire) if "UNICODE" in op.name]
        assert names == ["modelref.codecs.pickle", "one", "shop.order"]
        assert pickle.loads(wire) == row(Order, 42)

    def test_a_list_of_one_model_and_alias_is_a_call_of_another(self) -> None:
        """With label and keys."""
        wire = codec.encode([row(Order, 1, "eu"), row(Order, 2, "eu")])

        assert calls(wire) == ["many"]
        assert named(codec.decode(wire)) == [identity(row(Order, n, "eu")) for n in (1, 2)]

    @pytest.mark.parametrize(
        "value",
        [
            lambda: [row(Order, 1)],
            lambda: (row(Order, 1), row(Order, 2)),
            lambda: [row(Order, 1), row(Order, 2, "eu")],
            lambda: [row(Order, 1), row(Customer, 1)],
            lambda: [row(Order, 1), 2],
            lambda: {row(Order, 1), row(Order, 2)},
            lambda: {row(Order, 1): row(Order, 2)},
            lambda: deque([row(Order, 1), row(Order, 2)], maxlen=7),
            lambda: ValueError(row(Order, 1)),
        ],
    )
    def test_everything_else_is_one_by_one(self, value: Any) -> None:
        """Pickle groups lists only, and keeps the containers."""
        given = value()

        wire = codec.encode(body(given))
        (read,), _, _ = codec.decode(wire)

        assert "many" not in calls(wire)
        assert type(read) is type(given)
        assert repr(read) == repr(given)

    def test_the_outermost_arguments_are_no_group(self) -> None:
        """Nor are those of later steps."""
        args, kwargs, embed = body(row(Order, 1), row(Order, 2), [row(Order, 3), row(Order, 4)])
        embed["chain"] = [dict(signature("t", [row(Order, 5), row(Order, 6)]))]

        wire = codec.encode((list(args), kwargs, embed))

        assert calls(wire).count("many") == 1

    def test_shared_and_circular_containers_are_kept(self) -> None:
        """As pickle keeps them, with groups among them."""
        shared = [row(Order, 1), row(Order, 2)]
        circle: Any = [shared, {"again": shared}, ([],)]
        circle.append(circle)
        circle[2][0].append(circle[2])

        read = there_and_back(circle)

        assert named(read[0]) == named(shared)
        assert read[1]["again"] is read[0]
        assert read[3] is read
        assert read[2][0][0] is read[2]

    def test_one_instance_is_one_reference(self) -> None:
        """Where the same object was given twice."""
        order = Order.objects.create()

        (first, [second]), _, _ = codec.decode(codec.encode(body(order, [order])))

        assert first is second

    def test_a_queryset_is_its_keys_in_its_order(self) -> None:
        """In one query, and in none where it has been evaluated; deep in an object, too."""
        for pk in (1, 2, 3):
            Order.objects.create(pk=pk)
        orders = Order.objects.order_by("-pk")

        with queries(default=1):
            wire = codec.encode(orders)
        with queries(default=1):
            deep = codec.encode(deque([Order.objects.order_by("-pk")]))

        assert [ref.pk for ref in codec.decode(wire)] == [3, 2, 1]
        assert [ref.pk for ref in codec.decode(deep)[0]] == [3, 2, 1]

    def test_a_lazy_object_is_what_it_stands_for(self) -> None:
        """`request.user` is a row."""
        customer = Customer.objects.create()

        for lazy in (SimpleLazyObject(lambda: customer), deque([SimpleLazyObject(lambda: 5)])):
            read = there_and_back(lazy)
            assert read == (deque([5]) if isinstance(lazy, deque) else customer)

    def test_rows_inside_an_allowed_object_are_references(self, settings: Settings) -> None:
        """Wherever an instance is, what travels is its name."""
        allow(settings, "Money")
        money = Money(5)
        money.paid_by = Customer.objects.create(name="secret")

        wire = codec.encode(money)

        assert b"secret" not in wire
        assert is_reference(codec.decode(wire).paid_by)

    def test_installing_the_package_is_all_the_registration_there_is(self) -> None:
        """And no other pickle is touched."""
        order = Order.objects.create(pk=1, note="gift")

        assert registry.name_to_type["modelref-pickle"] == codec.CONTENT_TYPE
        kind, encoding, wire = dumps(body(order), "modelref-pickle")
        assert is_reference(loads(wire, kind, encoding, accept=[kind])[0][0])
        assert pickle.loads(pickle.dumps(order)).note == "gift"
        assert type(pickle.loads(pickle.dumps(order))) is Order

    @pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
    def test_bytes_of_any_kind_are_read(self, kind: Callable[[bytes], Any]) -> None:
        """What the different transports deliver."""
        assert identity(codec.decode(kind(codec.encode([row(Order, 42)])))[0]).pk == 42


class TestBatches:
    """What loads together."""

    def test_the_references_of_a_message_are_one_batch(self) -> None:
        """One query for each model, wherever they stand, sealed."""
        for pk in (1, 2, 3):
            Order.objects.create(pk=pk, note=str(pk))
        with queries():
            args, kwargs, _ = codec.decode(
                codec.encode(body(row(Order, 1), [row(Order, 2)], o={row(Order, 3)}))
            )

        with queries(default=1):
            assert [args[0].note, args[1][0].note, *(o.note for o in kwargs["o"])] == [
                "1",
                "2",
                "3",
            ]

    @pytest.mark.parametrize("make", [dict, lambda step: step], ids=["dict", "signature"])
    def test_what_passes_through_is_never_loaded_by_it(self, make: Callable[..., Any]) -> None:
        """References in signatures of later steps stay pending, also of the same object."""
        order, other = Order.objects.create(pk=1), Order.objects.create(pk=2)
        args, kwargs, embed = body(order, [other])
        embed["chain"] = [make(signature("t", (order, {other}), {"deep": [[order]]}))]
        (ref, _), _, embed = codec.decode(codec.encode((args, kwargs, embed)))

        with queries(default=1):
            _ = ref.note

        step = embed["chain"][0]
        later = [step["args"][0], *step["args"][1], step["kwargs"]["deep"][0][0]]
        assert [is_resolved(each) for each in later] == [False] * 3
        assert later[0] is later[2]
        with queries(default=2):
            for each in later:
                _ = each.note

    def test_a_circle_in_a_signature_comes_to_an_end(self) -> None:
        """Looking for its references does."""
        circle: list[Any] = [row(Order, 1)]
        circle.append(circle)

        step = there_and_back(dict(signature("t", (circle,))))

        assert step["args"][0][1] is step["args"][0]

    def test_a_set_of_rows_with_a_hash_of_their_own_is_read_without_a_query(self) -> None:
        """Such rows hash by a field: decoding does not ask for it."""
        versions = {Version.objects.create(pk=n, number=n) for n in (1, 2)}
        wire = codec.encode(versions)

        with queries():
            read = codec.decode(wire)
        with queries(default=1):
            assert {ref.number for ref in list(read)} == {1, 2}


class TestValues:
    """What travels besides rows."""

    @pytest.mark.parametrize(
        "value",
        [
            datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
            datetime(2026, 7, 2, tzinfo=ZoneInfo("Europe/Berlin")),
            datetime(2026, 7, 2, tzinfo=timezone(timedelta(hours=2), "there")),
            date(2026, 1, 2),
            time(3, 4),
            timedelta(days=1),
            ZoneInfo("UTC"),
            Decimal("1.10"),
            uuid.UUID(int=1),
            b"\xff",
            bytearray(b"\xff"),
            1j,
            10**30,
            "\ud800",
            (1, (2,)),
            {1, 2},
            frozenset({1, 2}),
            {(1, 2): 3},
            OrderedDict(b=1, a=2),
            defaultdict(list, a=[1]),
            deque([1], maxlen=5),
            Counter("aab"),
            [int, datetime],
        ],
        ids=repr,
    )
    def test_a_value_is_what_it_was(self, value: Any) -> None:
        """With its type, beside a row."""
        read, ref = there_and_back([value, row(Order, 1)])

        assert (type(read), read) == (type(value), value)
        assert is_reference(ref)

    @pytest.mark.parametrize("protocol", range(3, pickle.HIGHEST_PROTOCOL + 1))
    def test_plain_pickles_of_such_values_are_read(self, protocol: int) -> None:
        """By each protocol that needs no other name."""
        value = [uuid.UUID(int=1), Decimal(1), date.max, {1}, bytearray(b"x"), OrderedDict(a=1)]

        assert codec.decode(pickle.dumps(value, protocol)) == value

    @pytest.mark.parametrize(
        ("value", "plain"),
        [
            (Status.OPEN, "open"),
            (enum.IntEnum("Level", {"HIGH": 3}).HIGH, 3),  # type: ignore[attr-defined]
            (mark_safe("<b>"), "<b>"),
            (gettext_lazy("x"), "x"),
        ],
    )
    def test_a_text_or_number_of_another_class_is_plain(self, value: Any, plain: Any) -> None:
        """As in JSON, in any container."""
        for read in (there_and_back([value])[0], there_and_back(deque([value]))[0]):
            assert (type(read), read) == (type(plain), plain)

    @pytest.mark.parametrize("value", [Status.OPEN, Colour.RED])
    def test_an_allowed_enum_keeps_its_members(self, settings: Settings, value: Any) -> None:
        """They are the members."""
        allow(settings, "Status", "Colour")

        assert there_and_back([value])[0] is value

    @pytest.mark.parametrize(
        "value",
        [
            ValueError("x", 1),
            MaxRetriesExceededError("x"),
            ChordError("x"),
            UnknownModel("x"),
            ReferenceNotFound("shop.order", 42),
        ],
        ids=repr,
    )
    def test_an_exception_is_what_it_was(self, value: Any) -> None:
        """Built-in ones, Celery's, ours."""
        read = there_and_back({"exc": value})["exc"]

        assert (type(read), read.args) == (type(value), value.args)

    def test_a_missing_row_is_the_error_of_its_model(self) -> None:
        """`except Order.DoesNotExist` goes on to work."""
        error = not_found_class("shop.order")("shop.order", 42, None)

        with pytest.raises(Order.DoesNotExist, match="shop.order:42"):
            raise there_and_back(error)

    @pytest.mark.parametrize(
        "make",
        [
            lambda ref: signature("t", (ref,)),
            lambda ref: chain(signature("t", (ref,)), signature("u", ([ref, ref],))),
            lambda ref: group([signature("t", (ref,)), signature("u")]),
            lambda ref: group(signature("t", (each,)) for each in [ref, ref]),
            lambda ref: chord([signature("t", (ref,))], signature("u", kwargs={"a": ref})),
            lambda ref: chain(signature("t"), group([signature("u", (ref,)), signature("v")])),
        ],
        ids=["signature", "chain", "group", "generator", "chord", "chain of group"],
    )
    def test_a_signature_is_one_of_celerys(self, make: Callable[..., Any]) -> None:
        """Of its kind, with references that only pass through."""
        given = make(row(Order, 1))

        read = there_and_back(given)

        assert isinstance(read, Signature)
        assert type(read) is type(given)
        assert json.loads(json_codec.encode(read)) == json.loads(json_codec.encode(given))

    def test_a_signature_that_celery_cannot_make_stays_a_dict(self) -> None:
        """Whoever calls it says what is wrong with it, and the message is not lost."""
        broken = dict(signature("t"), subtask_type="nothing")
        wire = codec.encode([Signature(broken), broken])

        assert codec.decode(wire) == [broken, broken]


class TestAllowing:
    """`MODELREF["PICKLE_ALLOW"]`, for both sides."""

    def test_an_allowed_class(self, settings: Settings) -> None:
        """Its state travels, in a circle if need be."""
        allow(settings, "Money", "Slotted")
        money = Money(5)
        money.paid_by = [money]

        read, slotted = there_and_back([money, Slotted(left=3)])

        assert type(read) is Money
        assert (read.amount, read.paid_by[0]) == (5, read)
        assert slotted.left == 3

    def test_a_plain_pickle_of_an_allowed_class_is_read(self, settings: Settings) -> None:
        """By each protocol that needs no other name."""
        allow(settings, "Money")

        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
            assert codec.decode(pickle.dumps(Money(5), protocol)).amount == 5

    def test_an_allowed_function(self, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        """What an object is made with is what has to be allowed."""
        monkeypatch.setitem(copyreg.dispatch_table, Money, lambda m: (make_money, (m.amount,)))
        allow(settings, "make_money")

        assert there_and_back(Money(5)).amount == 5

    @pytest.mark.parametrize(
        ("message", "says"),
        [
            (lambda: body(1, {"a": Money(1)}), f"args[1][\"a\"]: Money {ADVICE}.Money' to "),
            (lambda: body(a=deque([Money(1)])), f"kwargs[\"a\"]: Money {ADVICE}.Money'"),
            (lambda: body(Colour.RED), f"args[0]: Colour {ADVICE}.Colour'"),
            (lambda: body([Circle()]), f"args[0][0]: Circle {ADVICE}.Circle'"),
            (lambda: body(Circle.Inner()), f"args[0]: Inner {AS_PICKLE}. Only what stands"),
            (lambda: body(sys.stdout), "args[0]: "),
            (lambda: body([Money]), "args[0][0]: Money, a type, cannot travel"),
            (lambda: body(make_money), "args[0]: make_money, a function, cannot travel"),
            (lambda: body(os.system), "args[0]: system, a builtin_function_or_method, "),
            (lambda: body(functools.partial(print)), "args[0]: partial cannot travel"),
            (lambda: body(Order.objects), f"args[0]: ManagerFromOrderQuerySet {AS_PICKLE}: add"),
            (lambda: body(Order.objects.values()), f"args[0]: a queryset of .values() {AS_PICKLE}"),
            (lambda: body(AnonymousUser()), f"args[0]: AnonymousUser {AS_PICKLE}."),
        ],
    )  # fmt: skip
    def test_what_no_worker_would_read_is_refused_by_the_sender(
        self, message: Callable[[], Any], says: str
    ) -> None:
        """With the way to it, and what to allow."""
        with pytest.raises(NotEncodable) as error:
            codec.encode(message())

        assert str(error.value).startswith(says)

    def test_an_unsaved_instance_is_refused(self) -> None:
        """Also in a later step, and in a set."""
        args, kwargs, embed = body()
        embed["chain"] = [dict(signature("t", (1, Order())))]

        with pytest.raises(UnsavedInstance, match=r"chain\[0\]\.args\[1\]: shop.order"):
            codec.encode((args, kwargs, embed))
        with pytest.raises(UnsavedInstance, match=r"args\[0\]: shop.order"):
            codec.encode(body(deque([Order()])))

    def test_a_refusal_in_a_circle(self) -> None:
        """The way to it is found."""
        circle: list[Any] = [1]
        circle += [circle, Money(1)]

        with pytest.raises(NotEncodable, match=r"value\[2\]: Money"):
            codec.encode(circle)

    def test_an_object_whose_pickling_fails(self, settings: Settings) -> None:
        """It says so as well."""
        allow(settings, "Money")
        money = Money(1)
        money.amount = sys.stdout  # type: ignore[assignment]  # what is tested

        with pytest.raises(NotEncodable, match=r"args\[0\]: \w+ cannot travel"):
            codec.encode(body(money))


class TestUntrustedReferences:
    """Decoding trusts nothing and raises for no reference."""

    @pytest.mark.parametrize(
        "parts",
        [
            (), (5,), (None, 1), ("shop.order",), ("shop.order", None), ("shop.order", True),
            ("shop.order", 1.5), ("shop.order", ()), ("shop.order", [None]), ("shop.tag", "x"),
            ("shop.order", 1, 2), ("shop.order", 1, "eu", 4), ("order", 1), ("shop.seat", ["A"]),
            ([1], {2}), ("shop.order", {"pk": 1}),
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("loader", ["one", "many"])
    def test_a_malformed_reference_is_inert(self, loader: str, parts: tuple[Any, ...]) -> None:
        """It raises where it is used, and is encoded again as it came."""
        wire = pickle.dumps(Spell(getattr(codec, loader), *parts))

        with queries():
            read = codec.decode(wire)
            again = codec.decode(codec.encode(read))

        for ref in read if isinstance(read, list) else [read]:
            with pytest.raises((MalformedReference, Order.DoesNotExist)):
                _ = ref.note
        assert repr(again) == repr(read)

    def test_an_unknown_label(self) -> None:
        """It says what a rename needs, and goes on as it came."""
        ref = codec.decode(pickle.dumps(Spell(codec.one, "shop.purchase", 1)))

        with pytest.raises(UnknownModel, match=r"MODELREF\['RENAMED'\]"):
            _ = ref.note
        assert str(identity(codec.decode(codec.encode(ref)))) == "shop.purchase:1"

    @pytest.mark.parametrize("data", [b"", b"nonsense", b"\x80\x05", codec.encode([1, 2])[:-1]])
    def test_what_is_no_pickle_is_a_decode_error(self, data: bytes) -> None:
        """It is for kombu to say."""
        with pytest.raises((pickle.UnpicklingError, EOFError, ValueError)):
            codec.decode(data)


class Spell:
    """An object that is pickled as a call."""

    def __init__(self, function: Any, *args: Any) -> None:
        self.reduced = function, args

    def __reduce__(self) -> Any:
        return self.reduced


def stack_global(module: str, name: str) -> bytes:
    """Return a pickle that names something by the opcode of protocol 4."""
    return (
        b"\x80\x04"
        + b"".join(b"\x8c" + bytes([len(part)]) + part.encode() for part in (module, name))
        + b"\x93"
    )


HOSTILE = {
    "os.system": pickle.dumps(Spell(os.system, "touch touched")),
    "os.system, protocol 0": b"cos\nsystem\n(S'touch touched'\ntR.",
    "posix.system": b"cposix\nsystem\n(S'touch touched'\ntR.",
    "eval": pickle.dumps(Spell(eval, "open('touched', 'w')")),
    "exec": pickle.dumps(Spell(exec, "open('touched', 'w')")),
    "open": pickle.dumps(Spell(open, "touched", "w")),
    "__import__": pickle.dumps(Spell(__import__, "modelref_tests_nothing")),
    "getattr": pickle.dumps(Spell(getattr, Spell(__import__, "os"), "system")),
    "nested getattr": (
        b"cbuiltins\ngetattr\n(cbuiltins\ngetattr\n(cos\npath\nS'os'\ntRS'system'\ntR."
    ),
    "attrgetter": pickle.dumps(Spell(operator.attrgetter, "a.b")),
    "methodcaller": pickle.dumps(Spell(operator.methodcaller, "f")),
    "itemgetter": pickle.dumps(Spell(operator.itemgetter, 0)),
    "partial": pickle.dumps(Spell(functools.partial, print)),
    "reduce": pickle.dumps(Spell(functools.reduce, print, [])),
    "copyreg": b"ccopyreg\nadd_extension\n(S'os'\nS'system'\nI1\ntR.",
    "_reconstructor": b"ccopyreg\n_reconstructor\n(cbuiltins\nobject\ncbuiltins\nobject\nNtR.",
    "a module that is not loaded": b"cmodelref_tests_nothing\nname\n.",
    "a submodule": b"cos.path\njoin\n.",
    "a dotted name": stack_global("datetime", "datetime.now") + b")R.",
    "a dotted name by protocol 0": b"cdatetime\ndatetime.now\n)R.",
    "a dotted name of ours": stack_global("modelref.codecs.pickle", "copyreg.add_extension") + b".",
    "another name of ours": stack_global("modelref.codecs.pickle", "find") + b".",
    "a private name of ours": stack_global("modelref.codecs.pickle", "_dumps") + b".",
    "no exception of Celery's": stack_global("celery.exceptions", "import_module") + b".",
    "no exception of the builtins": stack_global("builtins", "compile") + b".",
    "the pickle module": stack_global("pickle", "loads") + b".",
    "a test of this module": stack_global(HERE, "Money") + b")\x81.",
    "INST": b"(S'touch touched'\nios\nsystem\n.",
    "OBJ": b"(cos\nsystem\nS'touch touched'\no.",
    "NEWOBJ": b"\x80\x02csubprocess\nPopen\n(S'touch'\nS'touched'\nt\x81.",
    "NEWOBJ_EX": stack_global("subprocess", "Popen") + b")}\x92.",
    "a call by name": pickle.dumps(Spell(codec.call, "os.system", "touch touched")),
    "a call of no name": pickle.dumps(Spell(codec.call, 5)),
    "a call of a dotted name": pickle.dumps(Spell(codec.call, "datetime.datetime.now")),
    "a class by name": pickle.dumps(Spell(codec.new, "subprocess.Popen", ("touch",), {})),
    "a persistent id": b"\x80\x04\x8c\x05hello\x51.",
    "a persistent id by protocol 0": b"Phello\n.",
    "an extension code": b"\x80\x02\x82\x07.",
    "a buffer": b"\x80\x05\x97.",
}

#: What goes on top of a name or an object, to change it.
STATES = {
    "attributes": b"}\x8c\x04evilK\x01sb.",
    "slots": b"N}\x8c\x04evilK\x01s\x86b.",
}


class TestHostilePickles:
    """Refused, nothing imported, nothing run."""

    @pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
    def test_a_gadget(self, data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whatever it is written with."""
        monkeypatch.chdir(tmp_path)
        before = set(sys.modules)

        with pytest.raises(Exception) as error:  # noqa: PT011 - the opcodes have errors of their own
            codec.decode(data)

        assert isinstance(
            error.value, (pickle.UnpicklingError, ValueError, TypeError, AttributeError)
        )
        assert set(sys.modules) == before
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        "name", ["os.system", "builtins.eval", "operator.attrgetter", "functools.partial", "shop.X"]
    )
    def test_the_error_names_what_is_forbidden(self, name: str) -> None:
        """And where it would be allowed."""
        module, _, attribute = name.rpartition(".")

        with pytest.raises(ForbiddenGlobal, match=f"'{name}'.*PICKLE_ALLOW"):
            codec.decode(stack_global(module, attribute) + b".")

    def test_nothing_is_imported_for_a_name(self) -> None:
        """Not the module, nor one above it, not even where it does not exist."""
        wire = stack_global("xml.dom.pulldom", "parse") + b"."
        code = (
            "import sys; from modelref.codecs import pickle\n"
            f"try: pickle.decode({wire!r})\n"
            "except Exception as error: print(type(error).__name__)\n"
            "print([name for name in sys.modules if name.startswith('xml')])"
        )

        out = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )

        assert out.stdout.split("\n")[:2] == ["ForbiddenGlobal", "[]"]

    @pytest.mark.parametrize("code", [1, 200, 70_000])
    def test_an_extension_code_that_is_known(self, code: int) -> None:
        """Pickle would look it up in a cache of its own, past the allow-list."""
        wire = {1: b"\x82\x01.", 200: b"\x83\xc8\x00.", 70_000: b"\x84\x70\x11\x01\x00."}[code]
        copyreg.add_extension(HERE, "make_money", code)
        try:
            pickle.loads(pickle.dumps(make_money, 2))  # now it is in the cache

            with pytest.raises(ForbiddenGlobal, match="extension code"):
                codec.decode(b"\x80\x02" + wire)
            assert codec.decode(codec.encode([1])) == [1]
        finally:
            copyreg.remove_extension(HERE, "make_money", code)

    @pytest.mark.parametrize("state", STATES.values(), ids=STATES)
    @pytest.mark.parametrize(
        "name",
        [
            "uuid.UUID",
            "datetime.datetime",
            "collections.Counter",
            "collections.OrderedDict",
            "celery.canvas.signature",
            "celery.exceptions.Retry",
            "modelref.errors.UnknownModel",
            "modelref.codecs.pickle.one",
            "modelref.codecs.pickle.call",
            f"{HERE}.Money",
            f"{HERE}.make_money",
        ],
    )
    def test_what_a_pickle_may_call_it_cannot_change(
        self, settings: Settings, name: str, state: bytes
    ) -> None:
        """`BUILD` sets attributes of classes and functions, for the whole process."""
        allow(settings, "Money", "make_money")
        module, _, attribute = name.rpartition(".")

        with pytest.raises((ForbiddenGlobal, TypeError, AttributeError)):
            codec.decode(stack_global(module, attribute) + state)

        assert not hasattr(getattr(sys.modules[module], attribute), "evil")
        assert not hasattr(Arrivals.one, "evil")

    @pytest.mark.parametrize(
        "opcodes",
        [
            *STATES.values(),
            b"}\x8c\x04noteK\x01sb.",
            b"N}\x8c\x0f_modelref_groupK\x01s\x86b.",
            b"]K\x01ae.",
            b"(K\x01K\x02e.",
            b"K\x01a.",
            b"K\x01K\x02s.",
            b"(K\x01K\x02u.",
            b"(K\x01\x90.",
            b")R.",
            b")\x81.",
        ],
    )
    @pytest.mark.parametrize("label", ["shop.order", "shop.basket", "shop.rule", "shop.nothing"])
    def test_a_reference_cannot_be_changed_or_asked(self, label: str, opcodes: bytes) -> None:
        """Each of these would load it, or make it another one."""
        loader = pickle.dumps(Spell(codec.one, label, 1), 4)[:-1]

        with (
            queries(),
            pytest.raises((ForbiddenGlobal, TypeError, AttributeError, pickle.UnpicklingError)),
        ):
            codec.decode(loader + opcodes)

    def test_a_class_in_an_allowed_object_is_no_value(self, settings: Settings) -> None:
        """What would arrive is not the class."""
        allow(settings, "Money")
        money = Money(1)
        money.paid_by = Money

        with pytest.raises(NotEncodable, match=r"args\[0\]: Money, a type, cannot travel"):
            codec.encode(body(money))


def test_a_message_is_read_without_django() -> None:
    """A results reader gets label and key; names of its project are refused."""
    code = """
import pickle
from modelref import identity
from modelref.codecs import pickle as codec
refs = codec.decode(WIRE)
print([str(identity(ref)) for ref in refs], repr(refs[0]))
print(codec.decode(codec.encode(refs)) == refs)
try: codec.decode(FORBIDDEN)
except Exception as error: print(type(error).__name__)
"""
    wire = codec.encode([row(Seat, ("A", 4), "eu"), row(Order, 1)])
    code = code.replace("WIRE", repr(wire)).replace(
        "FORBIDDEN", repr(stack_global("x", "y") + b".")
    )

    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={}
    )

    assert out.stdout.splitlines() == [
        """['shop.seat:["A",4]@eu', 'shop.order:1'] <ModelRef shop.seat pk=["A",4] using=eu>""",
        "True",
        "ForbiddenGlobal",
    ]


class Frozen:
    """Pickled with a state that is set by a function."""

    def __reduce__(self) -> Any:
        return Frozen, (), {"a": 1}, None, None, setattr


def test_a_function_that_sets_the_state_has_to_be_allowed(settings: Settings) -> None:
    """It is a name like any other."""
    allow(settings, "Frozen")

    with pytest.raises(NotEncodable, match="setattr"):
        codec.encode(Frozen())


def test_a_consumer_without_a_list_of_what_it_accepts_does_not_read_pickles() -> None:
    """`setup` sees to that; one with a list reads what the list has."""
    setup(Celery("consumer", set_as_current=False, broker="memory://"))
    kind, encoding, wire = dumps([1], "modelref-pickle")

    with pytest.raises(ContentDisallowed):
        loads(wire, kind, encoding)
    assert loads(wire, kind, encoding, accept=[kind]) == [1]

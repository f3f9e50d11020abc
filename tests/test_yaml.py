"""`modelref-yaml`: what is on the wire, and what comes off it."""

import enum
import subprocess
import sys
import uuid
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from celery import signature
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from kombu.serialization import dumps, loads, registry

from modelref import identity, is_reference, is_resolved, reference
from modelref.codecs import yaml as codec
from modelref.errors import MalformedReference, NotEncodable, UnknownModel, UnsavedInstance
from tests.codecs import body, named
from tests.shop.models import Customer, Order, Payload, Seat, Tag
from tests.shop.queries import ALIASES, queries

pytestmark = pytest.mark.django_db(databases=ALIASES)

TAG = uuid.UUID("6f1c2b7e-0000-4000-8000-000000000001")


def row(model: Any, pk: Any, using: str | None = None) -> Any:
    """Return a reference that needs no row."""
    return reference(model, pk, using=using)


def there_and_back(value: Any) -> Any:
    """Send a value as the only argument of a call."""
    [[read], *_] = codec.decode(codec.encode(body(value)))
    return read


class TestForms:
    """What stands for rows."""

    @pytest.mark.parametrize(
        ("value", "wire"),
        [
            (lambda: row(Order, 42), "!modelref [shop.order, 42]"),
            (lambda: row(Order, 42, "eu"), "!modelref [shop.order, 42, eu]"),
            (lambda: row(Tag, TAG), f"!modelref [shop.tag, {TAG}]"),
            (lambda: row(Seat, ("A", 4)), "!modelref [shop.seat, [A, 4]]"),
            (lambda: [row(Order, 1), row(Order, 2)], "!modelrefs [shop.order, [1, 2]]"),
            (lambda: (row(Order, 1), row(Order, 2)), "!modelrefs [shop.order, [1, 2]]"),
            (
                lambda: [row(Order, 1, "eu"), row(Order, 2, "eu")],
                "!modelrefs [shop.order, [1, 2], eu]",
            ),
            (lambda: [row(Order, 1)], "[!modelref [shop.order, 1]]"),
            (list, "[]"),
            (
                lambda: [row(Order, 1), row(Customer, 1), "1"],
                "[!modelref [shop.order, 1], !modelref [shop.customer, 1], '1']",
            ),
            (
                lambda: {"a": [row(Order, 1), row(Order, 2)]},
                "{a: !modelrefs [shop.order, [1, 2]]}",
            ),
        ],
    )
    def test_each(self, value: Any, wire: str) -> None:
        """One row, a list of one model and alias, everything else one by one."""
        given = value()

        assert codec.encode(given).rstrip() == wire
        assert named(codec.decode(wire)) == named(list(given) if type(given) is tuple else given)

    def test_a_long_list_is_one_line(self) -> None:
        """Nothing is folded."""
        assert codec.encode([row(Order, pk) for pk in range(1, 1001)]).count("\n") == 1

    def test_a_queryset_is_its_keys_in_its_order(self) -> None:
        """In one query."""
        for pk in (1, 2, 3):
            Order.objects.create(pk=pk)

        with queries(default=1):
            wire = codec.encode(Order.objects.order_by("-pk"))

        assert wire == "!modelrefs [shop.order, [3, 2, 1]]\n"

    def test_a_models_own_json_is_not_asked(self) -> None:
        """A row is a reference before it is anything else."""
        assert is_reference(there_and_back(Payload.objects.create()))

    def test_installing_the_package_is_all_the_registration_there_is(self) -> None:
        """And kombu's yaml is untouched."""
        kind, encoding, wire = dumps({"a": 1}, "yaml")

        assert registry.name_to_type["modelref-yaml"] == codec.CONTENT_TYPE
        assert loads(wire, kind, encoding, accept=[kind]) == {"a": 1}

    @pytest.mark.parametrize("kind", [str, str.encode, bytearray, memoryview])
    def test_bytes_of_any_kind_are_read(self, kind: Callable[[Any], Any]) -> None:
        """What the different transports deliver."""
        text = "[!modelref [shop.order, 42]]"
        data = text if kind is str else text.encode() if kind is str.encode else kind(text.encode())

        assert identity(codec.decode(data)[0]).pk == 42


class TestEverythingElse:
    """Kombu's yaml, and what kombu's JSON carries."""

    @pytest.mark.parametrize(
        "value",
        [
            datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
            datetime(2026, 1, 2, tzinfo=timezone(timedelta(minutes=53, seconds=28))),
            datetime(2026, 1, 2),  # noqa: DTZ001
            date(2026, 1, 2),
            time(3, 4),
            Decimal("1.10"),
            TAG,
            b"\xff",
            {1, 2},
            {"a": [1, 2.5, None, True, "ü", "1", "null", "", "a: b", "!modelref", "\x00", "\x85"]},
            {1: 2, None: 3, date(2026, 1, 2): 4, b"x": 5, 1.5: 6},
            {"<<": 1, "=": 2, "~": 3, "__type__": 4},
            {"__type__": "nothing", "__value__": 1},
            float("inf"),
            1e20,
            10**30,
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
        ],
    )
    def test_subclasses_are_plain(self, value: Any, plain: Any) -> None:
        """As in JSON."""
        read = there_and_back(value)

        assert (type(read), read) == (type(plain), plain)

    def test_the_pure_python_loader_reads_the_same(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """And its dumper is read."""
        value = [[datetime(2026, 1, 2, tzinfo=UTC), row(Order, 1), {"a: b": "ü"}]]
        wire = codec.encode(value)
        for name in ("CSafeLoader", "CSafeDumper"):
            monkeypatch.delattr(yaml, name, raising=False)
        for make in (codec._loader, codec._dumper):
            make.cache_clear()
        try:
            assert named(codec.decode(wire)) == named(value)
            assert named(codec.decode(codec.encode(value))) == named(value)
        finally:
            for make in (codec._loader, codec._dumper):
                make.cache_clear()


class TestRefusals:
    """What cannot travel, with the way to it."""

    @pytest.mark.parametrize(
        ("message", "says"),
        [
            (lambda: body(1, {"a": sys.stdout}), 'args[1]["a"]: '),
            (lambda: body([1j]), "args[0][0]: complex cannot travel as modelref-yaml"),
            (lambda: body({(1, 2): 3}), "args[0]: a key of tuple cannot travel as modelref-yaml"),
            (lambda: body({row(Order, 1): 3}), "args[0]: a key of "),
            (lambda: body({row(Order, 1)}), "args[0]: a key of "),
            (lambda: body({(1, 2)}), "args[0]: a key of tuple"),
            (lambda: body(Order.objects), "args[0]: ManagerFromOrderQuerySet cannot travel"),
            (lambda: body("\ud800"), "The message cannot travel as modelref-yaml"),
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

    @pytest.mark.parametrize("tag", ["!modelref", "!modelrefs"])
    @pytest.mark.parametrize(
        "form",
        [
            "5", "~", "x", "''", "{}", "{a: 1}", "{[1]: 2}", "[]", "[shop.order]",
            "[shop.order, ~]",
            "[shop.order, true]", "[shop.order, 1.5]", "[shop.order, [~]]", "[shop.tag, x]",
            "[shop.order, 1, 2]", "[order, 1]", "[!modelref [shop.order, 1]]",
            "[shop.order, !!binary eA==]", "[shop.order, 2026-01-02]", "[shop.order, !other 1]",
        ],
    )  # fmt: skip
    def test_a_malformed_reference_is_inert(self, tag: str, form: str) -> None:
        """It raises where it is used, and can be sent on."""
        with queries():
            read = codec.decode(f"[{tag} {form}]")[0]
            codec.decode(codec.encode([read]))

        for ref in read if isinstance(read, list) else [read]:
            with pytest.raises((MalformedReference, Order.DoesNotExist)):
                _ = ref.note

    def test_an_unknown_label(self) -> None:
        """It says what a rename needs, and goes on as it came."""
        ref = codec.decode("!modelref [shop.purchase, 1]")

        with pytest.raises(UnknownModel, match=r"MODELREF\['RENAMED'\]"):
            _ = ref.note
        assert codec.encode(ref) == "!modelref [shop.purchase, 1]\n"

    @pytest.mark.parametrize(
        "text",
        [
            "!!python/object/apply:os.system ['touch {path}']",
            "!!python/object/new:os.system ['touch {path}']",
            "!!python/object:xml.dom.pulldom.PullDOM {}",
            "!!python/name:os.system",
            "!!python/module:xml.dom.pulldom",
            "{a: [!!python/object/apply:os.system ['touch {path}']]}",
            "!other [1]",
        ],
    )
    def test_a_tag_that_is_not_safe_is_refused(self, text: str, tmp_path: Path) -> None:
        """Nothing is imported, nothing is run."""
        path = tmp_path / "touched"
        before = set(sys.modules)

        with pytest.raises(yaml.YAMLError):
            codec.decode(text.replace("{path}", str(path)))

        assert set(sys.modules) == before
        assert not path.exists()

    def test_nor_is_one_inside_a_reference(self, tmp_path: Path) -> None:
        """It makes that reference a malformed one."""
        path = tmp_path / "touched"

        ref = codec.decode(
            f"!modelref [shop.order, !!python/object/apply:os.system ['touch {path}']]"
        )

        with pytest.raises(MalformedReference):
            _ = ref.note
        assert not path.exists()

    @pytest.mark.parametrize(
        "text",
        ["[", "{a: 1", "[!modelref [shop.order, 1]", "'", "\x00", b"\xff", "[1]\n---\n[2]", "*a"],
    )
    def test_what_is_no_yaml_is_a_decode_error(self, text: str | bytes) -> None:
        """It is for kombu to say."""
        with pytest.raises(yaml.YAMLError):
            codec.decode(text)


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


LIBRARIES = [("yaml", "yaml"), ("msgpack", "msgpack")]


@pytest.mark.parametrize(("library", "extra"), LIBRARIES)
def test_a_missing_library_is_an_error_that_names_the_extra(library: str, extra: str) -> None:
    """When the codec is used, and never when Celery is imported."""
    code = f"""
import sys
sys.modules[{library!r}] = None
import celery
from kombu.serialization import dumps, loads
for use in (lambda: dumps([1], "modelref-{library}"),
            lambda: loads(b"x", "application/x-modelref+{library}", "binary")):
    try: use()
    except Exception as error: print(type(error).__name__, error)
"""

    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    for line in out.stdout.splitlines():
        assert line.startswith(f"SerializerNotInstalled modelref-{library} needs")
        assert f"pip install 'django-modelref[{extra}]'" in line
    assert out.stdout.count("\n") == 2


@pytest.mark.parametrize("codec", ["json", "pickle", "yaml", "msgpack"])
def test_importing_a_codec_imports_nothing_large(codec: str) -> None:
    """Neither Celery nor a model nor the library of an extra."""
    code = (
        f"import sys, modelref.codecs.{codec}; "
        "print([m for m in sys.modules if m in ('celery', 'django.db.models', 'yaml', 'msgpack')])"
    )

    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert out.stdout.strip() == "[]"

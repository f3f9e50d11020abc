"""JSON from a sender that is not to be trusted: it decodes, without a query, at its own cost."""

import json
import pickle
import re
import sys
import time
from typing import Any

import pytest
from pytest_django import Settings

from modelref import identity, is_reference
from modelref.codecs import json as codec
from modelref.errors import ForbiddenModel, MalformedReference, UnknownModel
from tests.shop.models import Basket, Order
from tests.shop.queries import ALIASES, queries

#: As deep as Python's own JSON goes.
DEEPEST = 3_000 if sys.version_info >= (3, 13) else 800

pytestmark = pytest.mark.django_db(databases=ALIASES)


class TestUntrusted:
    """Decoding trusts nothing and raises for no reference."""

    @pytest.mark.parametrize(
        "form",
        [
            5, None, "x", [], ["shop.order"], ["shop.order", None], ["shop.order", True],
            ["shop.order", 1.5], ["shop.order", {}], ["shop.order", []], ["shop.order", [None]],
            ["shop.order", [1, 2]], ["shop.seat", 1], ["shop.seat", ["A"]], ["shop.tag", "x"],
            ["shop.order", 1, 2], ["shop.order", 1, "eu", 4], [1, 2], ["shop", 1], ["a.b.c", 1],
            ["shop.or\nder", 1], {"__modelref__": ["shop.order", 1]}, [["shop.order"], 1],
        ],
        ids=str,
    )  # fmt: skip
    @pytest.mark.parametrize("key", ["__modelref__", "__modelrefs__"])
    def test_a_malformed_reference_is_inert(self, form: Any, key: str) -> None:
        """It raises where it is used, and is encoded again as it came."""
        wire = json.dumps({key: form}, separators=(",", ":"))

        with queries():
            got = codec.decode(wire)
            again = codec.encode(got)

        refs = got if isinstance(got, list) else [got]
        for ref in refs:
            if not isinstance(form, dict):
                with pytest.raises((MalformedReference, Order.DoesNotExist)):
                    _ = ref.note
        if not isinstance(got, list):
            assert json.loads(again) == json.loads(wire)

    def test_an_unknown_label(self) -> None:
        """It says what a rename needs."""
        ref = codec.decode('{"__modelref__":["shop.purchase",1]}')

        assert repr(ref) == "<ModelRef shop.purchase pk=1>"
        with pytest.raises(UnknownModel, match=r"MODELREF\['RENAMED'\]"):
            _ = ref.note
        assert codec.encode(ref) == '{"__modelref__":["shop.purchase",1]}'

    def test_a_model_outside_the_allow_list(self, settings: Settings) -> None:
        """It says which list."""
        settings.MODELREF = {"MODELS": ["shop.customer"]}

        with pytest.raises(ForbiddenModel, match=r"shop.order is not in MODELREF\['MODELS'\]"):
            _ = codec.decode('{"__modelref__":["shop.order",1]}').note

    def test_an_app_label_allows_all_its_models(self, settings: Settings) -> None:
        """`MODELS` takes labels and app labels."""
        settings.MODELREF = {"MODELS": ["shop"]}
        Order.objects.create(pk=1, note="gift")

        assert codec.decode('{"__modelref__":["shop.order",1]}').note == "gift"

    def test_a_renamed_model_is_found(self, settings: Settings) -> None:
        """Messages of before the rename find it, and go on under its name of today."""
        settings.MODELREF = {"RENAMED": {"shop.Purchase": "shop.Order"}}
        Order.objects.create(pk=1, note="gift")

        ref = codec.decode('{"__modelref__":["shop.purchase",1]}')

        assert ref.note == "gift"
        assert str(identity(ref)) == "shop.order:1"

    @pytest.mark.parametrize("text", ["", "{", '[{"__modelref__":["shop.order",1]}', b"\xff"])
    def test_what_is_no_json_is_a_decode_error(self, text: str | bytes) -> None:
        """The one thing that raises."""
        with pytest.raises(ValueError):  # noqa: PT011
            codec.decode(text)

    def test_a_form_as_the_value_of_kombus_own_types_stays_there(self) -> None:
        """Kombu would ask it for its members, its text or its length."""
        basket = Basket.objects.create(items=["apple"])
        form = codec.encode(basket)

        with queries():
            for kind in ("uuid", "datetime", "date", "time", "decimal", "bytes", "nothing"):
                got = codec.decode(f'{{"__type__":"{kind}","__value__":{form}}}')
                assert identity(got["__value__"]) == identity(basket)

    def test_a_form_inside_such_a_value_stays_there_too(self) -> None:
        """Not even for whether it is true, which for some models is whether it is empty."""
        form = codec.encode(Basket.objects.create(items=[]))

        with queries():
            got = codec.decode(f'{{"__type__":"uuid","__value__":{{"hex":{form}}}}}')

        assert is_reference(got["__value__"]["hex"])

    def test_a_malformed_form_is_pickled_without_those_inside_it(self) -> None:
        """A worker's main process pickles it for its children, and may ask for nothing."""
        form = codec.encode(Basket.objects.create(items=[]))
        ref = codec.decode(f'{{"__modelref__":[{form}]}}')

        with queries():
            again = pickle.loads(pickle.dumps(ref))

        with pytest.raises(MalformedReference):
            _ = again.pk_of_nothing

    @pytest.mark.parametrize("depth", [300, 700, DEEPEST])
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ('[[{"__modelref__":["shop.order",', "]}],{},{}]"),
            ('[[{"__modelrefs__":', "}],{},{}]"),
            ('[[],{},{"chain":[{"__modelref__":["shop.order",1]},', "]}]"),
        ],
        ids=["key", "group", "chain"],
    )
    def test_deep_nesting_is_no_decode_error(self, before: str, after: str, depth: int) -> None:
        """Where plain JSON of that depth is none."""
        text = before + "[" * depth + "]" * depth + after
        assert json.loads(text)

        assert codec.decode(text)

    def test_forms_in_forms_are_no_decode_error(self) -> None:
        """However many."""
        text = '{"__modelref__":' * DEEPEST + "1" + "}" * DEEPEST

        assert is_reference(codec.decode(text))


class TestWrongSettings:
    """A receiver's mistake in `MODELREF` costs tasks, and no message."""

    WIRE = '[[{"__modelref__":["shop.order",1]},[{"__modelrefs__":["shop.order",[1,2]]}]],{},{}]'

    @pytest.mark.parametrize(
        "value",
        [
            None,
            [],
            5,
            {"RENAMED": None},
            {"RENAMED": []},
            {"RENAMED": {1: "shop.order"}},
            {"MODELS": [1]},
            {"MODELS": 5},
        ],
        ids=str,
    )
    def test_references_are_inert(self, settings: Settings, value: Any) -> None:
        """They raise where they are used, and go on as they came."""
        settings.MODELREF = value

        with queries():
            got = codec.decode(self.WIRE)
            [[one, [[first, second]]], _, _] = got

            for ref in (one, first, second):
                with pytest.raises((AttributeError, TypeError)):
                    _ = ref.note
                assert repr(ref).startswith("<ModelRef shop.order pk=")
        assert codec.encode(one) == '{"__modelref__":["shop.order",1]}'


class TestCost:
    """What it takes to decode a message grows as the message does."""

    @staticmethod
    def steps(text: str) -> int:
        """Count the calls that decoding makes."""
        count = 0

        def step(*event: Any) -> None:
            nonlocal count
            count += 1

        sys.setprofile(step)
        try:
            codec.decode(text)
        finally:
            sys.setprofile(None)
        return count

    @staticmethod
    def nested(depth: int, refs: int = 1) -> str:
        """Return a chain of a signature that has a signature among its arguments, and so on."""
        args = ",".join(f'{{"__modelref__":["shop.order",{n}]}}' for n in range(refs))
        for n in range(depth):
            args = json.dumps(
                {
                    "task": "x",
                    "args": [],
                    "kwargs": {"order": {"__modelref__": ["shop.order", n]}},
                    "options": {},
                    "subtask_type": None,
                    "immutable": False,
                }
            ).replace('"args": []', f'"args": [{args}]')
        return f'[[],{{}},{{"chain":[{args}]}}]'

    def test_nested_signatures_cost_what_they_hold(self) -> None:
        """Each level is looked through once, not once for every level around it."""
        assert self.steps(self.nested(400)) < 6 * self.steps(self.nested(100))

    def test_what_a_deep_signature_holds_is_looked_through_once(self) -> None:
        """Two hundred levels around a thousand references are no more than both."""
        flat = self.steps(self.nested(1, refs=1_000))

        assert self.steps(self.nested(200, refs=1_000)) < 3 * flat

    def test_signatures_of_one_row_cost_what_they_are(self) -> None:
        """As many as there are, beside one another."""
        step = self.nested(1)[len('[[],{},{"chain":[') : -len("]}]")]
        few, many = (f'[[],{{}},{{"chain":[{",".join([step] * n)}]}}]' for n in (100, 400))

        assert self.steps(many) < 6 * self.steps(few)

    def test_references_to_one_row_in_a_signature_cost_what_they_are(self) -> None:
        """Each leaves its group, and the others are not gone through for it: half a minute."""
        text = re.sub(r'"shop.order",\d+', '"shop.order",1', self.nested(1, refs=50_000))

        start = time.process_time()
        codec.decode(text)

        assert time.process_time() - start < 6

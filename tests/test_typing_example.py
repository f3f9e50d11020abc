"""The example project under mypy with both plugins, as it is and with mistakes sown into it."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

pytest.importorskip("mypy.api", reason="type checkers are in the extra `dev`")

from tests.type_checkers import PLUGINS, ROOT, VERSION

CONFIG = """
[mypy]
strict = True
plugins = {plugins}
mypy_path = {root}/src:{root}/stubs:{project}
explicit_package_bases = True
follow_imports = silent
cache_dir = {root}/.mypy_cache/typing/example
[mypy.plugins.django-stubs]
django_settings_module = shopproject.settings
"""

#: What is said of a name that no overload has; mypy 1.15 does not say the name.
OF_ALIAS = '"alias"' if VERSION >= (2, 0) else 'No overload variant of "reference"'


class Mistake(NamedTuple):
    """A line that somebody writes into the example, or changes; and what has to be said of it."""

    kind: str
    line: str
    says: str


#: Lines of `shop/tasks.py` that are changed: what stands there, and the mistake.
CHANGED = [
    (
        'return f"#{order.pk} {order.status}"\n',
        Mistake("a field of a reference", 'return f"{order.statos}"', '"statos"'),
    ),
    (
        'return f"{recipient.postcode} {recipient.city}"',
        Mistake("a field inside a dict", "return f'{recipient.postal}'", '"postal"'),
    ),
    (
        "order.status = Order.Status.SHIPPED",
        Mistake("the type of a field", 'order.status = b"shipped"', '"bytes"'),
    ),
    (
        'order.save(update_fields=["status"])',
        Mistake("an argument of a method", 'order.save(updated_fields=["status"])', "updated_"),
    ),
]

#: Tasks that are added to `shop/tasks.py`; the first line is the mistake.
DEFINED = [
    Mistake("a request", "def a(order: Order, request: HttpRequest) -> None: ...", "HttpRequest"),
    Mistake("a callable", "def b(done: Callable[[], None]) -> None: ...", "Callable"),
    Mistake("a set in JSON", "def c(numbers: set[int]) -> None: ...", "set[int]"),
    Mistake("an iterator as a result", "def d() -> Iterator[int]: return iter([])", "Iterator"),
    Mistake("a reference to no model", "def e(number: ModelRef[int]) -> None: ...", '"int"'),
]

#: Options of a task that are added to `shop/tasks.py`.
OPTIONS = [
    Mistake("a parameter in load", 'load={"oder": Load()}', 'did you mean "order"?'),
    Mistake(
        "a relation in load",
        'load={"order": Load(select_related=("custmer",))}',
        'did you mean "customer"?',
    ),
    Mistake("a field in load", 'load={"order": Load(only=("totl",))}', 'did you mean "total"?'),
    Mistake("a value of on_missing", 'on_missing="skipp"', '"on_missing"'),
    Mistake("the name of an option", 'seralizer="json"', 'did you mean "serializer"?'),
    Mistake("the type of an option", 'max_retries="3"', '"max_retries"'),
]

#: Lines that are added to `walkthrough/steps.py`, where there is an `order`.
CALLED = [
    Mistake("another model", "confirm.delay(order.customer)", '"Customer"; expected "Order"'),
    Mistake("no argument", "confirm.delay()", '"order"'),
    Mistake("one too many", "confirm.delay(order, 1)", "Too many"),
    Mistake("a keyword", "confirm.delay(oder=order)", 'did you mean "order"?'),
    Mistake("a bare key", "confirm.delay(order.pk)", '"int"; expected "Order"'),
    Mistake("an item of a list", "list_orders.delay([order, order.customer])", "List item 1"),
    Mistake("one for many", "list_orders.delay(order)", 'expected "list[Order]"'),
    Mistake("many for one", "confirm.delay(Order.objects.all())", 'expected "Order"'),
    Mistake("a queryset of others", "list_prices.delay(Order.objects.all())", "Product"),
    Mistake("a key of a dict", 'label.delay({"recepient": order.customer, "grams": 1})', "recep"),
    Mistake("a value of a dict", 'label.delay({"recipient": order, "grams": 1})', '"Order"'),
    Mistake("the result", "confirm.delay(order).get().bit_length()", "bit_length"),
    Mistake("a direct call", "confirm(order.customer)", '"Customer"'),
    Mistake("on commit", "confirm.delay_on_commit(order.customer)", '"Customer"'),
    Mistake("args", "confirm.apply_async((order.customer,))", '"Customer"'),
    Mistake("no tuple", "confirm.apply_async(order)", "a tuple of one is written (x,)"),
    Mistake("too few args", "confirm.apply_async(())", "Missing"),
    Mistake("kwargs", 'confirm.apply_async(kwargs={"oder": order})', 'did you mean "order"?'),
    Mistake("an option of a call", "confirm.apply_async((order,), contdown=5)", "countdown"),
    Mistake("the type of one", 'confirm.apply_async((order,), countdown="5")', "countdown"),
    Mistake("a call here", "confirm.apply((order, 1))", "Too many"),
    Mistake("a whole signature", "confirm.si(order.customer)", '"Customer"'),
    Mistake("a partial one", "confirm.s(order, order)", "Too many"),
    Mistake("args of a signature", "confirm.signature((order.customer,))", '"Customer"'),
    Mistake("a step", "confirm.s(order) | label.s()", 'takes "Parcel" for "parcel"'),
    Mistake("a step of a chain", "chain(list_orders.s([order]), confirm.s())", 'takes "Order"'),
    Mistake("s for si", "chain(confirm.s(order), confirm.s(order))", "write .si"),
    Mistake("a body", "chord([confirm.s(order)], confirm.s())", 'takes "Order"'),
    Mistake("no signature", "group(confirm, confirm)", "write confirm.s(...)"),
    Mistake("what was sent", "chain(confirm.delay(order), label.s())", "has been sent"),
    Mistake("a link", "confirm.apply_async((order,), link=list_orders.s())", '"list[Order]"'),
    Mistake("what lacks an argument", "confirm.s().delay()", 'lacks an argument of type "Order"'),
    Mistake("items", "confirm.map([order.customer])", '"Customer"'),
    Mistake("items of several", "confirm.starmap([(order, 1)])", "Too many"),
    Mistake("chunks", "confirm.chunks([(order.customer,)], 10)", '"Customer"'),
    Mistake("a method", "order.remind.delay(3)", "Too many"),
    Mistake("a method of the class", "Order.remind.delay(order)", '"delay"'),
    Mistake("a reference", "reference(Order)", "reference"),
    Mistake("the alias of one", 'reference(Order, 3, alias="eu")', OF_ALIAS),
    Mistake("what is referred to", "ModelRef(3)", '"int"'),
]

IMPORTS = """
from collections.abc import Callable, Iterable, Iterator
from django.http import HttpRequest
from modelref import ModelRef, reference
from modelref.celery import Load, chain, chord, group, task
"""
MISTAKES = [*(each for _, each in CHANGED), *DEFINED, *OPTIONS, *CALLED]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The errors of mypy in a copy with all mistakes, each after the line that it is about."""
    project = tmp_path_factory.mktemp("example") / "example"
    shutil.copytree(ROOT / "example", project, ignore=shutil.ignore_patterns("data", "__pycache__"))
    _sow(project / "shop" / "tasks.py", _defined)
    _sow(project / "walkthrough" / "steps.py", _called)
    lines = []
    for name in ("shop/tasks.py", "walkthrough/steps.py"):
        text = (project / name).read_text().splitlines()
        found = re.findall(rf"{re.escape(name)}:(\d+): error: (.*)", _checked(project, name))
        lines += [f"{text[int(number) - 1].strip()}\n{message}" for number, message in found]
    return lines


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.kind)
def test_a_mistake_is_found(mistake: Mistake, said: list[str]) -> None:
    about = [each for each in said if mistake.line in each.splitlines()[0]]

    assert [each for each in about if mistake.says in each.splitlines()[1]] != [], about


def test_nothing_but_the_mistakes_is_found(said: list[str]) -> None:
    lines = [mistake.line for mistake in MISTAKES]

    assert [each for each in said if not any(line in each for line in lines)] == []


def test_the_example_has_no_error(tmp_path: Path) -> None:
    project = tmp_path / "example"
    shutil.copytree(ROOT / "example", project, ignore=shutil.ignore_patterns("data", "__pycache__"))

    assert _checked(project, "shop", "walkthrough", "shopproject").startswith("Success")


def test_the_kinds_of_mistakes_are_many() -> None:
    assert len({mistake.kind for mistake in MISTAKES}) == len(MISTAKES) >= 25


def _checked(project: Path, *names: str) -> str:
    config = project / "mypy.ini"
    config.write_text(CONFIG.format(plugins=", ".join(PLUGINS), root=ROOT, project=project))
    command = [sys.executable, "-m", "mypy", "--config-file", str(config), "--show-traceback"]
    # A process of its own: here Django has the models of the tests.
    done = subprocess.run(
        [*command, "--hide-error-codes", *names],
        cwd=project,
        env={key: value for key, value in os.environ.items() if not key.startswith("DJANGO")},
        capture_output=True,
        text=True,
        check=False,  # it has errors to report
    )
    assert "INTERNAL ERROR" not in done.stdout + done.stderr
    return done.stdout


def _sow(path: Path, mistaken: "Callable[[str], str]") -> None:
    path.write_text(mistaken(path.read_text()))


def _defined(text: str) -> str:
    for there, mistake in CHANGED:
        assert there in text, there
        text = text.replace(there, f"{mistake.line}\n", 1)
    tasks = [f"@task\n{mistake.line}\n" for mistake in DEFINED]
    tasks += [
        f"@task({each.line})\ndef with_{n}(order: Order) -> None: ...\n"
        for n, each in enumerate(OPTIONS)
    ]
    return _with_imports(text) + "\n" + "\n".join(tasks)


def _called(text: str) -> str:
    lines = "".join(f"    {mistake.line}\n" for mistake in CALLED)
    there = "    sent = confirm.delay(order)\n"
    assert there in text
    return _with_imports(text).replace(there, there + lines, 1)


def _with_imports(text: str) -> str:
    docstring_ends = text.index('"""', 3) + 3
    return text[:docstring_ends] + IMPORTS + text[docstring_ends:]

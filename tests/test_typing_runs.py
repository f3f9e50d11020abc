"""The ways in which mypy runs: caches, daemon, workers, other plugins; the plugin's own codes."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("mypy.api", reason="type checkers are in the extra `dev`")

import modelref.mypy
from modelref.mypy.guard import guarded
from tests.type_checkers import (
    PLUGINS,
    ROOT,
    VERSION,
    remarks_of_mypy,
    run_mypy,
    write_config,
)
from tests.typing_marks import FOLDER, differences

WORKERS = VERSION >= (2, 1)
DISABLES = VERSION >= (2, 0)

TASKS = """
from typing import TypeVar
from modelref import ModelRef
from modelref.celery import task
from tests.shop.models import Order

@task
def ship(order: ModelRef[Order], count: int) -> int:
    return count

T = TypeVar("T")

@task
def same(value: T) -> T:
    return value
"""
CALLS = """
from tasks import same, ship
from tests.shop.models import Order

def call(order: Order) -> None:
    ship.delay(order, 1)
    same.delay(order)
    ship.s(order, 1) | ship.s(1)
"""


@pytest.fixture(autouse=True)
def a_hook_that_fails_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELREF_MYPY_RAISE", "1")


@pytest.mark.parametrize(
    "options",
    [
        pytest.param([], id="cold and warm"),
        pytest.param(
            ["--num-workers", "2"],
            id="workers",
            marks=pytest.mark.skipif(not WORKERS, reason="this mypy has no workers"),
        ),
    ],
)
def test_a_run_says_the_same_when_all_is_new_and_when_all_is_known(
    options: list[str], tmp_path: Path
) -> None:
    config = write_config(tmp_path, PLUGINS, cache=tmp_path / "cache")

    cold = remarks_of_mypy(run_mypy(config, *options, str(FOLDER)))
    warm = remarks_of_mypy(run_mypy(config, *options, str(FOLDER)))

    assert differences(cold, "plugin") == []
    assert differences(warm, "plugin") == []


def test_a_module_that_changed_is_checked_against_what_is_known_of_the_others(
    tmp_path: Path,
) -> None:
    config = write_config(tmp_path, PLUGINS, cache=tmp_path / "cache")
    cases = tmp_path / "tests" / "typing"
    shutil.copytree(FOLDER, cases)
    (tmp_path / "tests" / "__init__.py").touch()
    own = config.read_text().replace(f"mypy_path = {ROOT}/src:{ROOT}", f"mypy_path = {ROOT}/src")
    config.write_text(own)
    shutil.copytree(ROOT / "tests" / "shop", tmp_path / "tests" / "shop")

    said = [run_mypy(config, str(cases))]
    for several in (["tasks.py"], ["calling.py", "canvas.py", "methods.py", "hostile.py"]):
        for each in several:
            (cases / each).write_text((cases / each).read_text() + "\n")
        said.append(run_mypy(config, str(cases)))

    assert [differences(remarks_of_mypy(each), "plugin") for each in said] == [[]] * len(said)


@pytest.mark.skipif(VERSION < (2, 0), reason="this mypy takes no dependencies from a plugin")
def test_a_name_in_load_is_checked_again_when_a_model_further_on_changes(tmp_path: Path) -> None:
    config = write_config(tmp_path, PLUGINS, cache=tmp_path / "cache")
    config.write_text(config.read_text().replace(f":{ROOT}\n", f":{tmp_path}\n"))
    shutil.copytree(ROOT / "tests" / "shop", tmp_path / "tests" / "shop")
    for name in ("__init__.py", "settings.py", "services.py"):
        shutil.copy(ROOT / "tests" / name, tmp_path / "tests")
    (tmp_path / "far.py").write_text(
        "from modelref.celery import Load, task\n"
        "from tests.shop.models.sales import Line\n\n"
        '@task(load={"line": Load(select_related=("order__customer__profile",))})\n'
        "def work(line: Line) -> None: ...\n"
    )
    people = tmp_path / "tests" / "shop" / "models" / "people.py"

    before = _in_a_process_of_its_own(config, "far.py")
    people.write_text(people.read_text().replace('related_name="profile"', 'related_name="about"'))
    after = _in_a_process_of_its_own(config, "far.py")

    assert before.startswith("Success")
    assert '"Customer" has no relation "profile"' in after


def _in_a_process_of_its_own(config: Path, *targets: str) -> str:
    """Return what mypy says where Django knows no models yet."""
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", str(config), *targets],
        cwd=config.parent,
        env={**os.environ, "PYTHONPATH": str(config.parent)},
        capture_output=True,
        text=True,
        check=False,  # it has errors to report
    )
    return done.stdout


def test_the_plugin_stands_before_and_after_that_of_django_stubs(tmp_path: Path) -> None:
    config = write_config(tmp_path, reversed(PLUGINS))

    said = remarks_of_mypy(run_mypy(config, str(FOLDER)))

    assert differences(said, "plugin") == []


def test_the_plugin_does_without_that_of_django_stubs(tmp_path: Path) -> None:
    config = write_config(tmp_path, PLUGINS[1:])

    said = remarks_of_mypy(run_mypy(config, str(FOLDER)))

    of_calls = {"calling.py", "sending.py", "signatures.py", "canvas.py", "items.py"}
    assert [each for each in differences(said, "plugin") if each[0] in of_calls] == []


def test_the_daemon_sees_an_edit_of_what_is_imported(tmp_path: Path) -> None:
    config = write_config(tmp_path, PLUGINS, cache=tmp_path / "cache")
    config.write_text(config.read_text().replace("follow_imports = silent\n", ""))
    tasks, calls = tmp_path / "tasks.py", tmp_path / "calls.py"
    tasks.write_text(TASKS)
    calls.write_text(CALLS)

    def says() -> list[str]:
        command = [sys.executable, "-m", "mypy.dmypy", "--status-file", str(tmp_path / "status")]
        options = ["run", "--", "--config-file", str(config), str(tasks), str(calls)]
        done = subprocess.run(
            [*command, *options], capture_output=True, text=True, check=False, cwd=tmp_path
        )
        assert "Traceback" not in done.stdout + done.stderr
        assert done.returncode == 1, done.stderr
        return [line for line in done.stdout.splitlines() if line.startswith("calls.py")]

    try:
        first = says()
        time.sleep(1.1)  # the daemon compares times in whole seconds
        tasks.write_text(TASKS.replace("count: int", "count: str"))
        second = says()
        time.sleep(1.1)
        tasks.write_text(TASKS)
        third = says()
    finally:
        stop = [sys.executable, "-m", "mypy.dmypy", "--status-file", str(tmp_path / "status")]
        subprocess.run([*stop, "stop"], check=False, capture_output=True)

    assert len(first) == 1
    assert '"ship" takes "Order" for "order"' in first[0]
    assert 'Argument 2 to "ship.delay" has incompatible type "int"; expected "str"' in second[0]
    assert third == first


MISTAKES = """
from django.http import HttpRequest
from modelref.celery import Load, chain, task
from tests.shop.models import Order

@task
def ship(order: Order) -> int: ...  # type: ignore[empty-body]

@task
def show(text: str) -> None: ...

@task
def carry(request: HttpRequest) -> None: ...  # modelref-carry

@task(load={"oder": Load()})  # modelref-load
def load(order: Order) -> None: ...

def call(order: Order) -> None:
    ship.delay()  # modelref-call
    ship.apply_async((3,))  # modelref-call
    ship.s(order) | show.s()  # modelref-chain
    chain(ship.s(order), show.s())  # modelref-chain
"""


def test_each_kind_of_mistake_has_a_code_that_silences_it(tmp_path: Path) -> None:
    config = write_config(tmp_path, PLUGINS)
    module = tmp_path / "mistakes.py"
    module.write_text(MISTAKES)

    loud = run_mypy(config, str(module), "--show-error-codes")
    module.write_text(re.sub(r"# (modelref-\w+)", r"# type: ignore[\1]", MISTAKES))
    silent = run_mypy(config, str(module))

    marked = [line for line in MISTAKES.splitlines() if "# modelref-" in line]
    assert loud.count("error:") == len(marked)
    assert silent.startswith("Success")


def test_a_class_that_the_project_has_registered_is_carried(tmp_path: Path) -> None:
    config = write_config(tmp_path, PLUGINS)
    module = tmp_path / "registered.py"
    module.write_text(
        "from modelref.celery import task\n\nclass Money: ...\n\n"
        "@task\ndef pay(sum: Money) -> None: ...\n"
    )

    before = run_mypy(config, str(module))
    section = '[tool.modelref-mypy]\ncarried = ["registered.Money"]\n'
    (tmp_path / "pyproject.toml").write_text(section)
    after = run_mypy(config, str(module))

    assert '"Money" cannot travel as modelref-json' in before
    assert after.startswith("Success")


METHODS = """
from typing import Any, Protocol
from django.db import models
from modelref.celery import task_method
from tests.shop.models import Consignment, Order, Parcel

class Later(Protocol):
    def delay(self, order: Order, parcel: Parcel) -> Any: ...

class Box(models.Model):
    @task_method(max_retries=3)
    def empty(**more: int) -> None: ...

def later(task: Later) -> None: ...

def send(consignment: Consignment) -> None:
    later(consignment.dispatch)
    later(Consignment.dispatch)
    type(consignment).dispatch.delay(1)
"""


def test_a_method_gets_an_instance_and_is_no_task_on_the_class(tmp_path: Path) -> None:
    config = write_config(tmp_path, PLUGINS)
    module = tmp_path / "methods_of_box.py"
    module.write_text(METHODS)

    said = remarks_of_mypy(run_mypy(config, str(module)))[module.name]

    lines = METHODS.splitlines()
    method = "TaskMethod[Consignment, [Order, Parcel, str], dict[str, Any]]"
    assert [(lines[each.line - 1].strip(), each.text) for each in said] == [
        (
            "def empty(**more: int) -> None: ...",
            'A method gets its instance first, and "empty" takes nothing there: put self there',
        ),
        (
            "later(Consignment.dispatch)",
            f'Argument 1 to "later" has incompatible type "{method}"; expected "Later"',
        ),
        (
            "type(consignment).dispatch.delay(1)",
            '"dispatch" has no "delay": call it on an instance, instance.dispatch.delay(...)',
        ),
    ]


def test_tasks_have_the_serializer_of_the_project(tmp_path: Path) -> None:
    config = write_config(tmp_path, PLUGINS, cache=tmp_path / "cache")
    module = tmp_path / "serialized.py"
    module.write_text(
        "from modelref.celery import task\n\n"
        "@task\ndef unique(numbers: set[int]) -> None: ...\n\n"
        '@task(serializer="modelref-json")\ndef same(numbers: set[str]) -> None: ...\n'
    )

    before = run_mypy(config, str(module))
    section = '[tool.modelref-mypy]\nserializer = "modelref-pickle"\n'
    (tmp_path / "pyproject.toml").write_text(section)
    after = run_mypy(config, str(module))

    assert before.count("cannot travel as modelref-json") == 2
    assert after.count("error:") == 1
    assert '"set[str]" cannot travel as modelref-json' in after


@pytest.mark.parametrize(
    ("section", "problem"),
    [
        ("caried = []", 'unknown key "caried"; did you mean "carried"?'),
        ('carried = "registered.Money"', '"carried" is no list of names'),
        ("carried = [1]", '"carried" is no list of names'),
        ("serializer = 1", '"serializer" is no name'),
        (
            'serializer = "pickle"',
            '"pickle" is no serializer that carries rows; did you mean "modelref-pickle"?',
        ),
    ],
)
@pytest.mark.parametrize("command", ["mypy", "mypy.dmypy"])
def test_a_section_of_the_plugin_that_is_wrong_ends_mypy_with_one_line(
    command: str, section: str, problem: str, tmp_path: Path
) -> None:
    config = write_config(tmp_path, PLUGINS[1:], cache=tmp_path / "cache")
    config.write_text(config.read_text().replace("follow_imports = silent\n", ""))  # as dmypy wants
    (tmp_path / "pyproject.toml").write_text(f"[tool.modelref-mypy]\n{section}\n")
    module = tmp_path / "module.py"
    module.touch()
    options = ["--config-file", str(config), str(module)]

    done = subprocess.run(
        [sys.executable, "-m", command, *(["run", "--"] if "." in command else []), *options],
        capture_output=True,
        text=True,
        check=False,  # it has an error to report
        cwd=tmp_path,
    )

    takes = (
        'the section takes carried = ["shop.money.Money", ...] and serializer = "modelref-pickle"'
    )
    line = f"mypy: error: [tool.modelref-mypy] in pyproject.toml: {problem} ({takes})"
    assert [each for each in done.stderr.splitlines() if "error" in each] == [line]
    assert "INTERNAL ERROR" not in done.stdout + done.stderr
    assert done.returncode == 2


@pytest.mark.skipif(not DISABLES, reason="this mypy reads disabled codes before its plugins")
def test_a_code_can_be_disabled_for_a_project(tmp_path: Path) -> None:
    codes = "modelref-call, modelref-carry, modelref-chain, modelref-load"
    more = f"[mypy-silenced]\ndisable_error_code = {codes}"
    config = write_config(tmp_path, PLUGINS, more=more)
    module = tmp_path / "silenced.py"
    module.write_text(MISTAKES)

    assert run_mypy(config, str(module)).startswith("Success")


def test_a_hook_that_fails_leaves_mypy_its_own_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MODELREF_MYPY_RAISE")

    answer = guarded(lambda ctx: 1 // ctx, lambda ctx: ctx)(0)

    assert answer == 0


def test_nothing_of_the_package_imports_the_plugin() -> None:
    code = "import sys, modelref.celery; sys.exit('modelref.mypy' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert modelref.mypy.plugin("2.4").__name__ == "ModelRefPlugin"

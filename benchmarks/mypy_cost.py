"""What the plugin costs: mypy over a generated project of 300 tasks, with it and without it.

``python benchmarks/mypy_cost.py [rounds]`` prints the ratio of wall times, cold and, in more rounds
each, warm; the last state, in which nothing but calls of tasks is checked, is the worst there is.
The two runs of a round follow one another, each round in the other order, so that what slows the
machine slows both; the figure is the median of the rounds' ratios. The time of the processor is
told beside the wall time: on a busy machine it is the steadier one.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

TASKS = 300
TASKS_IN_A_MODULE = 15
TARGET = 1.10
PLUGINS = {
    "without": "mypy_django_plugin.main",
    "with": "mypy_django_plugin.main, modelref.mypy",
}

SETTINGS = """
SECRET_KEY = "x"
INSTALLED_APPS = ["sales"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
"""
MODELS = """
from django.db import models

class Customer(models.Model):
    name = models.CharField(max_length=80)

class Order(models.Model):
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="orders")
    total = models.DecimalField(max_digits=9, decimal_places=2)
"""
HEAD = """
from modelref import ModelRef
from modelref.celery import Load, chain, chord, group, task
from sales.models import Customer, Order
"""
TASK = '''
@task(load={{"order": Load(select_related=("customer",))}})
def work_{n}(order: ModelRef[Order], count: int, note: str = "") -> int:
    """Do something with an order."""
    return count + len(order.customer.name) + len(note)

@task
def tell_{n}(orders: list[Order], by_name: dict[str, Customer]) -> list[int]:
    """Do something with several."""
    return [order.pk for order in orders]
'''
CALLS = '''
def send_{n}(order: Order, customer: Customer) -> None:
    """Send the tasks in the ways that there are."""
    work_{n}.delay(order, 1, note="n")
    work_{n}.apply_async((order, 1), {{"note": "n"}}, countdown=5)
    tell_{n}.delay([order, order], {{"a": customer}})
    chain(work_{n}.s(order, 1), work_{n}.si(order, 2)).delay()
    group(work_{n}.s(order, i) for i in range(3))().get()
    work_{n}.s(order, 1).apply_async(link=work_{n}.si(order, 2))
'''
CONFIG = """
[mypy]
strict = True
plugins = {plugins}
mypy_path = {project}
cache_dir = {cache}
[mypy-celery.*]
ignore_missing_imports = True
[mypy.plugins.django-stubs]
django_settings_module = settings
"""


def generate(project: Path) -> None:
    """Write a project of 300 tasks and their calls, and compile what mypy imports for it."""
    app = project / "sales"
    app.mkdir()
    (app / "__init__.py").touch()
    (project / "settings.py").write_text(SETTINGS)
    (app / "models.py").write_text(MODELS)
    pairs = TASKS // 2
    for module in range(0, pairs, TASKS_IN_A_MODULE):
        numbers = range(module, module + TASKS_IN_A_MODULE)
        tasks = "".join(TASK.format(n=n) for n in numbers)
        calls = "".join(CALLS.format(n=n) for n in numbers)
        names = ", ".join(f"work_{n}, tell_{n}" for n in numbers)
        (app / f"tasks_{module}.py").write_text(HEAD + tasks)
        imported = f"from sales.tasks_{module} import {names}\n"
        (app / f"calls_{module}.py").write_text(HEAD + imported + calls)
    for name in PLUGINS:
        seconds(project, name, 0)


def configure(project: Path, name: str) -> Path:
    """Write the configuration of a run; return its path."""
    config = project / f"{name}.ini"
    cache = project / f"cache-{name}"
    config.write_text(CONFIG.format(plugins=PLUGINS[name], project=project, cache=cache))
    return config


#: What has changed since the run before: the modules of calls that were edited.
STATES = {
    "cold": None,
    "warm, nothing edited": 0,
    "warm, one module of calls edited": 1,
    "warm, all modules of calls edited": TASKS,
}


def rounds_for(state: str, rounds: int) -> int:
    """Return how many rounds a state needs: a short run shows more of the machine's noise."""
    return rounds if STATES[state] is None else 5 * rounds


def seconds(project: Path, name: str, edited: int | None) -> tuple[float, float]:
    """Return the wall time and the processor time of a run.

    Args:
        project: where it is.
        name: with or without the plugin.
        edited: how many modules have changed; None for a run that knows nothing from before.
    """
    if edited is None:
        subprocess.run(["rm", "-rf", project / f"cache-{name}"], check=True)
    else:
        for each in sorted((project / "sales").glob("calls_*.py"))[:edited]:
            each.write_text(each.read_text() + "\n")
    command = [sys.executable, "-m", "mypy", "--config-file", str(configure(project, name))]
    start, used = time.perf_counter(), _processor_time()
    done = subprocess.run(
        [*command, str(project / "sales")],
        cwd=project,
        env={**os.environ, **_compiling(project)},
        capture_output=True,
        text=True,
        check=False,
    )
    took = time.perf_counter() - start, _processor_time() - used
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return took


def _compiling(project: Path) -> dict[str, str]:
    """Return an environment that keeps compiled modules, as that of a user does.

    Without it each run would compile the plugin anew, which is none of its cost.
    """
    return {
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": str(project / "compiled"),
        "PYTHONPATH": str(project),
    }


def _processor_time() -> float:
    """Return the processor time of all runs so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(project: Path, rounds: int, state: str) -> str:
    """Return a line with the figures of some rounds."""
    walls, ratios, of_processor = [], [], []
    for each in range(rounds_for(state, rounds)):
        order = ["without", "with"] if each % 2 else ["with", "without"]
        took = {name: seconds(project, name, STATES[state]) for name in order}
        walls.append(took["without"][0])
        ratios.append(took["with"][0] / took["without"][0])
        of_processor.append(took["with"][1] / took["without"][1])
    ratio = median(ratios)
    verdict = f"{'within' if ratio <= TARGET else 'ABOVE'} {TARGET:.2f}"
    return (
        f"{state}: {median(walls):.1f} s without the plugin, "
        f"{ratio:.2f} x with it ({verdict}), {median(of_processor):.2f} x of processor time; "
        f"rounds: {' '.join(f'{each:.2f}' for each in ratios)}"
    )


def main(rounds: int = 5) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        generate(project)
        for state in STATES:
            print(measure(project, rounds, state), flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

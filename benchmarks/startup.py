"""Chapter `import`: what it takes to import the package, and what that imports besides.

kombu imports the codecs in the middle of `import celery`, before Django is set up.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator

from benchmarks.figures import Comparison

OURS = "modelref"
CODECS = "modelref's codecs, after kombu"
CELERY = "celery"
TASKS = "modelref.celery, after both"
DJANGO = "django.db.models"

#: What is imported before the clock starts, and what then.
STATEMENTS = {
    OURS: ("pass", "import modelref"),
    CODECS: ("import kombu.utils.json", "import modelref.codecs.json"),
    TASKS: (
        "import celery.canvas, celery.contrib.django.task, django.db.models",
        "import modelref.celery",
    ),
    CELERY: ("pass", "from celery import Celery, Task; import celery.canvas"),
    DJANGO: ("pass", "import django.db.models"),
}
#: What importing the package must not import.
KEPT_OUT = ("celery", "django.db.models")
TURNS = 11
MODULES = "modules imported"


def measure() -> Iterator[Comparison]:
    """Yield the comparisons."""
    with tempfile.TemporaryDirectory() as cache:
        samples: dict[str, list[float]] = {name: [] for name in STATEMENTS}
        for turn in range(-1, TURNS):  # the first one compiles
            for name, statements in STATEMENTS.items():
                took = _seconds(cache, *statements)
                if turn >= 0:
                    samples[name].append(took)
    yield Comparison.of("import", 1, "s", samples, [CELERY])
    yield of_modules()


def of_modules() -> Comparison:
    """Return how many modules of Celery and of Django's ORM come with the package."""
    statement = (
        "import sys, modelref, modelref.codecs.json\n"
        f"for name in {KEPT_OUT!r}:\n"
        "    print(sum(m == name or m.startswith(name + '.') for m in sys.modules))"
    )
    counts = [float(line) for line in _run("-c", statement).splitlines()]
    found: dict[str, float] = dict(zip(KEPT_OUT, counts, strict=True))
    return Comparison.exactly(MODULES, 1, "modules", found, [])


def _seconds(cache: str, before: str, statement: str) -> float:
    code = (
        f"{before}\nimport time\nstart = time.perf_counter()\n{statement}\n"
        "print(time.perf_counter() - start)"
    )
    return float(_run("-X", f"pycache_prefix={cache}", "-c", code))


def _run(*arguments: str) -> str:
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout

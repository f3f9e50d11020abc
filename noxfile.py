"""The test suite on each supported combination of Python, Django and Celery: `make versions`."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import nox

ROOT = Path(__file__).parent

COMBINATIONS = {
    "django-5.2": ("3.11", ["django==5.2.*"]),
    "django-6.0": ("3.12", ["django==6.0.*"]),
    "django-6.1": ("3.13", ["django==6.1.*"]),
    "lowest": ("3.11", ["django==5.2.0", "celery==5.5.0", "kombu==5.5.2"]),
}

#: The cases for type checkers, on other releases of mypy and beside celery-types.
TYPING = {
    "mypy-1.15": ["mypy==1.15.*", "django-stubs==5.2.0", "django==5.2.*"],
    "celery-types": ["celery-types"],
}


def interpreter(version: str) -> str:
    """Return the path of a working Python of this version, or the version if there is none."""
    found = subprocess.run(
        [ROOT / ".ci" / "newest-python", version], capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or version


def pytest_with(pins: list[str]) -> Callable[[nox.Session], None]:
    """Return a session that runs pytest with these requirements."""

    def session(session: nox.Session) -> None:
        session.install("--editable", ".[dev]", *pins)
        session.install("--no-deps", "--requirement", ".ci/no-deps.txt")
        session.run("python", "-m", "pytest", *session.posargs)

    return session


for name, (version, pins) in COMBINATIONS.items():
    nox.session(name=name, python=interpreter(version), reuse_venv=True)(pytest_with(pins))


RUNS_OF_CHECKERS = ["tests/test_typing_runs.py", "tests/test_typing_example.py"]


def plugin_with(pins: list[str]) -> Callable[[nox.Session], None]:
    """Return a session that runs the tests of the plugin with these requirements."""

    def session(session: nox.Session) -> None:
        session.install("--editable", ".[dev]", *pins)
        session.run("python", "-m", "pytest", "tests/test_typing.py", "-k", "plugin")
        session.run("python", "-m", "pytest", *RUNS_OF_CHECKERS)

    return session


for name, pins in TYPING.items():
    nox.session(name=name, python=interpreter("3.13"), reuse_venv=True)(plugin_with(pins))

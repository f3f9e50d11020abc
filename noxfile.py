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
        session.run("python", "-m", "pytest", *session.posargs)

    return session


for name, (version, pins) in COMBINATIONS.items():
    nox.session(name=name, python=interpreter(version), reuse_venv=True)(pytest_with(pins))

"""The stubs of Celery and kombu, against what is installed."""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

pytest.importorskip("mypy.stubtest", reason="type checkers are in the extra `dev`")

from tests.type_checkers import ROOT

#: The stubs have the signatures of these releases.
STUBBED: list[tuple[int, ...]] = [(5, 7), (5, 7)]
INSTALLED = [tuple(map(int, version(name).split(".")[:2])) for name in ("celery", "kombu")]
ALLOWED = ROOT / "tests" / "stubtest_allowed.txt"


@pytest.mark.skipif(INSTALLED < STUBBED, reason="the stubs are those of newer releases")
def test_the_stubs_say_what_celery_and_kombu_are(tmp_path: Path) -> None:
    config = tmp_path / "mypy.ini"
    config.write_text(f"[mypy]\ncache_dir = {ROOT}/.mypy_cache/stubtest\n")
    command = [sys.executable, "-m", "mypy.stubtest", "--concise", "--ignore-missing-stub"]
    options = ["--allowlist", str(ALLOWED), "--mypy-config-file", str(config)]

    done = subprocess.run(
        [*command, *options, "celery", "kombu"],
        cwd=ROOT,
        env={**os.environ, "MYPYPATH": str(ROOT / "stubs")},
        capture_output=True,
        text=True,
        check=False,  # what it says is the message
    )

    assert (done.stdout + done.stderr, done.returncode) == ("", 0)

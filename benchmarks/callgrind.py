"""`make callgrind`: how many instructions of the processor the hottest paths take.

Each path is run many times under `valgrind --tool=callgrind` in a process of its own, and once more
not at all; the difference is what it costs. No clock is asked, so that it can run anywhere, and it
sees what counted bytecode does not: what the interpreter itself does for one instruction.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
TIMES = 2_000
VALGRIND = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")
PATHS = {
    "encode of a primary key": "encode of a reference",
    "field read of an instance": "field read through a reference",
    "field write of an instance": "field write through a reference",
    "method call of an instance": "method call through a reference",
}


def main() -> int:
    """Print the figures; return the exit code."""
    nothing = _counted("nothing")
    print(f"{'path':<34} {'instructions':>12}")
    for base, ours in PATHS.items():
        by_hand, by_us = ((_counted(path) - nothing) / TIMES for path in (base, ours))
        print(f"{base:<34} {by_hand:>12,.0f}")
        print(f"{ours:<34} {by_us:>12,.0f}  {by_us / by_hand:.2f} ×", flush=True)
    return 0


def paths() -> dict[str, Callable[[], Any]]:
    """Return what is run, by name; Django is set up for it."""
    from benchmarks import access, project, rivals  # here: the parent process does without

    project.start()
    from benchmarks.wire import encoding

    encode = encoding(project.make_orders(1))
    found = {
        "nothing": lambda: None,
        "encode of a primary key": encode[rivals.PKS],
        "encode of a reference": encode[rivals.OURS],
    }
    for chapter in access.WORK:
        works, names = access.statements(chapter, {})
        found[f"{chapter} of an instance"] = _function(works[access.INSTANCE], names)
        found[f"{chapter} through a reference"] = _function(works[access.LOADED], names)
    return found


def run(path: str) -> None:
    """Run one path many times."""
    work = paths()[path]
    for _ in range(TIMES):
        work()


def _function(statements: str, names: dict[str, Any]) -> Callable[[], Any]:
    one = statements.splitlines()[0]
    scope = dict(names)
    exec(f"def work():\n    {one}", scope)
    work: Callable[[], Any] = scope["work"]
    return work


def _counted(path: str) -> int:
    code = f"from benchmarks.callgrind import run; run({path!r})"
    command = [*VALGRIND, sys.executable, "-c", code]
    env = os.environ | {"PYTHONHASHSEED": "0"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if found is None:
        raise SystemExit(f"valgrind has failed:\n{done.stderr}")
    return int(found[1])

"""`make callgrind`: how many instructions of the processor the hottest paths take.

Each path is run under `valgrind --tool=callgrind` few times and many times, in a process of its own
each; the difference, for each time more, is what it costs, since what it takes to start is the
same. No clock is asked, so that it can run anywhere, and it sees what counted bytecode does not:
what the interpreter itself does for one instruction.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
FEW = 2_000
MANY = 202_000
MANY_SLOW = 12_000  # of what is slow under valgrind
VALGRIND = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")
#: Two paths that are held against each other, and how many times they are run at most.
PATHS = (
    ("encode of a primary key", "encode of a reference", MANY_SLOW),
    ("field read of an instance", "field read through a reference", MANY),
    ("field write of an instance", "field write through a reference", MANY),
    ("method call of an instance", "method call through a reference", MANY),
)


def main() -> int:
    """Print the figures; return the exit code."""
    print(f"{'path':<34} {'instructions':>12}")
    for base, ours, many in PATHS:
        by_hand, by_us = (_each(path, many) for path in (base, ours))
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
        "encode of a primary key": encode[rivals.PKS],
        "encode of a reference": encode[rivals.OURS],
    }
    for chapter in access.WORK:
        works, names = access.statements(chapter, {})
        found[f"{chapter} of an instance"] = _function(works[access.INSTANCE], names)
        found[f"{chapter} through a reference"] = _function(works[access.LOADED], names)
    return found


def run(path: str, times: int) -> None:
    """Run one path so many times."""
    work = paths()[path]
    for _ in range(times):
        work()


def _function(statements: str, names: dict[str, Any]) -> Callable[[], Any]:
    one = statements.splitlines()[0]
    scope = dict(names)
    exec(f"def work():\n    {one}", scope)
    work: Callable[[], Any] = scope["work"]
    return work


def _each(path: str, many: int) -> float:
    """Return what it takes to run a path once more."""
    return (_counted(path, many) - _counted(path, FEW)) / (many - FEW)


def _counted(path: str, times: int) -> int:
    code = f"from benchmarks.callgrind import run; run({path!r}, {times})"
    command = [*VALGRIND, sys.executable, "-c", code]
    env = os.environ | {"PYTHONHASHSEED": "0"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if found is None:
        raise SystemExit(f"valgrind has failed:\n{done.stderr}")
    return int(found[1])

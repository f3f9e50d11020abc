"""The commands: `python -m benchmarks all|report|check|baseline|chapter NAME|callgrind`."""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from benchmarks.figures import Comparison, Results, comparison_from, rounded

ROOT = Path(__file__).parent.parent
RESULTS = Path(__file__).with_name("results.json")

#: What is measured, each chapter in a process of its own: where the function for it is.
CHAPTERS = {
    "wire": "wire:measure",
    "codecs": "codecs:measure",
    "sending": "sending:measure",
    "loading": "loading:measure",
    "loading-postgres": "loading:measure_on_postgres",
    "access": "access:measure",
    "memory": "memory:measure",
    "queries": "queries:measure",
    "work": "counting:measure",
    "import": "startup:measure",
    "mypy": "plugin:measure",
    "redis": "throughput:measure_on_redis",
    "rabbitmq": "throughput:measure_on_rabbitmq",
}


def main() -> int:
    """Run one command; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("all", help="measure, and write the results, the page, the charts")
    commands.add_parser("report", help="write the page and the charts from the results")
    commands.add_parser("check", help="measure a little, and compare with the baseline")
    commands.add_parser("baseline", help="record what `check` compares with")
    commands.add_parser("callgrind", help="count the instructions of the processor")
    one = commands.add_parser("chapter", help="measure one chapter, and print its figures")
    one.add_argument("name", choices=CHAPTERS)
    given = parser.parse_args()
    if given.command == "all":
        return measure_all()
    if given.command == "chapter":
        return measure_chapter(given.name)
    module = import_module(f"benchmarks.{given.command}")  # here: each needs other packages
    return int(module.main())


def measure_all() -> int:
    """Measure all chapters, each in its own process, and write what came of it."""
    from benchmarks import report  # here: it needs pygal

    measured = [each for name in CHAPTERS for each in _in_process(name)]
    Results(report.environment(), measured).write(RESULTS)
    return report.main()


def measure_chapter(name: str) -> int:
    """Measure one chapter and print its comparisons, one a line."""
    module, _, function = CHAPTERS[name].partition(":")
    for comparison in getattr(import_module(f"benchmarks.{module}"), function)():
        print(json.dumps(rounded(asdict(comparison))), flush=True)
    return 0


def _in_process(name: str) -> Iterator[Comparison]:
    command = [sys.executable, "-m", "benchmarks", "chapter", name]
    env = os.environ | {"PYTHONHASHSEED": "0"}
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            comparison = comparison_from(json.loads(line))
            print(f"{comparison.chapter}, {comparison.size:,}", file=sys.stderr, flush=True)
            yield comparison
    if process.returncode:
        raise SystemExit(f"The chapter {name!r} has failed; see above.")


if __name__ == "__main__":
    sys.exit(main())

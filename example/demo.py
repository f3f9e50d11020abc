"""Send tasks of the shop, change the rows, start a worker and show what it sees.

No server is needed: the database is an SQLite file, the broker and the results are
folders, and all of them lie in a temporary directory. The worker is a process of
its own. The exit status is 1 if anything is not as promised.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

import django
from django.core.management import call_command

EXAMPLE = Path(__file__).resolve().parent
PATIENCE = 40  # seconds that the worker is given for all tasks
WORKER = "-A walkthrough.counting worker --pool prefork --concurrency 1 --loglevel WARNING"
EXPLANATION = (
    "Rows change between sending and running. 'bytes' is the message body on the wire, "
    "'pickled' its instances pickled."
)
KEPT = (
    "As promised: each task saw the rows as they are, in one query, for fewer bytes than a pickle."
)


def main() -> None:
    """Run the demo in a temporary directory."""
    with TemporaryDirectory(prefix="shop-") as folder:
        prepare(Path(folder))
        run(Path(folder))


def prepare(folder: Path) -> None:
    """Set Django up with its data in `folder`, and fill the database."""
    os.environ["SHOP_DATA"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "shopproject.settings"
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("loaddata", "shop", verbosity=0)


def run(folder: Path) -> None:
    """Take the steps, run the worker, print what came of it; exit if that is wrong."""
    # Models can be imported only after `django.setup()`.
    from walkthrough.outcomes import bytes_on_the_wire, outcome, table
    from walkthrough.steps import steps

    taken = list(steps())
    sizes = bytes_on_the_wire(folder / "messages")
    log = folder / "worker.log"
    with worker(log) as process:
        wait_for(lambda: all(step.is_ready() for step in taken), process)
    outcomes = [outcome(step, sizes[step.task_id]) for step in taken]
    print(EXPLANATION, table(outcomes), sep="\n\n", end="\n\n", flush=True)
    broken = [promise for each in outcomes for promise in each.broken_promises()]
    if broken:
        end_of_log = log.read_text().splitlines()[-20:]
        sys.exit("\n".join(("Not as promised:", *broken, "", "The worker's log:", *end_of_log)))
    print(KEPT)


@contextmanager
def worker(log: Path) -> Generator["subprocess.Popen[bytes]", None, None]:
    """Run a Celery worker with its output in `log`; at the end stop it warmly."""
    command = [sys.executable, "-m", "celery", *WORKER.split()]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=EXAMPLE, stdout=output, stderr=output)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()


def wait_for(done: Callable[[], bool], process: "subprocess.Popen[bytes]") -> None:
    """Wait until all is done, the worker has ended or patience has run out."""
    end = monotonic() + PATIENCE
    while not done() and process.poll() is None and monotonic() < end:
        sleep(0.1)


if __name__ == "__main__":
    main()

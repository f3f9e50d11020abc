"""What became of the steps: held against what was promised, shown as a table."""

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from walkthrough.counting import queries_of
from walkthrough.steps import Report, Step

from shopproject.celery import app

QUERIES = 1  # in each task, whether it takes one row or 200
HEADINGS = ("task", "argument", "bytes", "pickled", "queries", "at sending", "seen by the task")
NUMBERS = ("bytes", "pickled", "queries")


@dataclass(frozen=True)
class Outcome:
    """One step after the worker has run."""

    step: Step
    sent: int  # bytes of the message body
    state: str
    seen: Report  # or the text of an error
    queries: int | None

    def broken_promises(self) -> Iterator[str]:
        """Yield a line for each thing that is not as promised."""
        if self.state != "SUCCESS":
            yield f"{self.step.task} ended as {self.state}: {self.seen}"
        elif self.seen != self.step.expected:
            yield f"{self.step.task} saw {self.seen!r}, the rows say {self.step.expected!r}"
        if self.queries != QUERIES:
            yield f"{self.step.task} ran {self.queries} queries, not {QUERIES}"
        if self.sent >= self.step.pickled:
            yield (
                f"{self.step.task} sent {self.sent} bytes, "
                f"the pickled rows have {self.step.pickled}"
            )

    def cells(self) -> tuple[str, ...]:
        """Return this outcome as a row of the table."""
        return (
            self.step.task,
            self.step.argument,
            f"{self.sent:,}",
            f"{self.step.pickled:,}",
            str(self.queries),
            short(self.step.at_sending),
            short(self.seen),
        )


def outcome(step: Step, sent: int) -> Outcome:
    """Return what became of a step whose worker has stopped."""
    result = app.AsyncResult(step.task_id)
    seen: Report = result.get() if result.successful() else repr(result.result)
    return Outcome(step, sent, result.state, seen, queries_of(step.task_id))


def bytes_on_the_wire(messages: Path) -> dict[str, int]:
    """Return the size of the body of each message that waits, by task id."""
    waiting = [json.loads(file.read_bytes()) for file in messages.glob("*.msg")]
    return {message["headers"]["id"]: len(base64.b64decode(message["body"])) for message in waiting}


def table(outcomes: Sequence[Outcome]) -> str:
    """Return the outcomes as aligned columns under their headings."""
    rows = [HEADINGS, *(each.cells() for each in outcomes)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rule = tuple("-" * width for width in widths)
    return "\n".join(line(row, widths) for row in (rows[0], rule, *rows[1:]))


def line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Return one row of the table, numbers to the right and words to the left."""
    return "  ".join(
        cell.rjust(width) if heading in NUMBERS else cell.ljust(width)
        for heading, cell, width in zip(HEADINGS, cells, widths, strict=True)
    ).rstrip()


def short(report: Report) -> str:
    """Return a report as one cell: of a list, its first item."""
    return report if isinstance(report, str) else ", ".join([*report[:1], "..."])

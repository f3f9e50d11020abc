"""Counting queries, on all the databases of the shop at once."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.db import connections
from django.test.utils import CaptureQueriesContext

ALIASES = ("default", "eu", "replica")


@contextmanager
def queries(**expected: int) -> Iterator[dict[str, CaptureQueriesContext]]:
    """Assert how many queries each alias is sent: `queries()` none, `queries(eu=1)` one to `eu`.

    Gives the captured queries by alias.
    """
    with ExitStack() as stack:
        captured = {
            alias: stack.enter_context(CaptureQueriesContext(connections[alias]))
            for alias in ALIASES
        }
        yield captured
    sent = {alias: len(context) for alias, context in captured.items() if len(context)}
    assert sent == expected, "\n".join(
        f"{alias}: {query['sql']}" for alias in captured for query in captured[alias]
    )

"""What Django says where async code may not wait for a query, and what to do instead."""

from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def hint_for_async_code(hint: str) -> Generator[None, None, None]:
    """Add to Django's ``SynchronousOnlyOperation`` what to do instead.

    Args:
        hint: a sentence.
    """
    from django.core.exceptions import SynchronousOnlyOperation  # here: needed by a query alone

    try:
        yield
    except SynchronousOnlyOperation as error:
        raise SynchronousOnlyOperation(f"{error} {hint}") from error

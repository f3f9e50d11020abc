"""Golden messages: what has been sent once is read for ever, on every Python."""

from typing import Any

import pytest

from modelref import is_resolved
from modelref.contents import refs_in
from tests.codecs import CODECS, listed
from tests.golden.messages import FOLDER, MESSAGES
from tests.shop.queries import ALIASES, queries

pytestmark = pytest.mark.django_db(databases=ALIASES)

FILES = [(codec, message) for codec in CODECS for message in MESSAGES]
DETERMINISTIC = [(codec, message) for codec, message in FILES if codec != "pickle"]


def recorded(codec: str, message: str) -> bytes:
    """Return the bytes of a golden message."""
    return (FOLDER / codec / f"{message}.{codec}").read_bytes()


@pytest.mark.parametrize(("codec", "message"), FILES)
def test_a_golden_message_is_read(codec: str, message: str) -> None:
    """It gives the identities that were sent, without a query."""
    with queries():
        read: Any = CODECS[codec].decode(recorded(codec, message))

        assert listed(read) == listed(MESSAGES[message]())
        assert not any(is_resolved(ref) for ref in refs_in([read]))


@pytest.mark.parametrize(("codec", "message"), DETERMINISTIC)
def test_a_golden_message_is_written(codec: str, message: str) -> None:
    """Byte for byte; in a pickle they depend on which of its strings are the same object."""
    written: Any = CODECS[codec].encode(MESSAGES[message]())

    assert (written.encode() if isinstance(written, str) else written) == recorded(codec, message)


@pytest.mark.parametrize(("codec", "message"), FILES)
def test_a_golden_message_is_sent_on(codec: str, message: str) -> None:
    """What was read is the same message again."""
    read = CODECS[codec].decode(recorded(codec, message))

    again = CODECS[codec].decode(CODECS[codec].encode(read))

    assert listed(again) == listed(MESSAGES[message]())


def test_there_is_no_other_file() -> None:
    """A message that has been golden stays in the table."""
    found = {
        (path.parent.name, path.stem) for path in FOLDER.glob("*/*.*") if path.suffix != ".pyc"
    }

    assert found == set(FILES)

"""The server's end of a connection: which it is, who waits for a lock, and how to end it."""

from django.db import connections

NUMBER = {"postgresql": "SELECT pg_backend_pid()", "mysql": "SELECT CONNECTION_ID()"}
END = {"postgresql": "SELECT pg_terminate_backend(%s, 5000)", "mysql": "KILL CONNECTION %s"}
IS_THERE = {
    "postgresql": "SELECT count(*) FROM pg_stat_activity WHERE pid = %s",
    "mysql": "SELECT count(*) FROM information_schema.processlist WHERE id = %s",
}
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass"


def session_of(alias: str) -> int:
    """Return the number that the server has given to this thread's connection."""
    return _ask(alias, NUMBER)


def end_session(alias: str, session: int) -> None:
    """Let the server end a connection, from one of its own."""
    other = connections[alias].copy()
    try:
        with other.cursor() as cursor:
            cursor.execute(END[other.vendor], [session])
    finally:
        other.close()


def end_own_session(alias: str) -> int:
    """Let the server end this thread's connection; return the number it had."""
    session = session_of(alias)
    end_session(alias, session)
    return session


def has_ended(alias: str, session: int) -> bool:
    """Return whether the server has no such connection."""
    return _ask(alias, IS_THERE, session) == 0


def waiting_for(alias: str, table: str) -> int:
    """Return how many connections to PostgreSQL wait for a lock on a table."""
    with connections[alias].cursor() as cursor:
        cursor.execute(WAITING, [table])
        return int(cursor.fetchone()[0])


def _ask(alias: str, question: dict[str, str], *values: int) -> int:
    connection = connections[alias]
    with connection.cursor() as cursor:
        cursor.execute(question[connection.vendor], values or None)
        return int(cursor.fetchone()[0])

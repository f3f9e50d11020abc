"""The servers that tests talk to, and what one run of the tests owns on them.

A server is used where it answers on loopback at its standard port; a test that needs one that does
not is skipped by name, or fails where `MODELREF_REQUIRE_SERVICES=1`. Everything a run makes on a
server has `RUN` in its name, and `sweep` removes it, also what a failed test left behind.
"""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HOST = "127.0.0.1"
RUN = f"modelref_{os.getpid()}_{secrets.token_hex(3)}"
FOLDER = Path(tempfile.gettempdir()) / RUN


@dataclass(frozen=True)
class Service:
    """A server at its standard port."""

    label: str
    port: int

    def __str__(self) -> str:
        return f"{self.label} on {HOST}:{self.port}"


SERVICES = {
    "postgres": Service("PostgreSQL", 5432),
    "mariadb": Service("MariaDB", 3306),
    "redis": Service("Redis", 6379),
    "rabbitmq": Service("RabbitMQ", 5672),
}


@cache
def answers(name: str) -> bool:
    """Return whether the server accepts connections."""
    try:
        socket.create_connection((HOST, SERVICES[name].port), timeout=1).close()
    except OSError:
        return False
    return True


def require(*names: str) -> None:
    """Skip the running test, or fail it where services are required, if a server is missing."""
    missing = [str(SERVICES[name]) for name in names if not answers(name)]
    if missing:
        _skip(f"needs {' and '.join(missing)}")


def require_program(name: str) -> None:
    """Skip the running test, or fail it where services are required, without this program."""
    if shutil.which(name) is None:
        _skip(f"needs the program {name}")


def _skip(reason: str) -> None:
    import pytest  # here: worker processes import this module too

    if os.environ.get("MODELREF_REQUIRE_SERVICES") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@cache
def rabbitmq_vhost() -> str:
    """Make the run's own vhost; where `rabbitmqctl` may not, the default one is shared."""
    made = _rabbitmqctl("add_vhost", RUN) and _rabbitmqctl(
        "set_permissions", "-p", RUN, "guest", ".*", ".*", ".*"
    )
    return RUN if made else "/"


def cut_connections_to_rabbitmq() -> None:
    """Close every connection to the run's own vhost; without one, skip or fail the running test."""
    if rabbitmq_vhost() != RUN:
        _skip("needs a rabbitmqctl that may add a vhost")
    assert _rabbitmqctl("close_all_connections", "--vhost", RUN, "cut by a test")


def redis_keys() -> list[bytes]:
    """Return the keys of this run."""
    import redis  # here: an optional package, as its server is

    with closing(redis.Redis(HOST)) as client:
        return list(client.scan_iter(f"{RUN}*"))


def sweep() -> None:
    """Remove what this run has made, on each server and on disk."""
    if rabbitmq_vhost.cache_info().currsize and rabbitmq_vhost() == RUN:
        _rabbitmqctl("delete_vhost", RUN)
    for name, remove in (
        ("redis", _sweep_redis),
        ("postgres", _sweep_postgres),
        ("mariadb", _sweep_mariadb),
    ):
        if answers(name):
            with suppress(ImportError):  # without its driver no test can have used the server
                remove()
    shutil.rmtree(FOLDER, ignore_errors=True)


def _sweep_redis() -> None:
    import redis

    keys = redis_keys()
    if keys:
        with closing(redis.Redis(HOST)) as client:
            client.delete(*keys)


def _sweep_postgres() -> None:
    import psycopg
    from psycopg import sql

    with closing(psycopg.connect(host=HOST, user="postgres", autocommit=True)) as connection:
        found = connection.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [RUN]
        )
        for (database,) in found.fetchall():
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
            connection.execute(drop.format(sql.Identifier(database)))


def _sweep_mariadb() -> None:
    import pymysql

    with closing(pymysql.connect(host=HOST, user="root")) as connection:
        cursor = connection.cursor()
        cursor.execute("SHOW DATABASES")
        for (database,) in cursor.fetchall():
            if database.startswith(RUN):
                cursor.execute(f"DROP DATABASE `{database}`")


def _rabbitmqctl(*arguments: str) -> bool:
    try:
        subprocess.run(
            ["rabbitmqctl", "--quiet", *arguments],
            check=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=30,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return True

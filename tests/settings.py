"""Django settings of the tests and of the worker processes that they start.

The test process makes the databases of its run: `default`, `eu` and `replica` are SQLite files,
`postgres` and `mariadb` are there where those servers answer. A worker is told in
`MODELREF_TEST_DATABASES` which databases these are and opens the same.

`MODELREF_TEST_DEFAULT` (`postgres` or `mariadb`) chooses the server of `default`: for a whole run
of pytest as a database of its own, for one worker as the database that has this alias.
"""

import json
import os
from importlib.util import find_spec

from tests.services import FOLDER, HOST, RUN, answers

try:
    import pymysql
except ImportError:
    pass  # no driver, no test that asks for MariaDB
else:
    pymysql.version_info = (2, 2, 8, "final", 0)  # of the mysqlclient that Django asks for
    pymysql.install_as_MySQLdb()

SECRET_KEY = "for-tests-only"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "tests.shop"]
if find_spec("django_celery_beat"):  # which asks for a Django before 6.1
    INSTALLED_APPS += ["django_celery_beat"]
AUTH_USER_MODEL = "shop.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MEDIA_ROOT = FOLDER / "media"
USE_TZ = True

SERVERS: dict[str, dict[str, object]] = {
    "postgres": {"ENGINE": "django.db.backends.postgresql", "USER": "postgres"},
    "mariadb": {
        "ENGINE": "django.db.backends.mysql",
        "USER": "root",
        "OPTIONS": {"charset": "utf8mb4"},
    },
}


def sqlite_file(alias: str) -> dict[str, object]:
    """Return the settings of a file that several processes read and write."""
    path = str(FOLDER / f"{alias}.sqlite3")
    pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {"timeout": 20, "init_command": pragmas},
        "TEST": {"NAME": path, "MIGRATE": False},
    }


def server_database(alias: str, server: str) -> dict[str, object]:
    """Return the settings of a database of this run on a server."""
    name = f"{RUN}_{alias}"
    return {
        **SERVERS[server],
        "HOST": HOST,
        "NAME": name,
        "TEST": {"NAME": name, "MIGRATE": False},
    }


def databases_of_a_run(default: str) -> dict[str, dict[str, object]]:
    """Return the databases that the test process makes and removes."""
    found = {alias: sqlite_file(alias) for alias in ("default", "eu", "replica")}
    found |= {server: server_database(server, server) for server in SERVERS if answers(server)}
    if default:
        found["default"] = server_database("default", default)
    return found


def databases_of_a_worker(told: str, default: str) -> dict[str, dict[str, object]]:
    """Return the databases of the test process that started this worker."""
    found = json.loads(told)
    return {**found, "default": found[default or "default"]}


DATABASES = (
    databases_of_a_worker(
        os.environ["MODELREF_TEST_DATABASES"], os.environ.get("MODELREF_TEST_DEFAULT", "")
    )
    if "MODELREF_TEST_DATABASES" in os.environ
    else databases_of_a_run(os.environ.get("MODELREF_TEST_DEFAULT", ""))
)

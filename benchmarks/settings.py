"""Django settings: SQLite in memory, or the PostgreSQL database that is named."""

import os

from tests.services import HOST

DATABASE = os.environ.get("MODELREF_BENCH_DATABASE")  # of PostgreSQL; SQLite in memory without
SQLITE = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
POSTGRES = {
    "ENGINE": "django.db.backends.postgresql",
    "NAME": DATABASE,
    "USER": "postgres",
    "HOST": HOST,
}

SECRET_KEY = "for-benchmarks-only"
INSTALLED_APPS = ["benchmarks.shop"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": POSTGRES if DATABASE else SQLITE, "eu": SQLITE}
USE_TZ = True

"""Settings that need no server.

The database is an SQLite file, the broker a folder of messages, and so are the
results. All of them lie in `DATA`, which `SHOP_DATA` moves elsewhere.
"""

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("SHOP_DATA", BASE_DIR / "data"))
MESSAGES = DATA / "messages"
RESULTS = DATA / "results"
for folder in (MESSAGES, RESULTS):
    folder.mkdir(parents=True, exist_ok=True)

SECRET_KEY = "for-the-example-only"
DEBUG = True
INSTALLED_APPS = ["shop"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": DATA / "shop.sqlite3"},
}
TIME_ZONE = "UTC"

CELERY_BROKER_URL = "filesystem://"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "data_folder_in": str(MESSAGES),
    "data_folder_out": str(MESSAGES),
    "control_folder": str(DATA / "exchanges"),
    "polling_interval": 0.1,  # seconds
}
CELERY_RESULT_BACKEND = f"file://{RESULTS}"

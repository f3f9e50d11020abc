"""The app's name in the registry, `shop`."""

from django.apps import AppConfig


class ShopConfig(AppConfig):
    """Tables are made by `migrate --run-syncdb`; the app has no migrations."""

    name = "tests.shop"
    label = "shop"
    default_auto_field = "django.db.models.BigAutoField"

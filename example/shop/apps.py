"""The shop as a Django app."""

from django.apps import AppConfig


class ShopConfig(AppConfig):
    """Registers the app."""

    name = "shop"

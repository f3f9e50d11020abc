"""Django's own objects, imported when they are first asked for.

Codecs are importable without a project, and ``import modelref`` brings no Django database. An
import inside a function does that as well, but costs each call half a microsecond.
"""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.utils import ConnectionHandler, ConnectionRouter


@cache
def apps() -> "Apps":
    """Return the registry of models."""
    from django.apps import apps

    return apps


@cache
def connections() -> "ConnectionHandler":
    """Return the connections to databases, by alias."""
    from django.db import connections

    return connections


@cache
def router() -> "ConnectionRouter":
    """Return what chooses a database."""
    from django.db import router

    return router

"""Database routers as projects write them."""

from typing import Any

from django.db import models


class PrimaryReplicaRouter:
    """Reads go to a replica that lags, writes to the primary."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str:
        """Read from the replica."""
        return "replica"

    def db_for_write(self, model: type[models.Model], **hints: Any) -> str:
        """Write to the primary, whatever an instance was read from."""
        return "default"

    def allow_relation(self, first: models.Model, second: models.Model, **hints: Any) -> bool:
        """Replica and primary hold the same rows."""
        return True


class TenantRouter:
    """A row is written to the shard it came from; a model alone is taken for the shard `eu`."""

    def db_for_write(self, model: type[models.Model], **hints: Any) -> str:
        """Follow the instance where there is one."""
        instance = hints.get("instance")
        return (instance is not None and instance._state.db) or "eu"

    db_for_read = db_for_write


class CountryRouter:
    """Keeps countries in Europe."""

    def db_for_write(self, model: Any, **hints: Any) -> str | None:
        """Send countries to `eu`."""
        return "eu" if model.__name__ == "Country" else None

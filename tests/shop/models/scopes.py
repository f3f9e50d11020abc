"""Scopes: managers that hide rows, that go by other names, that a model chooses."""

from typing import Any

from django.db import models


class LiveManager(models.Manager[Any]):
    """Hides what is marked as deleted."""

    def get_queryset(self) -> models.QuerySet[Any]:
        """Leave out the deleted rows."""
        return super().get_queryset().filter(deleted=False)


class SoftDeleted(models.Model):
    """Abstract base of rows that stay when they are deleted."""

    deleted = models.BooleanField(default=False)
    title = models.CharField(max_length=80, blank=True)

    objects = LiveManager()
    all_objects = models.Manager()

    class Meta:
        abstract = True


class Article(SoftDeleted):
    """`objects` hides deleted rows, `all_objects` does not."""


class Notice(SoftDeleted):
    """The same, and references are to see all rows."""

    modelref_manager = "all_objects"


class Secret(models.Model):
    """Has no manager called `objects`; its default one hides rows too."""

    deleted = models.BooleanField(default=False)
    word = models.CharField(max_length=80, blank=True)

    vault = LiveManager()
    archive = models.Manager()

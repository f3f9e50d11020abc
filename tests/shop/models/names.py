"""Names: fields and methods called as a reference's own attributes might be."""

from django.db import models


class Instrument(models.Model):
    """Has a field or a method for each word that a lazy stand-in is tempted to use itself."""

    model = models.CharField(max_length=20, blank=True)
    get = models.CharField(max_length=20, blank=True)
    identity = models.CharField(max_length=20, blank=True)
    using = models.CharField(max_length=20, blank=True)
    label = models.CharField(max_length=20, blank=True)
    batch = models.CharField(max_length=20, blank=True)
    instance = models.CharField(max_length=20, blank=True)
    sealed = models.CharField(max_length=20, blank=True)
    is_resolved = models.BooleanField(default=False)

    def resolve(self) -> str:
        """Answer for the model, not for the reference."""
        return f"{self.model} resolved"

    def load(self) -> str:
        """Answer for the model, not for the reference."""
        return f"{self.model} loaded"

    def reference(self) -> str:
        """Answer for the model, not for the reference."""
        return f"{self.model} referenced"


class Museum(models.Model):
    """Has a field called `objects`, which is no manager."""

    objects = models.IntegerField(default=0)

    shelf = models.Manager()

"""States: what a model keeps on its instances beside fields, and how it guards them."""

from typing import Any, ClassVar

from django.db import models

from tests.shop.tracker import Tracker


class Gauge(models.Model):
    """Sets state in `__init__`."""

    level = models.IntegerField(default=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.level_at_start = self.level
        self.readings: list[int] = []

    def rise(self) -> int:
        """Give how far the level has risen since the instance was made."""
        return self.level - self.level_at_start


class Options(models.Model):
    """Answers for the keys of its JSON field by `__getattr__`."""

    choices = models.JSONField(default=dict)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["choices"][name]
        except KeyError:
            raise AttributeError(f"no option {name}") from None


class Ledger(models.Model):
    """Watches writes by `__setattr__` and `__delattr__`."""

    balance = models.IntegerField(default=0)

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "balance" and value is not None and "balance" in self.__dict__:
            self.__dict__.setdefault("history", []).append(self.__dict__["balance"])
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        self.__dict__.setdefault("removed", []).append(name)
        super().__delattr__(name)


class Tracked(models.Model):
    """Carries a third-party style descriptor that is tied to each instance."""

    price = models.IntegerField(default=0)

    tracker = Tracker("price")


class PluginBase(models.Model):
    """Abstract base that keeps a registry of its children."""

    registry: ClassVar[list[type[models.Model]]] = []

    speed = models.IntegerField(default=0)

    class Meta:
        abstract = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        PluginBase.registry.append(cls)


class Plugin(PluginBase):
    """Is in the registry of its base."""


class RecordingBase(models.base.ModelBase):
    """A metaclass that writes down the classes it makes."""

    made: ClassVar[list[str]] = []

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: Any, **kwargs: Any) -> Any:
        """Make a class and write it down."""
        cls.made.append(name)
        return super().__new__(cls, name, bases, namespace, **kwargs)


class Audited(models.Model, metaclass=RecordingBase):
    """Has a metaclass of its own."""

    auditor = models.CharField(max_length=20, blank=True)

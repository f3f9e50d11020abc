"""A field tracker as third-party packages write it: a descriptor, patched methods, signals."""

from collections.abc import Callable
from typing import Any

from django.db import models
from django.db.models.signals import class_prepared, post_init


class Changes:
    """What one instance held when it was last in step with its row."""

    def __init__(self, instance: models.Model, fields: tuple[str, ...]) -> None:
        self.instance = instance
        self.fields = fields
        self.remember()

    def remember(self) -> None:
        """Take the present values for saved."""
        self.saved = {name: self.instance.__dict__.get(name) for name in self.fields}

    def previous(self, name: str) -> Any:
        """Give the saved value of a field."""
        return self.saved[name]

    def changed(self) -> set[str]:
        """Name the fields that differ from what was saved."""
        return {name for name in self.fields if self.saved[name] != getattr(self.instance, name)}


class Tracker:
    """Class attribute of a model, `tracker = Tracker("price")`; then `row.tracker.changed()`."""

    def __init__(self, *fields: str) -> None:
        self.fields = fields

    def contribute_to_class(self, model: type[models.Model], name: str) -> None:
        """Be set on the model; the rest waits until the model has its fields."""
        self.model = model
        self.attname = f"_{name}"
        setattr(model, name, self)
        class_prepared.connect(self.prepare, sender=model)

    def prepare(self, sender: type[models.Model], **kwargs: Any) -> None:
        """Patch `save` and watch each new instance."""
        sender.save = self.patched(sender.save)  # type: ignore[method-assign]  # as packages do
        post_init.connect(self.watch, sender=sender)

    def watch(self, sender: type[models.Model], instance: models.Model, **kwargs: Any) -> None:
        """Give an instance its `Changes`."""
        setattr(instance, self.attname, Changes(instance, self.fields))

    def patched(self, save: Callable[..., None]) -> Callable[..., None]:
        """Wrap a model's `save` so that what was saved is remembered."""

        def save_and_remember(instance: models.Model, *args: Any, **kwargs: Any) -> None:
            save(instance, *args, **kwargs)
            getattr(instance, self.attname).remember()

        return save_and_remember

    def __get__(self, instance: models.Model | None, owner: type[models.Model]) -> Any:
        return self if instance is None else getattr(instance, self.attname)

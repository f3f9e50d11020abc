"""Model fields such as a project or a third-party package writes for itself."""

import re
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.fields.files import FieldFile, FileDescriptor


@dataclass(frozen=True, order=True)
class Isbn:
    """The number of a book: a value of its own type, ten or thirteen digits."""

    digits: str

    def __str__(self) -> str:
        return self.digits

    @classmethod
    def parse(cls, text: str) -> "Isbn":
        """Read `text`, hyphens allowed; a ValueError says it is none."""
        digits = text.replace("-", "")
        if not re.fullmatch(r"\d{13}|\d{9}[\dX]", digits):
            raise ValueError(f"{text!r} is no ISBN")
        return cls(digits)


class IsbnField(models.CharField):  # type: ignore[type-arg]  # a field has none at run time
    """Stores an `Isbn` as its digits."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 13)
        super().__init__(*args, **kwargs)

    def to_python(self, value: Any) -> Isbn | None:
        """Give the `Isbn` for a text, or the value itself if it is one."""
        if value is None or isinstance(value, Isbn):
            return value
        try:
            return Isbn.parse(str(value))
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Isbn | None:
        """Read a column."""
        return self.to_python(value)

    def get_prep_value(self, value: Any) -> str | None:
        """Write a column or a parameter of a query."""
        value = self.to_python(value)
        return None if value is None else value.digits

    def value_to_string(self, obj: models.Model) -> str:
        """Write for a serializer, with the hyphen after the prefix."""
        digits = self.value_from_object(obj).digits
        return f"{digits[:3]}-{digits[3:]}" if len(digits) == 13 else digits


class CaseInsensitiveCharField(models.CharField):  # type: ignore[type-arg]  # as above
    """A text column that ignores case where the database can: SQLite and MariaDB."""

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        """Ask SQLite for its collation; MariaDB's default ignores case anyway."""
        parameters = super().db_parameters(connection)
        if connection.vendor == "sqlite":
            parameters["collation"] = "NOCASE"
        return parameters


class PictureFile(FieldFile):
    """A stored picture that remembers whether it looks like a PNG."""

    @property
    def is_png(self) -> bool:
        """Whether the name says PNG."""
        return (self.name or "").endswith(".png")


class PictureDescriptor(FileDescriptor):
    """Notes on the instance, as `ImageField` does with sizes, that a picture was set."""

    def __set__(self, instance: models.Model, value: Any) -> None:
        super().__set__(instance, value)
        noted = vars(instance)
        noted[f"{self.field.name}_sets"] = noted.get(f"{self.field.name}_sets", 0) + 1


class PictureField(models.FileField):
    """What `ImageField` is, without Pillow: a file with a class and a descriptor of its own."""

    attr_class = PictureFile
    descriptor_class = PictureDescriptor

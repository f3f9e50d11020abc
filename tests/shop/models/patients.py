"""A model whose text is nobody's business."""

import sys
import traceback
from typing import ClassVar

from django.db import models

SHOWN = "the text of a patient was asked for"


class Patient(models.Model):
    """Remembers who asks for its text, and says so on standard error, which is a worker's log."""

    name = models.CharField(max_length=80)

    shown: ClassVar[list[str]] = []

    def __str__(self) -> str:
        asked_by = "".join(traceback.format_stack(limit=12))
        self.shown.append(asked_by)
        sys.stderr.write(f"{SHOWN}, by\n{asked_by}\n")
        return f"patient {self.name}"

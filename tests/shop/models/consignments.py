"""Consignments: task methods of an abstract model, a parent, a child and a proxy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from celery import current_task
from django.db import connection, models, transaction

from modelref import ModelRef, is_reference
from modelref.celery import Load, task_method

if TYPE_CHECKING:
    from tests.shop.models.sales import Order, Parcel


def kind(value: object) -> str:
    """Name what a value is: a reference, or its class."""
    return "reference" if is_reference(value) else type(value).__name__


class Shippable(models.Model):
    """Abstract base that brings a method and its task."""

    label = models.CharField(max_length=40, blank=True)
    log = models.JSONField(default=list)

    class Meta:
        abstract = True

    def note(self, *line: Any) -> None:
        """Write down what has happened."""
        self.log.append(line)
        self.save()

    @task_method
    def describe(self, *words: str) -> list[str]:
        """Tell of what class it is."""
        return [kind(self), self.label, *words]


class Consignment(Shippable):
    """A parent table; its methods are what the tests of canvas are made of."""

    class Status(models.TextChoices):
        """How far it has come."""

        PACKED = "packed"
        SENT = "sent"

    @task_method
    def dispatch(self, order: ModelRef[Order], parcel: Parcel, note: str = "") -> dict[str, Any]:
        """Tell what arrived."""
        return {
            "kinds": [kind(self), kind(order), kind(parcel)],
            "notes": [self.label, order.note, note],
        }

    dispatch.short_description = "Send it off"  # type: ignore[attr-defined]  # for the admin

    @task_method
    def mark(self, status: Status) -> str:
        """Take a class of the class."""
        return f"{self.label}: {status}"

    @task_method
    @transaction.atomic
    def pack(self) -> bool:
        """Tell whether this runs in a transaction."""
        return connection.in_atomic_block

    @task_method
    def load_on(self, other: Consignment) -> list[str]:
        """Take another of its kind, such as the result of the step before."""
        return [self.label, other.label]

    @task_method
    def next(self, label: str) -> Consignment:
        """Give another of its kind."""
        return Consignment.objects.get(label=label)

    @task_method
    def gather(self, results: list[Any]) -> list[Any]:
        """Take what a group has given, as the body of a chord."""
        return [self.label, *results]

    @task_method(max_retries=1)
    def deliver(self, place: str) -> list[Any]:
        """Change the row, and the instance otherwise, and go for another try."""
        if current_task.request.retries == 0:
            Consignment.objects.filter(pk=self.pk).update(label="changed between tries")
            self.label = "never saved"
            raise current_task.retry(countdown=0)
        return [self.label, place, current_task.request.retries]

    @task_method
    def hand_over(self, word: str) -> None:
        """Let another method do it."""
        raise current_task.replace(self.describe.si(word))

    @task_method
    def lose(self) -> None:
        """Fail."""
        raise RuntimeError("lost")

    @task_method
    def regret(self, uuid: str) -> None:
        """Be told of a failure in the old style."""
        self.note("regret", kind(self), uuid)

    @task_method
    def explain(self, request: Any, error: Exception, traceback: Any) -> None:
        """Be told of a failure in the new style."""
        self.note("explain", kind(self), str(error))

    @task_method(name="shop.weigh")
    def weigh(self, **weights: int) -> dict[str, int]:
        """Take arguments of any name."""
        return weights

    @task_method(load={"self": Load(for_update=True), "other": Load(only=("label",))})
    def merge(self, other: Consignment) -> tuple[bool, list[str], list[str]]:
        """Tell whether it is locked, and what was not read."""
        mine, others = (list(row.get_deferred_fields()) for row in (self, other))
        return connection.in_atomic_block, mine, others

    @task_method(on_missing="none")
    def follow(self, other: Consignment | None) -> str | None:
        """Take a row that may have gone."""
        return None if other is None else other.label

    @task_method(on_missing="skip")
    def forget(self) -> str:
        """Do nothing where the row has gone."""
        return self.label


class FragileConsignment(Consignment):
    """A child, which overrides one method with a task and another without."""

    layers = models.PositiveIntegerField(default=1)

    @task_method
    def describe(self, *words: str) -> list[str]:
        """Say more than the parent does."""
        return [*super().describe(*words), "fragile"]

    def pack(self) -> bool:  # type: ignore[override]  # a plain method for a task is tested
        """Do what the parent does later, in its task."""
        super().pack.delay()
        return False


class RushConsignment(Consignment):
    """A proxy."""

    class Meta:
        proxy = True


class Crate(Shippable):
    """Another child of the abstract base."""

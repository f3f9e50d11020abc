"""Tasks that return rows, or raise errors with rows in them."""

from collections.abc import Callable
from typing import Any, NoReturn

from celery import shared_task
from django.core.exceptions import ValidationError

from modelref import ModelRef, reference
from modelref.celery import task
from tests.shop.models import Order, Patient
from tests.tasks_workers import wait_for


@task
def give_one(order: Order) -> Order:
    """Return a row."""
    return order


@task
def give_many(orders: list[Order]) -> dict[str, Any]:
    """Return rows inside containers."""
    first, *rest = orders
    return {"first": first, "rest": rest, "pair": (first, "text"), "deep": [{"order": first}]}


@task(ignore_result=True)
def give_unsaved() -> list[Patient]:
    """Return what has no row, to nobody."""
    return [Patient(name="Ada")]


@task
def notes_of(orders: list[Order]) -> list[str]:
    """Take what others have returned."""
    return [order.note for order in orders]


@task(bind=True)
def show_progress(self: Any, order: ModelRef[Order], path: str) -> None:
    """Say in a state of the task's own which row it has come to."""
    self.update_state(state="PROGRESS", meta={"at": order})
    wait_for(path)


class Untreatable(Exception):
    """An error of the project's own."""


def _raise(error: Exception) -> NoReturn:
    raise error


def _chained(patient: Patient) -> NoReturn:
    try:
        _raise(ValueError(patient))
    except ValueError as error:
        raise Untreatable("see above") from error


def _in_passing(patient: Patient) -> NoReturn:
    try:
        _raise(ValueError(patient))
    except ValueError:
        raise Untreatable("see above")  # noqa: B904, that is what is tested


def _unsaved(patient: Patient) -> NoReturn:
    raise Untreatable(Patient(name=patient.name))


def _deleted(patient: Patient) -> NoReturn:
    patient.delete()
    raise Untreatable(patient)


def _unread(patient: Patient) -> NoReturn:
    raise Untreatable(Patient.objects.filter(pk=patient.pk))


def _read(patient: Patient) -> NoReturn:
    patients = Patient.objects.filter(pk=patient.pk)
    list(patients)
    raise Untreatable(patients)


#: Ways to raise an error that has a row in it.
RAISE: dict[str, Callable[[Patient], NoReturn]] = {
    "alone": lambda patient: _raise(Untreatable(patient)),
    "with text": lambda patient: _raise(Untreatable("no bed for", patient)),
    "key": lambda patient: _raise(KeyError(patient)),
    "reference": lambda patient: _raise(Untreatable(reference(Patient, patient.pk))),
    "containers": lambda patient: _raise(Untreatable([patient], {"who": (patient, 1)})),
    "other error": lambda patient: _raise(Untreatable(ValueError(patient))),
    "group": lambda patient: _raise(ExceptionGroup("all", [ValueError(patient)])),
    "validation": lambda patient: _raise(ValidationError("no %(who)s", params={"who": patient})),
    "chained": _chained,
    "in passing": _in_passing,
    "unsaved": _unsaved,
    "deleted": _deleted,
    "unread": _unread,
    "read": _read,
}


@task
def fail(how: str, patient: Patient) -> NoReturn:
    """Raise an error."""
    RAISE[how](patient)


@task
def fail_lazily(patient: ModelRef[Patient]) -> NoReturn:
    """Raise an error with the reference that has come, its row read."""
    raise Untreatable(patient, len(patient.name))


@task(bind=True, max_retries=1, default_retry_delay=0)
def fail_twice(self: Any, patient: Patient) -> NoReturn:
    """Ask for a retry because of an error with a row in it."""
    raise self.retry(exc=Untreatable(patient))


@task(autoretry_for=(Untreatable,), max_retries=1, default_retry_delay=0)
def fail_again(patient: Patient) -> NoReturn:
    """Be tried again by Celery."""
    raise Untreatable(patient)


@task(bind=True, max_retries=1, default_retry_delay=0)
def fail_by_the_way(self: Any, patient: Patient) -> NoReturn:
    """Ask for a retry where another error is being handled."""
    try:
        _raise(Untreatable(patient))
    except Untreatable:
        raise self.retry()  # noqa: B904, that is what is tested


@task
def treat(patient: Patient, *others: Any) -> Patient:
    """Succeed, and return the row."""
    return patient


@shared_task
def treat_plainly(patient: Any, *others: Any) -> str:
    """Be a task that is not made for rows."""
    return type(patient).__name__


@task
def hold(patient: ModelRef[Patient], path: str) -> None:
    """Be active until a file is there."""
    wait_for(path)

"""The tasks that worker processes of the tests run."""

from celery import shared_task


@shared_task
def ping() -> str:
    """Answer."""
    return "pong"

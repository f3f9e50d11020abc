"""The Django project: settings and the Celery app."""

from shopproject.celery import app as celery_app

__all__ = ["celery_app"]

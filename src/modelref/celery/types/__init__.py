"""Celery's classes with types; at run time they are Celery's own."""

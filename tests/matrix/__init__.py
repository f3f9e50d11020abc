"""What Celery can do with rows, by real workers: each pool on each broker over each database."""

"""Celery tasks of the outbox."""

from celery import shared_task


@shared_task
def deliver():
    """Send what waits."""
    from .services import deliver_waiting

    deliver_waiting()

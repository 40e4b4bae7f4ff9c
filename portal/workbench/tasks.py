"""Celery tasks of the staff's lists: safe to run twice."""

from celery import shared_task

from portal.runs.services import once


@shared_task
def recount_doubtful_titles():
    """Tonight's list of titles the occupation coder is not sure of."""
    from jobseekers.services.title_codes import recount_doubtful_titles as run

    once(run)

"""Celery tasks of job seekers: three lines each, safe to run twice."""

from celery import shared_task

from portal.runs.services import once


@shared_task
def match_all():
    """Tonight's matching."""
    from .services.matching import match_all as run

    once(run)


@shared_task
def report_silent_applications():
    """Tell people whose application has had no answer for three weeks."""
    from .services.applications import report_silence

    once(report_silence)


@shared_task
def try_match_plan(pk):
    """What a draft of weights and caps would do to tonight's result."""
    from .services.plan_trials import run_trial as run

    once(run, pk)


@shared_task
def send_job_alerts():
    """Tell people what is new under the searches they saved."""
    from .services.alerts import send_alerts

    once(send_alerts)


@shared_task
def match_now(side, pk):
    """A vacancy or seeker that is new or was changed, against those who are there."""
    from .services.match_now import run

    run(side, pk)


@shared_task
def match_waiting():
    """All vacancies and seekers that wait to be matched, after one step changed many."""
    from .services.match_now import match_waiting as run

    run()


@shared_task
def match_piece(run):
    """Pieces of a night that is cut, until none is free."""
    from .services.match_pieces import work

    work(run)

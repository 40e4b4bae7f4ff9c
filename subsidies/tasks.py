"""What the schedule starts. Safe to run twice."""

from celery import shared_task

from portal.runs.services import once
from subsidies.services import trials
from subsidies.services.insurance.importing import Busy
from subsidies.services.insurance.uploads import import_waiting
from subsidies.services.notice_papers import make_missing_papers, make_paper
from subsidies.services.notices import conclude_due_notices
from subsidies.services.policy_expiry import tell_owners_of_ending
from subsidies.services.screening import screen_refunds as screen


@shared_task
def screen_refunds():
    """Screen the city for the base year of the settings."""
    return once(screen)


@shared_task
def conclude_notices():
    """Approve what was published long enough without objection."""
    return conclude_due_notices()


@shared_task
def make_notice_paper(pk):
    """Make the PDF of a notice that was just published."""
    return once(make_paper, pk)


@shared_task
def make_notice_papers():
    """Make the PDFs that are missing."""
    return make_missing_papers()


@shared_task
def run_trial(pk):
    """Compute one trial; a refusal or a fault stands on its page."""
    return once(trials.run_trial, pk)


@shared_task
def tell_of_ending_policies():
    """Tell the owners of policies that are about to end."""
    return once(tell_owners_of_ending)


@shared_task(autoretry_for=(Busy,), retry_kwargs={"countdown": 30, "max_retries": 40})
def import_insurance(pk):
    """Import a file that staff sent in."""
    import_waiting(pk)

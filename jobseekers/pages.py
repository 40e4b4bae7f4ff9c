"""What pages of other apps show of a job seeker."""

from portal.accounts.enums import Role

from .forms import ApplyForm
from .models import Application
from .services.applications import consent_wording
from .services.fit import fit_of
from .services.profile import seeker_of


def application_context(request, vacancy, form=None):
    """What the vacancy page says to the person looking: their application, or how to apply."""
    user = request.user
    if user.is_authenticated and user.role != Role.JOB_SEEKER:
        return {}
    context = {"apply_template": "jobseekers/apply_box.html"}
    if not user.is_authenticated:
        return context
    seeker = seeker_of(user)
    if seeker is None:
        return context | {"needs_profile": True}
    application = (
        Application.objects.live().filter(seeker=seeker, vacancy=vacancy).order_by("-pk").first()
    )
    return context | {
        "seeker": seeker,
        "application": application,
        "apply_form": form or ApplyForm(),
        "consent_wording": consent_wording(vacancy.enterprise),
        "match": fit_of(seeker, vacancy),
    }

"""What pages of other apps show of a job seeker."""

from portal.accounts.enums import Role

from .forms import ApplyForm
from .models import Application
from .services.applications import consent_wording
from .services.bookmarks import kept_among
from .services.fit import fit_of
from .services.invitations import waiting_for
from .services.profile import seeker_of
from .services.recommending import mark_opened


def application_context(request, vacancy, form=None):
    """What the vacancy page says to the person looking: their application, or how to apply."""
    user = request.user
    if user.is_authenticated and user.role != Role.JOB_SEEKER:
        return {}
    context = {"apply_template": "jobseekers/apply_box.html"}
    if not user.is_authenticated:
        return context
    context["bookmarked"] = kept_among(user, [vacancy])
    seeker = seeker_of(user)
    if seeker is None:
        return context | {"needs_profile": True}
    application = (
        Application.objects.live().filter(seeker=seeker, vacancy=vacancy).order_by("-pk").first()
    )
    return context | {
        "seeker": seeker,
        "application": application,
        "invitation": waiting_for(user).filter(vacancy=vacancy).first(),
        "apply_form": form or ApplyForm(),
        "consent_wording": consent_wording(vacancy.enterprise),
        "match": fit_of(seeker, vacancy),
    }


def note_opened(request, vacancy):
    """Remember that a person opened a post recommended to them. Only a person's own reading
    counts: not a stranger's, staff's or employer's, and not a page fetched ahead of a click."""
    user = request.user
    reads = request.method == "GET" and "prefetch" not in request.headers.get("Sec-Purpose", "")
    if reads and user.is_authenticated and user.role == Role.JOB_SEEKER:
        mark_opened(user, vacancy)

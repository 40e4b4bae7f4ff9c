"""The register of job seekers for staff: masked, filtered, one of them in full."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from jobseekers.enums import SeekerGroup, SeekerStatus
from jobseekers.models import Application, JobSeeker, Recommendation
from portal.accounts.access import OFFICERS, allow
from portal.places.models import Division, Occupation
from portal.workbench.filters import SeekerFilter

PER_PAGE = 20
SHOWN = 10


@allow(OFFICERS)
@require_safe
def jobseekers(request):
    """Those of the user's region, the newest first."""
    found = SeekerFilter(
        request.GET, queryset=JobSeeker.objects.visible_to(request.user), request=request
    )
    rows = (
        found.qs.select_related("region__parent")
        .prefetch_related("intentions")
        .order_by("-created_at", "-pk")
    )
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "workbench/jobseekers.html",
        {
            "filter": found,
            "occupation": Occupation.objects.filter(pk=request.GET.get("occupation", "")).first(),
            "page_obj": page,
            "rows": [(seeker, _groups(seeker), SeekerStatus(seeker.status)) for seeker in page],
        },
    )


def _groups(seeker):
    return [SeekerGroup(group).label for group in seeker.groups]


@allow(OFFICERS)
@require_safe
def jobseeker(request, public_id):
    """One person: what they said, masked; what is recommended; where they applied."""
    seeker = get_object_or_404(
        JobSeeker.objects.visible_to(request.user).select_related(
            "region__parent", "supply_import", "user"
        ),
        public_id=public_id,
    )
    places = Division.objects.filter(code__in=seeker.accepted_regions).order_by("code")
    recommendations = (
        Recommendation.objects.current()
        .filter(seeker=seeker)
        .select_related("vacancy__enterprise__region", "vacancy__region__parent")
        .order_by("seeker_rank")
    )
    applications = (
        Application.objects.visible_to(request.user)
        .filter(seeker=seeker)
        .select_related("vacancy__enterprise")
    )
    return render(
        request,
        "workbench/jobseeker.html",
        {
            "seeker": seeker,
            "status": SeekerStatus(seeker.status),
            "group_labels": _groups(seeker),
            "places": places,
            "intentions": seeker.intentions.select_related("occupation"),
            "recommendations": recommendations[:SHOWN],
            "applications": applications[:SHOWN],
            "may_reveal": request.user.may_act,
        },
    )

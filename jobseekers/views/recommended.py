"""“为我推荐”: today's short list, and what does not suit."""

from datetime import timedelta

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from enterprises.models import Vacancy
from enterprises.rows import vacancy_row
from enterprises.search_results import key_labels
from jobseekers.enums import DismissalReason, SeekerStatus
from jobseekers.forms import DismissForm
from jobseekers.services.profile import accepted_places, seeker_of
from jobseekers.services.recommending import (
    current_generation,
    dismiss,
    one_certificate_away,
    recommendations_for,
)
from portal.accounts.access import SEEKER, allow

SHOWN_FIRST = 6
NEW = timedelta(days=3)


@allow(SEEKER)
def recommendations(request):
    """Today's short list with reasons, and the posts one certificate away."""
    seeker = seeker_of(request.user)
    if seeker is None:
        messages.info(request, "先填简历和意向，才能为您推荐岗位。")
        return redirect("jobseekers:profile")
    advice = recommendations_for(seeker)
    whole = request.GET.get("all") == "1"
    shown = advice if whole else advice[:SHOWN_FIRST]
    labels = key_labels([item.vacancy for item in shown])
    new_since = timezone.now() - NEW
    context = {
        "seeker": seeker,
        "looking": seeker.status != SeekerStatus.NOT_LOOKING,
        "wishes": list(seeker.intentions.all()),
        "places": accepted_places(seeker),
        "total": len(advice),
        "more": len(advice) - len(shown),
        "cards": [
            (
                item,
                vacancy_row(item.vacancy, labels.get(item.vacancy.enterprise_id, "")),
                item.vacancy.published_at >= new_since,
            )
            for item in shown
        ],
        "whole": "all=1&" if whole else "",
        "dismissing": request.GET.get("dismiss", ""),
        "reasons": DismissalReason.choices,
        "away": [(vacancy_row(v), name) for v, name in one_certificate_away(seeker)],
        "generation": current_generation(),
    }
    return render(request, "jobseekers/recommendations.html", context)


@allow(SEEKER)
@require_POST
def dismiss_view(request, public_id):
    """“不合适”, with the reason."""
    seeker = seeker_of(request.user)
    vacancy = get_object_or_404(Vacancy.objects.published_once(), public_id=public_id)
    form = DismissForm(request.POST)
    if seeker is None or not form.is_valid():
        messages.error(request, "请选一个不合适的原因。")
        return redirect(f"{reverse('jobseekers:recommendations')}?dismiss={public_id}")
    dismiss(seeker, vacancy, form.cleaned_data["reason"])
    messages.success(request, f"不再推荐“{vacancy.title}”。今晚重新配岗时会用上您的理由。")
    return redirect("jobseekers:recommendations")

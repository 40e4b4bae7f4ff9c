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
from jobseekers.services.bookmarks import kept_among
from jobseekers.services.profile import accepted_places, seeker_of
from jobseekers.services.recommending import (
    current_generation,
    dismiss,
    dismissed_by,
    one_certificate_away,
    recommendations_for,
    take_back,
)
from jobseekers.services.suggestions import suggestions_for, take
from portal.accounts.access import SEEKER, allow
from portal.refused import Refused

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
    away = one_certificate_away(seeker)
    context = {
        "seeker": seeker,
        "bookmarked": kept_among(
            request.user, [item.vacancy for item in shown] + [vacancy for vacancy, _ in away]
        ),
        "suggestions": suggestions_for(seeker)[:1],
        "dismissed": dismissed_by(seeker),
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
        "away": [(vacancy_row(v), name) for v, name in away],
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
    messages.success(request, f"不再推荐“{vacancy.title}”。点错了，在页面下面可以恢复。")
    return redirect("jobseekers:recommendations")


@allow(SEEKER)
@require_POST
def dismiss_undo(request, public_id):
    """“不合适” was a slip."""
    seeker = seeker_of(request.user)
    vacancy = get_object_or_404(Vacancy.objects.published_once(), public_id=public_id)
    if seeker is not None:
        take_back(seeker, vacancy)
    messages.success(request, f"“{vacancy.title}”又可以推荐给您了。")
    return redirect("jobseekers:recommendations")


@allow(SEEKER)
@require_POST
def take_suggestion(request):
    """Change a wish as the reasons given suggest."""
    seeker = seeker_of(request.user)
    try:
        if seeker is None:
            raise Refused("先填简历和意向，才能为您推荐岗位。")
        done = take(seeker, request.POST.get("kind", ""), request.POST.get("value", ""))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("jobseekers:recommendations")

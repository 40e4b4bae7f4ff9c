"""我的收藏: keeping a post and finding it again."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from enterprises.models import Vacancy
from enterprises.rows import vacancy_row
from enterprises.search_params import SearchParams
from enterprises.search_results import key_labels
from enterprises.views.vacancy_page import ended_words
from jobseekers.services import bookmarks as service
from jobseekers.services.profile import seeker_of
from portal.accounts.access import SEEKER, allow
from portal.accounts.addresses import next_address
from portal.refused import Refused


@allow(SEEKER)
def bookmarks(request):
    """Every post kept, newest first; those that have ended say so."""
    seeker = seeker_of(request.user)
    page = Paginator(service.kept_by(seeker), 20).get_page(request.GET.get("page"))
    vacancies = [one.vacancy for one in page.object_list]
    labels = key_labels(vacancies)
    rows = []
    for one in page.object_list:
        ended = ended_words(one.vacancy)
        label = labels.get(one.vacancy.enterprise_id, "")
        row = vacancy_row(one.vacancy, label, status=ended[0] if ended else None)
        similar = SearchParams(occupation=one.vacancy.occupation_id or "").url() if ended else ""
        rows.append((row, one.applied, similar))
    return render(request, "jobseekers/bookmarks.html", {"page_obj": page, "rows": rows})


@allow(SEEKER)
def bookmark(request, public_id):
    """Keep a post (on=1) or no longer (on=0), and go back; htmx gets the button only.

    Opened by address, after signing in on the way, it leads to the post.
    """
    vacancy = get_object_or_404(Vacancy.objects.published_once(), public_id=public_id)
    page = reverse("vacancies:detail", args=[public_id])
    if request.method != "POST":
        return redirect(page)
    seeker = seeker_of(request.user)
    if seeker is None:
        messages.info(request, "先填简历，再收藏。")
        return redirect(f"{reverse('jobseekers:profile')}?{urlencode({'next': page})}")
    keeps = request.POST.get("on") == "1"
    try:
        (service.keep if keeps else service.drop)(seeker, vacancy)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(page)
    if request.htmx:
        return render(
            request,
            "jobseekers/bookmark_button.html",
            {
                "row": vacancy,
                "bookmarked": {vacancy.public_id} if keeps else set(),
                "back": next_address(request),
                "announce": "已收藏" if keeps else "已取消收藏",
            },
        )
    messages.success(request, "已收藏，在“我的收藏”里能找到。" if keeps else "已取消收藏。")
    return redirect(next_address(request) or page)

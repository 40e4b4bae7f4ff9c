"""岗位订阅: saving a search, changing how often it reports, ending it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from enterprises.search_params import SearchParams
from jobseekers.forms import AlertForm
from jobseekers.models import JobAlert
from jobseekers.services import alerts as service
from jobseekers.services.profile import seeker_of
from portal.accounts.access import PUBLIC, SEEKER, allow
from portal.refused import Refused


@allow(SEEKER)
def alerts(request):
    """The seeker's alerts: what for, how often, when the last one was."""
    mine = service.alerts_of(request.user)
    counts = service.live_counts(mine)
    rows = [
        (
            alert,
            AlertForm(initial={"frequency": alert.frequency}, auto_id=f"id_{alert.pk}_%s"),
            service.search_of(alert).url(sort="new"),
            count,
        )
        for alert, count in zip(mine, counts, strict=True)
    ]
    return render(request, "jobseekers/alerts.html", {"rows": rows, "most": service.MOST})


@allow(SEEKER)
def alert_new(request):
    """“订阅这个搜索”: the search is in the address, so that one comes back here after signing in."""
    params = service.saved_part(SearchParams.read(request.GET))
    if seeker_of(request.user) is None:
        messages.info(request, "先填简历，再订阅。")
        return redirect(
            f"{reverse('jobseekers:profile')}?{urlencode({'next': request.get_full_path()})}"
        )
    form = AlertForm(request.POST or None, initial={"frequency": "daily"})
    if request.method == "POST" and form.is_valid():
        try:
            service.subscribe(seeker_of(request.user), params, form.cleaned_data["frequency"])
        except Refused as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, "已订阅。有了新岗位，会在“消息”里告诉您。")
            return redirect("jobseekers:alerts")
    return render(
        request,
        "jobseekers/alert_new.html",
        {"form": form, "words": service.words_of(params), "back_url": params.url()},
        status=422 if form.is_bound else 200,
    )


@allow(SEEKER)
def alert(request, public_id):
    """Leads to the search with what is new first; by POST changes how often, or ends it."""
    found = get_object_or_404(JobAlert.objects.visible_to(request.user), public_id=public_id)
    if request.method != "POST":
        return redirect(service.search_of(found).url(sort="new"))
    if request.POST.get("act") == "end":
        service.end(found)
        messages.success(request, f"已退订“{found.name}”。")
        return redirect("jobseekers:alerts")
    form = AlertForm(request.POST)
    if form.is_valid():
        service.change(found, form.cleaned_data["frequency"])
        messages.success(request, f"“{found.name}”改成{found.get_frequency_display()}一次。")
    else:
        messages.error(request, "请选多久告诉您一次。")
    return redirect("jobseekers:alerts")


@allow(PUBLIC)
def alert_off(request, token):
    """Unsubscribe by the link of a message, without signing in: a button, so that programs that
    open every link end nothing. The page does not say what was searched for, or by whom."""
    found = service.alert_of(token)
    if found is None:
        return render(request, "jobseekers/alert_off.html", {"wrong": True}, status=404)
    if request.method == "POST":
        service.end(found)
        found.refresh_from_db(fields=["ended_at"])
    return render(request, "jobseekers/alert_off.html", {"ended": found.ended_at is not None})

"""Public: policies in plain words, from the published text."""

from django.conf import settings
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, render

from portal.accounts.access import PUBLIC, allow
from subsidies.enums import PolicyState
from subsidies.models import PolicyVersion
from subsidies.policy_text import PolicyText, period_text, state_of


def of_the_city():
    """Published versions that hold in this city, the newest of each policy first."""
    city = settings.CITY_CODE
    above = [city[:length] for length in range(2, len(city) + 1)]
    return PolicyVersion.objects.filter(
        Q(region_code__in=above) | Q(region_code__startswith=city), state=PolicyState.PUBLISHED
    ).order_by("policy_id", "-published_at", "-pk")


@allow(PUBLIC)
def policy_list(request):
    """Every provision in force here, then those that ended."""
    versions = list(of_the_city().distinct("policy_id"))
    texts = [(PolicyText(version), state_of(version), period_text(version)) for version in versions]
    texts.sort(key=lambda text: text[1] == "已停止")
    return render(request, "policies/list.html", {"texts": texts})


@allow(PUBLIC)
def policy_detail(request, policy_id, version=None):
    """One policy: the current version, or an earlier one by its number."""
    versions = list(of_the_city().filter(policy_id=policy_id))
    if not versions:
        raise Http404
    chosen = versions[0]
    if version is not None:
        chosen = get_object_or_404(of_the_city(), policy_id=policy_id, version=version)
    return render(
        request,
        "policies/detail.html",
        {
            "version": chosen,
            "text": PolicyText(chosen),
            "state": state_of(chosen),
            "period": period_text(chosen),
            "earlier": [v for v in versions if v != chosen],
            "is_current": chosen == versions[0],
        },
    )

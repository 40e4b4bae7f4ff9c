"""What the public home page shows of policies and notices."""

from django.core.cache import cache
from django.urls import reverse

from .models import PublicNotice
from .policy_text import PolicyText, state_of
from .views.notice_parts import clock_of
from .views.notice_parts import state_of as notice_state
from .views.policies import of_the_city

SHOWN = 3
_SECONDS = 300


def home_policies():
    """[(provision, url)] of what is given here and now, at most SHOWN; kept for five minutes."""

    def read():
        shown = []
        for version in of_the_city().distinct("policy_id"):
            if state_of(version) in ("执行中", "30 天内到期"):
                url = reverse("policies:detail", args=[version.policy_id])
                shown += [(p, f"{url}#{p.key}") for p in PolicyText(version).provisions]
        return shown[:SHOWN]

    return cache.get_or_set("home:policies", read, _SECONDS)


def home_notices():
    """[(notice, state, clock)] the public may read, newest first; the clock while it runs."""
    return [
        (notice, state, clock_of(notice) if state == "公示中" else None)
        for notice in PublicNotice.objects.published().defer("entries")[:SHOWN]
        for state in [notice_state(notice)]
    ]

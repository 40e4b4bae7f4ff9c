"""The numbers beside the entries of the menus (settings.NAV_COUNTS)."""

from django.core.cache import cache

from jobseekers.services.invitations import waiting_for
from portal.accounts.enums import Role
from portal.outbox.models import Message
from subsidies.enums import ClaimState
from subsidies.models import Claim

from .waiting import Waiting

SECONDS = 30


def nav_counts(user) -> dict[str, int]:
    """What waits for a user, by the count keys of portal/ui/navigation.py; up to 30 seconds old."""
    if user.role == Role.JOB_SEEKER:
        return {
            "messages": Message.objects.visible_to(user).unread().count(),
            "invitations": waiting_for(user).count(),
        }
    if user.role == Role.ENTERPRISE_MEMBER:
        return {"messages": Message.objects.visible_to(user).unread().count()}
    return cache.get_or_set(f"nav-counts:{user.pk}", lambda: _staff_counts(user), SECONDS)


def _staff_counts(user):
    waiting = Waiting(user)
    batches = list(waiting.batches().values_list("pk", flat=True))
    single = {
        "tickets": waiting.tickets().count(),
        "emergencies": waiting.emergencies().count(),
        "objections": waiting.objections().count(),
        "batches": len(batches),
        "payments": waiting.payments().count(),
        "policies": waiting.policies().count(),
        "ending_policies": len(waiting.ending_policies()),
    }
    sums = {
        "shortages": waiting.shortages().count(),
        "vacancy_reviews": waiting.vacancies().count(),
        "licences": waiting.licences().count(),
        "rechecks": waiting.rechecks().count(),
        "first_reviews": waiting.first_reviews().count(),
        "parameters": waiting.parameters().count(),
    }
    in_batches = Claim.objects.filter(batch__in=batches, state=ClaimState.FIRST_REVIEWED).count()
    return {
        # As the list on the page counts: those one by one, the others one line each.
        "today": sum(single.values()) + sum(1 for count in sums.values() if count),
        "tickets": single["tickets"],
        "shortages": sums["shortages"],
        "vacancy_reviews": sums["vacancy_reviews"],
        "enterprises": sums["licences"],
        "reviews": in_batches + sums["first_reviews"],
        "objections": single["objections"],
        "policies": single["policies"],
        "parameters": sums["parameters"],
        "payments": single["payments"],
        "messages": Message.objects.visible_to(user).unread().count(),
    }

"""What waits for one person of the bureau: each kind as a queryset, used for counts and rows."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from enterprises.enums import ShortageState, VacancyState
from enterprises.models import Enterprise, ShortageDeclaration, Vacancy
from hotlines.models import Assignment, Ticket
from portal.accounts.access import CITY_OFFICE
from portal.accounts.enums import Role
from subsidies.enums import ClaimState, PolicyState
from subsidies.models import Claim, ClaimBatch, LocalParameter, Objection, PolicyVersion
from subsidies.services.payments import batches_to_send
from subsidies.services.policy_expiry import ending_versions


class Waiting:
    """Querysets of what waits for a user at a moment; each is empty where the role has no part."""

    def __init__(self, user, now: datetime | None = None):
        self.user = user
        self.now = now or timezone.now()
        self.today = timezone.localdate(self.now)
        self.is_commissioner = user.role == Role.COMMISSIONER

    def tickets(self):
        """A commissioner: those they own. Staff: those nobody owns, and the overdue ones."""
        found = Ticket.objects.visible_to(self.user).unanswered()
        if self.is_commissioner:
            return found.filter(owner__user_id=self.user.pk)
        return found.filter(Q(owner__isnull=True) | Q(due_at__lt=self.now))

    def overdue_tickets(self):
        """All that are past their deadline, whoever owns them."""
        return Ticket.objects.visible_to(self.user).overdue(self.now)

    def emergencies(self):
        """Emergency shortages that nobody looks after; to be given to somebody within a day."""
        return (
            ShortageDeclaration.objects.visible_to(self.user)
            .unclosed()
            .filter(is_emergency=True)
            .exclude(enterprise__in=Assignment.objects.active().values("enterprise"))
        )

    def overdue_emergencies(self):
        """Those declared longer ago than a key ticket may wait."""
        return self.emergencies().filter(declared_at__lt=self.now - self.emergency_time)

    @property
    def emergency_time(self) -> timedelta:
        """How long an emergency may be without a commissioner."""
        return timedelta(hours=settings.KEY_TICKET_HOURS)

    def shortages(self):
        """Declarations nobody serves yet."""
        return ShortageDeclaration.objects.visible_to(self.user).filter(state=ShortageState.OPEN)

    def vacancies(self):
        """Posts that wait for review."""
        if self.is_commissioner:
            return Vacancy.objects.none()
        return Vacancy.objects.managed_by(self.user).filter(state=VacancyState.IN_REVIEW)

    def licences(self):
        """Enterprises with a licence nobody has looked at."""
        found = Enterprise.objects.visible_to(self.user).licence_waiting()
        return found.none() if self.is_commissioner else found

    def rechecks(self):
        """Approved licences past the day they were to be looked at again."""
        if self.is_commissioner:
            return Enterprise.objects.none()
        approved = Enterprise.objects.visible_to(self.user).may_post()
        return approved.filter(licence_recheck_on__lte=self.today)

    def first_reviews(self):
        """Claims that wait for their first review."""
        if self.is_commissioner:
            return Claim.objects.none()
        return Claim.objects.visible_to(self.user).filter(state=ClaimState.SCREENED)

    def batches(self):
        """Batches that wait for a second person, who is not the first."""
        if self.is_commissioner:
            return ClaimBatch.objects.none()
        return ClaimBatch.objects.visible_to(self.user).waiting().exclude(first_reviewer=self.user)

    def payments(self):
        """Payment batches that wait for a second person, who did not make them."""
        return batches_to_send(self.user)

    def policies(self):
        """Drafts of policies that wait for a second person, who did not write them."""
        if self.user.role not in CITY_OFFICE:
            return PolicyVersion.objects.none()
        return (
            PolicyVersion.objects.visible_to(self.user)
            .filter(state=PolicyState.SUBMITTED)
            .exclude(author=self.user)
        )

    def ending_policies(self):
        """Policies about to end without a successor, as a list."""
        if self.user.role not in CITY_OFFICE:
            return []
        return ending_versions(self.today)

    def parameters(self):
        """Local figures that wait for a second person, who did not propose them."""
        if self.user.role not in CITY_OFFICE:
            return LocalParameter.objects.none()
        return LocalParameter.objects.visible_to(self.user).waiting().exclude(author=self.user)

    def objections(self):
        """Objections that wait for an answer."""
        if self.is_commissioner:
            return Objection.objects.none()
        return Objection.objects.visible_to(self.user).unanswered()

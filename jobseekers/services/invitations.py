"""邀请应聘: an employer asks somebody who agreed to be found; the person decides."""

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Exists, OuterRef, When
from django.urls import reverse
from django.utils import timezone

from enterprises.access import check_member
from enterprises.lint import lint
from enterprises.models import Vacancy
from jobseekers.enums import DismissalReason, InvitationState, SeekerStatus
from jobseekers.models import Application, Dismissal, Invitation, JobSeeker, Recommendation
from portal.accounts.enums import ConsentKind
from portal.accounts.models import ConsentRecord
from portal.outbox.services import post
from portal.refused import Refused

from .recommending import dismiss

# The same words whatever the cause: consent withdrawn, no longer looking, not for me, new night.
GONE = "对方已经不在候选人名单里，没有发出邀请。请看最新的名单。"


def invite(vacancy, seeker, by, note=""):
    """Ask somebody on the post's list of candidates to apply; one invitation a pair, ever.

    by: the member who asks. The same pair again gives the invitation that is there. Raises
    PermissionDenied unless `by` acts for the enterprise, and Refused when the post is not live,
    the person is no (longer a) candidate or has applied, the words are unlawful, or the post has
    sent as many today as INVITATIONS_PER_HEADCOUNT allows.
    """
    check_member(by, vacancy.enterprise)
    with transaction.atomic():
        # In the order in which an application locks: the person, then the post.
        seeker = (
            JobSeeker.objects.select_for_update(of=("self",))
            .filter(user__isnull=False)
            .select_related("user")
            .get(pk=seeker.pk)
        )
        vacancy = (
            Vacancy.objects.select_for_update(of=("self",), no_key=True)
            .select_related("enterprise")
            .get(pk=vacancy.pk)
        )
        before = Invitation.objects.filter(vacancy=vacancy, seeker=seeker).first()
        if before is not None:
            return before
        if not vacancy.is_live:
            raise Refused("这个岗位现在没有在招，不能邀请。")
        if Application.objects.filter(vacancy=vacancy, seeker=seeker).exists():
            raise Refused("对方已经应聘过这个岗位，不用再邀请。请在应聘名单里答复。")
        if not _is_candidate(seeker, vacancy):
            raise Refused(GONE)
        _check_words(note)
        _check_limit(vacancy)
        made = Invitation.objects.create(
            vacancy=vacancy, seeker=seeker, invited_by=by, note=note.strip()[:300]
        )
        words = f"单位留言：{made.note}" if made.note else ""
        post(
            seeker.user,
            kind="invitation",
            key=f"invitation:{made.pk}:sent",
            subject=f"有单位邀请您应聘“{vacancy.title}”",
            body=f"{vacancy.enterprise.name}邀请您应聘“{vacancy.title}”。去不去由您定，"
            f"您应聘以前，单位看不到您的姓名和手机号。{words}",
            path=reverse("jobseekers:invitations"),
        )
        return made


def limit_of(vacancy):
    """How many people a post may invite in one day."""
    return settings.INVITATIONS_PER_HEADCOUNT * (vacancy.headcount or 1)


def sent_today(vacancy):
    """How many it has invited since midnight in the city."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return Invitation.objects.filter(vacancy=vacancy, created_at__gte=midnight).count()


def applied_after(seeker, vacancy):
    """Note on an invitation that the person has applied; in the caller's transaction. Whether
    there is one, or it was turned down before, does not matter."""
    for one in Invitation.objects.filter(seeker=seeker, vacancy=vacancy).exclude(
        state=InvitationState.ACCEPTED
    ):
        _answer(one, InvitationState.ACCEPTED)


def decline(invitation):
    """The person is not interested; the post is not recommended to them any more either.

    Twice is once. Raises Refused when they have applied meanwhile.
    """
    with transaction.atomic():
        # In the order in which an application locks: the person, then the invitation.
        JobSeeker.objects.select_for_update(of=("self",)).get(pk=invitation.seeker_id)
        invitation = (
            Invitation.objects.select_for_update(of=("self",))
            .select_related("seeker", "vacancy")
            .get(pk=invitation.pk)
        )
        if invitation.state == InvitationState.ACCEPTED:
            raise Refused("您已经应聘了这个岗位。不想去了，可以在“我的申请”里撤回。")
        if invitation.state == InvitationState.SENT:
            _answer(invitation, InvitationState.DECLINED)
            dismiss(invitation.seeker, invitation.vacancy, DismissalReason.OTHER)
        return invitation


def sent_for(vacancy):
    """Invitations an employer may see, newest first; one query.

    Who no longer agrees to be found is not shown, unless they applied and let the employer have
    their résumé. Nor is their number: beside yesterday's list it would say who they are.
    """
    found = Exists(_findable().filter(user=OuterRef("seeker__user")))
    applied = Exists(
        Application.objects.live().filter(
            seeker=OuterRef("seeker"), vacancy=vacancy, consent__withdrawn_at__isnull=True
        )
    )
    return list(
        Invitation.objects.filter(found | applied, vacancy=vacancy).select_related("seeker__region")
    )


def received_by(user):
    """A seeker's invitations: those without an answer first, then newest first."""
    answered = Case(When(state=InvitationState.SENT, then=0), default=1)
    return (
        Invitation.objects.visible_to(user)
        .select_related("vacancy__enterprise", "vacancy__region__parent")
        .order_by(answered, "-created_at", "-pk")
    )


def waiting_for(user):
    """Those the seeker has not answered and still can."""
    return Invitation.objects.visible_to(user).filter(
        state=InvitationState.SENT, vacancy__in=Vacancy.objects.live()
    )


def _findable():
    return ConsentRecord.objects.filter(kind=ConsentKind.FINDABLE, withdrawn_at__isnull=True)


def _is_candidate(seeker, vacancy):
    return (
        seeker.status != SeekerStatus.NOT_LOOKING
        and _findable().filter(user=seeker.user_id).exists()
        and Recommendation.objects.current().filter(seeker=seeker, vacancy=vacancy).exists()
        and not Dismissal.objects.filter(seeker=seeker, vacancy=vacancy).exists()
    )


def _check_words(note):
    unlawful = [found for found in lint({"note": note}) if found.blocking]
    if unlawful:
        raise Refused(f"给求职者的话里有不能写的内容，没有发出邀请。{unlawful[0].message}")


def _check_limit(vacancy):
    limit, sent = limit_of(vacancy), sent_today(vacancy)
    if sent >= limit:
        raise Refused(
            f"“{vacancy.title}”今天已经邀请 {sent} 人。招 {vacancy.headcount} 人的岗位"
            f"一天最多邀请 {limit} 人，明天可以再邀请。"
        )


def _answer(invitation, state):
    invitation.state, invitation.answered_at = state, timezone.now()
    invitation.save(update_fields=["state", "answered_at"])

"""Objections (异议): to a running notice by anyone, to a decision by the enterprise it is about."""

from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.identity import clean_phone
from portal.accounts.models import User
from portal.places.working_days import workdays_after
from portal.refused import Refused
from portal.ui.formatting import full_date
from subsidies.enums import ClaimState, ObjectionState
from subsidies.models import Claim, ClaimStep, Decision, Objection, PublicNotice

from .balance import At
from .chains import chain_of, chain_of_decision, place_of
from .claims import IN_REVIEW, require_officer, set_aside, undo_reviews
from .notice_lines import NoticeLines
from .notices import conclude_notice, is_running
from .notify import to_users
from .payments import in_prepared_batch, take_out


def _due_on(now):
    return workdays_after(timezone.localtime(now).date(), settings.OBJECTION_WORKING_DAYS)


def _checked_phone(phone):
    try:
        return clean_phone(phone)
    except ValidationError as error:
        raise Refused(error.messages[0]) from error


def object_to_notice(
    notice: PublicNotice,
    *,
    name: str,
    phone: str,
    body: str,
    entry_number: int | None = None,
    user=None,
    now: datetime | None = None,
) -> Objection:
    """Anyone may object to a running notice, to one line of it or to the whole.

    entry_number: the line's number in the list. Raises Refused when the time is over, the line
    does not exist, or the telephone number is none.
    """
    now = now or timezone.now()
    phone = _checked_phone(phone)
    with transaction.atomic():
        notice = (
            PublicNotice.objects.select_for_update(of=("self",)).defer("entries").get(pk=notice.pk)
        )
        if not is_running(notice, now):
            raise Refused("公示期已过，不能在这里提出异议了。请打热线说明情况。")
        claim = _claim_of_line(notice, entry_number)
        twice = Objection.objects.unanswered().filter(
            notice=notice, claim=claim, name=name.strip(), body=body.strip()
        )
        if twice.exists():
            return twice.first()
        objection = Objection.objects.create(
            region_id=claim.region_id if claim else notice.region_id,
            notice=notice,
            claim=claim,
            name=name.strip(),
            phone=phone,
            body=body.strip(),
            created_by=user if user is not None and user.is_authenticated else None,
            created_at=now,
            due_on=_due_on(now),
        )
        _tell_staff(objection, f"对公示名单的异议：{notice.title}")
        return objection


def _claim_of_line(notice, number):
    if number is None:
        return None
    line = NoticeLines(notice.pk).line(number)
    if line is None:
        raise Refused(f"名单里没有第 {number} 号，请对照名单再填。不针对某一户的可以不填。")
    return Claim.objects.select_related("enterprise", "decision__application").get(
        public_id=line["claim"]
    )


def object_to_decision(
    decision: Decision, *, name: str, phone: str, body: str, user, now: datetime | None = None
) -> Objection:
    """The claimant objects to a decision that stands. One open objection per person.

    When a notice with this claimant runs, the objection belongs to it as well and holds the
    approval. A second press gives back the first objection.
    """
    now = now or timezone.now()
    phone = _checked_phone(phone)
    decision = Decision.objects.select_related("enterprise", "application").get(pk=decision.pk)
    if not Decision.objects.standing().filter(pk=decision.pk).exists():
        raise Refused("这项决定已经更正。请看最新的决定，再提出异议。")
    earlier = Objection.objects.unanswered().filter(decision=decision, created_by=user)
    try:
        with transaction.atomic():
            claim, notice = _published(decision)
            if notice and not is_running(notice, now):
                raise Refused("公示期已过。请打热线或联系您的服务专员说明情况。")
            objection = Objection.objects.create(
                region_id=(decision.enterprise or decision.application).region_id,
                notice=notice,
                claim=claim,
                decision=decision,
                name=name.strip(),
                phone=phone,
                body=body.strip(),
                created_by=user,
                created_at=now,
                due_on=_due_on(now),
            )
            _tell_staff(objection, f"{decision.subject_name}对审核决定提出异议")
            return objection
    except IntegrityError:
        first = earlier.first()
        if first is None:
            raise
        return first


def _published(decision):
    """(claim, its locked notice) while a decision's claim is on a public list, else (None, None).

    Under the lock nobody concludes the notice between this look and the objection.
    """
    published = Claim.objects.filter(decision=decision, state=ClaimState.PUBLISHED)
    claim = published.first()
    if claim is None:
        return None, None
    notices = PublicNotice.objects.select_for_update(of=("self",)).defer("entries")
    notice = notices.get(pk=claim.notice_id)
    # Who held the lock may have approved it, or taken it off the list.
    return (claim, notice) if published.filter(notice=notice).exists() else (None, None)


def _tell_staff(objection, subject):
    region = objection.region_id
    staff = User.objects.filter(
        role__in=(Role.CITY_STAFF, Role.DISTRICT_STAFF),
        is_active=True,
        region_id__in=[region[:n] for n in (2, 4, 6) if n <= len(region)],
    )
    to_users(
        "objection",
        staff.values_list("pk", flat=True),
        f"objection:{objection.pk}",
        subject,
        f"请在 {full_date(objection.due_on)}下班前书面答复。",
        reverse("subsidies:objection", args=[objection.public_id]),
    )


def answer_objection(objection_id, user, *, upheld: bool, answer: str) -> Objection:
    """Answer in writing. An upheld one takes its claims out of review, notice and payment.

    What has left already stays until the decision is corrected; a step says so. Raises Refused
    without an answer, or when a colleague answered already. When the notice's days are over and
    this was what held it, the approvals follow at once: in a transaction of their own, as they
    lock claims of others that would be out of order after this one's. Should it not come to that,
    `conclude_due_notices` does it.
    """
    require_officer(user)
    answer = (answer or "").strip()
    if not answer:
        raise Refused("请写答复。提出异议的人会看到。")
    objection = _answered(objection_id, user, upheld, answer)
    if objection.notice_id:
        conclude_notice(objection.notice)
    return objection


@transaction.atomic
def _answered(objection_id, user, upheld, answer):
    objection = (
        Objection.objects.visible_to(user)
        .select_for_update(of=("self",))
        .filter(public_id=objection_id)
        .first()
    )
    if objection is None:
        raise Refused("这条异议不在您负责的地区。")
    if objection.state != ObjectionState.OPEN:
        if objection.answered_by_id == user.pk and objection.answer == answer:
            return objection
        raise Refused(f"这条异议已由{objection.answered_by}答复，不能再改。")
    if objection.notice_id:
        # Before the claims, as whoever concludes it does.
        notices = PublicNotice.objects.select_for_update(of=("self",)).defer("entries")
        notices.get(pk=objection.notice_id)
    objection.state = ObjectionState.UPHELD if upheld else ObjectionState.REJECTED
    objection.answer, objection.answered_by = answer, user
    objection.answered_at = timezone.now()
    objection.save()
    if upheld:
        _hold_back(objection, user, f"异议成立：{answer}"[:150])
    if objection.created_by_id:
        to_users(
            "objection_answered",
            [objection.created_by_id],
            f"objection:{objection.pk}:answered",
            f"您的异议已答复：{objection.get_state_display()}",
            answer,
            _where_answered(objection),
        )
    return objection


def _hold_back(objection, user, reason):
    """Money that has not left goes to a person, wherever it is; of what has left a step tells."""
    if objection.claim_id:
        chain = chain_of(objection.claim, lock=True)
    elif objection.decision_id:
        chain = chain_of_decision(objection.decision)
    else:
        return
    prepared = in_prepared_batch([one.pk for one in chain])
    sent = [one for one in chain if place_of(one, prepared) is At.SENT]
    stopped = [one for one in chain if one not in sent and one.state != ClaimState.RETURNED]
    out_of_batch = [one.pk for one in stopped if one.pk in prepared]
    if out_of_batch:
        take_out(out_of_batch, reason)
    undo_reviews([one for one in stopped if one.state in IN_REVIEW], user, reason)
    set_aside(stopped, user, reason)
    ClaimStep.objects.bulk_create(
        ClaimStep(
            claim=one,
            state=one.state,
            by=user,
            note=f"{reason}。已拨付，等更正后的决定补发或追回。"[:200],
        )
        for one in sent
    )


def _where_answered(objection):
    if objection.decision_id:
        return reverse("enterprises:policies")
    return reverse("notices:detail", args=[objection.notice.public_id])

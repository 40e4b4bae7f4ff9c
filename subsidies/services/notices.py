"""Public notices: publishing a list, taking it down, and what happens when its days are over."""

import hashlib
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from portal.accounts.masking import mask
from portal.places.models import Division
from portal.places.working_days import nth_workday, workday_from
from portal.refused import Refused
from portal.ui.formatting import full_date, percent, wan, yuan
from subsidies.enums import ClaimState
from subsidies.models import Claim, PublicNotice

from .bundles import canonical
from .claims import (
    locked_claims,
    move,
    policies,
    require_officer,
    require_reason,
    require_state,
    set_aside,
    total_fen,
    unread,
)
from .naming import claim_title
from .notice_papers import start_paper
from .notify import to_claimants
from .payees import accounts_of
from .publishing import compiled
from .reasons import clause

CLOSES_AT = time(17, 30)
MOST_DAYS = 60


def closing_moment(notice: PublicNotice) -> datetime:
    """Until when objections are taken: the last working day, 17:30."""
    return timezone.make_aware(datetime.combine(notice.ends_on, CLOSES_AT))


def is_running(notice: PublicNotice, now: datetime | None = None) -> bool:
    """Whether objections are taken now: from the moment the list can be read."""
    return notice.withdrawn_at is None and (now or timezone.now()) < closing_moment(notice)


def first_day(now: datetime | None = None) -> date:
    """The first working day a list published now is shown: today until the office closes."""
    local = timezone.localtime(now)
    day = local.date() if local.time() < CLOSES_AT else local.date() + timedelta(days=1)
    return workday_from(day)


def entry_of(number: int, claim: Claim, districts: dict[str, str]) -> dict:
    """One line of a published list: names of enterprises are public, persons and codes masked.

    Keys: no, claim (public id), name, code, region, insured_start, insured_end, rate, amount_fen;
    the three of insured persons are empty for what was applied for; supplement: True for 补发.
    """
    facts = claim.decision.facts["values"]
    start, end = facts.get("insured_start"), facts.get("insured_end")
    if claim.decision.application_id:
        start = end = None
    code = claim.enterprise.credit_code if claim.enterprise_id else ""
    entry = {
        "no": number,
        "claim": claim.public_id,
        "name": claim.claimant_name,
        "code": mask(code, "identity"),
        "region": districts.get(claim.region_id[:6], ""),
        "insured_start": start,
        "insured_end": end,
        "rate": percent(Fraction(max(0, start - end), start), None, 2) if start else "",
        "amount_fen": claim.amount_fen,
    }
    return entry | ({"supplement": True} if claim.adjusts_id else {})


def fewest_days(claims) -> int:
    """The notice period the policies of these claims ask for at least, in working days."""
    policies = {claim.decision.policy_id: claim.decision.policy for claim in claims}
    return max(compiled(policy).file.notice.working_days for policy in policies.values())


def publish_notice(claim_ids, user, working_days: int) -> PublicNotice:
    """Publish twice-reviewed claims as one list for a number of working days.

    Raises Refused when the period is shorter than the policy asks for, or one of the claims is
    not ready; nothing is published then. A second press gives back the same notice.
    """
    require_officer(user)
    with transaction.atomic():
        region = Division.objects.select_for_update(no_key=True).get(pk=user.region_id)
        claims = locked_claims(user, claim_ids)
        done = {c.notice_id for c in claims if c.state == ClaimState.PUBLISHED}
        if (
            len(done) == 1
            and None not in done
            and all(c.state == ClaimState.PUBLISHED for c in claims)
        ):
            notice = PublicNotice.objects.get(pk=done.pop())
            if notice.published_by_id == user.pk:
                return notice
        require_state(claims, ClaimState.SECOND_REVIEWED, "公示")
        if len({claim.base_year for claim in claims}) > 1:
            raise Refused("一份公示只能是同一年度的。请按年度分开公示。")
        if len({_kind(claim) for claim in claims}) > 1:
            raise Refused("一份公示只能是同一种补贴的。请分开公示。")
        claims = list(
            Claim.objects.filter(pk__in=[c.pk for c in claims])
            .select_related("enterprise", "decision__application__user")
            .defer(*unread("decision__", but=("facts",)))
            .prefetch_related(policies("decision__"))
            .order_by("enterprise__region_id", "enterprise__name", "pk")
        )
        fewest = fewest_days(claims)
        if not fewest <= working_days <= MOST_DAYS:
            raise Refused(f"公示要 {fewest} 到 {MOST_DAYS} 个工作日，您填的是 {working_days}。")
        notice = _create(region, claims, user, working_days)
        move(claims, ClaimState.PUBLISHED, user, notice=notice)
        start_paper(notice)
        _tell_published(notice, claims)
        return notice


def _kind(claim):
    """Refunds are screened and published together; what was applied for by provision."""
    return claim.decision.provision_id if claim.decision.application_id else ""


def _title(claims, number):
    claim = claims[0]
    if not _kind(claim):
        subject = f"{claim.base_year} 年度失业保险稳岗返还拟发放企业名单"
    else:
        key = claim.decision.provision_id.partition("/")[2]
        provision = compiled(claim.decision.policy).file.provisions[key]
        subject = f"{claim.base_year} 年度{provision.title}拟发放名单"
    return f"关于 {subject}（第{_chinese(number)}批）的公示"[:120]


def _create(region, claims, user, working_days):
    base_year = claims[0].base_year
    before = PublicNotice.objects.filter(region=region, base_year=base_year)
    number = (before.aggregate(last=Max("number"))["last"] or 0) + 1
    districts = dict(
        Division.objects.filter(pk__in={claim.region_id[:6] for claim in claims}).values_list(
            "code", "name"
        )
    )
    entries = [entry_of(index, claim, districts) for index, claim in enumerate(claims, 1)]
    starts_on = first_day()
    return PublicNotice.objects.create(
        title=_title(claims, number),
        grounds=_grounds(claims),
        region=region,
        base_year=base_year,
        number=number,
        entries=entries,
        entry_count=len(entries),
        total_fen=total_fen(claims),
        list_sha256=hashlib.sha256(canonical(entries)).hexdigest(),
        starts_on=starts_on,
        ends_on=nth_workday(starts_on, working_days),
        working_days=working_days,
        published_by=user,
    )


def _grounds(claims):
    """The documents and clauses the grants rest on, as an official paper names them."""
    named = {}
    for claim in claims:
        file = compiled(claim.decision.policy).file
        key = claim.decision.provision_id.partition("/")[2]
        cite = file.provisions[key].cite
        document = file.documents[cite.partition("(")[0]]
        named[f"《{document.title}》（{document.number}）{clause(cite)}"] = None
    return "、".join(named)[:200]


def _chinese(number):
    digits = "零一二三四五六七八九"
    if number < 10:
        return digits[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return f"{digits[tens] if tens > 1 else ''}十{digits[ones] if ones else ''}"
    return str(number)


def _tell_published(notice, claims):
    page = reverse("notices:detail", args=[notice.public_id])
    to_claimants(
        "claim_published",
        {
            claim: (
                f"notice:{notice.pk}:{claim.pk}",
                f"{claim_title(claim)} {yuan(claim.amount_fen)} 元正在公示",
                f"公示到 {full_date(notice.ends_on)} 17:30，无异议即批准，不用您申请。",
            )
            for claim in claims
        },
        page,
        page,
    )


def withdraw_notice(notice_id, user, reason: str) -> PublicNotice:
    """Take a notice down before it is concluded; its claims wait in "退回" to be looked at."""
    require_officer(user)
    reason = require_reason(reason)
    with transaction.atomic():
        notice = _locked_notice(notice_id)
        if not notice.region_id.startswith(user.region_scope):
            raise Refused("这份公示由上级发布，请联系发布的单位。")
        if notice.withdrawn_at:
            return notice
        if notice.concluded_at:
            raise Refused("公示已经结束，不能再撤下。")
        claims = _claims_of(notice)
        notice.withdrawn_at, notice.withdrawn_reason = timezone.now(), reason
        notice.save(update_fields=["withdrawn_at", "withdrawn_reason"])
        set_aside(claims, user, f"公示撤下：{reason}")
        return notice


def _locked_notice(notice_id):
    return PublicNotice.objects.select_for_update(of=("self",)).get(public_id=notice_id)


def _claims_of(notice):
    return list(
        notice.claims.filter(state=ClaimState.PUBLISHED)
        .select_for_update(of=("self",))
        .select_related("decision__application")
        .defer(*unread("decision__"))
        .prefetch_related(policies("decision__"))
        .order_by("pk")
    )


def conclude_notice(notice: PublicNotice, now: datetime | None = None) -> int:
    """After the last working day: approve every claim without an open objection.

    An open objection to the whole notice holds all of them. Returns how many were approved; a
    claim that is held is approved by a later call, when its objection is answered. Does nothing
    while the notice runs, when it was withdrawn, or a second time.
    """
    now = now or timezone.now()
    with transaction.atomic():
        notice = _locked_notice(notice.public_id)
        if notice.withdrawn_at or notice.concluded_at or now < closing_moment(notice):
            return 0
        open_objections = list(notice.objections.unanswered().values_list("claim_id", flat=True))
        claims = _claims_of(notice)
        held = set(open_objections)
        ready = [] if None in held else [claim for claim in claims if claim.pk not in held]
        move(ready, ClaimState.APPROVED, None, "公示期满无异议", approved_at=now)
        if not open_objections:
            notice.concluded_at = now
            notice.save(update_fields=["concluded_at"])
        _tell_approved(ready)
        return len(ready)


def _tell_approved(claims):
    """Approved is said with what comes next: the account to pay to, or that one is wanted."""
    known = accounts_of(claims)
    next_steps = {
        True: "公示期满，没有异议。下一步拨到您确认的收款账户。",
        False: "公示期满，没有异议。请确认收款账户，确认后拨付。",
    }
    for has_account, path, persons_path in (
        (True, "enterprises:policies", "applications:list"),
        (False, "enterprises:payee", "applications:account"),
    ):
        to_claimants(
            "claim_approved",
            {
                claim: (
                    f"claim:{claim.pk}:approved",
                    f"{claim_title(claim)} {yuan(claim.amount_fen)} 元已批准",
                    next_steps[has_account],
                )
                for claim in claims
                if (claim.pk in known) == has_account
            },
            reverse(path),
            reverse(persons_path),
        )


def conclude_due_notices(now: datetime | None = None) -> dict[str, int]:
    """Conclude every notice whose days are over: notice's public id → claims approved."""
    due = PublicNotice.objects.filter(
        withdrawn_at__isnull=True,
        concluded_at__isnull=True,
        ends_on__lte=timezone.localtime(now).date(),
    )
    return {notice.public_id: conclude_notice(notice, now) for notice in due.order_by("pk")}


def summary(notice: PublicNotice) -> str:
    """“1,118 户，36,490,600.00 元”, for lists."""
    return f"{notice.entry_count:,} 户，{wan(notice.total_fen)}"

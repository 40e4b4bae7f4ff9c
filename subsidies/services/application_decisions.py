"""Deciding on applications: what is used, the decision, the claim, the register, the message.

Whoever asked first is served: the register of entitlements refuses the second by a constraint of
the database, and the refusal becomes a decision like any other, with its clause.
"""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.refused import Refused
from portal.ui.formatting import yuan
from subsidies.enums import ClaimState, Outcome, SubsidyApplicationState
from subsidies.models import (
    Claim,
    ClaimStep,
    Decision,
    Entitlement,
    SubsidyApplication,
    SubsidyApplicationPerson,
)
from subsidies.policy import ENGINE_VERSION, FactError
from subsidies.policy import facts as catalogue

from . import entitlements
from .adjustments import correct_application
from .application_cases import CaseResult, decide_case, sha256_of
from .application_needs import FIXED, NEVER_ASKED, PROVEN_BY_RECORD, Needs, needs_of
from .application_records import Known, PersonAsked, of_applicant, of_persons
from .chains import is_late, recovered_of
from .claims import move, require_officer, require_reason
from .holdings import chain_of_application, paid_by, take_decided
from .notify import to_members, to_users
from .parameters import ParameterBook
from .publishing import compiled

# A decision on an application in words: nothing is given back here, it is given.
OUTCOME_WORDS = {
    Outcome.GRANT: "予以发放",
    Outcome.DENY: "不予发放",
    Outcome.REVIEW: "待核实",
    Outcome.EXCLUDED: "不重复享受",
}
TRIES = 5
_CHANGEABLE = (ClaimState.SCREENED, ClaimState.RETURNED)


@dataclass(frozen=True)
class Completion:
    """A fact staff enter with its document: of one person of the application, or of it all."""

    fact: str
    value: object
    document: str
    person: int | None = None  # SubsidyApplicationPerson id


@dataclass(frozen=True)
class Late:
    """An application with approved money is decided again: its claims, what it held, by whom."""

    chain: list[Claim]
    held: list[Entitlement]
    by: User | None


def legal_date_of(application: SubsidyApplication) -> date:
    """The day whose policy and parameters apply: when it was first handed in."""
    return timezone.localdate(application.submitted_at)


def case_of(application: SubsidyApplication, persons: list[SubsidyApplicationPerson]) -> dict:
    """Everything the decision uses, collected now (application_cases says how it looks)."""
    policy = compiled(application.policy)
    key = application.provision_id.partition("/")[2]
    needs = needs_of(policy, key)
    legal_date = legal_date_of(application)
    known = of_applicant(
        needs,
        application.provision_id,
        enterprise=application.enterprise,
        region=application.region_id,
        year=application.year,
    )
    shared = _together(known, application.facts, needs.shared)
    book = ParameterBook(settings.CITY_CODE, legal_date)
    return {
        "values": shared.values,
        "sources": shared.sources,
        "persons": _person_cases(application, needs, persons, legal_date),
        "parameters": book.for_policy(policy, application.region_id),
        "legal_date": legal_date.isoformat(),
        "register": [],
    }


def _person_cases(application, needs: Needs, persons, legal_date):
    if not needs.has_persons:
        return None
    asked = [
        PersonAsked(p.identity_number, p.identity_index, _started_on(p.facts)) for p in persons
    ]
    found = of_persons(
        needs, application.provision_id, asked, year=application.year, legal_date=legal_date
    )
    cases = []
    for person, known in zip(persons, found, strict=True):
        together = _together(known, person.facts, needs.each)
        cases.append(
            {
                "row": person.pk,
                "name": person.masked_name,
                "values": together.values,
                "sources": together.sources,
            }
        )
    return cases


def _started_on(facts):
    for name in ("hired_on", "arrived_on"):
        for value in (facts.get("completed", {}).get(name, {}).get("value"),):
            if value:
                return date.fromisoformat(value)
        if facts.get("declared", {}).get(name):
            return date.fromisoformat(facts["declared"][name])
    return None


def _together(known: Known, facts: dict, needed) -> Known:
    """Records first, then what staff proved by a document, then what was stated and may be."""
    together = Known(dict(known.values), dict(known.sources))
    completed, declared = facts.get("completed", {}), facts.get("declared", {})
    for name in needed:
        if name in together.values:
            continue
        if name in completed:
            together.put(name, completed[name]["value"], "completed")
        elif name not in PROVEN_BY_RECORD and name not in NEVER_ASKED:
            together.put(name, declared.get(name), "declared")
    return together


def decide(application: SubsidyApplication, by) -> Decision:
    """Decide on a locked, handed-in application; a decision before this one is superseded.

    by: the officer, None when it was decided on handing in. A grant makes a claim that waits for
    the first review; once money was approved, the difference is 补发 or 追回 (adjustments.py).
    Raises Refused when its claim is under review or public. What is capped is read under locks of
    the applicant and of everyone it is for.
    """
    persons = list(application.persons.all())
    lock_applicant(application)
    entitlements.lock(_beneficiaries(application, persons))
    before = standing_decision(application)
    chain = chain_of_application(application)
    late = chain if _is_late(application, chain) else []
    if late:
        # What it holds itself is not what it has had: the facts are read without it.
        held = entitlements.let_go(application, "申请重新决定")
        decision = _granted_or_not(application, persons, before, Late(late, held, by))
    else:
        give_up_claim(application, by, "按新的材料重新决定")
        decision = _granted_or_not(application, persons, before)
    application.state = (
        SubsidyApplicationState.SUBMITTED
        if decision.outcome == Outcome.REVIEW
        else SubsidyApplicationState.DECIDED
    )
    application.handled_by, application.handled_at = by, timezone.now()
    application.save(update_fields=["state", "handled_by", "handled_at"])
    if not late or decision.outcome == Outcome.REVIEW:
        _tell(application, decision)
    return decision


def _is_late(application, chain):
    return is_late(chain, recovered_of(Claim.objects.filter(decision__application=application)))


def may_correct(application) -> bool:
    """Whether deciding again makes a difference, 补发 or 追回, of money that was approved."""
    claims = Claim.objects.filter(decision__application=application)
    living = list(claims.exclude(state=ClaimState.SUPERSEDED))
    return is_late(living, recovered_of(claims))


def lock_applicant(application) -> None:
    """Two applications of one applicant are handed in and decided one after the other."""
    of_enterprise = application.enterprise_id is not None
    model, pk = (
        (Enterprise, application.enterprise_id) if of_enterprise else (User, application.user_id)
    )
    list(model.objects.filter(pk=pk).select_for_update(no_key=True).values_list("pk"))


def _beneficiaries(application, persons):
    named = [person.beneficiary for person in persons]
    if application.enterprise_id is not None:
        named.append(entitlements.of_enterprise(application.enterprise_id))
    return named


def standing_decision(application) -> Decision | None:
    """The decision that holds now."""
    return Decision.objects.standing().filter(application=application).first()


def give_up_claim(application, by, reason: str) -> None:
    """Supersede the claim of an application; what it had taken is let go of with it.

    Raises Refused when a review, a notice or a payment rests on it.
    """
    chain = chain_of_application(application)
    if _is_late(application, chain):
        raise Refused(
            "这份申请的补贴已经批准或发放，不能退回或撤回。要更正的，由工作人员填写核实的数据，"
            "重新决定，多退少补。"
        )
    for claim in chain:
        if claim.state not in _CHANGEABLE:
            raise Refused(
                f"这份申请的补贴现在是“{claim.get_state_display()}”。"
                "要先在审核或公示里退回，才能重新办理。"
            )
    move(chain, ClaimState.SUPERSEDED, by, reason)


def _granted_or_not(application, persons, before, late: Late | None = None):
    """Store the decision, and for a grant the claim with its entitlements, or what corrects it.

    When the register refuses, somebody was quicker since the facts were read: they are read again,
    and where the policy's own rules do not bar it then, the register's word does.
    """
    policy = compiled(application.policy)
    key = application.provision_id.partition("/")[2]
    refused: list[str] = []
    for _ in range(TRIES):
        case = case_of(application, persons) | {"register": refused}
        result = decide_case(policy, key, case)
        try:
            with transaction.atomic():
                decision = _store(application, policy, case, result, before)
                granted = result.outcome == Outcome.GRANT
                paid = paid_by(application, persons, case, result) if granted else []
                if late:
                    path = reverse("applications:detail", args=[application.public_id])
                    correct_application(late.chain, decision, late.by, path)
                    take_decided(application, decision, paid, late.held)
                elif granted:
                    _claim(application, decision, paid)
                return decision
        except entitlements.AlreadyTaken as taken:
            facts_again = case_of(application, persons)
            if facts_again == case | {"register": []}:
                refused = taken.messages
    raise Refused("同时有别的申请在办，没有办成。请过一会儿再试。")


def _store(application, policy, case, result: CaseResult, before):
    return Decision.objects.create(
        application=application,
        enterprise=application.enterprise,
        provision_id=application.provision_id,
        base_year=application.year,
        outcome=result.outcome,
        amount_fen=result.amount_fen,
        facts=case,
        trace=result.trace,
        amount_steps=result.amount_steps,
        near_miss=result.near_miss,
        manual_checks=result.manual_checks,
        policy=application.policy,
        engine_version=ENGINE_VERSION,
        content_sha256=sha256_of(policy, case, result),
        supersedes=before,
    )


def _claim(application, decision, paid):
    key = application.provision_id.partition("/")[2]
    claim = Claim.objects.create(
        decision=decision,
        enterprise=application.enterprise,
        # Who may have what how often is the register's affair: here each application is its own.
        exclusivity_group=f"{key[:40]}:{application.public_id}",
        base_year=application.year,
        amount_fen=decision.amount_fen,
    )
    ClaimStep.objects.create(claim=claim, state=claim.state, note="按申请作出决定")
    entitlements.take(claim, paid)


def _tell(application, decision):
    title = title_of(application)
    word = OUTCOME_WORDS[Outcome(decision.outcome)]
    amount = f" {yuan(decision.amount_fen)} 元" if decision.amount_fen else ""
    body = {
        "grant": "接下来由两个人分别审核，然后公示，公示无异议后发放。",
        "deny": "哪一条不符合、依据哪一条文件，都写在申请的页面上。",
        "review": "不是拒绝。工作人员会核实缺少的数据，需要您补材料时会告诉您。",
        "excluded": "同一事项只享受一次。什么时候享受过，写在申请的页面上。",
    }[decision.outcome]
    tell_applicant(application, f"decision:{decision.pk}", f"{title}：{word}{amount}", body)


def title_of(application) -> str:
    """The provision's title."""
    key = application.provision_id.partition("/")[2]
    return compiled(application.policy).file.provisions[key].title


def tell_applicant(application, what, subject, body) -> None:
    """One message to the person, or to every member of the enterprise."""
    key = f"application:{application.pk}:{what}"
    path = reverse("applications:detail", args=[application.public_id])
    if application.enterprise_id:
        texts = {application.enterprise_id: (key, subject, body)}
        to_members("subsidy_application", texts, path)
    else:
        to_users("subsidy_application", [application.user_id], key, subject, body, path)


def _locked_for_staff(application, by):
    require_officer(by)
    found = (
        SubsidyApplication.objects.visible_to(by)
        .filter(pk=application.pk)
        .select_for_update(of=("self",))
        .select_related("policy")
        .prefetch_related("enterprise")
        .first()
    )
    if found is None:
        raise Refused("这份申请不在您负责的地区。")
    if found.state not in (SubsidyApplicationState.SUBMITTED, SubsidyApplicationState.DECIDED):
        raise Refused(f"这份申请现在是“{found.get_state_display()}”，不能办理。请刷新后再看。")
    return found


def complete(application, by, completions: list[Completion]) -> Decision:
    """Staff enter facts that no record shows, each with its document, and decide again.

    With no completions the records are just read again. Raises Refused for a value that cannot
    be, a missing document, or a fact the provision does not ask for; nothing is kept then.
    """
    with transaction.atomic():
        found = _locked_for_staff(application, by)
        needs = needs_of(compiled(found.policy), found.provision_id.partition("/")[2])
        persons = {person.pk: person for person in found.persons.select_for_update()}
        at = timezone.now().isoformat(timespec="seconds")
        for one in completions:
            needed = needs.each if one.person is not None else needs.shared
            holder = persons.get(one.person) if one.person is not None else found
            if one.fact not in needed or one.fact in FIXED or holder is None:
                raise Refused("这一项不用补充，或者申请已经改过。请刷新后再办。")
            label = catalogue.CATALOGUE[one.fact].label
            if not one.document.strip():
                raise Refused(f"请写明“{label}”凭什么材料核实。")
            try:
                catalogue.normalise({one.fact: one.value})
            except FactError as error:
                raise Refused(f"“{label}”的值不对，请检查。") from error
            holder.facts.setdefault("completed", {})[one.fact] = {
                "value": one.value,
                "document": one.document.strip()[:120],
                "by": str(by),
                "at": at,
            }
        for person in persons.values():
            person.save(update_fields=["facts"])
        found.save(update_fields=["facts"])
        return decide(found, by)


def give_back(application, by, reason: str) -> SubsidyApplication:
    """Return it to the applicant with a reason, to be corrected and handed in again."""
    reason = require_reason(reason)
    with transaction.atomic():
        found = _locked_for_staff(application, by)
        give_up_claim(found, by, f"退回补正：{reason}"[:200])
        found.state = SubsidyApplicationState.RETURNED
        found.returned_reason = reason
        found.handled_by, found.handled_at = by, timezone.now()
        found.save(update_fields=["state", "returned_reason", "handled_by", "handled_at"])
        when = found.handled_at.isoformat(timespec="seconds")
        tell_applicant(
            found,
            f"returned:{when}",
            f"{title_of(found)}：申请退回补正",
            f"{reason} 改好后重新提交，办理日期仍按第一次提交的算。",
        )
        return found

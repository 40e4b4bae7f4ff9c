"""“能不能领”: what the records and a few answers say, before anything is filled in. Stores nothing.

Records of a person are read by the number the account is registered with, never by one that was
typed: nobody looks up somebody else's insurance here. Those of other persons come in when the
application is handed in, and stand in its decision.
"""

from django.conf import settings
from django.utils import timezone

from jobseekers.models import JobSeeker
from subsidies.explain import condition_of
from subsidies.policy_text import PolicyText, ProvisionText
from subsidies.services.application_cases import CaseResult, decide_case
from subsidies.services.application_decisions import OUTCOME_WORDS
from subsidies.services.application_records import Known, PersonAsked, of_applicant, of_persons
from subsidies.services.applications import Offer, region_of
from subsidies.services.parameters import ParameterBook
from subsidies.services.publishing import compiled


def text_of(offer: Offer) -> ProvisionText:
    """Who, what, how much, in plain words."""
    return next(text for text in PolicyText(offer.version).provisions if text.key == offer.key)


def known_of(offer: Offer, needs, enterprise, user) -> Known:
    """What the records show of the one who asks: the enterprise, or the person registered."""
    today = timezone.localdate()
    region = enterprise.region_id if enterprise else region_of(user) if user else ""
    known = of_applicant(
        needs, offer.provision_id, enterprise=enterprise, region=region or None, year=today.year
    )
    if user is None or enterprise is not None:
        return known
    seeker = JobSeeker.objects.filter(user=user).first()
    if seeker and seeker.identity_number:
        asked = PersonAsked(seeker.identity_number, seeker.identity_index)
        (own,) = of_persons(needs, offer.provision_id, [asked], year=today.year, legal_date=today)
        known.values |= own.values
        known.sources |= own.sources
    return known


def check(offer: Offer, known: Known, form) -> dict:
    """The answer in words: outcome, lines, amount, from records first and answers after them."""
    answers = form.shared.declared()
    each = form.persons[0].declared() if form.persons else {}
    case = {
        "values": {**answers, **each, **known.values},
        "sources": {},
        "persons": None,
        "parameters": ParameterBook(settings.CITY_CODE, timezone.localdate()).for_policy(
            compiled(offer.version), known.values.get("region") or settings.CITY_CODE
        ),
        "legal_date": timezone.localdate().isoformat(),
        "register": [],
    }
    if form.persons:
        case["values"]["persons"] = 1
    result = decide_case(compiled(offer.version), offer.key, case)
    return {
        "outcome": result.outcome,
        "status": OUTCOME_WORDS[result.outcome],
        "sentence": _sentence(result),
        "lines": [
            condition_of(entry, case["values"], offer.version.document_number)
            for entry in result.trace
            if entry["rule"] not in ("jurisdiction", "effective_period", "amount")
        ],
        "amount_fen": result.amount_fen,
        "each": bool(form.persons),
    }


def _sentence(result: CaseResult) -> str:
    return {
        "grant": "按您填的情况，符合条件。提交申请和材料后正式审核。",
        "review": "还有不清楚的数据，不能马上确定。可以先申请，由工作人员核实。",
        "deny": "按您填的情况，有条件不符合，现在领不到。",
        "excluded": "按记录，这一项不能享受，或者已经享受过。",
    }[result.outcome]

"""The register of who has had what (享受登记): nobody is paid twice, over all policies and years.

What may not be had twice, or not beside another thing, comes from the policy itself. A claim takes
a row for each beneficiary and each such thing; a partial unique constraint of the table lets only
one living row stand, so whichever of two claims comes first wins, whoever asks and however fast.

| the policy says | row: thing, period |
|---|---|
| the provision is of a base year | exclusivity group or provision key, the base year |
| `already_paid` bars some provisions | each of their ids, "once" (the base year if it has one) |
| years received are counted | its id, the year |
| none of these: it may be had again | its id, the claim's own id |

A net increase in insured persons has no names (S0 十二), but the persons in it are not to be had
under another provision beside it. So an enterprise's claim for it also takes a row for everyone
who was on its list in December and not in January; those already taken for were subtracted from
its amount. Together both never pay for more persons than the net increase, in either order.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.utils import timezone

from portal.refused import Refused
from portal.ui.formatting import full_date
from subsidies.enums import ClaimState
from subsidies.models import Claim, Entitlement, Recovery, SubsidyApplicationPerson
from subsidies.policy import LoadedPolicy

from .bundles import exclusivity_group
from .publishing import compiled

ONCE = "once"
CONSTRAINT = "nobody_is_paid_twice"


class AlreadyTaken(Refused):
    """Somebody has had it, or something that cannot be had beside it. `conflicts` names them."""

    def __init__(self, conflicts: list[Entitlement]):
        self.conflicts = conflicts
        super().__init__("；".join(describe(one) for one in conflicts[:3]) or "已经享受过。")


@dataclass(frozen=True)
class Paid:
    """Whom a claim pays: the name in the register, and for how many months if that counts."""

    beneficiary: str
    months: int | None = None


def of_enterprise(enterprise_id: int) -> str:
    """An enterprise's name in the register."""
    return f"e:{enterprise_id}"


def of_person(identity_index: str) -> str:
    """A person's name in the register, by the keyed hash of the identity number."""
    return f"p:{identity_index[:32]}"


def barred_by(policy: LoadedPolicy, key: str) -> list[str]:
    """Full ids of the provisions that the policy says cannot be had beside this one."""
    barred: dict[str, None] = {}
    for exclusion in policy.file.provisions[key].exclusions:
        if exclusion.fact == "already_paid":
            barred.update(dict.fromkeys(exclusion.limit.values or ()))
    return list(barred)


def things_of(policy: LoadedPolicy, key: str, year: int, claim_id: str) -> list[tuple[str, str]]:
    """(thing, period) of each row a claim takes for each of its beneficiaries."""
    provision, own = policy.file.provisions[key], f"{policy.file.id}/{key}"
    barred = barred_by(policy, key)
    if provision.base_period is not None:
        period = str(year)
        return [(exclusivity_group(policy, key), period), *((one, period) for one in barred)]
    rows = [(one, ONCE) for one in barred]
    if own not in barred:
        counts_years = "years_received" in _facts_of_conditions(provision)
        rows.append((own, str(year) if counts_years else claim_id))
    return rows


def _facts_of_conditions(provision):
    for rule in provision.conditions:
        for condition in getattr(rule, "any_of", [rule]):
            yield condition.fact


def lock(beneficiaries: Iterable[str]) -> None:
    """Hold these beneficiaries until the transaction ends: call it before the register is read.

    Months and yuan that are capped are sums over several claims, which no constraint can hold. So
    decisions about the same beneficiary are made one after the other, over all applicants. The
    locks are taken in the order of their numbers, so that two decisions never wait for each other.
    """
    numbers = sorted({_lock_number(one) for one in beneficiaries})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(number)"
            " FROM unnest(%s::bigint[]) WITH ORDINALITY AS wanted (number, place)",
            [numbers],
        )


def _lock_number(beneficiary):
    digest = hashlib.sha256(f"entitlement:{beneficiary}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def take(claim: Claim, paid: Iterable[Paid], held: Iterable[Entitlement] = ()) -> int:
    """Enter a claim into the register; returns the number of rows. Inside its transaction.

    held: released rows of its chain to hold on to beside them; of the months of both the more
    count. Raises AlreadyTaken, with nothing entered, when one of its beneficiaries has a living row
    for one of its things.
    """
    decision = claim.decision
    policy = compiled(decision.policy)
    key = decision.provision_id.partition("/")[2]
    things = things_of(policy, key, claim.base_year, claim.public_id)
    rows = {
        (one.beneficiary, thing): _row(claim, one.beneficiary, thing, period, one.months)
        for one in paid
        for thing, period in things
    }
    for one in held:
        same = rows.get((one.beneficiary, one.thing))
        if same is None:
            rows[one.beneficiary, one.thing] = _copy(claim, one)
        else:
            months = [n for n in (same.months, one.months) if n is not None]
            same.months = max(months, default=None)
    return _enter(rows.values())


def take_again(claim: Claim, rows: Iterable[Entitlement]) -> int:
    """Enter released rows of a chain for another claim of it, as they were."""
    return _enter([_copy(claim, one) for one in rows])


def _row(claim, beneficiary, thing, period, months):
    return Entitlement(
        beneficiary=beneficiary,
        thing=thing,
        period=period,
        months=months,
        claim=claim,
        taken_at=timezone.now(),
    )


def _copy(claim, one):
    return _row(claim, one.beneficiary, one.thing, one.period, one.months)


def _enter(rows):
    # In one order, so that two claims with persons in common wait for each other, never both.
    ordered = sorted(rows, key=_place)
    try:
        with transaction.atomic():
            Entitlement.objects.bulk_create(ordered, batch_size=2000)
    except IntegrityError as error:
        if error.__cause__.diag.constraint_name != CONSTRAINT:
            raise
        raise AlreadyTaken(_conflicts({_place(row) for row in ordered})) from error
    return len(ordered)


def _place(row):
    return row.beneficiary, row.thing, row.period


def _conflicts(rows):
    living = Entitlement.objects.filter(
        released_at__isnull=True, beneficiary__in={place[0] for place in rows}
    ).select_related("claim__decision__policy", "claim__enterprise")
    return [one for one in living if _place(one) in rows]


def describe(one: Entitlement) -> str:
    """“2026年3月2日已享受“职介补贴”（常人社发〔2020〕17号）”, with the person's masked name."""
    decision = one.claim.decision
    title = compiled(decision.policy).file.provisions[decision.provision_id.partition("/")[2]].title
    who = _masked(one)
    when = full_date(one.taken_at)
    return f"{who}{when}已享受“{title}”（{decision.policy.document_number}），不重复享受"


def _masked(one):
    if not one.beneficiary.startswith("p:"):
        return ""
    persons = SubsidyApplicationPerson.objects.filter(
        application__decisions=one.claim.decision_id,
        identity_index__startswith=one.beneficiary.removeprefix("p:"),
    )
    person = persons.first()
    return person.masked_name if person else ""


def release(claim: Claim, reason: str) -> int:
    """Let go of what a claim had taken: it was superseded, or given back for good."""
    return release_all([claim], reason)


def release_all(claims: Iterable[Claim], reason: str) -> int:
    """The same for several claims; returns the number of rows."""
    return Entitlement.objects.filter(
        claim__in=[claim.pk for claim in claims], released_at__isnull=True
    ).update(released_at=timezone.now(), released_reason=reason[:200])


def rows_of(claims: Iterable[Claim]) -> list[Entitlement]:
    """The living rows of claims."""
    return list(
        Entitlement.objects.filter(
            claim__in=[claim.pk for claim in claims], released_at__isnull=True
        ).order_by("pk")
    )


def let_go(application, reason: str) -> list[Entitlement]:
    """Release all that an application's claims hold; returns the rows, to hold on to some of them.

    Before it is decided again: what it holds itself must not stand in its own way.
    """
    claims = list(Claim.objects.filter(decision__application=application))
    rows = rows_of(claims)
    release_all(claims, reason)
    return rows


def already_paid(beneficiaries: Iterable[str], year: int | None = None) -> dict[str, list[str]]:
    """beneficiary → ids of the provisions it has had or is being paid, sorted; none: not a key.

    year: only what belongs to that base year, for provisions of a base year. What merely cannot be
    had beside something is not among them.
    """
    rows = Entitlement.objects.filter(beneficiary__in=list(beneficiaries), released_at__isnull=True)
    if year is not None:
        rows = rows.filter(claim__base_year=year)
    found: dict[str, set[str]] = {}
    for beneficiary, provision_id in rows.values_list(
        "beneficiary", "claim__decision__provision_id"
    ):
        found.setdefault(beneficiary, set()).add(provision_id)
    return {beneficiary: sorted(ids) for beneficiary, ids in found.items()}


def received(beneficiaries: Iterable[str], provision_id: str) -> dict[str, tuple[int, int]]:
    """beneficiary → (months paid for, different years) under one provision so far."""
    rows = Entitlement.objects.filter(
        beneficiary__in=list(beneficiaries),
        thing=provision_id,
        claim__decision__provision_id=provision_id,
        released_at__isnull=True,
    ).values_list("beneficiary", "months", "claim__base_year")
    months: dict[str, int] = {}
    years: dict[str, set[int]] = {}
    for beneficiary, count, year in rows:
        months[beneficiary] = months.get(beneficiary, 0) + (count or 0)
        years.setdefault(beneficiary, set()).add(year)
    return {beneficiary: (months[beneficiary], len(years[beneficiary])) for beneficiary in months}


def paid_in_year_fen(enterprise_id: int, provision_id: str, year: int) -> int:
    """What an enterprise has got, or is being paid, under one provision in one year, in fen.

    Of the applications that hold something in the register: one that was let go of has nothing, or
    is just decided again. What was paid back does not count.
    """
    holding = Entitlement.objects.filter(
        released_at__isnull=True, claim__enterprise=enterprise_id
    ).values("claim__decision__application")
    claims = Claim.objects.filter(
        enterprise=enterprise_id,
        base_year=year,
        decision__provision_id=provision_id,
        decision__application__in=holding,
    )
    living = claims.exclude(state=ClaimState.SUPERSEDED).aggregate(sum=Sum("amount_fen"))["sum"]
    repaid = Recovery.objects.filter(claim__in=claims).aggregate(sum=Sum("repaid_fen"))["sum"]
    return (living or 0) - (repaid or 0)


def net_increase_persons(enterprise_id: int, year: int) -> list[str]:
    """Register names of those insured with an enterprise in December and not in January of a year.

    By the current imports of person-months; a month of back payment only does not count.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NET_INCREASE, {"enterprise": enterprise_id, "year": year})
        return [f"p:{person.replace('-', '')}" for (person,) in cursor.fetchall()]


_NET_INCREASE = """
WITH months AS (
    SELECT m.month, m.person
      FROM subsidies_personmonth m
      JOIN subsidies_insuranceimport i ON i.id = m.source_id AND i.state = 'current'
     WHERE m.enterprise_id = %(enterprise)s
       AND m.month IN (make_date(%(year)s, 1, 1), make_date(%(year)s, 12, 1))
       AND NOT m.back_paid
)
SELECT DISTINCT person::text FROM months WHERE month = make_date(%(year)s, 12, 1)
EXCEPT
SELECT person::text FROM months WHERE month = make_date(%(year)s, 1, 1)
ORDER BY 1
"""

"""The register of what was had (entitlements), for all claims of one screening at a time."""

from django.db import IntegrityError, connection, transaction

from portal.refused import Refused
from subsidies.models import Decision

from .entitlements import CONSTRAINT, things_of
from .publishing import compiled

NAMED = 10  # enterprises a refusal names

_TAKE_FOR_SCREENING = """
WITH things (provision_id, thing) AS (VALUES {values})
INSERT INTO subsidies_entitlement
       (beneficiary, thing, period, claim_id, taken_at, released_reason)
SELECT 'e:' || c.enterprise_id, t.thing, c.base_year::text, c.id, %s, ''
  FROM subsidies_claim c
  JOIN subsidies_decision d ON d.id = c.decision_id
  JOIN things t ON t.provision_id = d.provision_id
 WHERE d.screening_id = %s AND c.adjusts_id IS NULL AND c.state <> 'superseded'
   AND NOT EXISTS (SELECT FROM subsidies_entitlement own
                    WHERE own.claim_id = c.id AND own.released_at IS NULL)
 ORDER BY c.enterprise_id, t.thing
"""

_HELD_ALREADY = """
WITH things (provision_id, thing) AS (VALUES {values})
SELECT DISTINCT e.name, e.credit_code
  FROM subsidies_claim c
  JOIN subsidies_decision d ON d.id = c.decision_id
  JOIN things t ON t.provision_id = d.provision_id
  JOIN subsidies_entitlement held
    ON held.beneficiary = 'e:' || c.enterprise_id AND held.thing = t.thing
   AND held.period = c.base_year::text AND held.released_at IS NULL AND held.claim_id <> c.id
  JOIN enterprises_enterprise e ON e.id = c.enterprise_id
 WHERE d.screening_id = %s AND c.adjusts_id IS NULL AND c.state <> 'superseded'
 ORDER BY e.name, e.credit_code
"""

_RELEASE_SUPERSEDED = """
UPDATE subsidies_entitlement e
   SET released_at = %s, released_reason = %s
  FROM subsidies_claim c
  JOIN subsidies_decision d ON d.id = c.decision_id
 WHERE e.claim_id = c.id AND e.released_at IS NULL
   AND c.state = 'superseded' AND c.base_year = %s AND d.screening_id IS NOT NULL
"""


def release_superseded(screening) -> int:
    """Let go of what the claims had taken that a screening superseded. One statement."""
    with connection.cursor() as cursor:
        reason = f"第 {screening.number} 次筛查后按新的决定办理"
        cursor.execute(_RELEASE_SUPERSEDED, [screening.created_at, reason, screening.base_year])
        return cursor.rowcount


def take_for_screening(screening) -> int:
    """Enter the claims a screening made, in one statement; call `release_superseded` before it.

    A correction that pays the difference (Claim.adjusts) takes nothing: the claim it adjusts holds
    the rows. Raises Refused when an enterprise already has something of the same kind and year
    under another policy; the whole run is undone then.
    """
    things = _things_of_screening(screening)
    if not things:
        return 0
    statement = _TAKE_FOR_SCREENING.format(values=", ".join(["(%s, %s)"] * len(things)))
    parameters = [part for pair in things for part in pair]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [*parameters, screening.created_at, screening.pk])
            return cursor.rowcount
    except IntegrityError as error:
        if error.__cause__.diag.constraint_name != CONSTRAINT:
            raise
        raise Refused(
            f"没有筛查：{_in_the_way(screening, things)}"
            f"在别的政策下已经享受过 {screening.base_year} 年度同类补贴。"
            "请先核对享受登记，再筛查。"
        ) from error


def _in_the_way(screening, things):
    """Who has something already of what a screening would enter, by name and credit code."""
    statement = _HELD_ALREADY.format(values=", ".join(["(%s, %s)"] * len(things)))
    with connection.cursor() as cursor:
        cursor.execute(statement, [*(part for pair in things for part in pair), screening.pk])
        rows = cursor.fetchall()
    shown = "、".join(f"{name}（{code}）" for name, code in rows[:NAMED])
    return shown if len(rows) <= NAMED else f"{shown}等 {len(rows):,} 户企业"


def _things_of_screening(screening):
    granted = (
        Decision.objects.filter(screening=screening, outcome="grant")
        .order_by("policy_id", "provision_id")
        .values_list("policy_id", "provision_id")
        .distinct()
    )
    policies = {
        version.pk: compiled(version)
        for version in Decision.policy.field.related_model.objects.filter(
            pk__in={policy_id for policy_id, _ in granted}
        )
    }
    rows = []
    for policy_id, provision_id in granted:
        key = provision_id.partition("/")[2]
        things = things_of(policies[policy_id], key, screening.base_year, "")
        rows += [(provision_id, thing) for thing, _ in things]
    return rows

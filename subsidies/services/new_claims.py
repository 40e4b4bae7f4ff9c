"""The claims of grants that nothing stands in the way of, made at one go in the database.

What becomes of claims that are there already is services/claim_renewal.py's; enterprises that have
one for the year are left to it.
"""

import pgtrigger
from django.db import connection

from subsidies.enums import ClaimState
from subsidies.models import Claim

# Twelve letters of a random UUID's random bytes, as accounts.fields.make_public_id draws them.
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
_PUBLIC_ID = " || ".join(
    f"substr('{_LETTERS}', 1 + get_byte(drawn, {byte}) %% {len(_LETTERS)}, 1)"
    for byte in (0, 1, 2, 3, 4, 5, 9, 10, 11, 12, 13, 14)
)
# The history is written for all claims at one go, as their trigger would for each: that asks for
# the context row by row in a subtransaction, which costs more than everything else together.
# Statements begin with INSERT: else pghistory would not say which job it is.
_HISTORY_TRIGGER = "subsidies.Claim:insert_insert"
# The decisions of some enterprises. OFFSET keeps the outcome out of the choice of an index: by that
# of runs and outcomes all grants of the run would be read for each page of enterprises.
_DECIDED = """SELECT * FROM subsidies_decision
         WHERE screening_id = %s AND enterprise_id > %s AND enterprise_id <= %s OFFSET 0"""
_MAKE = f"""INSERT INTO subsidies_claim (public_id, decision_id, enterprise_id, exclusivity_group,
    base_year, amount_fen, state, returned_reason, checked, created_at)
SELECT {_PUBLIC_ID}, d.id, d.enterprise_id, coalesce(d.exclusivity ->> 'group', g.key),
       d.base_year, d.amount_fen, %s, '', '[]', d.decided_at
  FROM (SELECT *, uuid_send(gen_random_uuid()) AS drawn FROM ({_DECIDED}) decided
         WHERE outcome = 'grant' OFFSET 0) d
 CROSS JOIN LATERAL (SELECT split_part(d.provision_id, '/', 2) AS key) g
 WHERE NOT EXISTS (
    SELECT FROM subsidies_claim c JOIN subsidies_decision of ON of.id = c.decision_id
     WHERE c.enterprise_id = d.enterprise_id AND c.base_year = d.base_year
       AND c.state <> %s AND of.application_id IS NULL
 )
 ORDER BY d.id
"""  # noqa: S608 - tables and columns of our own, as below
_SHARED = ", ".join(
    field.column
    for field in Claim.pgh_event_model._meta.concrete_fields
    if not field.name.startswith("pgh_")
)
_HISTORY = f"""INSERT INTO {Claim.pgh_event_model._meta.db_table}
    ({_SHARED}, pgh_obj_id, pgh_label, pgh_created_at, pgh_context_id)
SELECT {_SHARED}, id, 'insert', now(), context
  FROM subsidies_claim, (SELECT _pgh_attach_context() AS context OFFSET 0) now_at
 WHERE decision_id IN (SELECT id FROM ({_DECIDED}) d)
 ORDER BY id
"""  # noqa: S608
_STEPS = f"""
INSERT INTO subsidies_claimstep (claim_id, state, at, note)
SELECT c.id, c.state, c.created_at, ''
  FROM subsidies_claim c JOIN ({_DECIDED}) d ON d.id = c.decision_id
 ORDER BY c.id
"""  # noqa: S608


def enterprises_with_claims(base_year: int, region: str) -> set[int]:
    """Enterprises of a region that have a screened claim of the year that was not superseded."""
    rows = (
        Claim.objects.filter(
            base_year=base_year,
            enterprise__region__code__startswith=region,
            decision__application__isnull=True,
        )
        .exclude(state=ClaimState.SUPERSEDED)
        .order_by()
    )
    return set(rows.values_list("enterprise_id", flat=True))


def make_new_claims(screening, after: int, last: int) -> int:
    """A claim, waiting for its first review, for each grant of a run whose enterprise has none.

    Of the enterprises whose keys are above `after` and at most `last`. Returns how many.
    """
    page = [screening.pk, after, last]
    with connection.cursor() as cursor:
        with pgtrigger.ignore(_HISTORY_TRIGGER):
            cursor.execute(_MAKE, [ClaimState.SCREENED, *page, ClaimState.SUPERSEDED])
            made = cursor.rowcount
        cursor.execute(_HISTORY, page)
        cursor.execute(_STEPS, page)
    return made

"""Writing decisions: by COPY, in chunks, inside the caller's transaction."""

import csv
import io

from django.db import connection

from enterprises.models import Enterprise
from portal.accounts.fields import make_public_id
from subsidies.models import Decision
from subsidies.policy import ENGINE_VERSION

from .bundles import JSON_COLUMNS, Bundle

CHUNK = 500  # enterprises
_COLUMNS = (
    "public_id",
    "screening_id",
    "enterprise_id",
    "provision_id",
    "base_year",
    "outcome",
    "amount_fen",
    *JSON_COLUMNS,
    "policy_id",
    "engine_version",
    "leads",
    "content_sha256",
    "supersedes_id",
    "decided_at",
)


def standing_decisions(base_year: int, region: str) -> dict[int, dict[str, tuple[int, str]]]:
    """enterprise id → {provision id: (decision id, content hash)} of what stands screened."""
    standing: dict[int, dict[str, tuple[int, str]]] = {}
    rows = (
        Decision.objects.screened()
        .standing()
        .filter(
            base_year=base_year,
            enterprise__in=Enterprise.objects.filter(region__code__startswith=region).values("pk"),
        )
    )
    for pk, enterprise_id, provision_id, sha256 in rows.values_list(
        "pk", "enterprise_id", "provision_id", "content_sha256"
    ).order_by("pk"):
        standing.setdefault(enterprise_id, {})[provision_id] = (pk, sha256)
    return standing


def is_same(bundle: Bundle, before: dict[str, tuple[int, str]] | None) -> bool:
    """Whether nothing that was decided about an enterprise would change."""
    if before is None:
        return False
    return {v.provision_id: v.content_sha256 for v in bundle.verdicts} == {
        provision_id: sha256 for provision_id, (_, sha256) in before.items()
    }


def copy_decisions(screening, bundles: list[Bundle], standing: dict) -> None:
    """Append the decisions of some enterprises; those of the same provision are superseded."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for bundle in bundles:
        before = standing.get(bundle.enterprise_id, {})
        for verdict in bundle.verdicts:
            writer.writerow(_row(screening, bundle.enterprise_id, verdict, before))
    buffer.seek(0)
    table = Decision._meta.db_table
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({', '.join(_COLUMNS)}) FROM STDIN (FORMAT csv)", buffer)


def _row(screening, enterprise_id, verdict, before):
    superseded = before.get(verdict.provision_id)
    return (
        make_public_id(),
        screening.pk,
        enterprise_id,
        verdict.provision_id,
        screening.base_year,
        verdict.outcome,
        verdict.amount_fen,
        # A near miss that is none is NULL, not the JSON word.
        *(
            None if verdict.columns[name] == "null" else verdict.columns[name]
            for name in JSON_COLUMNS
        ),
        verdict.policy_pk,
        ENGINE_VERSION,
        verdict.leads,
        verdict.content_sha256,
        superseded and superseded[0],
        screening.created_at.isoformat(),
    )

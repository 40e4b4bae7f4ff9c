"""Screening every insured enterprise for the refunds of one base year (D3).

One transaction writes everything, so a killed run leaves nothing and is simply done again. Runs
with the same records, policies and parameters as the last one write nothing at all.
"""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pghistory
from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import Membership
from portal.places.models import Division
from portal.refused import Refused
from portal.runs.models import JobRun, RunState
from portal.runs.services import AlreadyDone, running
from subsidies.models import PolicyVersion, ScreeningRun
from subsidies.policy import ENGINE_VERSION

from .budgets import check_run
from .bundles import Bench, canonical
from .claim_renewal import grants_of, renew_claims
from .cross_check import compare
from .decision_store import store_decisions
from .facts import SOURCES, FactTable, current_imports, prepare_facts
from .new_claims import enterprises_with_claims, make_new_claims
from .notify import to_members
from .parameters import ParameterBook
from .reasons import message_body, message_subject
from .screening_entitlements import release_superseded, take_for_screening
from .screening_policies import versions_to_screen
from .totals import Totals

KIND = "screen_refunds"
READS = 5  # times the inputs are read until nothing changed meanwhile


@dataclass(frozen=True)
class ScreeningResult:
    """What a call did: `changed` is False when everything was as in the last run."""

    job: JobRun
    screening: ScreeningRun
    changed: bool


def screen_refunds(
    base_year: int | None = None,
    legal_date: date | None = None,
    *,
    region: str | None = None,
    report: Callable[[str], None] | None = None,
    again: bool = False,
) -> ScreeningResult:
    """Screen a region (a code prefix; the city unless given) for one base year.

    legal_date: the day whose policies apply. Left out, both come from the settings. The job's key
    has today's date in it: a second call on one day does nothing, unless `again`. Raises Refused
    when no policy is in force there and then, AlreadyRunning when another process is at it.
    """
    base_year = base_year or settings.REFUND_BASE_YEAR
    legal_date = legal_date or date.fromisoformat(settings.REFUND_LEGAL_DATE)
    region = region or settings.CITY_CODE
    try:
        with running(KIND, _key(base_year, legal_date, region, again), report) as log:
            screening, changed = _screen(log, base_year, legal_date, region)
        return ScreeningResult(log.run, screening, changed)
    except AlreadyDone as done:
        return ScreeningResult(done.run, last_screening(region, base_year), False)


def last_screening(region: str, base_year: int) -> ScreeningRun | None:
    """The latest run of a region and base year."""
    return ScreeningRun.objects.filter(region_id=region, base_year=base_year).first()


def _key(base_year, legal_date, region, again):
    key = f"{KIND}:{region}:{base_year}:{legal_date}:{timezone.localdate()}"
    if not again:
        return key
    done = JobRun.objects.filter(key__startswith=key, state=RunState.DONE).count()
    return f"{key}:{done + 1}" if done else key


def _screen(log, base_year, legal_date, region):
    # The history of every claim names the job. Without a context its trigger raises and catches an
    # error for each row, which in a transaction with many deferred checks takes quadratic time.
    with pghistory.context(job=log.run.key), transaction.atomic():
        # One at a time per region, also when yesterday's run is still at it under another key.
        # First of all: what is read before would be old when the run that had the lock is done.
        Division.objects.select_for_update(no_key=True).get(pk=region)
        versions, book, sheet = _inputs(log, base_year, legal_date, region)
        input_sha256 = _input_sha256(sheet, legal_date, versions, book)
        last = last_screening(region, base_year)
        if last is not None and last.input_sha256 == input_sha256:
            own = last.run_id == log.run.pk  # killed after the writing, before the row said so
            log.count(**_counts(last.totals), unchanged=not own)
            if not own:
                log.count(changed=0)
            return last, own
        screening = ScreeningRun.objects.create(
            run=log.run,
            number=_next_number(region, base_year),
            base_year=base_year,
            legal_date=legal_date,
            data_date=sheet.data_date,
            region_id=region,
            parameters=book.as_json(),
            input_sha256=input_sha256,
            source_rows=sheet.source_rows | {"facts_sha256": sheet.sha256},
        )
        observed, claims = _Observed(screening, region), Counter(claims_new=0)

        def stored(after, last):
            claims["claims_new"] += make_new_claims(screening, after, last)

        with log.stage("逐户计算并写入"):
            bench = Bench(versions, book, legal_date)
            store_decisions(screening, sheet, bench, observed.enterprise, stored)
        with log.stage("双重计算核对"):
            screening.cross_check = compare(versions, book, base_year, legal_date)
        with log.stage("补贴申领和消息"):
            if observed.grants:
                claims.update(renew_claims(screening, observed.grants))
            release_superseded(screening)
            take_for_screening(screening)
            messages = to_members("decision", observed.messages, reverse("enterprises:policies"))
        screening.totals = observed.totals.as_json() | {
            "claims": dict(claims),
            "messages": messages,
        }
        screening.save(update_fields=["totals", "cross_check"])
        check_run(screening)
    log.count(**_counts(screening.totals), unchanged=False)
    return screening, True


def _inputs(log, base_year, legal_date, region):
    """Policies, local parameters and facts as they stood at one moment: (versions, book, sheet).

    Each statement sees what was committed before it. The facts are one statement; what is the same
    before and after it was so when it ran. Raises Refused when something changes again and again.
    """
    for _ in range(READS):
        with log.stage("政策与本地参数"):
            versions = versions_to_screen(region, legal_date)
            book = ParameterBook(region, legal_date)
        with log.stage("取数"):
            sheet = prepare_facts(base_year, region)
        if (
            versions == versions_to_screen(region, legal_date)
            and book.as_json() == ParameterBook(region, legal_date).as_json()
            and sheet.imports == current_imports(base_year, region)
        ):
            return versions, book, sheet
    raise Refused(
        "取数时政策、本地参数或社保数据一直在变动，没有筛查。请等导入和审批办完后再筛查。"
    )


def _counts(totals):
    return {
        "enterprises": totals["enterprises"],
        "changed": totals["changed"],
        "grant_fen": totals["grant_fen"],
        **{f"outcome_{name}": cell["count"] for name, cell in totals["by_outcome"].items()},
    }


def _next_number(region, base_year):
    runs = ScreeningRun.objects.filter(region_id=region, base_year=base_year)
    return (runs.aggregate(last=Max("number"))["last"] or 0) + 1


def _input_sha256(
    sheet: FactTable, legal_date: date, versions: list[PolicyVersion], book: ParameterBook
) -> str:
    return hashlib.sha256(
        canonical(
            [
                sheet.region,
                sheet.base_year,
                legal_date.isoformat(),
                ENGINE_VERSION,
                sorted(version.sha256 for version in versions),
                book.as_json(),
                sheet.sha256,
                SOURCES,
            ]
        )
    ).hexdigest()


class _Observed:
    """What a run remembers of the enterprises that pass by: figures, who is told, whose claims
    are renewed. grants: enterprise id → its grants, of those that have claims already."""

    def __init__(self, screening, region):
        self.totals = Totals()
        self.grants: dict[int, list] = {}
        self.messages: dict[int, tuple[str, str, str]] = {}
        self._screening = screening
        self._claimed = enterprises_with_claims(screening.base_year, region)
        self._told = set(
            Membership.objects.filter(
                ended_at__isnull=True, enterprise__region__code__startswith=region
            ).values_list("enterprise_id", flat=True)
        )

    def enterprise(self, bundle, lines, before):
        """One enterprise was decided; before as services.decision_store says."""
        near = next(line.near for line in lines if line.verdict is bundle.leading)
        self.totals.add(bundle, near, changed=before is not False)
        if before is False:
            return
        if bundle.enterprise_id in self._claimed:
            self.grants[bundle.enterprise_id] = grants_of(bundle)
        if bundle.enterprise_id in self._told:
            self._tell(bundle, is_correction=before is True)

    def _tell(self, bundle, is_correction):
        decided = bundle.leading.decided
        subject = message_subject(
            self._screening.base_year, decided.title, decided.outcome, decided.amount_fen
        )
        self.messages[bundle.enterprise_id] = (
            f"screening:{self._screening.public_id}:{bundle.enterprise_id}",
            f"更正：{subject}" if is_correction else subject,
            message_body(decided.outcome, decided.trace),
        )

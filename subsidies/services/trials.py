"""What-if: a draft policy or other local figures over every insured enterprise, paying nothing.

The computing happens inside read-only transactions, in which PostgreSQL itself refuses every
write; only then, in a transaction of its own, the trial's own rows are stored.
docs/decisions/trials.md says why it is built so.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from portal.accounts.enums import Role
from portal.read_only import read_only
from portal.refused import Refused
from portal.runs.services import AlreadyDone, describe, running
from subsidies.enums import TrialState
from subsidies.models import PolicyVersion, Trial, TrialRow
from subsidies.policy import ParameterError, PolicyError, PolicyFileError
from subsidies.policy.parameters import check_local

from .bundles import Bench
from .facts import FactSheet, collect_facts
from .parameters import ParameterBook
from .publishing import compiled, region_prefix, versions_in_force
from .same_money import kinds_of
from .trial_totals import Compared, TrialTotals

KIND = "trial"
CHUNK = 2000  # enterprises in one read-only transaction
TRYING_ROLES = frozenset({Role.DISTRICT_STAFF, Role.CITY_STAFF})


class TrialBook:
    """Local parameters with some of them replaced; otherwise the registered ones."""

    def __init__(self, book: ParameterBook, tried: dict[str, str]):
        self._book, self._tried = book, tried

    def for_policy(self, policy, region: str) -> dict[str, str]:
        """As ParameterBook.for_policy; what is tried holds in every district."""
        left_open = {name for name, p in policy.file.parameters.items() if p.local is not None}
        tried = {name: value for name, value in self._tried.items() if name in left_open}
        return self._book.for_policy(policy, region) | tried


def tried_versions(
    in_force: list[PolicyVersion], tried: PolicyVersion | None
) -> list[PolicyVersion]:
    """The policies in force with the tried one in the place of its predecessor, and of any other
    that pays the same money: no enterprise has both for one year. Raises PolicyFileError when the
    tried one cannot be read."""
    if tried is None:
        return in_force
    kinds = kinds_of(compiled(tried))
    others = [
        version
        for version in in_force
        if version.policy_id != tried.policy_id and not kinds & kinds_of(compiled(version))
    ]
    return [*others, tried]


def open_parameters(versions: list[PolicyVersion]) -> dict[str, object]:
    """Parameters that some of the policies leave to the bureau: name → the policy's declaration."""
    found = {}
    for version in versions:
        for name, parameter in compiled(version).file.parameters.items():
            if parameter.local is not None:
                found.setdefault(name, parameter)
    return found


def create_trial(
    user,
    title: str,
    *,
    policy: PolicyVersion | None = None,
    parameters: dict[str, str] | None = None,
    base_year: int | None = None,
    legal_date: date | None = None,
) -> Trial:
    """Register a trial over the user's region; a worker computes it (subsidies.tasks.run_trial).

    policy: what is tried, a draft or any version. parameters: {name: value} tried instead of the
    registered local ones. Raises Refused when neither is given, when the policy cannot be read, when
    a figure is not one the policies leave open or is out of its range, or when nothing is in force
    to compare with.
    """
    if user.role not in TRYING_ROLES:
        raise Refused("试算由区县或市级工作人员发起。")
    title = (title or "").strip()
    if not title:
        raise Refused("请给这次试算起个名称，以后好找。")
    base_year = base_year or settings.REFUND_BASE_YEAR
    legal_date = legal_date or date.fromisoformat(settings.REFUND_LEGAL_DATE)
    parameters = {name: value for name, value in (parameters or {}).items() if value}
    if policy is None and not parameters:
        raise Refused("请选要试算的政策，或至少改一个参数。两样都没有，结果和现行的一样。")
    region = user.region
    in_force = versions_in_force(region.code, legal_date)
    if not in_force:
        raise Refused(f"{legal_date} 没有适用于{region.name}的返还政策，没有可比的现行结果。")
    if policy is not None and not region.code.startswith(region_prefix(policy.region_code)):
        raise Refused(f"《{policy.title}》不适用于{region.name}。")
    try:
        versions = tried_versions(in_force, policy)
    except PolicyFileError as error:
        named = f"《{policy.title}》" if policy.title else "这份草稿"
        raise Refused(f"{named}还有错误，不能试算：{error.faults[0]}。") from None
    _check_parameters(versions, parameters)
    with transaction.atomic():
        trial = Trial.objects.create(
            title=title[:80],
            policy=policy,
            parameters=parameters,
            region=region,
            base_year=base_year,
            legal_date=legal_date,
            created_by=user,
        )
        transaction.on_commit(lambda: _start(trial.pk))
    return trial


def _start(pk):
    from subsidies.tasks import run_trial  # the task calls this module

    run_trial.delay(pk)


def _check_parameters(versions, parameters):
    known = open_parameters(versions)
    unknown = [name for name in parameters if name not in known]
    if unknown:
        raise Refused(f"政策里没有可由本地确定的参数“{unknown[0]}”。")
    for version in versions:
        policy = compiled(version)
        own = {n: v for n, v in parameters.items() if n in policy.file.parameters}
        try:
            check_local(policy.file, own)
        except ParameterError as error:
            raise Refused(str(error)) from None


def run_trial(pk: int) -> Trial:
    """Compute a registered trial once; a second call finds it done.

    A failure is kept as the trial's reason and raised; nothing of the result is stored then.
    Raises AlreadyRunning when another worker is at it.
    """
    trial = Trial.objects.select_related("policy", "region").get(pk=pk)
    try:
        with running(KIND, f"{KIND}:{trial.public_id}") as log:
            _mark(trial, state=TrialState.RUNNING, job=log.run, error="")
            try:
                _compute_and_store(trial, log)
            except (PolicyError, Refused) as error:
                _mark(trial, state=TrialState.FAILED, error=_words(error))
                raise
            except Exception as error:
                _mark(trial, state=TrialState.FAILED, error=f"程序出错：{describe(error)[:400]}")
                raise
    except AlreadyDone:
        pass
    trial.refresh_from_db()
    return trial


def _words(error):
    return "".join(getattr(error, "messages", None) or [str(error)])[:500]


def _mark(trial, **fields):
    Trial.objects.filter(pk=trial.pk).update(**fields)


def _compute_and_store(trial, log):
    with log.stage("政策、参数和数据"), read_only():
        in_force = versions_in_force(trial.region_id, trial.legal_date)
        book = ParameterBook(trial.region_id, trial.legal_date)
        sheet = collect_facts(trial.base_year, trial.region_id)
    before = Bench(in_force, book, trial.legal_date)
    after = Bench(
        tried_versions(in_force, trial.policy),
        TrialBook(book, trial.parameters),
        trial.legal_date,
    )
    totals, rows = TrialTotals(), []
    with log.stage("逐户试算"):
        for start in range(0, len(sheet.rows), CHUNK):
            part = replace(sheet, rows=sheet.rows[start : start + CHUNK])
            with read_only():
                compared = list(compare(before, after, part))
            totals.add_all(compared)
            rows += compared
            log.progress(len(rows), len(sheet.rows), "逐户试算")
    with log.stage("保存试算结果"), transaction.atomic():
        TrialRow.objects.filter(trial=trial).delete()
        _copy_rows(trial, rows)
        _mark(
            trial,
            state=TrialState.DONE,
            totals=totals.as_json()
            | {
                "facts_sha256": sheet.sha256,
                "data_date": sheet.data_date.isoformat(),
                "policies_before": [_named(version) for version in in_force],
                "policies_after": [_named(v) for v in tried_versions(in_force, trial.policy)],
                "finished_at": timezone.now().isoformat(),
            },
        )


def _named(version):
    return {"id": version.policy_id, "version": version.version, "sha256": version.sha256}


def compare(before: Bench, after: Bench, sheet: FactSheet) -> Iterator[Compared]:
    """Decide the rows of a fact sheet under both; one Compared for each, in their order."""
    for old, new in zip(before.bundles(sheet), after.bundles(sheet), strict=True):
        facts = old.facts
        yield Compared(
            old.enterprise_id,
            facts["region"],
            facts["industry"],
            facts["size"],
            *_result(old),
            *_result(new),
        )


def _result(bundle):
    granted = sum(v.amount_fen for v in bundle.verdicts if v.outcome == "grant")
    return bundle.leading.outcome, granted


def _copy_rows(trial, rows):
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow(
            (
                trial.pk,
                row.enterprise_id,
                row.before_outcome,
                row.before_fen,
                row.after_outcome,
                row.after_fen,
            )
        )
    buffer.seek(0)
    columns = "trial_id, enterprise_id, before_outcome, before_fen, after_outcome, after_fen"
    with connection.cursor() as cursor:
        cursor.copy_expert(
            f"COPY {TrialRow._meta.db_table} ({columns}) FROM STDIN (FORMAT csv)", buffer
        )

"""Weekly snapshots: the figures of a week, gathered once, kept as they were."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from portal.places.models import Division
from portal.reports.areas import Scope
from portal.reports.models import ReportKind, ReportSnapshot
from portal.reports.tables import Table
from portal.reports.weeks import Week
from portal.runs.services import AlreadyDone, running

from .lists import commissioner_list, policy_list, shortage_list, supply_list
from .weekly_tables import key_table, refund_table, summary

RUN_KIND = "weekly"
FORMAT = 1


class WeekNotBegun(Exception):
    """The week lies in the future."""


class SnapshotChanged(Exception):
    """A stored snapshot is not what its hash says."""


def canonical(data) -> bytes:
    """One way to write the data, whatever the order in which the database returns its keys."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def make_weekly_snapshot(
    year: int,
    week: int,
    region: str,
    report: Callable[[str], None] | None = None,
    now: datetime | None = None,
) -> ReportSnapshot:
    """The snapshot of an ISO week and a region (code prefix); made when there is none, else read.

    Figures are those of the end of the week, or of `now` while it is not over. A snapshot never
    changes. Raises WeekNotBegun for a week to come, ValueError for a week the year does not have,
    portal.runs.services.AlreadyRunning when another process is making it.
    """
    wanted = Week.numbered(year, week)
    now = now or timezone.now()
    if wanted > Week.of(timezone.localdate(now)):
        raise WeekNotBegun(f"{wanted.label}还没有开始，不能生成周报。")
    try:
        with running(RUN_KIND, f"weekly:{region}:{wanted.key}", report) as log:
            with log.stage("汇总数据"):
                data = _gather(Scope(region), wanted, wanted.cut(now))
            with log.stage("写入快照"), transaction.atomic():
                snapshot = _store(log.run, region, wanted, data)
            log.count(**{table["name"]: len(table["rows"]) for table in data["tables"]})
    except AlreadyDone:
        pass
    else:
        return snapshot
    return ReportSnapshot.objects.get(kind=ReportKind.WEEKLY, period=wanted.key, region_id=region)


def make_week(
    week: Week, report: Callable[[str], None] | None = None, now: datetime | None = None
) -> list[ReportSnapshot]:
    """The city's snapshot and one for every district, all of the same moment, the city's first."""
    now = now or timezone.now()
    city = settings.CITY_CODE
    regions = [city, *Division.objects.districts_of(city).values_list("code", flat=True)]
    return [make_weekly_snapshot(week.year, week.number, code, report, now) for code in regions]


def tables_of(snapshot: ReportSnapshot) -> list[Table]:
    """The sheets of a snapshot. Raises SnapshotChanged when it is not what was stored."""
    if hashlib.sha256(canonical(snapshot.data)).hexdigest() != snapshot.sha256:
        raise SnapshotChanged(
            f"{snapshot.period} 的快照与校验值不符，数据可能被改动，请联系系统管理员核对。"
        )
    return [Table.from_json(table) for table in snapshot.data["tables"]]


def cut_of(snapshot: ReportSnapshot) -> datetime:
    """The moment its figures are of."""
    return datetime.fromisoformat(snapshot.data["cut"])


def _gather(scope: Scope, week: Week, cut: datetime) -> dict:
    """All sheets as seen by one transaction, so that they agree with one another."""
    with transaction.atomic():
        if not connection.savepoint_ids:  # only the outermost transaction can be told
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        tables = [
            summary(scope, week, cut),
            key_table(scope, week, cut),
            shortage_list(scope, cut),
            supply_list(scope, cut),
            commissioner_list(scope, cut),
            policy_list(scope, cut),
            refund_table(scope, cut),
        ]
        return {
            "format": FORMAT,
            "week": week.key,
            "region": scope.region,
            "region_name": scope.name,
            "cut": cut.isoformat(),
            "tables": [table.as_json() for table in tables],
        }


def _store(run, region, week, data):
    return ReportSnapshot.objects.get_or_create(
        kind=ReportKind.WEEKLY,
        period=week.key,
        region_id=region,
        defaults={"data": data, "sha256": hashlib.sha256(canonical(data)).hexdigest(), "run": run},
    )[0]

"""One file, one import: decided under a lock, stored in one transaction, told afterwards.

A month of one kind and region has one current import. The same file again changes nothing; another
file needs the month to have been re-opened by a named person, and supersedes what was there.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import F, Q, Value
from django.utils import timezone

from portal.places.models import Division
from portal.refused import Refused
from portal.runs.services import AlreadyRunning, running
from portal.ui.formatting import thousands
from subsidies.enums import ImportState, InsuranceKind
from subsidies.models import InsuranceImport, InsuranceMapping, InsuranceReopening

from .checking import Checker
from .chunks import chunks
from .files import Survey, survey
from .storing import store

JOB = "insurance_import"
_PREMIUMS = ("premium_enterprise_fen", "premium_employee_fen", "paid_fen")
_TOLD_EVERY = 0.5  # seconds between two figures of progress


class Busy(Refused):
    """Another import of the month is at work; it can be tried again later."""


class Imported(NamedTuple):
    """An import, and whether it was there before: the same file twice changes nothing."""

    record: InsuranceImport
    repeated: bool


def import_file(
    path: Path,
    kind: str,
    month: date,
    region: Division,
    *,
    mapping: InsuranceMapping | None = None,
    by=None,
    source: str = "",
    waiting: InsuranceImport | None = None,
    report=None,
) -> Imported:
    """Import one file. month: the first day of the month the file is about.

    Returns its import, or the earlier one when this very file was imported before. An import of
    which no line can be taken is REFUSED, keeps its rejections and stores nothing else. Raises
    Refused when the file cannot be read, the month is imported already and not re-opened, or
    another import of the month is at work; then nothing was changed.

    waiting: the row made when the file was sent in; it becomes the import.
    report: called with lines of text for the command line.
    """
    if month.day != 1:
        raise ValueError("month must be a first day")
    if month > timezone.localdate():
        raise Refused(f"{month:%Y-%m} 还没有到，请核对月份。")
    if mapping is not None and mapping.kind != kind:
        raise Refused(f"列名对应“{mapping.name}”不是这一种数据的。")
    found = survey(path, kind, mapping.columns if mapping else None)
    earlier = same_file(found.sha256, kind, month, region)
    if earlier is not None:
        return Imported(earlier, repeated=True)
    what_stands(kind, month, region)  # said before a job begins; asked again under its lock
    key = f"{JOB}:{kind}:{month:%Y-%m}"
    try:
        with (
            running(JOB, key, report, again=True) as log,
            _progress(log, found) as tell,
            transaction.atomic(),
        ):
            earlier = same_file(found.sha256, kind, month, region)
            if earlier is not None:
                log.count(repeated=True)
                return Imported(earlier, repeated=True)
            _require_waiting(waiting)
            record = waiting or InsuranceImport(kind=kind, region=region, imported_by=by)
            record.source = (source or Path(path).name)[-120:]
            return Imported(_imported(record, month, found, mapping, log, tell), repeated=False)
    except AlreadyRunning as error:
        label = InsuranceKind(kind).label
        raise Busy(f"{month:%Y-%m} 的{label}正在导入，请等它结束。") from error


def _require_waiting(waiting):
    """Locks the row of a file that was sent in; it may have been given up meanwhile."""
    if waiting is None:
        return
    rows = InsuranceImport.objects.filter(pk=waiting.pk, state=ImportState.WAITING)
    if not rows.select_for_update(of=("self",)).exists():
        raise Refused("这个文件已经放弃，没有导入。")


def same_file(sha256: str, kind: str, month: date, region: Division) -> InsuranceImport | None:
    """The current import of this very file for this month and region, if there is one.

    Raises Refused when a file with lines was imported for another month or region. One with
    headings only says that there was nobody, and looks the same every month.
    """
    current = InsuranceImport.objects.filter(kind=kind, sha256=sha256, state=ImportState.CURRENT)
    same = current.filter(first_month=month, region=region).first()
    if same is not None:
        return same
    earlier = current.filter(lines__gt=0).first()
    if earlier is None:
        return None
    raise Refused(
        f"这个文件已经作为 {earlier.first_month:%Y-%m} 的数据导入"
        f"（{earlier.region.name if earlier.region else '全市'}），请核对月份和地区。"
    )


def what_stands(kind: str, month: date, region: Division):
    """(current import, open re-opening) of a month, each None when there is none.

    Raises Refused when the month may not be imported: it is imported and not re-opened, or a
    region above or below this one has it, and the same people would count twice.
    """
    current = InsuranceImport.objects.filter(
        kind=kind, first_month__lte=month, last_month__gte=month, state=ImportState.CURRENT
    )
    same = current.filter(region=region).first()
    others = current.exclude(region=region).exclude(region=None).annotate(here=Value(region.code))
    overlapping = others.filter(
        Q(region__code__startswith=region.code) | Q(here__startswith=F("region__code"))
    ).first()
    if overlapping is not None:
        raise Refused(
            f"{month:%Y-%m} 已经有“{overlapping.region.name}”的数据，"
            f"和“{region.name}”重叠，会重复计算。"
        )
    reopened = InsuranceReopening.objects.filter(
        kind=kind, region=region, month=month, used_by=None
    ).first()
    if same is not None and reopened is None:
        raise Refused(
            f"{month:%Y-%m} 的{InsuranceKind(kind).label}已经导入"
            f"（{same.source}）。要导入更正的文件，先由市局工作人员重开这个月。"
        )
    return same, reopened


def _imported(record, month, found: Survey, mapping, log, tell):
    superseded, reopened = what_stands(record.kind, month, record.region)
    record.first_month = record.last_month = month
    record.sha256, record.mapping = found.sha256, mapping
    record.encoding, record.job, record.file = found.written_in, log.run, ""
    record.lines = record.accepted = record.rejected = record.premium_fen = 0
    record.state, record.imported_at, record.error = ImportState.WAITING, timezone.now(), ""
    record.save()
    checker = Checker(found.columns, month, record.region_id)

    def checked():
        for chunk in chunks(found):
            yield chunk, checker.check(chunk)
            tell(chunk.done)

    with log.stage("读取、核对和写入"):
        store(record, found.columns, checked())
    if not record.lines and record.kind != InsuranceKind.BENEFIT_RECIPIENT:
        raise Refused("这个文件只有表头，没有数据。")
    if record.lines and not record.accepted:
        record.state = ImportState.REFUSED
        record.error = f"{thousands(record.lines)} 行都有错误，没有一行可以导入。"
        record.save()
        return record
    if superseded is not None:
        superseded.state = ImportState.SUPERSEDED
        superseded.save(update_fields=["state"])
        record.supersedes = superseded
    if reopened is not None:
        reopened.used_by = record
        reopened.save(update_fields=["used_by"])
    record.state = ImportState.CURRENT
    record.premium_fen = sum(
        sums["accepted"] for name, sums in record.sums.items() if name in _PREMIUMS
    )
    record.save()
    log.count(lines=record.lines, accepted=record.accepted, rejected=record.rejected)
    return record


@contextmanager
def _progress(log, found) -> Iterator:
    """tell(bytes or lines read) writes how far the import is, at most twice a second.

    On a connection of its own: the import's is busy with COPY, and what it writes nobody sees
    before it ends.
    """
    other = connection.copy()
    told = time.monotonic()

    def tell(done):
        nonlocal told
        if time.monotonic() - told < _TOLD_EVERY:
            return
        told = time.monotonic()
        # Nobody knows how many lines a workbook has before its end.
        total = 0 if found.workbook else found.size
        progress = json.dumps({"done": done, "total": total, "label": "读取和核对"})
        with other.cursor() as cursor:
            cursor.execute("SET lock_timeout = '1s'")
            cursor.execute(
                "UPDATE runs_jobrun SET progress = %s::jsonb WHERE id = %s",
                [progress, log.run.pk],
            )

    try:
        yield tell
    finally:
        other.close()

"""A file sent in from the staff pages: looked at at once, imported in the background, deleted.

The file holds identity numbers in clear: it lies under a name of its own outside the web root,
readable by nobody else, until its import has ended in whatever way.
"""

from datetime import date, timedelta
from pathlib import Path

from django.core.files import File
from django.db import transaction
from django.utils import timezone

from portal.accounts.enums import Role
from portal.places.models import Division
from portal.refused import Refused
from portal.runs.services import describe, running
from portal.ui.formatting import cn_datetime
from subsidies.enums import ImportState
from subsidies.models import InsuranceImport, InsuranceMapping

from .files import survey
from .importing import Busy, Imported, import_file, same_file, what_stands

LARGEST = 200 * 1024 * 1024
LONGEST_WAIT = timedelta(hours=24)
_BROKEN = "导入时出了故障，什么都没有导入。请再导入一次；还不行时请把这一页的编号告诉技术人员。"


def send_in(
    upload: File, kind: str, month: date, region: Division, mapping: InsuranceMapping | None, by
) -> Imported:
    """Take a file and start its import in the background. Returns the waiting row, or the earlier
    import of the very same file. Raises Refused with everything that can be said before reading
    the lines: size, kind of file, headings, the month."""
    if by.role != Role.CITY_STAFF:
        raise Refused("只有市局工作人员可以导入社保数据。")
    if upload.size > LARGEST:
        raise Refused("文件超过 200 MB。请交给技术人员用命令导入，或者分地区导出。")
    record = InsuranceImport(
        kind=kind, region=region, mapping=mapping, imported_by=by, source=upload.name[-120:],
        state=ImportState.WAITING, first_month=month, last_month=month,
        lines=0, accepted=0, rejected=0, premium_fen=0,
    )  # fmt: skip
    record.file.save(
        f"{record.public_id}{Path(upload.name).suffix.lower()[:5]}", upload, save=False
    )
    try:
        found = survey(Path(record.file.path), kind, mapping.columns if mapping else None)
        earlier = same_file(found.sha256, kind, month, region)
        if earlier is None:
            what_stands(kind, month, region)
            record.sha256, record.encoding = found.sha256, found.written_in
            with transaction.atomic():
                record.save()
                transaction.on_commit(lambda: _start(record))
            return Imported(record, repeated=False)
    except BaseException:
        record.file.delete(save=False)
        raise
    record.file.delete(save=False)
    return Imported(earlier, repeated=True)


def start_again(record: InsuranceImport, by) -> None:
    """Start an import that waits and that nobody is at: its worker was stopped."""
    if by.role != Role.CITY_STAFF:
        raise Refused("只有市局工作人员可以导入社保数据。")
    if record.state != ImportState.WAITING or not record.file:
        raise Refused("这次导入已经结束，不用重新开始。")
    _start(record)


def give_up(record: InsuranceImport, by) -> None:
    """放弃: delete a file that waits and that nobody is at; the row says who did it.

    Raises Refused while it is being imported, and when the import has ended.
    """
    if by.role != Role.CITY_STAFF:
        raise Refused("只有市局工作人员可以放弃社保数据的导入。")
    when = cn_datetime(timezone.now(), timezone.localdate())
    with transaction.atomic():
        found = _locked_waiting(record.pk)
        if found is None:
            raise Refused("正在导入，或者已经结束，不能放弃。请刷新后再看。")
        _drop(found, f"{by}于 {when} 放弃，文件已删除，没有导入。")


def drop_left_behind(report=None) -> int:
    """Delete files that have waited for more than a day: they hold identity numbers in clear.

    Returns how many. What is being imported just then is left alone.
    """
    key = f"insurance_left_behind:{timezone.localdate().isoformat()}"
    with running("insurance_left_behind", key, report, again=True) as log:
        late = InsuranceImport.objects.filter(
            state=ImportState.WAITING, imported_at__lt=timezone.now() - LONGEST_WAIT
        )
        dropped = 0
        for pk in late.order_by("pk").values_list("pk", flat=True):
            with transaction.atomic():
                found = _locked_waiting(pk)
                if found is not None:
                    _drop(found, "等了超过 24 小时没有导入，文件已删除。请重新上传。")
                    dropped += 1
        log.count(dropped=dropped)
    return dropped


def _locked_waiting(pk):
    """A waiting row, locked; None when it ended, or an import at work holds its lock."""
    return (
        InsuranceImport.objects.filter(pk=pk, state=ImportState.WAITING)
        .select_for_update(of=("self",), skip_locked=True)
        .first()
    )


def _drop(record, said):
    storage, name = record.file.storage, record.file.name
    record.state, record.error, record.file = ImportState.REFUSED, said[:500], ""
    record.save(update_fields=["state", "error", "file"])
    if name:
        transaction.on_commit(lambda: storage.delete(name))


def _start(record):
    from subsidies.tasks import import_insurance

    import_insurance.delay(record.pk)


def import_waiting(pk: int) -> InsuranceImport:
    """Import a file that was sent in; what went wrong is written on its row. Twice is once.

    Raises importing.Busy while another import of the month is at work."""
    record = InsuranceImport.objects.select_related("region", "mapping").get(pk=pk)
    if record.state != ImportState.WAITING or not record.file:
        return record
    file, source = record.file, record.source
    try:
        result, repeated = import_file(
            Path(file.path), record.kind, record.first_month, record.region,
            mapping=record.mapping, source=source, waiting=record,
        )  # fmt: skip
    except Busy:
        raise  # the row goes on waiting: it may be this very file, handed out a second time
    except Exception as error:
        said = str(error) if isinstance(error, Refused) else _BROKEN
        InsuranceImport.objects.filter(pk=pk, state=ImportState.WAITING).update(
            state=ImportState.REFUSED, error=said[:500], file=""
        )
        file.storage.delete(file.name)
        if not isinstance(error, Refused):
            raise RuntimeError(describe(error)) from None
        return InsuranceImport.objects.get(pk=pk)
    if repeated:
        InsuranceImport.objects.filter(pk=pk, state=ImportState.WAITING).update(
            state=ImportState.REFUSED, error=f"和“{result.source}”是同一个文件，没有改动。", file=""
        )
    file.storage.delete(file.name)
    return InsuranceImport.objects.get(pk=pk)

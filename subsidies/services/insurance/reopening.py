"""Re-opening a month for one corrected file: who and why stay on record."""

from datetime import date

from django.db import IntegrityError, transaction

from portal.accounts.enums import Role
from portal.places.models import Division
from portal.refused import Refused
from subsidies.enums import ImportState, InsuranceKind
from subsidies.models import InsuranceImport, InsuranceReopening


def reopen_month(kind: str, month: date, region: Division, reason: str, by) -> InsuranceReopening:
    """Allow one corrected file for a month that is imported. by: city staff, named in the record.

    Raises Refused when the person may not, there is no reason, nothing is imported that could be
    corrected, or the month is re-opened already.
    """
    reason = reason.strip()
    if by.role != Role.CITY_STAFF:
        raise Refused("只有市局工作人员可以重开月份。")
    if not reason:
        raise Refused("请写明重开的理由。")
    current = InsuranceImport.objects.filter(
        kind=kind, first_month=month, region=region, state=ImportState.CURRENT
    )
    with transaction.atomic():
        if not current.select_for_update().exists():
            raise Refused(
                f"{month:%Y-%m} 的{InsuranceKind(kind).label}还没有导入，不用重开，直接导入即可。"
            )
        try:
            with transaction.atomic():
                return InsuranceReopening.objects.create(
                    kind=kind, region=region, month=month, reason=reason[:200], opened_by=by
                )
        except IntegrityError as error:
            if "one_open_reopening" not in str(error):
                raise
            raise Refused("这个月已经重开，等待更正文件。") from error

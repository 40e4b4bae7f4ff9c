"""Business licences (A1): uploaded by the enterprise, checked by staff, checked again each year."""

import hashlib
from datetime import date

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from enterprises.access import check_member, check_officer
from enterprises.enums import LicenceState
from enterprises.models import Enterprise, LicenceFile
from enterprises.refusals import TAKEN
from portal.ui.formatting import cn_datetime

from .notices import tell_members
from .uploads import check_licence

RECHECK_YEARS = 1


def upload_licence(enterprise, by, upload):
    """Keep a licence file for staff to look at. Returns the LicenceFile.

    A refused enterprise becomes pending again; a checked one stays checked until its recheck day,
    so that sending the new licence early costs nobody a day. Raises ValidationError for a file
    that is not a readable JPG, PNG or PDF of at most 5 MB.
    """
    check_member(by, enterprise)
    checked = check_licence(upload)
    with transaction.atomic():
        enterprise = Enterprise.objects.select_for_update().get(pk=enterprise.pk)
        newest = enterprise.licence_files.first()
        if newest and newest.sha256 == checked.sha256 and _is_waiting(enterprise, newest):
            return newest  # the same file sent twice
        licence = LicenceFile(
            enterprise=enterprise,
            original_name=upload.name[-120:],
            media_type=checked.media_type,
            size=len(checked.content),
            sha256=checked.sha256,
            uploaded_by=by,
        )
        # The stored name is ours: nothing of what a person typed reaches the file system.
        licence.file.save(f"{licence.public_id}.{checked.ending}", ContentFile(checked.content))
        if enterprise.licence_state == LicenceState.REFUSED:
            enterprise.licence_state = LicenceState.PENDING
            enterprise.licence_reason = ""
            enterprise.save(update_fields=["licence_state", "licence_reason"])
    return licence


def mark_of(enterprise):
    """What the licence is compared with, in short: a reviewer decides on what they have read."""
    said = (enterprise.name, enterprise.region_id, enterprise.industry_id, enterprise.entity_kind)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def review_licence(enterprise, by, *, file, seen, approve, reason=""):
    """Decide on the newest licence file.

    file: the LicenceFile the reviewer looked at; seen: `mark_of` what the enterprise said beside
    it. Refusing needs a reason the enterprise can act on. Raises ValidationError (code "taken")
    when someone else has decided meanwhile, or the enterprise has sent another file or changed
    what it said.
    """
    check_officer(by, enterprise)
    reason = reason.strip()
    if not approve and not reason:
        raise ValidationError({"reason": "请写明哪里不对、要补什么，企业照着改。"})
    with transaction.atomic():
        enterprise = (
            Enterprise.objects.select_for_update(of=["self"])
            .prefetch_related("licence_checked_by")  # read after the lock, not in its join
            .get(pk=enterprise.pk)
        )
        if file.enterprise_id != enterprise.pk or enterprise.licence_files.first() != file:
            raise ValidationError("企业又传了新的执照，请看新的这一份再决定。", code=TAKEN)
        if not _is_waiting(enterprise, file):
            raise ValidationError(_decided_by(enterprise), code=TAKEN)
        if seen != mark_of(enterprise):
            raise ValidationError("企业刚改了登记的内容，请看新的内容再决定。", code=TAKEN)
        now = timezone.now()
        enterprise.licence_state = LicenceState.APPROVED if approve else LicenceState.REFUSED
        enterprise.licence_reason = "" if approve else reason
        enterprise.licence_checked_at = now
        enterprise.licence_checked_by = by
        enterprise.licence_recheck_on = (
            _years_after(timezone.localdate(now), RECHECK_YEARS) if approve else None
        )
        enterprise.save()
        tell_members(
            enterprise,
            kind="licence",
            key=f"licence:{file.pk}:{enterprise.licence_state}",
            subject="营业执照已核验，可以发布岗位了" if approve else "营业执照没有通过核验",
            body="" if approve else f"{reason} 改好后重新上传，我们再看。",
            path=reverse("enterprises:licence"),
        )
    return enterprise


def licence_in_force(enterprise, day=None):
    """Whether the licence was checked and its recheck day has not come (A5)."""
    day = day or timezone.localdate()
    due = enterprise.licence_recheck_on
    return enterprise.licence_state == LicenceState.APPROVED and (due is None or day < due)


def posting_obstacle(enterprise, day=None):
    """Why the enterprise may not send in a vacancy today, as a sentence; "" when it may."""
    if licence_in_force(enterprise, day):
        return ""
    if enterprise.licence_state == LicenceState.APPROVED:
        return "营业执照到了一年一次的复查日，请上传最新的执照，核验后再提交岗位。"
    if enterprise.licence_state == LicenceState.REFUSED:
        return f"营业执照没有通过核验：{enterprise.licence_reason} 请重新上传。"
    if enterprise.licence_files.exists():
        return "营业执照还在核验，通过后就能提交岗位。现在可以先存草稿。"
    return "还没有上传营业执照。请先上传，核验通过后就能提交岗位。"


def _is_waiting(enterprise, file):
    return enterprise.licence_checked_at is None or file.uploaded_at > enterprise.licence_checked_at


def _decided_by(enterprise):
    who, when = enterprise.licence_checked_by, enterprise.licence_checked_at
    word = enterprise.get_licence_state_display()
    return f"{who} 已经在 {cn_datetime(when, timezone.localdate())} 办过了，结果是“{word}”。"


def _years_after(day, years):
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 3, 1)

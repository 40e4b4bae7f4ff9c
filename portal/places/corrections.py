"""Corrections of the occupation coder: made by the city's staff, ended, never rewritten."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.accounts.enums import Role
from portal.places.coder import default_coder
from portal.refused import Refused

from .models import Occupation, OccupationCorrection

REPLACED = "换成新的更正"
_RACE = "one_correction_per_title"


def make_correction(user, *, title: str, code: str, reason: str) -> OccupationCorrection:
    """Say what a title is; an earlier correction of the same key ends here.

    code: a minor class or an occupation within one. Raises Refused for whoever is not of the city's
    staff, for a title without words, an unknown class, no reason, or what holds already; of two at
    once the second is told.
    """
    check_writer(user)
    title, reason = title.strip(), reason.strip()
    key = default_coder().key(title)
    longest = OccupationCorrection._meta.get_field("title").max_length
    if not key or len(title) > longest:
        raise Refused(f"岗位名称要有 1 到 {longest} 个字。")
    occupation = Occupation.objects.filter(pk=code, level__gte=Occupation.MINOR).first()
    if occupation is None:
        raise Refused("请选职业小类，或小类里的职业。")
    if not reason:
        raise Refused("请写理由，以后看更正的人会用到。")
    try:
        with transaction.atomic():
            before = OccupationCorrection.objects.in_force().select_for_update().filter(key=key)
            for earlier in before:
                if earlier.occupation_id == occupation.pk:
                    raise Refused(f"“{title}”已经更正为{occupation}，没有再记一次。")
                _end(earlier, user, REPLACED)
            return OccupationCorrection.objects.create(
                key=key, title=title, occupation=occupation, reason=reason, author=user
            )
    except IntegrityError as error:
        if _RACE not in str(error):
            raise
        raise Refused("这个名称刚刚由另一人更正，请看过现在的更正再办。") from None


def end_correction(correction: OccupationCorrection, user, reason: str) -> OccupationCorrection:
    """Take a correction back: titles are coded by the table again; what was recoded stays so.

    Raises Refused without a reason, or when it has ended already.
    """
    check_writer(user)
    reason = reason.strip()
    if not reason:
        raise Refused("请写停用的理由。")
    with transaction.atomic():
        correction = OccupationCorrection.objects.select_for_update().get(pk=correction.pk)
        if correction.ended_at is not None:
            raise Refused("这条更正已经停用。")
        _end(correction, user, reason)
    return correction


def check_writer(user):
    """Raises Refused for all but the city's staff: a correction holds for the whole city."""
    if user.role != Role.CITY_STAFF or not user.is_active:
        raise Refused("职业编码由市级工作人员更正，您的账号不能改。")


def _end(correction, user, reason):
    correction.ended_by, correction.ended_at = user, timezone.now()
    correction.end_reason = reason
    correction.save(update_fields=["ended_by", "ended_at", "end_reason"])

"""Which policies a screening goes by, and the refusal when there is none."""

from datetime import date

from portal.places.models import Division
from portal.refused import Refused
from portal.ui.formatting import full_date
from subsidies.models import PolicyVersion

from .bundles import screened_keys
from .publishing import compiled, expired_versions, last_day, versions_in_force


def versions_to_screen(region: str, day: date) -> list[PolicyVersion]:
    """The versions in force for a region (a code prefix) on a day, for a screening.

    Raises Refused when none of them has anything to screen: an expired policy is never taken on,
    and the sentence says whether one expired (which, on what day) or there never was one.
    """
    versions = versions_in_force(region, day)
    if _has_screened(versions):
        return versions
    place = Division.objects.filter(pk=region).first() or region
    nothing = f"{full_date(day)}没有适用于{place}的稳岗返还政策，没有筛查。"
    expired = [version for version in expired_versions(region, day) if _has_screened([version])]
    if not expired:
        raise Refused(f"{nothing}请在“政策”里起草，由另一人批准发布后再筛查。")
    names = "；".join(
        f"《{v.title}》（{v.document_number}）施行到 {full_date(last_day(v))}" for v in expired
    )
    raise Refused(
        f"{nothing}{names}，已经到期。到期的政策不会自动延长，"
        "要继续办理，请在“政策”里起草新的版本，由另一人批准发布。"
    )


def _has_screened(versions):
    return any(screened_keys(compiled(version)) for version in versions)

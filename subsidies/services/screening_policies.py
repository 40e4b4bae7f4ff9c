"""Which policies a screening goes by, and the refusal when there is none."""

from datetime import date

from portal.places.models import Division
from portal.refused import Refused
from portal.ui.formatting import full_date
from subsidies.models import PolicyVersion

from .bundles import screened_keys
from .publishing import compiled, expired_versions, last_day, versions_in_force
from .same_money import first_clash


def versions_to_screen(region: str, day: date) -> list[PolicyVersion]:
    """The versions in force for a region (a code prefix) on a day, for a screening.

    Raises Refused when none of them has anything to screen: an expired policy is never taken on,
    and the sentence says whether one expired (which, on what day) or there never was one. Raises
    Refused as well when two of them pay the same money.
    """
    versions = versions_in_force(region, day)
    if _has_screened(versions):
        _refuse_clash(versions, day)
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


def _refuse_clash(versions, day):
    clash = first_clash(versions)
    if clash is None:
        return
    named = "和".join(f"《{v.title}》（{v.document_number}）" for v in clash)
    raise Refused(
        f"没有筛查：{full_date(day)}{named}同时施行，发的是同一种补贴，同一企业同一年度只能享受一次。"
        "请在“政策”里给其中一份发布写明截止日期的新版本，再筛查。"
    )


def _has_screened(versions):
    return any(screened_keys(compiled(version)) for version in versions)

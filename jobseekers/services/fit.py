"""How one person and one post fit, line by line, for the vacancy page.

The same conditions as the kernel's, on two rows, in whole sentences: what fits, what is missing
and how strongly it is asked for. Nothing here decides anything.
"""

from dataclasses import dataclass

from enterprises.enums import Education

from .recommending import pair_facts


@dataclass(frozen=True)
class FitLine:
    """tone: "fits", "missing" (the law or the post demands it) or "wanted" (preferred).

    remedy: "profile" when the person may have it and only not said so, "certificate" when one can
    be taken, "" when nothing is to be done; question: what to ask the hotline about it.
    """

    title: str
    note: str
    tone: str
    remedy: str = ""
    question: str = ""


def fit_of(seeker, vacancy):
    """The lines for one seeker and one vacancy (region.parent and occupation loaded)."""
    facts = pair_facts(seeker, vacancy)
    lines = [*_work(seeker, vacancy), *_place(seeker, vacancy), *_pay(seeker, vacancy)]
    lines += _education(seeker, vacancy)
    lines += _experience(seeker, vacancy)
    if vacancy.certificates and not facts.required:
        lines.append(FitLine("证书有了", "、".join(vacancy.certificates), "fits"))
    lines += [_missing_certificate(name) for name in facts.required]
    if facts.shared_skills:
        lines.append(FitLine("技能对口", "、".join(facts.shared_skills), "fits"))
    lines += [
        FitLine(f"可以补：{name}", "单位写的技能，没有也能申请", "wanted", "profile")
        for name in (*facts.preferred, *facts.missing_skills)[:2]
    ]
    return lines


def _missing_certificate(name):
    return FitLine(f"缺{name}", "上岗必须有", "missing", "certificate", f"怎么考{name}")


def _work(seeker, vacancy):
    code = vacancy.occupation_id or ""
    best = None
    for wish in seeker.intentions.all():
        mine = wish.occupation_id or ""
        if mine and mine == code:
            return [FitLine("工种一致", f"您想找“{wish.title}”", "fits")]
        if mine and mine[:7] == code[:7]:
            best = best or FitLine("工种相近", f"您想找“{wish.title}”", "fits")
    return [best] if best else []


def _place(seeker, vacancy):
    accepted = seeker.accepted_regions
    here = vacancy.region.name
    if not accepted or any(vacancy.region_id.startswith(code) for code in accepted):
        return [FitLine("地点合适", f"{here}，在您选的地区", "fits")]
    return [FitLine("地点不在您选的地区", f"岗位在{here}", "wanted")]


def _pay(seeker, vacancy):
    wish = seeker.pay_expected
    if not wish:
        return []
    if vacancy.pay_min >= wish:
        return [FitLine("工资够", f"最低 {vacancy.pay_min:,} 元，您期望 {wish:,} 元", "fits")]
    if vacancy.pay_max >= wish:
        return [FitLine("工资可能够", f"最高 {vacancy.pay_max:,} 元，您期望 {wish:,} 元", "fits")]
    return [FitLine("工资低于期望", f"最高 {vacancy.pay_max:,} 元，您期望 {wish:,} 元", "wanted")]


def _education(seeker, vacancy):
    if not vacancy.education:
        return []
    wanted = Education(vacancy.education).label
    if not seeker.education:
        return [FitLine(f"单位要{wanted}及以上", "您还没有填学历", "wanted", "profile")]
    if seeker.education >= vacancy.education:
        return [FitLine("学历够", f"要{wanted}及以上", "fits")]
    return [FitLine("学历不够", f"要{wanted}及以上", "missing")]


def _experience(seeker, vacancy):
    if not vacancy.experience_years:
        return []
    if seeker.experience_years >= vacancy.experience_years:
        return [FitLine("经验够", f"要 {vacancy.experience_years} 年以上", "fits")]
    return [FitLine("经验不够", f"要 {vacancy.experience_years} 年以上", "missing")]

"""Why a vacancy is recommended, and what is missing, in words a phone's line can hold.

Made on demand from the stored parts of an edge and a handful of facts; nothing is stored. Each
reason has at most eight characters, without a full stop.
"""

from dataclasses import dataclass
from enum import StrEnum

from .score import (
    NEAR_CITY,
    NEAR_DISTRICT,
    PARTS,
    SAME_CITY,
    SAME_DISTRICT,
    SAME_FINE,
    SAME_MIDDLE,
    SAME_MINOR,
    SAME_STREET,
    ScoreModel,
)

LONGEST = 8
TEXTS_ALIKE = 500  # points of the skills part that are worth saying where no skill is shared


class Strength(StrEnum):
    """How much a missing thing matters: the law demands it, or the employer would like it."""

    REQUIRED = "required"
    PREFERRED = "preferred"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason and the part of the score it comes from."""

    text: str
    part: str


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing missing. kind: "certificate", "skill" or "profile" (a fact not filled in)."""

    text: str
    strength: Strength
    kind: str


@dataclass(frozen=True, slots=True)
class PairFacts:
    """What the sentences need besides the parts; names as printed, pay in yuan a month.

    street, district, city: of the vacancy, "" if not known. shared_skills, missing_skills: words,
    the most telling first. perks: short words such as "包住" "包吃" "长白班". required, preferred:
    short names of certificates that are missing. unknown: what the seeker has not filled in,
    of "学历" "经验" "期望工资".
    """

    street: str = ""
    district: str = ""
    city: str = ""
    pay_min: int = 0
    pay_max: int = 0
    pay_expected: int = 0
    shared_skills: tuple[str, ...] = ()
    missing_skills: tuple[str, ...] = ()
    perks: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    preferred: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def reasons(
    parts, facts: PairFacts, model: ScoreModel | None = None, most: int = 3
) -> list[Reason]:
    """Return up to ``most`` reasons, the weightiest first.

    parts: points in the order of PARTS, as stored with the edge, the last of them missing in an
    edge from before they were scored; model: the score model of the
    edge's generation. A pair that has only weak grounds gets weak words, never praise it has not
    earned.
    """
    model = model or ScoreModel()
    points = dict(zip(PARTS, (int(p) for p in parts), strict=False))
    level = model.occupation_level(points["occupation"])
    place = model.place_level(points["place"])
    offers: list[tuple[int, Reason]] = []

    def offer(part: str, share: int, *texts: str) -> None:
        """Keep the first text that fits, weighed by what the part adds to the score."""
        for text in texts:
            if text and len(text) <= LONGEST:
                offers.append((model.weights[part] * share, Reason(text, part)))
                return

    words = {SAME_FINE: "工种一致", SAME_MINOR: "工种相近", SAME_MIDDLE: "同一类工作"}
    if level in words:
        offer("occupation", points["occupation"], words[level])
    if place == SAME_STREET:
        offer("place", points["place"], facts.street and f"就在{facts.street}", "在您选的街道")
    elif place == SAME_DISTRICT:
        offer("place", points["place"], facts.district and f"就在{facts.district}", "在您选的区县")
    elif place == NEAR_DISTRICT:
        near = facts.district and f"在相邻的{facts.district}"
        offer("place", points["place"], near, "在相邻的区县")
    elif place == NEAR_CITY:
        offer("place", points["place"], facts.city and f"在相邻的{facts.city}", "在相邻的城市")
    elif place == SAME_CITY:
        offer("place", points["place"], facts.city and f"在{facts.city}", "在您选的城市")
    offer("pay", points["pay"], _pay_words(facts))
    if points["skills"] and facts.shared_skills:
        first = facts.shared_skills[0]
        count = len(facts.shared_skills)
        if count > 1:
            offer("skills", points["skills"] + 500, f"{count}项技能对口")
        else:
            offer("skills", points["skills"] + 500, f"会{first}", "技能对口")
    elif points["skills"] >= TEXTS_ALIKE:
        offer("skills", points["skills"], "经历和岗位相近")
    if points["education"] == model.education_points[0]:
        offer("education", points["education"], "学历正合适")
    if points["experience"] == 1000:
        offer("experience", points["experience"], "经验够")
    for perk in facts.perks:
        offer("freshness", 1000, perk)
    if points["freshness"] >= 900:
        offer("freshness", points["freshness"], "新发布")
    order = sorted(range(len(offers)), key=lambda at: (-offers[at][0], at))
    return [offers[at][1] for at in order[:most]]


def _pay_words(facts: PairFacts) -> str:
    """How the pay compares with what is expected, by the top of the range, in whole yuan."""
    if not facts.pay_expected or not facts.pay_max:
        return ""
    if facts.pay_min >= facts.pay_expected > 0:
        above = facts.pay_min - facts.pay_expected
        if above == 0:
            return "达到期望工资"
        return _above(above)
    above = facts.pay_max - facts.pay_expected
    if above == 0:
        return "最高达到期望"
    return f"最高多{_yuan(above)}" if above > 0 else ""


def _above(yuan: int) -> str:
    full = f"比期望高{_yuan(yuan)}"
    return full if len(full) <= LONGEST else f"高出{_yuan(yuan)}"


def _yuan(yuan: int) -> str:
    """ "500元", "1500元", "1.2万元"; rounded down to the hundred from ten thousand on."""
    if yuan < 10_000:
        return f"{yuan}元"
    tenths = yuan // 1000
    return f"{tenths // 10}.{tenths % 10}万元" if tenths % 10 else f"{tenths // 10}万元"


def missing(facts: PairFacts, most: int = 3) -> list[Missing]:
    """Return what is missing, what the law demands first."""
    found = [Missing(f"缺{name}", Strength.REQUIRED, "certificate") for name in facts.required]
    found += [Missing(f"缺{name}", Strength.PREFERRED, "certificate") for name in facts.preferred]
    found += [Missing(f"缺{name}", Strength.PREFERRED, "skill") for name in facts.missing_skills]
    found += [Missing(f"未填{name}", Strength.PREFERRED, "profile") for name in facts.unknown]
    return found[:most]

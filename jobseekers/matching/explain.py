"""Why a pair was not recommended, and which posts are one certificate away."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from . import kernel
from .certificates import BY_BIT, bits_of
from .codes import division_ranges, occupation_text, widen_divisions
from .columns import EDUCATION_LEVELS, Lists, SeekerColumns, VacancyColumns
from .engine import MatchResult, match
from .prepare import prepare, vocabulary
from .score import SAME_MIDDLE
from .search import first_shared_telling
from .settings import MatchSettings, default_rounds

PlaceName = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing in the way. hard: no other vacancy or person can outweigh it."""

    code: str
    text: str
    hard: bool = True


def why_not(
    vacancies: VacancyColumns,
    seekers: SeekerColumns,
    vacancy_id: int,
    seeker_id: int,
    settings: MatchSettings | None = None,
    result: MatchResult | None = None,
    place_name: PlaceName = str,
) -> list[Obstacle]:
    """Return every obstacle between a vacancy and a seeker, hard conditions first.

    With ``result`` (of the same columns) also says whose list was full. Empty when the pair was
    recommended, or, without ``result``, when nothing but the competition stands in the way.
    place_name turns a division code into words. Raises KeyError for an id that is not there.
    """
    settings = settings or MatchSettings()
    v, s = _row(vacancies, vacancy_id), _row(seekers, seeker_id)
    found = _status(vacancies, seekers, v, s)
    post, person, lists, level, alike = _pair(vacancies, seekers, v, s, settings)
    found += _hard(vacancies, seekers, v, s, (post, person, lists), place_name)
    if level < SAME_MIDDLE and not alike:
        code = occupation_text(int(vacancies.occupation[v]))
        found.append(
            Obstacle("occupation", f"工种（{code}）不在您选的工种中类里，技能也不相近", hard=False)
        )
    if not any(obstacle.hard for obstacle in found) and result is not None:
        if ((result.vacancy_index == v) & (result.seeker_index == s)).any():
            return []
        found += _competition(vacancies, v, s, settings, result)
    return found


def _row(columns, wanted: int) -> int:
    at = np.flatnonzero(columns.ids == wanted)
    if not at.size:
        raise KeyError(wanted)
    return int(at[0])


def _pair(vacancies, seekers, v: int, s: int, settings: MatchSettings):
    """The two records, the seeker's lists, the occupation level, whether skills are alike."""
    words = vocabulary(vacancies, seekers, settings)
    one = replace(vacancies.take([v]), active=np.ones(1, bool))
    other = replace(seekers.take([s]), active=np.ones(1, bool), consent=np.ones(1, bool))
    both = prepare(one, other, settings, words)
    post, person = both.vacancies.posts[0], both.seekers.people[0]
    lists = both.seekers.lists
    level = kernel.occupation_level(post["occupation"], person, lists)
    post_skill = both.vacancies.skill
    alike = (
        kernel.skill_points(post, person, post_skill, lists, words.weight) >= settings.skill_floor
        and first_shared_telling(post, person, post_skill, lists) >= 0
    )
    return post, person, lists, level, alike


def _status(vacancies, seekers, v: int, s: int) -> list[Obstacle]:
    found = []
    if not vacancies.active[v]:
        found.append(Obstacle("vacancy_closed", "岗位没有在招"))
    if not seekers.active[s]:
        found.append(Obstacle("seeker_inactive", "求职者现在不找工作"))
    if not seekers.consent[s]:
        found.append(Obstacle("no_consent", "求职者没有同意把简历给用人单位看"))
    return found


def _hard(vacancies, seekers, v: int, s: int, records, place_name: PlaceName) -> list[Obstacle]:
    post, person, lists = records
    bits = kernel.failures(post, person)
    found = []
    if not kernel.place_accepted(post, person, lists):
        place = int(vacancies.division[v])
        wanted = "、".join(place_name(int(code)) for code in seekers.regions.row(s))
        where = place_name(place) if place else "没有写明的地方"
        found.append(Obstacle("place", f"工作在{where}，求职者只接受{wanted}"))
    if bits & kernel.EDUCATION:
        asked, has = (EDUCATION_LEVELS[int(x["education"])] for x in (post, person))
        has = "没有学历" if not person["education"] else f"是{has}"
        found.append(Obstacle("education", f"学历要求{asked}以上，求职者{has}"))
    if bits & kernel.EXPERIENCE:
        asked, has = int(post["experience"]), int(person["experience"])
        found.append(Obstacle("experience", f"经验要求 {asked} 年以上，求职者有 {has} 年"))
    if bits & kernel.PAY:
        most, expected = int(post["pay_max"]), int(person["pay"])
        found.append(
            Obstacle("pay", f"工资最高 {most:,} 元/月，低于求职者期望的 {expected:,} 元/月")
        )
    if bits & kernel.CERTIFICATE:
        for bit in bits_of(int(post["certificates"]) & ~int(person["certificates"])):
            known = BY_BIT.get(bit)
            name = f"{known.name}（{known.ground}，上岗必须）" if known else "法律要求的证书"
            found.append(Obstacle("certificate", f"缺{name}"))
    if (seekers.excluded.row(s) == vacancies.ids[v]).any():
        found.append(Obstacle("excluded", "已经应聘过，或选过“不合适”"))
    return found


def _competition(vacancies, v: int, s: int, settings, result: MatchResult) -> list[Obstacle]:
    """Whose list was full, for a pair that nothing else kept apart."""
    found = []
    room = int(vacancies.headcount[v]) * settings.cap
    if (result.vacancy_index == v).sum() >= room:
        found.append(
            Obstacle(
                "vacancy_full", f"这个岗位已推荐给 {room} 人，到了上限，他们更合适或排在前面", False
            )
        )
    own = int((result.seeker_index == s).sum())
    if own >= settings.per_seeker:
        found.append(Obstacle("seeker_full", f"求职者已有 {own} 个更合适或排在前面的岗位", False))
    elif own and not found:
        found.append(
            Obstacle("lower_round", "求职者已有本工种的推荐，其他工种只在一个都没有时才推荐", False)
        )
    return found


def removed_by(
    vacancies: VacancyColumns, seekers: SeekerColumns, vacancy_id: int
) -> dict[str, int]:
    """How many seekers each condition keeps from a vacancy, by the codes of ``why_not``.

    Somebody kept away by two conditions counts in both. "admissible": those whom none keeps away;
    "seekers": all. Looks at every seeker once, column by column. Raises KeyError for an id that is
    not there.
    """
    v = _row(vacancies, vacancy_id)
    education, experience = vacancies.education[v], vacancies.experience[v]
    most = vacancies.pay_max[v]
    kept = {
        "vacancy_closed": np.full(len(seekers), not vacancies.active[v]),
        "seeker_inactive": ~seekers.active,
        "no_consent": ~seekers.consent,
        "place": ~_accepting(seekers.regions, int(vacancies.division[v])),
        "education": (seekers.education >= 0) & (seekers.education < education),
        "experience": (seekers.experience >= 0) & (seekers.experience < experience),
        "pay": (most > 0) & (most < seekers.pay_expected),
        "certificate": (vacancies.certificates[v] & ~seekers.certificates) != 0,
        "excluded": _any_of(seekers.excluded, seekers.excluded.values == vacancy_id),
    }
    counts = {code: int(rows.sum()) for code, rows in kept.items()}
    out = np.logical_or.reduce(list(kept.values()))
    return counts | {"admissible": int((~out).sum()), "seekers": len(seekers)}


def _accepting(regions: Lists, division: int) -> np.ndarray:
    """Which rows of regions accept a place; a row without any accepts every place."""
    place = int(widen_divisions(np.array([division]))[0][0])
    codes, at = np.unique(regions.values, return_inverse=True)
    low, high = division_ranges(codes)
    inside = (low <= place) & (place < high)
    return _any_of(regions, inside[at]) | (np.diff(regions.indptr) == 0)


def _any_of(rows: Lists, marked: np.ndarray) -> np.ndarray:
    """Which rows have a marked value."""
    before = np.concatenate([[0], np.cumsum(marked)])
    return before[rows.indptr[1:]] > before[rows.indptr[:-1]]


def one_certificate_away(
    vacancies: VacancyColumns,
    seekers: SeekerColumns,
    seeker_id: int,
    settings: MatchSettings | None = None,
    most: int = 5,
) -> list[tuple[int, int]]:
    """Return (vacancy id, certificate bit) of posts for which one certificate alone is missing.

    All other conditions hold; best first; at most ``most``. Kept apart from the recommendations
    and from their caps, because these posts cannot be taken up today.
    """
    settings = settings or MatchSettings()
    s = _row(seekers, seeker_id)
    lacking = vacancies.certificates & ~seekers.certificates[s]
    rows = np.flatnonzero(np.bitwise_count(lacking) == 1)
    every = np.full(1, 2**64 - 1, dtype=np.uint64)
    person = replace(seekers.take([s]), certificates=every)
    general = tuple(r for r in default_rounds(most) if r.name == "general")
    alone = replace(settings, per_seeker=most, rounds=general, threads=1, check=False)
    edges = match(vacancies.take(rows), person, alone)
    order = np.argsort(edges.seeker_rank)
    chosen = rows[edges.vacancy_index[order]]
    return [(int(vacancies.ids[row]), bits_of(int(lacking[row]))[0]) for row in chosen]

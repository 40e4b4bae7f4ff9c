"""Titles of vacancies and wishes the coder is not sure of, and coding anew what was corrected."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

import pghistory
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from enterprises.enums import VacancyState
from enterprises.models import Enterprise, Vacancy
from enterprises.search import index_vacancies
from enterprises.services.notices import tell_members
from enterprises.services.vacancies import vacancy_path
from jobseekers.enums import MatchSide, SeekerStatus
from jobseekers.models import JobIntention
from portal.places.corrections import make_correction
from portal.places.models import DoubtfulTitle, Occupation, OccupationCorrection, TitleDoubt
from portal.places.title_coding import coder_in_force
from portal.runs.services import running

from .match_now import ask_many

DISTRICT = 6  # digits of a district's code
_CHUNK = 5000
_LEAST_OTHERWISE = 2  # vacancies chosen otherwise before it is worth a look


@dataclass(frozen=True)
class Found:
    """What has a title's key now: one present class, how many vacancies and wishes."""

    occupation: Occupation | None
    vacancies: int
    wishes: int

    @property
    def code(self) -> str:
        """Its code, "" for those that have none."""
        return self.occupation.pk if self.occupation else ""


def found_with_title(user, title: str, code: str = "") -> list[Found]:
    """Current vacancies and wishes whose title has the same key, by present class, most first.

    Those that are ``code`` or finer already are left out. Within the user's region.
    """
    vacancies, wishes = _counts(*_same_key(user, title), code)
    codes = {one for one in [*vacancies, *wishes] if one}
    named = Occupation.objects.select_related("parent").in_bulk(codes)
    rows = [
        Found(named.get(one), vacancies[one], wishes[one]) for one in set(vacancies) | set(wishes)
    ]
    return sorted(rows, key=lambda row: (-row.vacancies - row.wishes, row.code))


def correct_title(user, *, title, code, reason, recode=()) -> OccupationCorrection:
    """Make a correction and code anew what stands under the classes of ``recode``.

    recode: present codes ("" for none) as found_with_title() showed them; nothing else is touched.
    Vacancies keep their history, are found by the new class at once, and their enterprises are
    told. ``.recoded`` of the returned row says how many were changed. All or nothing.
    """
    with transaction.atomic():
        correction = make_correction(user, title=title, code=code, reason=reason)
        vacancies, wishes = _same_key(user, correction.title)
        chosen = set(recode)
        with pghistory.context(user=user.pk, correction=correction.public_id, reason=reason):
            changed = _recode_vacancies(correction, vacancies, chosen, user)
            wished = _recode_wishes(correction, wishes, chosen)
        correction.recoded = {"vacancies": changed, "wishes": wished}
        correction.save(update_fields=["recoded"])
        DoubtfulTitle.objects.filter(key=correction.key).delete()
    return correction


def recount_doubtful_titles(report=None) -> int:
    """Count every doubtful title of current vacancies and wishes anew; returns the rows written.

    One of the night's jobs; readers see the old list or the new one.
    """
    key = f"titles:{timezone.localdate():%Y-%m-%d}"
    with running("titles", key, report, again=True) as log:
        with log.stage("核对岗位和求职意向的名称"):
            doubts = _doubts()
        with log.stage("写入"), transaction.atomic():
            DoubtfulTitle.objects.all().delete()
            DoubtfulTitle.objects.bulk_create(doubts, batch_size=2000)
        log.count(titles=len(doubts))
    return len(doubts)


@dataclass
class _Tally:
    titles: Counter = field(default_factory=Counter)
    vacancies: Counter = field(default_factory=Counter)  # by minor class chosen
    wishes: int = 0


def _doubts():
    coder = coder_in_force()
    tallies: dict[tuple[str, str, str], _Tally] = defaultdict(_Tally)
    known: dict[str, tuple[str, str | None]] = {}

    def read(title):
        if title not in known:
            known[title] = coder.key(title), coder.code(title).minor_code
        return known[title]

    for title, region, occupation, number in _current_vacancies():
        key, minor = read(title)
        chosen = occupation[:7]
        if not key or minor == chosen:
            continue
        doubt = TitleDoubt.CHOSEN_OTHERWISE if minor else TitleDoubt.UNCODED
        tally = tallies[key, region[:DISTRICT], doubt]
        tally.titles[title] += number
        tally.vacancies[chosen] += number
    for title, region, number in _current_wishes():
        key, minor = read(title)
        if key and minor is None:
            tally = tallies[key, region[:DISTRICT], TitleDoubt.UNCODED]
            tally.titles[title] += number
            tally.wishes += number
    return _rows(tallies)


def _rows(tallies):
    otherwise = Counter()
    for (key, _, doubt), tally in tallies.items():
        if doubt == TitleDoubt.CHOSEN_OTHERWISE:
            otherwise[key] += tally.vacancies.total()
    longest = DoubtfulTitle._meta.get_field("title").max_length
    now = timezone.now()
    kept = {}
    for (key, region, doubt), tally in tallies.items():
        if len(key) > longest:
            continue
        if doubt == TitleDoubt.CHOSEN_OTHERWISE and otherwise[key] < _LEAST_OTHERWISE:
            continue
        # One key can be sure in one spelling and not in another; the doubt weighs more.
        if (key, region) in kept and doubt == TitleDoubt.CHOSEN_OTHERWISE:
            continue
        kept[key, region] = DoubtfulTitle(
            key=key,
            region_id=region,
            doubt=doubt,
            title=min(tally.titles, key=lambda one: (-tally.titles[one], one)),
            vacancies=tally.vacancies.total(),
            wishes=tally.wishes,
            chosen=dict(tally.vacancies),
            counted_at=now,
        )
    return list(kept.values())


def _current_vacancies():
    rows = Vacancy.objects.live().order_by().exclude(title="")
    grouped = rows.values_list("title", "region_id", "occupation_id").annotate(Count("pk"))
    return grouped.iterator(chunk_size=_CHUNK)


def _current_wishes():
    rows = JobIntention.objects.exclude(seeker__status=SeekerStatus.NOT_LOOKING).order_by()
    grouped = rows.values_list("title", "seeker__region_id").annotate(Count("pk"))
    return grouped.iterator(chunk_size=_CHUNK)


def _same_key(user, title):
    """(vacancies, wishes) of the user's region whose titles have the key of ``title``."""
    coder = coder_in_force()
    key = coder.key(title)
    # A key keeps the order of its characters: PostgreSQL finds what may have it, the coder decides.
    pattern = ".*".join(one for one in key if not one.isascii())

    def having_it(rows):
        titles = rows.filter(title__regex=pattern) if pattern else rows
        titles = titles.order_by().values_list("title", flat=True).distinct()
        return rows.filter(title__in=[one for one in titles if coder.key(one) == key])

    return (
        having_it(
            Vacancy.objects.filter(
                state=VacancyState.PUBLISHED, enterprise__in=Enterprise.objects.visible_to(user)
            )
        ),
        having_it(JobIntention.objects.filter(seeker__region__code__startswith=user.region_scope)),
    )


def _counts(vacancies, wishes, code):
    """Two Counters by present code ("" for none), without what is ``code`` or finer."""
    counted = []
    for rows in (vacancies, wishes):
        grouped = rows.order_by().values_list("occupation_id").annotate(Count("pk"))
        counted.append(
            Counter(
                {
                    present or "": number
                    for present, number in grouped
                    if not (code and present and present.startswith(code))
                }
            )
        )
    return counted


def _recode_vacancies(correction, vacancies, chosen, user):
    """Returns {former code: number}."""
    rows = list(
        _not_yet(vacancies, correction, chosen)
        .select_for_update(of=["self"])
        .select_related("enterprise")
        .order_by("pk")
    )
    keys = [row.pk for row in rows]
    Vacancy.objects.filter(pk__in=keys).update(occupation=correction.occupation)
    index_vacancies(keys)
    ask_many(MatchSide.VACANCY, keys)
    by_enterprise = defaultdict(list)
    for row in rows:
        by_enterprise[row.enterprise].append(row)
    for enterprise, own in by_enterprise.items():
        tell_members(
            enterprise,
            kind="vacancy",
            key=f"correction:{correction.public_id}:{enterprise.pk}",
            subject=f"岗位的职业分类改为“{correction.occupation}”",
            body=f"“{correction.title}”有 {len(own)} 个岗位改了职业分类，岗位照常展示，您不用再办。"
            f"理由：{correction.reason}",
            path=vacancy_path(own[0]),
            but=user,
        )
    return dict(Counter(row.occupation_id for row in rows))


def _recode_wishes(correction, wishes, chosen):
    """Returns {former code, "" for none: number}."""
    rows = list(
        _not_yet(wishes, correction, chosen)
        .select_for_update(of=["self"])
        .order_by("pk")
        .values_list("pk", "occupation_id", "seeker_id")
    )
    JobIntention.objects.filter(pk__in=[pk for pk, _, _ in rows]).update(
        occupation=correction.occupation
    )
    ask_many(MatchSide.SEEKER, [seeker for _, _, seeker in rows])
    return dict(Counter(present or "" for _, present, _ in rows))


def _not_yet(rows, correction, chosen):
    wanted = Q(occupation__in=[code for code in chosen if code])
    if "" in chosen:
        wanted |= Q(occupation__isnull=True)
    within = Q(occupation__isnull=False, occupation__code__startswith=correction.occupation_id)
    return rows.filter(wanted).exclude(within)

"""Reading what the night recommended, with reasons made on demand from the stored parts."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from enterprises.enums import Lodging, Shift
from enterprises.models import Vacancy
from jobseekers.enums import SeekerStatus
from jobseekers.matching.certificates import BY_BIT, bits_of, certificates_in
from jobseekers.matching.reasons import Missing, PairFacts, Reason, missing, reasons
from jobseekers.matching.score import CHOICES, FULL_POINTS, PART_LABELS, PARTS
from jobseekers.models import (
    Application,
    Dismissal,
    MatchGeneration,
    Push,
    Recommendation,
)
from jobseekers.models.recommendation import GenerationState
from portal.accounts.enums import ConsentKind

from .plans import model_of


@dataclass(frozen=True)
class Advice:
    """One recommendation ready to show. parts in the order of matching.score.PARTS."""

    recommendation: Recommendation
    vacancy: Vacancy
    reasons: list[Reason]
    missing: list[Missing]


def current_generation():
    """The generation readers see, or None before the first night."""
    return MatchGeneration.objects.filter(state=GenerationState.CURRENT).first()


def recommendations_for(seeker):
    """The seeker's list in its order, without what has ended, was dismissed or applied to since.

    A fixed number of queries whatever the length of the list.
    """
    rows = list(
        Recommendation.objects.current()
        .filter(seeker=seeker, vacancy__in=Vacancy.objects.live())
        .exclude(vacancy__in=Dismissal.objects.filter(seeker=seeker).values("vacancy"))
        .exclude(vacancy__in=Application.objects.filter(seeker=seeker).values("vacancy"))
        .select_related(
            "generation", "vacancy__enterprise", "vacancy__region__parent", "vacancy__occupation"
        )
        .order_by("seeker_rank")
    )
    model = model_of(rows[0].generation) if rows else None
    return [_advice(row, seeker, row.vacancy, model) for row in rows]


def candidates_for(vacancy, limit=50):
    """Candidates who agreed to be found and still look for work, best first, with the full
    factors."""
    rows = list(
        Recommendation.objects.current()
        .filter(
            vacancy=vacancy,
            seeker__user__consents__kind=ConsentKind.FINDABLE,
            seeker__user__consents__withdrawn_at__isnull=True,
        )
        .exclude(seeker__status=SeekerStatus.NOT_LOOKING)
        .exclude(seeker__in=Application.objects.filter(vacancy=vacancy).values("seeker"))
        .exclude(seeker__in=Dismissal.objects.filter(vacancy=vacancy).values("seeker"))
        .select_related("generation", "seeker__region__parent", "vacancy__region__parent")
        .order_by("vacancy_rank")[:limit]
    )
    model = model_of(rows[0].generation) if rows else None
    return [_advice(row, row.seeker, vacancy, model) for row in rows]


def factors_of(parts):
    """[(label, points of 100)] of an edge in the order of the score: how well somebody fits.

    How few choices somebody has is left out: it is no matter for an employer, and by it nobody
    should be offered less.
    """
    return [
        (PART_LABELS[name], round(points * 100 / FULL_POINTS))
        for name, points in zip(PARTS, parts, strict=False)  # earlier generations had fewer parts
        if name != CHOICES
    ]


def _advice(row, seeker, vacancy, model):
    """model: the weights the generation was made with, which say which reason counts most."""
    facts = pair_facts(seeker, vacancy)
    return Advice(row, vacancy, reasons(row.parts, facts, model), missing(facts))


def pair_facts(seeker, vacancy):
    """What the sentences about a pair need. vacancy.region.parent must be loaded."""
    region = vacancy.region
    street, district = ("", region.name)
    if len(region.code) > 6:
        street, district = region.name, region.parent.name
    held = certificates_in("、".join(seeker.certificates))
    wanted = certificates_in("、".join(vacancy.certificates))
    liked = certificates_in("、".join(vacancy.skills)) & ~wanted
    have = {skill.strip().lower() for skill in seeker.skills}
    unknown = []
    if not seeker.education:
        unknown.append("学历")
    if not seeker.pay_expected:
        unknown.append("期望工资")
    perks = []
    if vacancy.lodging in (Lodging.BOTH, Lodging.LODGING, Lodging.MEALS):
        perks.append(Lodging(vacancy.lodging).label)
    if vacancy.shift == Shift.DAY:
        perks.append(Shift.DAY.label)
    return PairFacts(
        street=street,
        district=district,
        pay_min=vacancy.pay_min,
        pay_max=vacancy.pay_max,
        pay_expected=seeker.pay_expected or 0,
        shared_skills=tuple(s for s in vacancy.skills if s.strip().lower() in have),
        missing_skills=tuple(
            s for s in vacancy.skills if s.strip().lower() not in have and not certificates_in(s)
        ),
        perks=tuple(perks),
        required=tuple(BY_BIT[bit].short for bit in bits_of(wanted & ~held)),
        preferred=tuple(BY_BIT[bit].short for bit in bits_of(liked & ~held)),
        unknown=tuple(unknown),
    )


def wanted_posts(seeker, pay=None):
    """Live posts of a wished kind, in an accepted place, whose pay reaches `pay` (yuan a month;
    None: what the seeker expects). None at all for a seeker without a wish that has a code."""
    wishes = {wish.occupation_id[:7] for wish in seeker.intentions.all() if wish.occupation_id}
    if not wishes:
        return Vacancy.objects.none()
    work, place = Q(), Q()
    for code in wishes:
        work |= Q(occupation__code__startswith=code)
    for code in seeker.accepted_regions:
        place |= Q(region__code__startswith=code)
    rows = Vacancy.objects.live().filter(work, place)
    expected = seeker.pay_expected if pay is None else pay
    return rows.filter(pay_max__gte=expected) if expected else rows


def one_certificate_away(seeker, most=3):
    """[(vacancy, short name of the certificate)]: live posts of a wished kind, place and pay for
    which a certificate that the law demands is the only thing missing."""
    rows = (
        wanted_posts(seeker)
        .filter(experience_years__lte=seeker.experience_years)
        .exclude(certificates=[])
        .exclude(pk__in=Application.objects.filter(seeker=seeker).values("vacancy"))
        .exclude(pk__in=Dismissal.objects.filter(seeker=seeker).values("vacancy"))
        .select_related("enterprise", "region__parent")
        .order_by("-published_at", "-pk")
    )
    if seeker.education:
        rows = rows.filter(education__lte=seeker.education)
    held = certificates_in("、".join(seeker.certificates))
    found = []
    for vacancy in rows[:200]:
        lacking = bits_of(certificates_in("、".join(vacancy.certificates)) & ~held)
        if len(lacking) == 1:
            found.append((vacancy, BY_BIT[lacking[0]].name))
        if len(found) == most:
            break
    return found


def dismiss(seeker, vacancy, reason):
    """“不适合我”: gone from the list at once, and counted the next night. Twice is once."""
    return Dismissal.objects.update_or_create(
        seeker=seeker,
        vacancy=vacancy,
        defaults={"reason": reason, "created_at": timezone.now()},
    )[0]


def take_back(seeker, vacancy):
    """“不适合我” was a slip: the post may be recommended again. Twice is once."""
    Dismissal.objects.filter(seeker=seeker, vacancy=vacancy).delete()


def dismissed_by(seeker, most=20):
    """The seeker's dismissals of posts that are still open, newest first."""
    return list(
        Dismissal.objects.filter(seeker=seeker, vacancy__in=Vacancy.objects.live())
        .select_related("vacancy__enterprise")
        .order_by("-created_at", "-pk")[:most]
    )


def mark_opened(user, vacancy):
    """The seeker opened the page of a post that was recommended to them; the first time counts."""
    Push.objects.filter(seeker__user=user, vacancy=vacancy, read_at__isnull=True).update(
        read_at=timezone.now()
    )

"""Running a search: filters, order, keyset page, capped counts, relaxations."""

import base64
import binascii
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import Q, Value
from django.utils import timezone

from portal.places.coder import code_title, fine_occupation
from portal.places.models import Occupation

from .enums import KeyListKind, Lodging, Shift
from .models import KeyListEntry, Vacancy
from .models.vacancy import WordsOf
from .search import tsquery
from .search_params import EXPERIENCE, ONLY, PAY_STEPS, SearchParams
from .search_words import query_terms, query_words

PAGE_SIZE = 20
# 三必需一重要 of S0(一): the enterprises whose posts the public sees as 重点企业.
KEY_KINDS = (
    KeyListKind.PUBLIC_UTILITY,
    KeyListKind.EPIDEMIC_CONTROL,
    KeyListKind.DAILY_LIFE,
    KeyListKind.NATIONAL_ECONOMY,
)
COUNT_CAP = 1000


def filtered(params, skip=()):
    """Live vacancies that fit; `skip` names parts to leave out (for counts of the others)."""
    vacancies = Vacancy.objects.live()
    if params.text and "text" not in skip:
        terms = query_terms(params.text)
        vacancies = vacancies.filter(search_vector=tsquery(terms)) if terms else vacancies.none()
    if params.occupation:
        vacancies = vacancies.filter(
            Q(occupation_id=params.occupation)
            | Q(occupation__code__startswith=params.occupation + "-")
        )
    for part, held in conditions(params).items():
        if part not in skip:
            vacancies = vacancies.filter(held)
    for key in params.only:
        vacancies = vacancies.filter(only_q(key))
    return vacancies


def conditions(params):
    """{part of the search: its condition} of the filters that hold; switches are not among them."""
    held = {}
    if params.regions:
        held["regions"] = region_q(params.regions)
    if params.pay:
        held["pay"] = pay_q(params.pay)
    if params.experience:
        held["experience"] = experience_q(params.experience)
    if params.education is not None:
        held["education"] = education_q(params.education)
    return held


def region_q(codes):
    """In one of the divisions or below."""
    condition = Q()
    for code in codes:
        condition |= Q(region__code__startswith=code)
    return condition


def pay_q(yuan):
    """The upper end reaches the wish: what one may get, not what is sure."""
    return Q(pay_max__gte=yuan)


def experience_q(key):
    """What somebody with so many years can apply for."""
    return Q(experience_years__lte=EXPERIENCE[key][1])


def education_q(level):
    """What somebody with that education can apply for."""
    return Q(education__lte=level)


def key_entries():
    """The key list entries of today that the public is told of."""
    return KeyListEntry.objects.on(timezone.localdate()).filter(kind__in=KEY_KINDS)


def only_q(key):
    """One of the single switches."""
    if key == "key":
        return Q(enterprise_id__in=key_entries().values("enterprise_id"))
    if key == "lodging":
        return Q(lodging__in=[Lodging.BOTH, Lodging.LODGING])
    if key == "meals":
        return Q(lodging__in=[Lodging.BOTH, Lodging.MEALS])
    if key == "day":
        return Q(shift=Shift.DAY)
    return Q(published_at__gte=timezone.now() - timedelta(days=3))


def capped_counts(querysets):
    """How many rows each has, counting stopped just above COUNT_CAP; one round trip for all."""
    parts, arguments = [], []
    for rows in querysets:
        try:
            sql, params = rows.order_by().values("pk")[: COUNT_CAP + 1].query.sql_with_params()
        except EmptyResultSet:
            parts.append("0")
            continue
        parts.append(f"(SELECT count(*) FROM ({sql}) c)")  # noqa: S608 - Django wrote the SQL
        arguments += params
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(parts), arguments)
        return list(cursor.fetchone())


@dataclass(frozen=True)
class Page:
    """One page of hits. total is COUNT_CAP + 1 when counting stopped; openings None then."""

    vacancies: list
    total: int
    openings: int | None
    start: int
    next_after: str


# How well a hit fits, best first: the title is the query; it holds all words; title and kind of work
# hold them; the title holds some (of “武进电工” the work, not the place); the words are elsewhere.
EXACT, TITLE, WORK, SOME, TEXT = 4, 3, 2, 1, 0


def _ranks(vacancies, params):
    """[(rank, its vacancies)], best first; together they are all hits, each once."""
    terms = query_terms(params.text)
    if not terms:
        return [(TEXT, vacancies)]
    vacancies = vacancies.alias(
        title_words=WordsOf("search_vector", "a"), work_words=WordsOf("search_vector", "a,b")
    )
    better = Q(title__iexact=params.text)
    ranks = [(EXACT, vacancies.filter(better))]
    steps = [(TITLE, Q(title_words=tsquery(terms))), (WORK, Q(work_words=tsquery(terms)))]
    telling = [term for term in terms if len(term.word) > 1]
    if len(terms) > 1 and telling:
        steps.append((SOME, Q(title_words=tsquery(telling, any_of=True))))
    for rank, fits in steps:
        ranks.append((rank, vacancies.filter(fits).exclude(better)))
        better |= fits
    return [*ranks, (TEXT, vacancies.exclude(better))]


def _cursor(rank, vacancy, key, position):
    value = getattr(vacancy, key)
    value = value.isoformat() if isinstance(value, datetime) else value
    packed = json.dumps([position, rank, value, vacancy.pk], separators=(",", ":"))
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def _read_cursor(cursor, key):
    """(position, rank, value, pk) of a cursor; None when it is none of ours."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        position, rank, value, pk = json.loads(base64.urlsafe_b64decode(padded))
        value = datetime.fromisoformat(value) if key == "published_at" else int(value)
        position, rank, pk = int(position), int(rank), int(pk)
    except (ValueError, TypeError, OverflowError, binascii.Error):
        return None
    aware = not isinstance(value, datetime) or timezone.is_aware(value)
    small = all(0 <= n < 2**31 for n in (position, rank, *([value] if key == "pay_min" else [])))
    return (position, rank, value, pk) if aware and small and 0 <= pk < 2**63 else None


def _ordered_keys(hits, params, size):
    """(position, [(pk, rank)]) of one page and one row more, in order.

    Each rank is read on its own, newest first, and stops when the page is full: with a common word
    PostgreSQL then walks the index of dates instead of ranking every hit. What has the words in
    its title often fills the page, and the other ranks are not asked for.
    """
    key = "pay_min" if params.sort == "pay" else "published_at"
    by_relevance = not params.sort
    ranks = _ranks(hits, params) if by_relevance else [(TEXT, hits)]
    after = _read_cursor(params.after, key) if params.after else None
    position = after[0] if after else 0
    titles, others = [], []
    for rank, rows in ranks:
        if after and rank > after[1]:
            continue
        if after and rank == after[1]:
            _, _, value, pk = after
            rows = rows.filter(Q(**{f"{key}__lt": value}) | Q(**{key: value}, pk__lt=pk))
        rows = rows.order_by(f"-{key}", "-pk").annotate(rank=Value(rank))
        part = rows.values_list("pk", "rank", key)[: size + 1]
        (titles if rank >= TITLE else others).append(part)
    found = _rows_of(titles)
    if len(found) <= size:
        found += _rows_of(others)
    ordered = sorted(found, key=lambda row: (row[1], row[2], row[0]), reverse=True)
    return position, [(pk, rank) for pk, rank, _ in ordered[: size + 1]]


def _rows_of(parts):
    """The rows of several querysets, in one round trip."""
    if not parts:
        return []
    return list(parts[0] if len(parts) == 1 else parts[0].union(*parts[1:], all=True))


def page_of(params, size=None):
    """The page a search's address means; `size` rows of it (PAGE_SIZE)."""
    size = size or PAGE_SIZE
    hits = filtered(params)
    total = capped_counts([hits])[0]
    if not total:
        return Page([], 0, 0, 0, "")
    openings = None
    if total <= COUNT_CAP:
        openings = hits.aggregate(n=models.Sum("headcount"))["n"] or 0
    position, keys = _ordered_keys(hits, params, size)
    more = len(keys) > size
    keys = keys[:size]
    loaded = Vacancy.objects.select_related("enterprise", "region__parent").in_bulk(
        [pk for pk, _ in keys]
    )
    rows = [loaded[pk] for pk, _ in keys if pk in loaded]
    next_after = ""
    if more:
        key = "pay_min" if params.sort == "pay" else "published_at"
        next_after = _cursor(keys[-1][1], loaded[keys[-1][0]], key, position + len(keys))
    return Page(rows, total, openings, position, next_after)


def key_labels(vacancies):
    """enterprise id → the kind of key list it is on today, for the vacancies of one page."""
    entries = key_entries().filter(enterprise_id__in={v.enterprise_id for v in vacancies})
    labels = {}
    for entry in entries.order_by("starts_on"):
        labels.setdefault(entry.enterprise_id, entry.get_kind_display())
    return labels


def relaxations(params, districts):
    """Single changes that would find something: (params, label, note, count), four at most.

    Each lets go of one condition and keeps the others; none counts zero.
    """
    tries = []
    if params.pay:
        lower = [step for step in PAY_STEPS if step < params.pay]
        if lower:
            tries.append((replace(params, pay=lower[-1]), f"月薪降到 {lower[-1]:,} 元以上", ""))
        tries.append((replace(params, pay=0), "月薪不限", ""))
    for key in params.only:
        only = tuple(k for k in params.only if k != key)
        tries.append((replace(params, only=only), f"去掉“{ONLY[key]}”", ""))
    if params.regions:
        names = {d.code: d.name for d in districts}
        chosen = " + ".join(names[c] for c in params.regions if c in names)
        for district in districts:
            if district.code not in params.regions:
                tries.append(
                    (
                        replace(params, regions=(*params.regions, district.code)),
                        f"把{district.name}也算上",
                        f"{chosen} + {district.name}" if chosen else "",
                    )
                )
        tries.append((replace(params, regions=()), "不限地区", ""))
    if params.experience:
        tries.append((replace(params, experience=""), "经验不限", ""))
    if params.education is not None:
        tries.append((replace(params, education=None), "学历不限", ""))
    if params.occupation:
        tries.append((replace(params, occupation=""), "不限工种", ""))
    kind = kind_of_work(params.text)
    if kind and kind.code != params.occupation:
        tries.append(
            (replace(params, text="", occupation=kind.code), f"看“{kind.name}”类的岗位", "")
        )
    words = query_words(params.text)
    if len(words) == 1 and len(words[0]) == 2:
        first, second = words[0]
        tries.append(
            (replace(params, text=f"{first} {second}"), f"名称里有“{first}”和“{second}”的", "")
        )
    if len(words) > 1:
        for word in reversed(words):
            tries.append((replace(params, text=word), f"改查“{word}”", ""))
            tries.append(
                (SearchParams(text=word, regions=params.regions), f"只查“{word}”", "其他条件不限")
            )
    elif words and params.is_narrowed:
        tries.append((SearchParams(text=params.text), f"只查“{params.text}”", "其他条件不限"))
    tries = [(replace(p, after=""), label, note) for p, label, note in tries if p != params]
    counts = capped_counts([filtered(p) for p, _, _ in tries])
    unchanged = "其他条件不变" if len(params.pairs()) > 1 else ""
    best = {}
    for (changed, label, note), count in zip(tries, counts, strict=True):
        if not count:
            continue
        part = _changed_part(params, changed)
        # The first change of a part is the smallest; of districts the one with the most posts.
        if part not in best or (part == "regions" and changed.regions and count > best[part][3]):
            best[part] = (changed, label, note or unchanged, count)
    return list(best.values())[:4]


def kind_of_work(text):
    """The occupation that people call so, None when the words name none."""
    code = (fine_occupation(text) or code_title(text).minor_code) if text else ""
    kind = Occupation.objects.filter(pk=code).first() if code else None
    return None if kind and "其他" in kind.name else kind


def _changed_part(before, after):
    if after.occupation and before.occupation != after.occupation:
        return "kind"
    for name in ("pay", "only", "regions", "experience", "education", "occupation", "text"):
        if getattr(before, name) != getattr(after, name):
            return name
    return "other"

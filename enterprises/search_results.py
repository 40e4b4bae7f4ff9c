"""Running a search: filters, order, keyset page, capped counts, relaxations."""

import base64
import binascii
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import BooleanField, Case, Q, Value, When
from django.utils import timezone

from .enums import Lodging, Shift
from .models import KeyListEntry, Vacancy
from .search import query_words, tsquery
from .search_params import EXPERIENCE, ONLY, PAY_STEPS, SearchParams

PAGE_SIZE = 20
COUNT_CAP = 1000


def filtered(params, skip=()):
    """Live vacancies that fit; `skip` names parts to leave out (for counts of the others)."""
    vacancies = Vacancy.objects.live()
    if params.text and "text" not in skip:
        words = query_words(params.text)
        vacancies = vacancies.filter(search_vector=tsquery(words)) if words else vacancies.none()
    if params.regions and "regions" not in skip:
        vacancies = vacancies.filter(region_q(params.regions))
    if params.occupation and "occupation" not in skip:
        vacancies = vacancies.filter(
            Q(occupation_id=params.occupation)
            | Q(occupation__code__startswith=params.occupation + "-")
        )
    if params.pay and "pay" not in skip:
        vacancies = vacancies.filter(pay_q(params.pay))
    if params.experience and "experience" not in skip:
        vacancies = vacancies.filter(experience_q(params.experience))
    if params.education is not None and "education" not in skip:
        vacancies = vacancies.filter(education__lte=params.education)
    for key in params.only:
        if key not in skip and "only" not in skip:
            vacancies = vacancies.filter(only_q(key))
    return vacancies


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


def only_q(key):
    """One of the single switches."""
    if key == "key":
        entries = KeyListEntry.objects.on(timezone.localdate())
        return Q(enterprise_id__in=entries.values("enterprise_id"))
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


def _ordered(vacancies, params):
    """The order and the names of its keys; each key falls."""
    words = query_words(params.text)
    if params.sort == "pay":
        return vacancies.order_by("-pay_min", "-pk"), ("pay_min", "pk")
    if params.sort == "new" or not words:
        return vacancies.order_by("-published_at", "-pk"), ("published_at", "pk")
    vacancies = vacancies.annotate(
        in_title=Case(
            When(search_vector=tsquery(words, "A"), then=Value(True)),
            default=Value(False),
            output_field=BooleanField(),
        )
    )
    return (
        vacancies.order_by("-in_title", "-published_at", "-pk"),
        ("in_title", "published_at", "pk"),
    )


def _cursor(vacancy, keys, position):
    values = [getattr(vacancy, key) for key in keys]
    values = [v.isoformat() if isinstance(v, datetime) else v for v in values]
    return (
        base64.urlsafe_b64encode(json.dumps([position, *values], separators=(",", ":")).encode())
        .decode()
        .rstrip("=")
    )


def _after(cursor, keys):
    """(position, condition) of a cursor; (0, None) when it is none of ours."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        position, *values = json.loads(base64.urlsafe_b64decode(padded))
        if len(values) != len(keys) or not int(position) >= 0:
            return 0, None
        typed = []
        for key, value in zip(keys, values, strict=True):
            if key == "published_at":
                typed.append(datetime.fromisoformat(value))
            elif key == "in_title":
                typed.append(bool(value))
            else:
                typed.append(int(value))
    except (ValueError, TypeError, binascii.Error):
        return 0, None
    condition = Q(pk__in=[])
    equal = Q()
    for key, value in zip(keys, typed, strict=True):
        condition |= equal & _less(key, value)
        equal &= Q(**{key: value})
    return int(position), condition


def _less(key, value):
    """Strictly after `value` in falling order."""
    if key == "in_title":
        return Q(in_title=False) if value else Q(pk__in=[])
    return Q(**{f"{key}__lt": value})


def page_of(params):
    """The page a search's address means."""
    hits = filtered(params)
    total = capped_counts([hits])[0]
    openings = None
    if total <= COUNT_CAP:
        openings = hits.aggregate(n=models.Sum("headcount"))["n"] or 0
    ordered, keys = _ordered(hits, params)
    position, condition = _after(params.after, keys) if params.after else (0, None)
    if condition is not None:
        ordered = ordered.filter(condition)
    rows = list(ordered.select_related("enterprise", "region__parent")[: PAGE_SIZE + 1])
    more = len(rows) > PAGE_SIZE
    rows = rows[:PAGE_SIZE]
    next_after = _cursor(rows[-1], keys, position + len(rows)) if more else ""
    return Page(rows, total, openings, position, next_after)


def key_labels(vacancies):
    """enterprise id → whether on a key list today, for the vacancies of one page."""
    entries = KeyListEntry.objects.on(timezone.localdate()).filter(
        enterprise_id__in={v.enterprise_id for v in vacancies}
    )
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
    words = query_words(params.text)
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
    best = {}
    for (changed, label, note), count in zip(tries, counts, strict=True):
        if not count:
            continue
        part = _changed_part(params, changed)
        # The first change of a part is the smallest; of districts the one with the most posts.
        if part not in best or (part == "regions" and changed.regions and count > best[part][3]):
            best[part] = (changed, label, note or "其他条件不变", count)
    return list(best.values())[:4]


def _changed_part(before, after):
    for name in ("pay", "only", "regions", "experience", "education", "occupation", "text"):
        if getattr(before, name) != getattr(after, name):
            return name
    return "other"

"""Search over everything staff see: enterprises, people by their whole number, tickets, decisions."""

import re
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse

from enterprises.models import Enterprise, Vacancy
from hotlines.models import Ticket
from jobseekers.models import JobSeeker
from portal.accounts.crypto import blind_index
from portal.accounts.enums import Role
from portal.accounts.identity import normalise
from subsidies.explain import outcome_words
from subsidies.models import Decision

SHOWN = 10
_SHORTEST = 2


@dataclass(frozen=True)
class Hit:
    """One thing found."""

    title: str
    url: str
    note: str = ""


@dataclass(frozen=True)
class Group:
    """Things of one kind; more says that there are others."""

    label: str
    hits: list[Hit]
    more_url: str = ""


def search_all(user, typed: str) -> list[Group]:
    """Groups that found something, in a fixed order. Too short a word finds nothing.

    A person is found only by the whole identity number, phone or public number, never by name.
    """
    words = normalise(typed)
    if len(words) < _SHORTEST:
        return []
    groups = [
        _enterprises(user, words),
        _seekers(user, words),
        _tickets(user, words),
        _vacancies(user, words),
        _decisions(user, words),
    ]
    return [group for group in groups if group.hits]


def _cut(label, queryset, make, more_url=""):
    rows = list(queryset[: SHOWN + 1])
    return Group(label, [make(row) for row in rows[:SHOWN]], more_url if len(rows) > SHOWN else "")


def _enterprises(user, words):
    found = (
        Enterprise.objects.visible_to(user)
        .filter(Q(name__icontains=words) | Q(credit_code__startswith=words))
        .select_related("region")
        .order_by("name", "pk")
    )
    more = f"{reverse('workbench:enterprises')}?q={words}"
    return _cut(
        "企业",
        found,
        lambda one: Hit(
            one.name,
            reverse("workbench:enterprise", args=[one.public_id]),
            f"{one.region}　{one.credit_code}",
        ),
        more,
    )


def _seekers(user, words):
    """By blind index: the typed number itself is compared with nothing and kept nowhere."""
    digits = re.sub(r"[\s-]", "", words).removeprefix("+86")
    found = JobSeeker.objects.none()
    if len(digits) in (11, 18) and digits[:-1].isdecimal() and user.role != Role.COMMISSIONER:
        index = blind_index(digits)
        found = (
            JobSeeker.objects.visible_to(user)
            .filter(Q(identity_index=index) | Q(phone_index=index))
            .select_related("region")
        )
    return _cut(
        "求职者",
        found,
        lambda one: Hit(
            one.masked_name,
            reverse("workbench:jobseeker", args=[one.public_id]),
            f"{one.region}　{one.masked_phone}",
        ),
    )


def _tickets(user, words):
    found = (
        Ticket.objects.visible_to(user)
        .filter(
            Q(subject__icontains=words)
            | Q(enterprise__name__icontains=words)
            | Q(public_id=words.lower())
        )
        .select_related("region", "enterprise")
        .order_by("-created_at", "-pk")
    )
    return _cut(
        "服务单",
        found,
        lambda one: Hit(
            one.subject,
            reverse("workbench:ticket", args=[one.public_id]),
            f"{one.region}　{one.get_state_display()}",
        ),
    )


def _vacancies(user, words):
    if user.role == Role.COMMISSIONER:
        return Group("岗位", [])
    found = (
        Vacancy.objects.managed_by(user)
        .filter(title__icontains=words)
        .exclude(state="draft")
        .select_related("enterprise")
        .order_by("-pk")
    )
    return _cut(
        "岗位",
        found,
        lambda one: Hit(
            one.title,
            reverse("workbench:vacancy_review", args=[one.public_id]),
            f"{one.enterprise}　{one.get_state_display()}",
        ),
    )


def _decisions(user, words):
    """By the opaque number or the first digits of the check code, as printed on the paper."""
    found = Decision.objects.none()
    code = words.replace(" ", "").lower()
    if user.role != Role.COMMISSIONER and re.fullmatch(r"[0-9a-z]{8,12}", code):
        found = (
            Decision.objects.visible_to(user)
            .filter(Q(public_id=code) | Q(content_sha256__startswith=code))
            .select_related("enterprise", "application")
        )
    return _cut(
        "审核决定",
        found,
        lambda one: Hit(
            f"{one.subject_name} {outcome_words(one)}",
            reverse("subsidies:decision", args=[one.public_id]),
            f"{one.base_year} 年度　校验码 {one.check_code}",
        ),
    )

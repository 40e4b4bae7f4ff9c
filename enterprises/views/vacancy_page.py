"""One vacancy and one employer as everyone sees them."""

import json
from datetime import datetime, time

from django.http import QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from enterprises.enums import CloseOutcome, LicenceState, VacancyState
from enterprises.models import Enterprise, Vacancy
from enterprises.rows import education_words, experience_words, place_words, vacancy_row
from enterprises.search_params import SearchParams
from enterprises.search_results import capped_counts, filtered, key_entries, key_labels
from hotlines.models import Assignment, Hotline
from jobseekers.pages import application_context, note_opened
from jobseekers.services.bookmarks import kept_among
from portal.accounts.access import PUBLIC, allow
from portal.ui.formatting import capped, full_date

from .search import base_of

SHOWN_POSTS = 50


# What could end the script element, or be read as markup, inside it.
_ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def job_posting_script(request, vacancy):
    """The posting as the data block search engines read; the texts in it are employers'."""
    packed = json.dumps(job_posting(request, vacancy), ensure_ascii=False).translate(_ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(packed))


def job_posting(request, vacancy):
    """schema.org JobPosting, so that search engines show the post as one."""
    return {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "title": vacancy.title,
        "description": "\n".join(filter(None, [vacancy.duties, vacancy.requirements]))
        or vacancy.title,
        "datePosted": timezone.localdate(vacancy.published_at).isoformat(),
        "validThrough": timezone.make_aware(
            datetime.combine(vacancy.expires_on, time.min)
        ).isoformat(),
        "directApply": True,
        "totalJobOpenings": vacancy.headcount,
        "identifier": {
            "@type": "PropertyValue",
            "name": vacancy.enterprise.name,
            "value": vacancy.public_id,
        },
        "url": request.build_absolute_uri(request.path),
        "hiringOrganization": {"@type": "Organization", "name": vacancy.enterprise.name},
        "jobLocation": {
            "@type": "Place",
            "address": {
                "@type": "PostalAddress",
                "addressCountry": "CN",
                "addressLocality": place_words(vacancy.region),
                "streetAddress": vacancy.address,
            },
        },
        "baseSalary": {
            "@type": "MonetaryAmount",
            "currency": "CNY",
            "value": {
                "@type": "QuantitativeValue",
                "minValue": vacancy.pay_min,
                "maxValue": vacancy.pay_max,
                "unitText": "MONTH",
            },
        },
    }


@allow(PUBLIC)
def detail(request, public_id):
    """A vacancy as everyone sees it."""
    return detail_page(request, public_id)


def ended_words(vacancy):
    """(label, sentence) of a post nobody can apply to any more; None while it is open."""
    if vacancy.is_live:
        return None
    if vacancy.state == VacancyState.PUBLISHED:
        last = full_date(vacancy.last_day)
        return "已到期", f"这个岗位招到 {last}为止，已经到期，不能再申请。"
    if vacancy.close_outcome == CloseOutcome.FILLED:
        return "已招满", "这个岗位已经招满，不能再申请。"
    return "已结束", "这个岗位已经结束招聘，不能再申请。"


def way_back(text):
    """(address, words) of the search somebody came from, read from the `from` of the address.

    Only what a search understands is taken over, so the link never leads outside the search.
    """
    params = SearchParams.read(QueryDict(text[:500]))
    if not params.query:
        return reverse("vacancies:search"), "查全部岗位"
    count = capped(capped_counts([filtered(params)])[0])
    named = f"“{params.text}”的 " if params.text else ""
    return params.url(after=params.after), f"返回{named or ' '}{count} 个结果"


def detail_page(request, public_id, apply_form=None, status=200):
    """A vacancy: facts, employer, and the one form to apply (bound when it was refused).

    Published ones stay readable after they end (with words that say so), so that somebody who
    applied finds what they applied to; drafts and those in review do not exist for the public.
    """
    vacancy = get_object_or_404(
        Vacancy.objects.published_once().select_related(
            "enterprise__industry", "region__parent", "occupation"
        ),
        public_id=public_id,
    )
    note_opened(request, vacancy)
    enterprise = vacancy.enterprise
    key_kinds = [entry.get_kind_display() for entry in key_entries().filter(enterprise=enterprise)]
    assignment = (
        Assignment.objects.active()
        .filter(enterprise=enterprise)
        .select_related("commissioner__user")
        .first()
    )
    back_url, back_words = way_back(request.GET.get("from", ""))
    context = {
        "vacancy": vacancy,
        "ended": ended_words(vacancy),
        "enterprise": enterprise,
        "key_kinds": key_kinds,
        "place": place_words(vacancy.region),
        "experience": experience_words(vacancy.experience_years),
        "education": education_words(vacancy.education),
        "duties": [line.strip(" ·-") for line in vacancy.duties.splitlines() if line.strip()],
        "requirements": [
            line.strip(" ·-") for line in vacancy.requirements.splitlines() if line.strip()
        ],
        "licence_checked": enterprise.licence_state == LicenceState.APPROVED,
        "commissioner": assignment.commissioner if assignment else None,
        "back_url": back_url,
        "back_words": back_words,
        "similar_url": SearchParams(occupation=vacancy.occupation_id or "").url(),
        "job_posting": job_posting_script(request, vacancy) if vacancy.is_live else "",
        "hotline": Hotline.objects.filter(region_id=vacancy.region_id[:6]).first()
        if request.care_mode
        else None,
        **application_context(request, vacancy, apply_form),
    }
    return render(request, "vacancies/detail.html", context, status=status)


@allow(PUBLIC)
def employer(request, public_id):
    """Who they are and what is open."""
    enterprise = get_object_or_404(
        Enterprise.objects.may_post().select_related("industry", "region"), public_id=public_id
    )
    vacancies = list(
        Vacancy.objects.live()
        .filter(enterprise=enterprise)
        .select_related("enterprise", "region__parent")
        .order_by("-published_at", "-pk")[:SHOWN_POSTS]
    )
    labels = key_labels(vacancies)
    return render(
        request,
        "vacancies/employer.html",
        {
            "base": base_of(request.user),
            "enterprise": enterprise,
            "key_kinds": list(dict.fromkeys(labels.values())),
            "today": timezone.localdate(),
            "rows": [vacancy_row(v, labels.get(v.enterprise_id, "")) for v in vacancies],
            "bookmarked": kept_among(request.user, vacancies),
            "openings": sum(v.headcount for v in vacancies),
        },
    )

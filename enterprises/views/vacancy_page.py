"""One vacancy and one employer as everyone sees them."""

from datetime import timedelta

from django.conf import settings
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from enterprises.enums import LicenceState, VacancyShown
from enterprises.models import Enterprise, KeyListEntry, Vacancy
from enterprises.rows import education_words, experience_words, place_words, vacancy_row
from hotlines.models import Assignment
from jobseekers.pages import application_context
from portal.accounts.access import PUBLIC, allow

SHOWN_POSTS = 50


def job_posting(request, vacancy):
    """schema.org JobPosting, so that search engines show the post as one."""
    return {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "title": vacancy.title,
        "description": vacancy.duties or vacancy.title,
        "datePosted": vacancy.published_at.date().isoformat(),
        "validThrough": vacancy.expires_on.isoformat(),
        "totalJobOpenings": vacancy.headcount,
        "identifier": vacancy.public_id,
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
    today = timezone.localdate()
    enterprise = vacancy.enterprise
    key_kinds = [
        entry.get_kind_display()
        for entry in KeyListEntry.objects.on(today).filter(enterprise=enterprise)
    ]
    assignment = (
        Assignment.objects.active()
        .filter(enterprise=enterprise)
        .select_related("commissioner__user")
        .first()
    )
    back = request.GET.get("from", "")
    context = {
        "vacancy": vacancy,
        "enterprise": enterprise,
        "live": vacancy.shown == VacancyShown.LIVE,
        "key_kinds": key_kinds,
        "place": place_words(vacancy.region),
        "experience": experience_words(vacancy.experience_years),
        "education": education_words(vacancy.education),
        "duties": [line.strip(" ·-") for line in vacancy.duties.splitlines() if line.strip()],
        "requirements": [
            line.strip(" ·-") for line in vacancy.requirements.splitlines() if line.strip()
        ],
        "last_day": vacancy.expires_on - timedelta(days=1),
        "licence_checked": enterprise.licence_state == LicenceState.APPROVED,
        "commissioner": assignment.commissioner if assignment else None,
        "back": back,
        "job_posting": job_posting(request, vacancy),
        "hotline_number": settings.CITY_HOTLINE,
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
    is_key = KeyListEntry.objects.on(timezone.localdate()).filter(enterprise=enterprise).exists()
    return render(
        request,
        "vacancies/employer.html",
        {
            "enterprise": enterprise,
            "rows": [vacancy_row(v, "重点" if is_key else "") for v in vacancies],
            "openings": sum(v.headcount for v in vacancies),
        },
    )

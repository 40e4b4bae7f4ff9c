"""The pages that belong to no app."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from enterprises.models import Vacancy
from portal.accounts.access import PUBLIC, allow


@allow(PUBLIC)
def privacy(request):
    """What is stored, who sees it, how to withdraw."""
    return render(request, "public/privacy.html")


@allow(PUBLIC)
def accessibility(request):
    """How the portal can be used by everyone."""
    return render(request, "public/accessibility.html")


@allow(PUBLIC)
def health(request):
    """For the reverse proxy and the launcher: the web process answers."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


# What search engines may read: the public pages. Own pages ask for a sign-in anyway.
PRIVATE = ("/account/", "/admin/", "/api/", "/care/", "/enterprise/", "/seeker/", "/staff/")
PER_SITEMAP = 40_000  # the format allows 50,000 addresses a file
MOST_SITEMAPS = 50_000  # and so many files


@allow(PUBLIC)
def robots(request):
    """robots.txt."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in PRIVATE)]
    lines += [f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@allow(PUBLIC)
def sitemap(request):
    """The list of sitemaps: one or more of live vacancies."""
    parts = max(1, -(-Vacancy.objects.live().count() // PER_SITEMAP))
    urls = [
        request.build_absolute_uri(reverse("sitemap_part", args=[number]))
        for number in range(1, parts + 1)
    ]
    return _xml(request, "public/sitemap_index.xml", {"urls": urls})


@allow(PUBLIC)
def sitemap_vacancies(request, number):
    """Live vacancies, newest first, PER_SITEMAP to a part; the first has the other pages too."""
    start = (number - 1) * PER_SITEMAP
    rows = list(
        Vacancy.objects.live()
        .order_by("-published_at", "-pk")
        .values_list("public_id", "published_at")[start : start + PER_SITEMAP]
        if 1 <= number <= MOST_SITEMAPS
        else ()
    )
    if number != 1 and not rows:
        raise Http404
    names = ("home", "vacancies:search", "policies:list", "notices:list", "hotlines:list")
    pages = [(reverse(name), None) for name in names] if number == 1 else []
    pages += [(reverse("vacancies:detail", args=[key]), moment) for key, moment in rows]
    urls = [(request.build_absolute_uri(path), moment) for path, moment in pages]
    return _xml(request, "public/sitemap.xml", {"urls": urls})


def _xml(request, template, context):
    return render(request, template, context, content_type="application/xml; charset=utf-8")

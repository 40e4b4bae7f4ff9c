"""The pages that belong to no app."""

from django.http import HttpResponse
from django.shortcuts import render

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

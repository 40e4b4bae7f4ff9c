"""Addresses that come from the request and are followed only inside this site."""

from django.utils.http import url_has_allowed_host_and_scheme


def inside(request, target):
    """The target if it is a path on this site, "" otherwise.

    A bare word is refused too: Django's redirect() would take it for the name of a view.
    """
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe and target.startswith("/") else ""


def next_address(request):
    """Where a form or link says to go on to (`next`), "" when it says nothing usable."""
    return inside(request, request.POST.get("next") or request.GET.get("next") or "")

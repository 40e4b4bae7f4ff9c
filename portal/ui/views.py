"""The page of all parts and sample pages, for developers. Reachable only with DEBUG."""

from django.shortcuts import render

from portal.accounts.access import PUBLIC, allow

from . import samples


@allow(PUBLIC)
def styleguide(request):
    """Every part in every state."""
    return render(request, "styleguide/components.html", samples.components(request))


@allow(PUBLIC)
def sample(request, name):
    """A composed page, to judge the frame by: home, search, enterprise, staff or notice."""
    return render(request, f"styleguide/{name}.html", samples.page(name))

"""What every page's frame needs: the names of the city and what waits for the person signed in."""

from django.conf import settings
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string


def site(request):
    """Names, telephones and the lazily counted numbers beside the menu entries.

    `nav_counts` comes from the function that settings.NAV_COUNTS names: it takes the user and
    returns whole numbers by count key (portal/ui/navigation.py). It is called only by pages that
    draw such a menu.
    """
    return {
        "site": {
            "name": settings.PORTAL_NAME,
            "office": settings.PORTAL_OFFICE,
            "hotline": settings.CITY_HOTLINE,
            "area_code": settings.CITY_AREA_CODE,
            "is_demo": settings.DEMO_CITY,
        },
        "care_mode": getattr(request, "care_mode", False),
        "nav_counts": SimpleLazyObject(lambda: _counts(request)),
    }


def _counts(request) -> dict[str, int]:
    path = getattr(settings, "NAV_COUNTS", "")
    user = getattr(request, "user", None)
    if not path or user is None or not user.is_authenticated:
        return {}
    return import_string(path)(user)

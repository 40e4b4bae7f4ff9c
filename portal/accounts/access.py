"""Who may open a page. Every view says so; a view that says nothing is closed (404)."""

from .enums import ACTING_STAFF_ROLES, STAFF_ROLES, Role

PUBLIC = "public"
SIGNED_IN = frozenset(Role)
SEEKER = frozenset({Role.JOB_SEEKER})
MEMBER = frozenset({Role.ENTERPRISE_MEMBER})
BUREAU = frozenset(STAFF_ROLES)
ACTING_STAFF = frozenset(ACTING_STAFF_ROLES)
# Those who decide: licences, vacancies, assignments, claims. The auditor and administrator look on.
OFFICERS = frozenset({Role.DISTRICT_STAFF, Role.CITY_STAFF, Role.AUDITOR, Role.ADMINISTRATOR})
CITY_OFFICE = frozenset({Role.CITY_STAFF, Role.AUDITOR, Role.ADMINISTRATOR})
# Roles that read and never write, whatever the page allows.
READ_ONLY = frozenset({Role.AUDITOR, Role.ADMINISTRATOR})


def allow(*audiences):
    """Mark a view, function or class, with who may open it.

    audiences: PUBLIC, or sets of roles (their union counts). On a class the mark is inherited.
    """

    def mark(view):
        view.access = PUBLIC if PUBLIC in audiences else frozenset().union(*audiences)
        return view

    return mark


def access_of(view_func):
    """What a view's mark says, or None. Finds it on class-based and DRF views as well."""
    for holder in (
        view_func,
        getattr(view_func, "view_class", None),
        getattr(view_func, "cls", None),
    ):
        mark = getattr(holder, "access", None)
        if mark is not None:
            return mark
    return None

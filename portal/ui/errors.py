"""The pages shown when something went wrong. The root urls name them as handlers.

They never tell whether a thing exists, and a server fault gives a number to quote: the same number
stands in the log beside the traceback.
"""

import logging
import secrets

from django.conf import settings
from django.http import HttpResponse
from django.template import loader
from django.utils import timezone
from django.views.defaults import page_not_found

from portal.api.errors import is_api, problem_response

logger = logging.getLogger("portal.errors")


def fault_number() -> str:
    """A short number to quote on the telephone: “E-20200409-0312”."""
    return f"E-{timezone.localdate():%Y%m%d}-{secrets.randbelow(10_000):04d}"


def not_found(request, exception):
    """404: the page, or for a program a problem."""
    if is_api(request):
        return problem_response(404)
    return page_not_found(request, exception)


def server_error(request):
    """500: does without the database, the session and the user, since one of them may be at fault.

    Django logs the traceback itself; the line written here ties the number to the request.
    """
    number = fault_number()
    logger.error("%s %s %s", number, request.method, request.path)
    if is_api(request):
        return problem_response(500, f"系统出错了，没有完成。报修请说编号 {number}。")
    page = loader.render_to_string(
        "500.html",
        {
            "number": number,
            "name": settings.PORTAL_NAME,
            "hotline": settings.CITY_HOTLINE,
            "path": request.path,
        },
    )
    return HttpResponse(page, status=500)


def csrf_failure(request, reason=""):
    """403 of a form whose sign of origin is missing or out of date (CSRF_FAILURE_VIEW)."""
    logger.warning("csrf: %s %s", request.path, reason)
    page = loader.render_to_string("errors/form_expired.html", {"back": request.path}, request)
    return HttpResponse(page, status=403)

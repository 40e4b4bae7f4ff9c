"""Default deny, idle time-out of staff, 关怀版."""

from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from portal.api.errors import is_api, problem_response

from .access import PUBLIC, READ_ONLY, access_of
from .addresses import inside
from .enums import Role

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class AccessMiddleware:
    """Opens a page only to those its view names; to others it does not exist.

    Strangers are sent to sign in, whatever the address, so that nothing is told by the answer;
    in the API they get 401.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view_func, view_args, view_kwargs):
        """Returns a redirect, raises Http404, or lets the request through."""
        in_admin = request.resolver_match.app_name == "admin"
        access = {Role.ADMINISTRATOR} if in_admin else access_of(view_func)
        user = request.user
        if user.is_authenticated and self._only_looks(request, in_admin):
            raise Http404
        if access == PUBLIC:
            return None
        if not user.is_authenticated:
            if is_api(request):  # a program cannot follow a redirect to a form
                return problem_response(401)
            return self._to_sign_in(request)
        if access is None or user.role not in access:
            raise Http404
        return None

    @staticmethod
    def _to_sign_in(request):
        """The page to sign in, and from there back. What a script asked for a part of a page is
        led there as a whole, and back to the page it stood on."""
        if not request.htmx:
            return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        try:
            page = urlsplit(request.headers.get("HX-Current-URL", ""))
        except ValueError:  # "http://[" and the like
            page = urlsplit("/")
        back = inside(request, f"{page.path}?{page.query}" if page.query else page.path) or "/"
        return HttpResponse(
            headers={"HX-Redirect": redirect_to_login(back, settings.LOGIN_URL).url}
        )

    @staticmethod
    def _only_looks(request, in_admin):
        """Whether this is a write of somebody who only looks on; their own account is theirs."""
        if request.method in SAFE_METHODS or request.user.role not in READ_ONLY or in_admin:
            return False
        return request.resolver_match.namespace != "accounts"


class IdleTimeoutMiddleware:
    """Signs staff out after STAFF_IDLE_MINUTES without a request, and says so."""

    KEY = "last_request_at"

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        user = request.user
        if user.is_authenticated and user.is_bureau:
            now = timezone.now()
            last = (
                parse_datetime(request.session.get(self.KEY, ""))
                if self.KEY in request.session
                else None
            )
            if last and now - last > timedelta(minutes=settings.STAFF_IDLE_MINUTES):
                logout(request)
                request.idle_signed_out = True
            else:
                request.session[self.KEY] = now.isoformat()
        return self.get_response(request)

    def process_view(self, request, view_func, view_args, view_kwargs):
        """The message needs the message middleware, which comes later than __call__."""
        if getattr(request, "idle_signed_out", False):
            messages.info(
                request,
                f"{settings.STAFF_IDLE_MINUTES} 分钟没有操作，已为您退出。请重新登录。",
            )


class CareModeMiddleware:
    """Sets request.care_mode from the profile, else from the cookie."""

    COOKIE = "care"

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        cookie = request.COOKIES.get(self.COOKIE)
        if cookie in ("0", "1"):
            request.care_mode = cookie == "1"
        else:
            request.care_mode = request.user.is_authenticated and request.user.care_mode
        return self.get_response(request)

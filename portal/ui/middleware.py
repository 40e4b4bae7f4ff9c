"""What every request and answer has, whatever the page."""

from django.conf import settings
from django.utils.cache import patch_cache_control

from portal.api.errors import is_api

NUL = "%00"


class PlainQueryMiddleware:
    """Takes NUL characters out of the address of a page: no text in the database may hold one.

    Nobody types them, and every filter would have to know. The API names them as an error.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        query = request.META.get("QUERY_STRING", "")
        if NUL in query and not is_api(request):
            while NUL in query:
                query = query.replace(NUL, "")
            request.META["QUERY_STRING"] = query
        return self.get_response(request)


class PersonalAnswerMiddleware:
    """Nothing keeps a copy of what a signed-in person was shown.

    Phones and office computers are shared: after signing out, “back” must not show a résumé. Told
    by the cookie, since the session may be what is at fault when an error page is answered. A view
    that sets its own Cache-Control keeps it.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES
        response = self.get_response(request)
        entered = settings.SESSION_COOKIE_NAME in response.cookies
        if (signed_in or entered) and not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response

"""Who may call an endpoint: the mark of portal.accounts.access, asked a second time.

The middleware has asked it before; a view reached in another way is closed as well.
"""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import BasePermission

from portal.accounts.access import PUBLIC


class BySession(SessionAuthentication):
    """The session of the pages, with its CSRF check for writes; strangers get 401, not 403."""

    def authenticate_header(self, request):
        """What a 401 must name."""
        return "Session"


class BySessionScheme(OpenApiAuthenticationExtension):
    """How the schema describes it."""

    target_class = BySession
    name = "session"

    def get_security_definition(self, auto_schema):
        """The cookie of the sign-in page."""
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "登录页登录后的会话。写操作另带 X-CSRFToken 请求头。",
        }


class ByMark(BasePermission):
    """Opens a view to those its mark names; a view without a mark to nobody."""

    def has_permission(self, request, view):
        """Whether the mark names this person."""
        access = getattr(view, "access", None)
        if access == PUBLIC:
            return True
        user = request.user
        return bool(access and user.is_authenticated and user.role in access)

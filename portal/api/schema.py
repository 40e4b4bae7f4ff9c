"""The OpenAPI schema: what drf-spectacular cannot see by itself."""

from drf_spectacular.openapi import AutoSchema

from portal.accounts.access import PUBLIC

from .errors import MEDIA_TYPE
from .serializers import ProblemSerializer


class PortalSchema(AutoSchema):
    """Every operation may answer with a problem."""

    def _get_response_bodies(self, direction="response"):
        bodies = super()._get_response_bodies(direction)
        problem = self._get_response_for_code(ProblemSerializer, "default", [MEDIA_TYPE])
        problem["description"] = "请求没有完成：原因在 detail，逐项错误在 errors。"
        return bodies | {"default": problem}

    def get_summary(self):
        """What the view says of itself, in Chinese: `summary`, a text or one per method."""
        summary = getattr(self.view, "summary", None)
        return summary.get(self.method) if isinstance(summary, dict) else summary

    def get_description(self):
        """Docstrings are for those who read the code."""
        return ""

    def get_auth(self):
        """Endpoints open to everyone need no session."""
        return [] if getattr(self.view, "access", None) == PUBLIC else super().get_auth()

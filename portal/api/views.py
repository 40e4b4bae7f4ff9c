"""The schema, for those who write programs against the API."""

from drf_spectacular.views import SpectacularAPIView

from portal.accounts.access import PUBLIC, allow


@allow(PUBLIC)
class SchemaView(SpectacularAPIView):
    """The schema as YAML, or as JSON with ?format=json."""

    summary = "接口说明"

"""The addresses of the portal. Each app's own are in its urls.py."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("portal.public_urls")),
    path("account/", include("portal.accounts.urls")),
    path("jobs/", include("enterprises.public_urls")),
    path("enterprise/", include("enterprises.urls")),
    path("seeker/", include("jobseekers.urls")),
    path("policies/", include("subsidies.policy_urls")),
    path("subsidies/", include("subsidies.application_urls")),
    path("notices/", include("subsidies.notice_urls")),
    path("hotlines/", include("hotlines.urls")),
    path("staff/", include("portal.workbench.urls")),
    path("staff/subsidies/", include("subsidies.urls")),
    path("staff/reports/", include("portal.reports.urls")),
    path("api/v1/", include("portal.api.urls")),
    path("admin/", admin.site.urls),
]

handler404 = "portal.ui.errors.not_found"
handler500 = "portal.ui.errors.server_error"

if settings.DEBUG:
    urlpatterns += [path("styleguide/", include("portal.ui.urls"))]

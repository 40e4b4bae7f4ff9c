"""The staff dashboard and work lists."""

from django.urls import include, path

app_name = "workbench"

urlpatterns = [
    path("", include("enterprises.staff_urls")),
    path("", include("hotlines.staff_urls")),
]

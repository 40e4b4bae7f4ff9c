"""The page of all parts, for developers: the root includes this only with DEBUG."""

from django.urls import path

from . import views

app_name = "ui"

urlpatterns = [
    path("", views.styleguide, name="styleguide"),
    *[
        path(f"{name}/", views.sample, {"name": name}, name=name)
        for name in ("home", "search", "enterprise", "staff", "notice")
    ],
]

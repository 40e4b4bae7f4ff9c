"""The home page and what belongs to no app."""

from django.urls import path

from enterprises.views import home
from portal import public_views
from portal.accounts.views import own

urlpatterns = [
    path("", home.home, name="home"),
    path("care/", own.care, name="care"),
    path("privacy/", public_views.privacy, name="privacy"),
    path("accessibility/", public_views.accessibility, name="accessibility"),
    path("healthz", public_views.health, name="health"),
]

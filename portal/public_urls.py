"""The home page and what belongs to no app."""

from django.urls import path

from enterprises.views import home
from hotlines.views import public as hotlines
from portal import public_views
from portal.accounts.views import own

urlpatterns = [
    path("", home.home, name="home"),
    path("care/", own.care, name="care"),
    path("privacy/", public_views.privacy, name="privacy"),
    path("accessibility/", public_views.accessibility, name="accessibility"),
    path("feedback/", hotlines.feedback, name="feedback"),
    path("robots.txt", public_views.robots, name="robots"),
    path("sitemap.xml", public_views.sitemap, name="sitemap"),
    path("sitemap-vacancies-<int:number>.xml", public_views.sitemap_vacancies, name="sitemap_part"),
    path("healthz", public_views.health, name="health"),
]

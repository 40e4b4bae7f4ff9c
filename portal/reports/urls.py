"""Reports for staff."""

from django.urls import path

from . import views

app_name = "reports"

urlpatterns = [
    path("weekly/", views.weekly, name="weekly"),
    path("weekly/<slug:region>/<slug:period>.xlsx", views.weekly_file, name="weekly_file"),
    path("lists/", views.lists, name="lists"),
    path("lists/<slug:key>.xlsx", views.list_file, name="list_file"),
]

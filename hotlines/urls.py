"""Hotlines and questions, open to everyone."""

from django.urls import path

from .views import public

app_name = "hotlines"

urlpatterns = [
    path("", public.hotlines, name="list"),
    path("ask/", public.ask, name="ask"),
    path("asked/", public.asked, name="asked"),
    path("tickets/<slug:public_id>/", public.ticket, name="ticket"),
]

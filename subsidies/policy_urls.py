"""Policies, open to everyone."""

from django.urls import path

from .views import policies

app_name = "policies"

urlpatterns = [
    path("", policies.policy_list, name="list"),
    path("<slug:policy_id>/", policies.policy_detail, name="detail"),
    path("<slug:policy_id>/<str:version>/", policies.policy_detail, name="version"),
]

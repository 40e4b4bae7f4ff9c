"""Applying for subsidies: the applicants' pages."""

from django.urls import path

from .views import applications, payee

app_name = "applications"

urlpatterns = [
    path("", applications.applications, name="list"),
    path("account/", payee.person_payee, name="account"),
    path("offers/<slug:policy_id>/<slug:key>/", applications.offer, name="offer"),
    path("documents/<slug:public_id>/", applications.document, name="document"),
    path(
        "documents/<slug:public_id>/remove/", applications.document_remove, name="document_remove"
    ),
    path("<slug:public_id>/", applications.detail, name="detail"),
    path("<slug:public_id>/edit/", applications.edit, name="edit"),
    path("<slug:public_id>/documents/", applications.document_add, name="document_add"),
    path("<slug:public_id>/objection/", applications.objection, name="objection"),
    path("<slug:public_id>/withdraw/", applications.withdraw, name="withdraw"),
]

"""The staff dashboard and work lists."""

from django.urls import include, path

from portal.outbox import views as outbox

from .views import jobseekers, matching, search, shortage_lists, supply_imports, today

app_name = "workbench"

urlpatterns = [
    path("", today.today, name="today"),
    path("search/", search.search, name="search"),
    path("runs/", search.runs, name="runs"),
    path("messages/", outbox.inbox, name="messages"),
    path("messages/<slug:public_id>/", outbox.open_message, name="message_open"),
    path("matching/", matching.matching, name="matching"),
    path("matching/unmatched/", shortage_lists.unmatched_vacancies, name="unmatched_vacancies"),
    path("shortage-items/", shortage_lists.shortage_items, name="shortage_items"),
    path("fills/", shortage_lists.fills, name="fills"),
    path("jobseekers/", jobseekers.jobseekers, name="jobseekers"),
    path("jobseekers/imports/", supply_imports.supply_imports, name="supply_imports"),
    path(
        "jobseekers/imports/template.xlsx", supply_imports.supply_template, name="supply_template"
    ),
    path(
        "jobseekers/imports/<slug:public_id>/", supply_imports.supply_import, name="supply_import"
    ),
    path(
        "jobseekers/imports/<slug:public_id>/errors.xlsx",
        supply_imports.supply_errors,
        name="supply_errors",
    ),
    path("jobseekers/<slug:public_id>/", jobseekers.jobseeker, name="jobseeker"),
    path("", include("enterprises.staff_urls")),
    path("", include("hotlines.staff_urls")),
]

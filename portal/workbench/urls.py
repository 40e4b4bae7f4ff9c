"""The staff dashboard and work lists."""

from django.urls import include, path

from portal.outbox import views as outbox

from .views import (
    funnel,
    jobseekers,
    match_areas,
    match_plans,
    matching,
    search,
    shortage_lists,
    shortage_ranking,
    supply_imports,
    title_codes,
    today,
)

app_name = "workbench"

urlpatterns = [
    path("", today.today, name="today"),
    path("search/", search.search, name="search"),
    path("runs/", search.runs, name="runs"),
    path("messages/", outbox.inbox, name="messages"),
    path("messages/<slug:public_id>/", outbox.open_message, name="message_open"),
    path("matching/", matching.matching, name="matching"),
    path("matching/unmatched/", shortage_lists.unmatched_vacancies, name="unmatched_vacancies"),
    path("matching/areas/", match_areas.match_areas, name="match_areas"),
    path("matching/areas.xlsx", match_areas.match_areas_file, name="match_areas_file"),
    path("matching/funnel/", funnel.funnel, name="funnel"),
    path("matching/plans/", match_plans.match_plans, name="match_plans"),
    path("matching/plans/new/", match_plans.match_plan_new, name="match_plan_new"),
    path("matching/plans/<str:version>/", match_plans.match_plan, name="match_plan"),
    path("matching/plans/<str:version>/edit/", match_plans.match_plan_edit, name="match_plan_edit"),
    path(
        "matching/plans/<str:version>/progress/",
        match_plans.match_plan_progress,
        name="match_plan_progress",
    ),
    path(
        "matching/plans/<str:version>/<slug:act>/",
        match_plans.match_plan_act,
        name="match_plan_act",
    ),
    path("shortage-ranking/", shortage_ranking.shortage_ranking, name="shortage_ranking"),
    path(
        "shortage-ranking.xlsx",
        shortage_ranking.shortage_ranking_file,
        name="shortage_ranking_file",
    ),
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
    path("titles/", title_codes.titles, name="titles"),
    path("titles/correct/", title_codes.correct, name="title_correct"),
    path("titles/corrections/", title_codes.corrections, name="title_corrections"),
    path(
        "titles/corrections/<slug:public_id>/end/",
        title_codes.correction_end,
        name="title_correction_end",
    ),
    path("", include("enterprises.staff_urls")),
    path("", include("hotlines.staff_urls")),
]

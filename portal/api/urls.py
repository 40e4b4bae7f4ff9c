"""Addresses of the API."""

from django.urls import path

from enterprises import api as enterprises
from jobseekers import api as jobseekers
from portal.reports import api as reports
from subsidies import api as subsidies

from .views import SchemaView

app_name = "api"

urlpatterns = [
    path("schema/", SchemaView.as_view(), name="schema"),
    path("vacancies/", enterprises.VacancyList.as_view(), name="vacancies"),
    path("vacancies/<slug:public_id>/", enterprises.VacancyDetail.as_view(), name="vacancy"),
    path("enterprises/", enterprises.EnterpriseList.as_view(), name="enterprises"),
    path(
        "enterprises/<slug:public_id>/", enterprises.EnterpriseDetail.as_view(), name="enterprise"
    ),
    path("applications/", jobseekers.ApplicationList.as_view(), name="applications"),
    path(
        "applications/<slug:public_id>/", jobseekers.ApplicationDetail.as_view(), name="application"
    ),
    path(
        "applications/<slug:public_id>/withdraw/",
        jobseekers.ApplicationWithdraw.as_view(),
        name="application_withdraw",
    ),
    path(
        "applications/<slug:public_id>/answer/",
        jobseekers.ApplicationAnswer.as_view(),
        name="application_answer",
    ),
    path("decisions/", subsidies.DecisionList.as_view(), name="decisions"),
    path("decisions/<slug:public_id>/", subsidies.DecisionDetail.as_view(), name="decision"),
    path("claims/", subsidies.ClaimList.as_view(), name="claims"),
    path("claims/<slug:public_id>/", subsidies.ClaimDetail.as_view(), name="claim"),
    path("reports/", reports.ReportList.as_view(), name="reports"),
    path(
        "reports/<slug:kind>/<slug:period>/<slug:region>/",
        reports.ReportDetail.as_view(),
        name="report",
    ),
    path(
        "reports/<slug:kind>/<slug:period>/<slug:region>/workbook/",
        reports.ReportWorkbook.as_view(),
        name="report_workbook",
    ),
]

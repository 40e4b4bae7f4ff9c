"""An enterprise's own pages."""

from django.urls import path

from jobseekers.views import answering, candidates
from portal.outbox import views as outbox
from subsidies.views import enterprise as policy_views
from subsidies.views import payee as payee_views

from .views import own_shortages, own_vacancies, profile, vacancy_form

app_name = "enterprises"

urlpatterns = [
    path("", profile.overview, name="overview"),
    path("register/", profile.register, name="register"),
    path("edit/", profile.edit, name="edit"),
    path("licence/", profile.licence, name="licence"),
    path("licence/<slug:public_id>/", profile.licence_file, name="licence_file"),
    path("members/", profile.members, name="members"),
    path("members/<int:pk>/", profile.member_change, name="member_change"),
    path("switch/", profile.switch, name="switch"),
    path("vacancies/", own_vacancies.vacancies, name="vacancies"),
    path("vacancies/new/", vacancy_form.vacancy_new, name="vacancy_new"),
    path("vacancies/occupations/", vacancy_form.occupation_options, name="occupation_options"),
    path("vacancies/<slug:public_id>/", own_vacancies.vacancy, name="vacancy"),
    path("vacancies/<slug:public_id>/edit/", vacancy_form.vacancy_edit, name="vacancy_edit"),
    path("vacancies/<slug:public_id>/submit/", own_vacancies.vacancy_submit, name="vacancy_submit"),
    path("vacancies/<slug:public_id>/extend/", own_vacancies.vacancy_extend, name="vacancy_extend"),
    path("vacancies/<slug:public_id>/copy/", own_vacancies.vacancy_copy, name="vacancy_copy"),
    path("vacancies/<slug:public_id>/close/", own_vacancies.vacancy_close, name="vacancy_close"),
    path("shortages/", own_shortages.shortages, name="shortages"),
    path("shortages/new/", own_shortages.shortage_new, name="shortage_new"),
    path("shortages/<slug:public_id>/", own_shortages.shortage, name="shortage"),
    path("shortages/<slug:public_id>/edit/", own_shortages.shortage_edit, name="shortage_edit"),
    path("policies/", policy_views.policies, name="policies"),
    path("policies/account/", payee_views.payee, name="payee"),
    path("policies/<slug:public_id>/", policy_views.decision_paper, name="policy_decision"),
    path("policies/<slug:public_id>/objection/", policy_views.object_to, name="policy_objection"),
    path("applicants/", answering.applicants, name="applicants"),
    path("applicants/<slug:public_id>/", answering.applicant, name="applicant"),
    path("candidates/<slug:public_id>/", candidates.candidates, name="candidates"),
    path("candidates/<slug:public_id>/invite/", candidates.invite, name="invite"),
    path("messages/", outbox.inbox, name="messages"),
    path("messages/<slug:public_id>/", outbox.open_message, name="message_open"),
]

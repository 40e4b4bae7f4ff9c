"""Screening, reviews, notices: the staff pages."""

from django.urls import path

from .views import notices_staff, policy_staff, reviews, screening, trials

app_name = "subsidies"

urlpatterns = [
    path("runs/", screening.runs, name="runs"),
    path("runs/<slug:public_id>/", screening.run, name="run"),
    path("runs/<slug:public_id>/list.xlsx", screening.run_workbook, name="run_workbook"),
    path("decisions/<slug:public_id>/", screening.decision, name="decision"),
    path("reviews/", reviews.reviews, name="reviews"),
    path("reviews/first/", reviews.first_review, name="first_review"),
    path("batches/<slug:public_id>/", reviews.batch, name="batch"),
    path("batches/<slug:public_id>/pass/", reviews.second_review, name="second_review"),
    path("batches/<slug:public_id>/return/", reviews.return_batch, name="return_batch"),
    path("claims/<slug:public_id>/<slug:act>/", reviews.claim_act, name="claim_act"),
    path("notices/", notices_staff.notices, name="notices"),
    path("notices/publish/", notices_staff.publish, name="publish"),
    path("notices/<slug:public_id>/", notices_staff.notice, name="notice"),
    path("notices/<slug:public_id>/withdraw/", notices_staff.withdraw, name="withdraw"),
    path("objections/<slug:public_id>/", notices_staff.objection, name="objection"),
    path("trials/", trials.trials, name="trials"),
    path("trials/new/", trials.new_trial, name="trial_new"),
    path("trials/<slug:public_id>/", trials.trial, name="trial"),
    path("trials/<slug:public_id>/progress/", trials.trial_progress, name="trial_progress"),
    path("trials/<slug:public_id>/list.xlsx", trials.trial_file, name="trial_file"),
    path("policies/<slug:public_id>/", policy_staff.policy, name="policy"),
]

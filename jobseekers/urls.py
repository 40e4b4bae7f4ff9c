"""A job seeker's own pages."""

from django.urls import path

from portal.outbox import views as outbox

from .views import own

app_name = "jobseekers"

urlpatterns = [
    path("", own.recommendations, name="recommendations"),
    path("profile/", own.profile, name="profile"),
    path("applications/", own.applications, name="applications"),
    path("applications/<slug:public_id>/", own.application, name="application"),
    path("applications/<slug:public_id>/withdraw/", own.withdraw, name="withdraw"),
    path("apply/<slug:public_id>/", own.apply, name="apply"),
    path("dismiss/<slug:public_id>/", own.dismiss_view, name="dismiss"),
    path("messages/", outbox.inbox, name="messages"),
    path("messages/<slug:public_id>/", outbox.open_message, name="message_open"),
    path("consents/", own.consents, name="consents"),
    path("consents/<slug:public_id>/withdraw/", own.consent_withdraw, name="consent_withdraw"),
]

"""A job seeker's own pages."""

from django.urls import path

from portal.outbox import views as outbox

from .views import applied, consents, profile, recommended

app_name = "jobseekers"

urlpatterns = [
    path("recommendations/", recommended.recommendations, name="recommendations"),
    path("profile/", profile.profile, name="profile"),
    path("applications/", applied.applications, name="applications"),
    path("applications/<slug:public_id>/", applied.application, name="application"),
    path("applications/<slug:public_id>/withdraw/", applied.withdraw, name="withdraw"),
    path("apply/<slug:public_id>/", applied.apply, name="apply"),
    path("dismiss/<slug:public_id>/", recommended.dismiss_view, name="dismiss"),
    path("messages/", outbox.inbox, name="messages"),
    path("messages/<slug:public_id>/", outbox.open_message, name="message_open"),
    path("consents/", consents.consents, name="consents"),
    path("consents/<slug:public_id>/withdraw/", consents.consent_withdraw, name="consent_withdraw"),
]

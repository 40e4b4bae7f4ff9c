"""A job seeker's own pages."""

from django.urls import path

from portal.outbox import views as outbox

from .views import alerts, applied, bookmarked, consents, invited, profile, recommended

app_name = "jobseekers"

urlpatterns = [
    path("recommendations/", recommended.recommendations, name="recommendations"),
    path("profile/", profile.profile, name="profile"),
    path("applications/", applied.applications, name="applications"),
    path("applications/<slug:public_id>/", applied.application, name="application"),
    path("applications/<slug:public_id>/withdraw/", applied.withdraw, name="withdraw"),
    path("apply/<slug:public_id>/", applied.apply, name="apply"),
    path("dismiss/<slug:public_id>/", recommended.dismiss_view, name="dismiss"),
    path("dismiss/<slug:public_id>/undo/", recommended.dismiss_undo, name="dismiss_undo"),
    path("suggestions/", recommended.take_suggestion, name="suggestion"),
    path("bookmarks/", bookmarked.bookmarks, name="bookmarks"),
    path("bookmarks/<slug:public_id>/", bookmarked.bookmark, name="bookmark"),
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/new/", alerts.alert_new, name="alert_new"),
    path("alerts/off/<str:token>/", alerts.alert_off, name="alert_off"),
    path("alerts/<slug:public_id>/", alerts.alert, name="alert"),
    path("invitations/", invited.invitations, name="invitations"),
    path("invitations/<slug:public_id>/decline/", invited.decline, name="invitation_decline"),
    path("messages/", outbox.inbox, name="messages"),
    path("messages/<slug:public_id>/", outbox.open_message, name="message_open"),
    path("consents/", consents.consents, name="consents"),
    path("consents/<slug:public_id>/withdraw/", consents.consent_withdraw, name="consent_withdraw"),
]

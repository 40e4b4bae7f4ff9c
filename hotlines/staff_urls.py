"""Staff pages of service; part of the workbench's addresses."""

from django.urls import path

from .views import staff

urlpatterns = [
    path("tickets/", staff.tickets, name="tickets"),
    path("tickets/new/", staff.ticket_new, name="ticket_new"),
    path("tickets/<slug:public_id>/", staff.ticket, name="ticket"),
    path("commissioners/", staff.commissioners, name="commissioners"),
    path("commissioners/new/", staff.commissioner_new, name="commissioner_new"),
    path("commissioners/<slug:public_id>/", staff.commissioner, name="commissioner"),
    path("enterprises/<slug:public_id>/commissioner/", staff.assignment, name="assignment"),
    path("enterprises/<slug:public_id>/visits/new/", staff.visit_new, name="visit_new"),
    path("hotlines/", staff.hotlines, name="hotlines"),
    path("hotlines/new/", staff.hotline_edit, name="hotline_new"),
    path("hotlines/<slug:public_id>/", staff.hotline_edit, name="hotline_edit"),
    path("hotlines/<slug:public_id>/delete/", staff.hotline_delete, name="hotline_delete"),
]

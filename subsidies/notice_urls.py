"""Public notices, open to everyone."""

from django.urls import path

from .views import notices

app_name = "notices"

urlpatterns = [
    path("", notices.notice_list, name="list"),
    path("<slug:public_id>/", notices.notice_detail, name="detail"),
    path("<slug:public_id>/notice.pdf", notices.notice_pdf, name="pdf"),
    path("<slug:public_id>/objection/", notices.objection, name="objection"),
]

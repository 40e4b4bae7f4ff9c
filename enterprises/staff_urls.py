"""Staff pages about enterprises, vacancies and shortages; part of the workbench's addresses."""

from django.urls import path

from .views import staff_enterprises, staff_reviews, staff_shortages

urlpatterns = [
    path("enterprises/", staff_enterprises.enterprises, name="enterprises"),
    path("enterprises/licences/", staff_enterprises.licence_reviews, name="licence_reviews"),
    path("enterprises/<slug:public_id>/", staff_enterprises.enterprise, name="enterprise"),
    path(
        "enterprises/<slug:public_id>/licence/",
        staff_enterprises.licence_review,
        name="licence_review",
    ),
    path(
        "enterprises/<slug:public_id>/key-lists/",
        staff_enterprises.key_list_add,
        name="key_list_add",
    ),
    path(
        "enterprises/<slug:public_id>/key-lists/<int:pk>/end/",
        staff_enterprises.key_list_end,
        name="key_list_end",
    ),
    path("vacancy-reviews/", staff_reviews.vacancy_reviews, name="vacancy_reviews"),
    path("vacancy-reviews/<slug:public_id>/", staff_reviews.vacancy_review, name="vacancy_review"),
    path("shortages/", staff_shortages.shortages, name="shortages"),
    path("shortages/<slug:public_id>/", staff_shortages.shortage, name="shortage"),
]

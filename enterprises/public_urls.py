"""Vacancy search, vacancy pages, employer pages: open to everyone."""

from django.urls import path

from .views import search, vacancy_page

app_name = "vacancies"

urlpatterns = [
    path("", search.search, name="search"),
    path("employer/<slug:public_id>/", vacancy_page.employer, name="employer"),
    path("<slug:public_id>/", vacancy_page.detail, name="detail"),
]

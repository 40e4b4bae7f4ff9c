"""Vacancy search, vacancy pages, employer pages: open to everyone."""

app_name = "vacancies"

urlpatterns = []

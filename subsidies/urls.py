"""Screening, reviews, notices: the staff pages."""

app_name = "subsidies"

urlpatterns = []

"""Hotlines and questions, open to everyone."""

app_name = "hotlines"

urlpatterns = []

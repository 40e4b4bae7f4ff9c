"""Policies, open to everyone."""

app_name = "policies"

urlpatterns = []

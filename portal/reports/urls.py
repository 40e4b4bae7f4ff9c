"""Reports for staff."""

app_name = "reports"

urlpatterns = []

"""A job seeker's own pages."""

app_name = "jobseekers"

urlpatterns = []

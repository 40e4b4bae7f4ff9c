"""Public notices, open to everyone."""

app_name = "notices"

urlpatterns = []

"""Sign-in, registration, consents."""

app_name = "accounts"

urlpatterns = []

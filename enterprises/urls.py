"""An enterprise's own pages."""

app_name = "enterprises"

urlpatterns = []

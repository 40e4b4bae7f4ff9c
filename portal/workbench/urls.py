"""The staff dashboard and work lists."""

app_name = "workbench"

urlpatterns = []

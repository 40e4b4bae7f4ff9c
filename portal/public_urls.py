"""The home page and what belongs to no app."""

urlpatterns = []

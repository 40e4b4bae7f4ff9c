"""Sign-in, registration, own settings, revealing."""

from django.urls import path

from .views import entry, own

app_name = "accounts"

urlpatterns = [
    path("sign-in/", entry.sign_in, name="login"),
    path("sign-out/", entry.sign_out, name="logout"),
    path("register/", entry.register, name="register"),
    path("start/", entry.start, name="start"),
    path("password/", entry.password, name="password"),
    path("reveal/<slug:kind>/<slug:public_id>/<slug:field>/", own.reveal_view, name="reveal"),
]

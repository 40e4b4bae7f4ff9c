"""Sign-in by phone or user name."""

from django.contrib.auth.backends import ModelBackend

from .models import User


class PhoneOrUsernameBackend(ModelBackend):
    """Finds the account by either, and takes the same time whether it exists or not."""

    def authenticate(self, request, username=None, password=None, **kwargs):
        """The active user whose password fits, else None."""
        if not username or password is None:
            return None
        user = User.objects.by_sign_in_name(username).first()
        if user is None:
            User().set_password(password)
            return None
        if user.check_password(password) and self.user_can_authenticate(user):
            return user
        return None

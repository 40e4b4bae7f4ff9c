"""The admin site: its names, and signing in and out as everywhere else."""

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.models import Group
from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache


class BackOfficeSite(AdminSite):
    """Only administrators enter; the middleware asks before, this asks again."""

    site_title = f"{settings.PORTAL_NAME}・后台"
    site_header = f"{settings.PORTAL_NAME}・后台"
    index_title = "数据表"
    enable_nav_sidebar = True

    def register(self, model_or_iterable, admin_class=None, **options):
        """Without Django's groups: roles stand in portal/accounts/access.py, nobody fills them."""
        one = isinstance(model_or_iterable, type)
        models = [model_or_iterable] if one else model_or_iterable
        super().register([m for m in models if m is not Group], admin_class, **options)

    def has_permission(self, request):
        """Whether this is an administrator."""
        return request.user.is_active and request.user.is_authenticated and request.user.is_staff

    def get_urls(self):
        """Without the two addresses that no table here uses."""
        unused = {"autocomplete", "view_on_site"}
        return [one for one in super().get_urls() if getattr(one, "name", "") not in unused]

    @method_decorator(never_cache)
    def login(self, request, extra_context=None):
        """There is one page to sign in, with the lock and the record."""
        index = reverse("admin:index", current_app=self.name)
        if self.has_permission(request):
            return redirect(index)
        if request.user.is_authenticated:
            raise Http404
        return redirect_to_login(index, settings.LOGIN_URL)

    def logout(self, request, extra_context=None):
        """Signing out is recorded where it is done for everyone."""
        from portal.accounts.views.entry import sign_out

        return sign_out(request)

    def password_change(self, request, extra_context=None):
        """One's own password has one page."""
        return redirect("accounts:password")

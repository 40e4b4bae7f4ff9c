"""App configuration: Django's admin with the portal's site."""

from django.contrib.admin.apps import AdminConfig


class BackOfficeConfig(AdminConfig):
    """后台."""

    default_site = "portal.back_office.site.BackOfficeSite"

"""Code tables, to look at."""

from django.contrib import admin

from portal.back_office.tables import CodeTableAdmin

from .models import Division, Industry, Occupation


@admin.register(Division)
class DivisionAdmin(CodeTableAdmin):
    """行政区划."""

    list_display = [*CodeTableAdmin.list_display, "listed"]
    list_filter = ["level", "listed"]


@admin.register(Industry)
class IndustryAdmin(CodeTableAdmin):
    """行业."""


@admin.register(Occupation)
class OccupationAdmin(CodeTableAdmin):
    """职业."""

    search_fields = ["code", "name", "work_types"]

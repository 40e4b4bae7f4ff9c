"""Code tables, to look at."""

from django.contrib import admin

from portal.back_office.tables import CodeTableAdmin, TableAdmin

from .models import Division, DoubtfulTitle, Industry, Occupation, OccupationCorrection


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


@admin.register(OccupationCorrection)
class OccupationCorrectionAdmin(TableAdmin):
    """职业编码更正."""

    list_display = ["title", "occupation", "created_at", "ended_at"]
    list_select_related = ["occupation"]
    search_fields = ["title", "key"]


@admin.register(DoubtfulTitle)
class DoubtfulTitleAdmin(TableAdmin):
    """没有把握的名称."""

    list_display = ["title", "doubt", "region", "vacancies", "wishes"]
    list_filter = ["doubt"]
    list_select_related = ["region"]
    search_fields = ["title"]

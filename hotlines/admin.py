"""Hotlines, commissioners, tickets, visits, to look at."""

from django.contrib import admin

from portal.back_office.tables import TableAdmin, TableInline

from .models import Assignment, Commissioner, Hotline, Ticket, Visit


@admin.register(Hotline)
class HotlineAdmin(TableAdmin):
    """用工服务热线."""

    list_display = ["office", "region", "phone", "hours", "order"]
    search_fields = ["office", "phone"]


class AssignmentInline(TableInline):
    """Whom a commissioner looks after, and looked after."""

    model = Assignment
    left_out = ["commissioner"]


@admin.register(Commissioner)
class CommissionerAdmin(TableAdmin):
    """人社服务专员."""

    list_display = ["user", "rank", "office", "phone", "is_active"]
    list_filter = ["rank", "is_active"]
    search_fields = ["user__display_name", "office"]
    inlines = [AssignmentInline]


@admin.register(Assignment)
class AssignmentAdmin(TableAdmin):
    """包保关系."""

    list_display = ["enterprise", "commissioner", "started_at", "ended_at", "assigned_by"]
    list_select_related = ["commissioner__user"]
    list_filter = ["started_at"]
    search_fields = ["enterprise__name", "enterprise__credit_code"]


@admin.register(Ticket)
class TicketAdmin(TableAdmin):
    """服务工单."""

    list_display = ["subject", "region", "enterprise", "state", "owner", "is_key", "due_at"]
    list_select_related = ["owner__user"]
    list_filter = ["state", "source", "is_key"]
    search_fields = ["subject", "enterprise__name"]
    masked = {"contact_name": "name", "contact_phone": "phone"}


@admin.register(Visit)
class VisitAdmin(TableAdmin):
    """走访."""

    list_display = ["visited_on", "enterprise", "kind", "visited_by"]
    list_filter = ["kind", "visited_on"]
    search_fields = ["enterprise__name"]

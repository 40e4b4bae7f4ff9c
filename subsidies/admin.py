"""Back-office tables, to look at. What changes state goes through the services."""

from django.contrib import admin

from .models import (
    Claim,
    ClaimBatch,
    ClaimStep,
    Decision,
    InsuranceImport,
    InsuranceMonth,
    LocalParameter,
    Objection,
    PolicyVersion,
    PublicNotice,
    ScreeningRun,
)


class ReadOnlyAdmin(admin.ModelAdmin):
    """Nobody adds, changes or deletes here."""

    show_full_result_count = False

    def has_add_permission(self, request, obj=None):
        """No."""
        return False

    def has_change_permission(self, request, obj=None):
        """No."""
        return False

    def has_delete_permission(self, request, obj=None):
        """No."""
        return False


@admin.register(ScreeningRun)
class ScreeningRunAdmin(ReadOnlyAdmin):
    """筛查批次."""

    list_display = ["base_year", "number", "region", "legal_date", "data_date", "created_at"]


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    """审核决定."""

    list_display = ["enterprise", "provision_id", "base_year", "outcome", "amount_fen"]
    list_filter = ["outcome", "base_year", "leads"]
    list_select_related = ["enterprise"]
    search_fields = ["enterprise__name", "enterprise__credit_code"]


class ClaimStepInline(admin.TabularInline):
    """办理记录."""

    model = ClaimStep
    fields = readonly_fields = ["state", "by", "at", "note"]
    extra = 0
    can_delete = False


@admin.register(Claim)
class ClaimAdmin(ReadOnlyAdmin):
    """补贴申领."""

    list_display = ["enterprise", "base_year", "amount_fen", "state", "batch", "notice"]
    list_filter = ["state", "base_year"]
    list_select_related = ["enterprise", "batch", "notice"]
    search_fields = ["enterprise__name", "enterprise__credit_code"]
    inlines = [ClaimStepInline]


@admin.register(ClaimBatch)
class ClaimBatchAdmin(ReadOnlyAdmin):
    """复核批次."""

    list_display = ["__str__", "region", "first_reviewer", "second_reviewer", "returned_by"]
    list_select_related = ["region", "first_reviewer", "second_reviewer", "returned_by"]


@admin.register(PublicNotice)
class PublicNoticeAdmin(ReadOnlyAdmin):
    """公示."""

    list_display = ["title", "region", "starts_on", "ends_on", "withdrawn_at", "concluded_at"]
    list_select_related = ["region"]


@admin.register(Objection)
class ObjectionAdmin(ReadOnlyAdmin):
    """异议. Names and telephones are masked; revealing is done in the staff pages."""

    list_display = ["masked_name", "region", "due_on", "state", "answered_by"]
    list_filter = ["state"]
    list_select_related = ["region", "answered_by"]
    exclude = ["name", "phone"]
    readonly_fields = ["masked_name", "masked_phone"]


@admin.register(PolicyVersion)
class PolicyVersionAdmin(ReadOnlyAdmin):
    """政策版本."""

    list_display = ["policy_id", "version", "title", "region_code", "state", "published_at"]


@admin.register(LocalParameter)
class LocalParameterAdmin(ReadOnlyAdmin):
    """本地参数."""

    list_display = ["name", "value", "region", "valid_from", "valid_until", "document"]
    list_select_related = ["region"]


@admin.register(InsuranceImport)
class InsuranceImportAdmin(ReadOnlyAdmin):
    """社保导入."""

    list_display = ["source", "first_month", "last_month", "lines", "accepted", "rejected"]


@admin.register(InsuranceMonth)
class InsuranceMonthAdmin(ReadOnlyAdmin):
    """缴费月."""

    list_display = ["enterprise", "month", "headcount", "premium_enterprise_fen"]
    list_select_related = ["enterprise"]
    search_fields = ["enterprise__credit_code"]
    list_filter = ["month"]

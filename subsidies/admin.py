"""Back-office tables of subsidies, to look at. What changes state goes through the services."""

from django.contrib import admin

from portal.back_office.tables import TableAdmin, TableInline

from .models import (
    Claim,
    ClaimBatch,
    ClaimStep,
    Decision,
    InsuranceImport,
    InsuranceMonth,
    InsuredPerson,
    LocalParameter,
    Objection,
    PolicyVersion,
    PublicNotice,
    ScreeningRun,
)

_ENTERPRISE = ["enterprise__name", "enterprise__credit_code"]


@admin.register(ScreeningRun)
class ScreeningRunAdmin(TableAdmin):
    """筛查批次."""

    list_display = ["base_year", "number", "region", "legal_date", "data_date", "created_at"]


@admin.register(Decision)
class DecisionAdmin(TableAdmin):
    """审核决定."""

    list_display = ["enterprise", "provision_id", "base_year", "outcome", "amount_fen"]
    list_filter = ["outcome", "base_year", "leads"]
    search_fields = _ENTERPRISE


class ClaimStepInline(TableInline):
    """办理记录."""

    model = ClaimStep


@admin.register(Claim)
class ClaimAdmin(TableAdmin):
    """补贴申领."""

    list_display = ["enterprise", "base_year", "amount_fen", "state", "batch", "notice"]
    list_filter = ["state", "base_year"]
    search_fields = _ENTERPRISE
    inlines = [ClaimStepInline]


@admin.register(ClaimStep)
class ClaimStepAdmin(TableAdmin):
    """办理记录."""

    list_display = ["at", "claim", "state", "by", "note"]
    list_filter = ["state", "at"]
    search_fields = ["claim__enterprise__name"]


@admin.register(ClaimBatch)
class ClaimBatchAdmin(TableAdmin):
    """复核批次."""

    list_display = ["__str__", "region", "first_reviewer", "second_reviewer", "returned_by"]


@admin.register(PublicNotice)
class PublicNoticeAdmin(TableAdmin):
    """公示."""

    list_display = ["title", "region", "starts_on", "ends_on", "withdrawn_at", "concluded_at"]


@admin.register(Objection)
class ObjectionAdmin(TableAdmin):
    """异议. Revealing a name or a telephone is done in the staff pages, with a reason."""

    list_display = ["name", "region", "due_on", "state", "answered_by"]
    list_filter = ["state"]
    masked = {"name": "name", "phone": "phone"}


@admin.register(PolicyVersion)
class PolicyVersionAdmin(TableAdmin):
    """政策版本."""

    list_display = ["policy_id", "version", "title", "region_code", "state", "published_at"]
    list_filter = ["state"]
    search_fields = ["policy_id", "title", "document_number"]


@admin.register(LocalParameter)
class LocalParameterAdmin(TableAdmin):
    """本地参数."""

    list_display = ["name", "value", "region", "valid_from", "valid_until", "document"]


@admin.register(InsuranceImport)
class InsuranceImportAdmin(TableAdmin):
    """社保导入."""

    list_display = ["source", "first_month", "last_month", "lines", "accepted", "rejected"]


@admin.register(InsuranceMonth)
class InsuranceMonthAdmin(TableAdmin):
    """缴费月."""

    list_display = ["enterprise", "month", "headcount", "premium_enterprise_fen"]
    search_fields = _ENTERPRISE
    list_filter = ["month"]


@admin.register(InsuredPerson)
class InsuredPersonAdmin(TableAdmin):
    """参保人员: by hash; nobody's number is kept."""

    list_display = ["enterprise", "person_hash", "first_month", "last_month", "base_fen"]
    search_fields = _ENTERPRISE

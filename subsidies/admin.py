"""Back-office tables of subsidies, to look at. What changes state goes through the services."""

from django.contrib import admin

from portal.back_office.tables import TableAdmin, TableInline

from .models import (
    BenefitRecipient,
    Budget,
    Claim,
    ClaimBatch,
    ClaimStep,
    Decision,
    DecisionPart,
    Entitlement,
    InsuranceImport,
    InsuranceMapping,
    InsuranceMonth,
    InsuranceRejection,
    InsuranceReopening,
    LocalParameter,
    Objection,
    PayeeAccount,
    Payment,
    PaymentBatch,
    PolicyVersion,
    PublicNotice,
    Recovery,
    Repayment,
    ScreeningRun,
    SubsidyApplication,
    SubsidyApplicationDocument,
    SubsidyApplicationPerson,
    Trial,
    TrialRow,
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


@admin.register(DecisionPart)
class DecisionPartAdmin(TableAdmin):
    """决定的共用部分."""

    list_display = ["sha256", "body"]


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


@admin.register(InsuranceMapping)
class InsuranceMappingAdmin(TableAdmin):
    """列名对应."""

    list_display = ["kind", "name", "saved_by", "saved_at"]


@admin.register(InsuranceRejection)
class InsuranceRejectionAdmin(TableAdmin):
    """退回行."""

    list_display = ["source", "line", "column", "reason"]


@admin.register(InsuranceReopening)
class InsuranceReopeningAdmin(TableAdmin):
    """重开月份."""

    list_display = ["kind", "region", "month", "opened_by", "opened_at"]


@admin.register(BenefitRecipient)
class BenefitRecipientAdmin(TableAdmin):
    """失业金领取."""

    list_display = ["enterprise", "began_on", "last_month", "source"]


@admin.register(Budget)
class BudgetAdmin(TableAdmin):
    """预算."""

    list_display = ["base_year", "region", "exclusivity_group", "amount_fen", "author", "approver"]


@admin.register(PayeeAccount)
class PayeeAccountAdmin(TableAdmin):
    """收款账户."""

    list_display = ["holder", "bank", "number", "confirmed_by"]
    masked = {"number": "account"}


@admin.register(PaymentBatch)
class PaymentBatchAdmin(TableAdmin):
    """发放批次."""

    list_display = ["__str__", "region", "state", "count", "total_fen", "prepared_by", "sent_by"]


@admin.register(Payment)
class PaymentAdmin(TableAdmin):
    """发放."""

    list_display = ["batch", "claim", "amount_fen", "state", "settled_on"]
    masked = {"account_number": "account"}


@admin.register(Recovery)
class RecoveryAdmin(TableAdmin):
    """追回."""

    list_display = ["claim", "amount_fen", "repaid_fen", "state", "opened_at"]


@admin.register(Repayment)
class RepaymentAdmin(TableAdmin):
    """退还."""

    list_display = ["recovery", "amount_fen", "paid_on", "voucher", "recorded_by"]


@admin.register(SubsidyApplication)
class SubsidyApplicationAdmin(TableAdmin):
    """补贴申请."""

    list_display = ["provision_id", "enterprise", "region", "state", "submitted_at"]


@admin.register(SubsidyApplicationPerson)
class SubsidyApplicationPersonAdmin(TableAdmin):
    """申请所涉人员."""

    list_display = ["application", "name", "identity_number"]
    masked = {"name": "name", "identity_number": "identity"}


@admin.register(SubsidyApplicationDocument)
class SubsidyApplicationDocumentAdmin(TableAdmin):
    """申请材料."""

    list_display = ["application", "title", "uploaded_at"]


@admin.register(Entitlement)
class EntitlementAdmin(TableAdmin):
    """享受登记."""

    list_display = ["thing", "period", "claim", "taken_at", "released_at"]


@admin.register(Trial)
class TrialAdmin(TableAdmin):
    """试算."""

    list_display = ["title", "region", "base_year", "state", "created_by", "created_at"]


@admin.register(TrialRow)
class TrialRowAdmin(TableAdmin):
    """试算结果."""

    list_display = ["trial", "enterprise", "before_fen", "after_fen"]

"""Back-office tables of enterprises: to look things up. What changes state is done by the services
behind the staff pages, so nothing is added, changed or deleted here."""

from django.contrib import admin

from portal.back_office.tables import TableAdmin, TableInline

from .models import (
    Enterprise,
    KeyListEntry,
    LicenceFile,
    ShortageDeclaration,
    ShortageFill,
    ShortageItem,
    Vacancy,
    VacancyReview,
)


class KeyListInline(TableInline):
    """Key lists of an enterprise."""

    model = KeyListEntry


@admin.register(Enterprise)
class EnterpriseAdmin(TableAdmin):
    """企业."""

    list_display = ["name", "credit_code", "region", "industry", "size_class", "licence_state"]
    list_filter = ["licence_state", "size_class", "entity_kind", "dispatch_company"]
    search_fields = ["name", "credit_code"]
    masked = {"contact_name": "name", "contact_phone": "phone"}
    inlines = [KeyListInline]


@admin.register(LicenceFile)
class LicenceFileAdmin(TableAdmin):
    """营业执照: what was sent; the file itself leaves through its own view only."""

    list_display = ["original_name", "enterprise", "media_type", "size", "uploaded_at"]
    search_fields = ["enterprise__name", "sha256"]


@admin.register(KeyListEntry)
class KeyListAdmin(TableAdmin):
    """重点名录."""

    list_display = ["enterprise", "kind", "source", "starts_on", "ends_on"]
    list_filter = ["kind"]
    search_fields = ["enterprise__name", "enterprise__credit_code"]


class ItemInline(TableInline):
    """Kinds of work."""

    model = ShortageItem


class FillInline(TableInline):
    """People who came."""

    model = ShortageFill


@admin.register(ShortageDeclaration)
class ShortageAdmin(TableAdmin):
    """缺工申报."""

    list_display = [
        "enterprise", "state", "missing_total", "filled_total", "is_emergency", "declared_at",
    ]  # fmt: skip
    list_filter = ["state", "is_emergency", "outcome"]
    search_fields = ["enterprise__name"]
    date_hierarchy = "declared_at"
    inlines = [ItemInline, FillInline]


@admin.register(ShortageItem)
class ShortageItemAdmin(TableAdmin):
    """缺工工种."""

    list_display = ["title", "declaration", "occupation", "missing", "pay_min", "pay_max"]
    list_select_related = ["declaration__enterprise"]
    search_fields = ["title", "declaration__enterprise__name"]


@admin.register(ShortageFill)
class ShortageFillAdmin(TableAdmin):
    """到岗登记."""

    list_display = ["filled_on", "declaration", "persons", "channel", "recorded_by"]
    list_select_related = ["declaration__enterprise"]
    list_filter = ["channel", "filled_on"]
    search_fields = ["declaration__enterprise__name"]


class ReviewInline(TableInline):
    """Reviews of a vacancy."""

    model = VacancyReview
    fk_name = "vacancy"


@admin.register(Vacancy)
class VacancyAdmin(TableAdmin):
    """招聘岗位."""

    list_display = [
        "title", "enterprise", "state", "region", "headcount", "starts_on", "expires_on",
    ]  # fmt: skip
    list_filter = ["state", "close_outcome"]
    search_fields = ["title", "enterprise__name"]
    inlines = [ReviewInline]


@admin.register(VacancyReview)
class VacancyReviewAdmin(TableAdmin):
    """岗位审核."""

    list_display = ["reviewed_at", "vacancy", "result", "reviewed_by"]
    list_filter = ["result", "reviewed_at"]
    search_fields = ["vacancy__title", "vacancy__enterprise__name"]

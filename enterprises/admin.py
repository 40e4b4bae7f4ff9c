"""Back-office tables of enterprises: to look things up. What changes state is done by the services
behind the staff pages, so nothing is added, changed or deleted here."""

from django.contrib import admin

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


class LookOnly:
    """No button that writes."""

    def has_add_permission(self, request, obj=None):
        """Rows come from the services."""
        return False

    def has_change_permission(self, request, obj=None):
        """State moves through the services."""
        return False

    def has_delete_permission(self, request, obj=None):
        """Nothing is deleted."""
        return False


class KeyListInline(LookOnly, admin.TabularInline):
    """Key lists of an enterprise."""

    model = KeyListEntry
    extra = 0


@admin.register(Enterprise)
class EnterpriseAdmin(LookOnly, admin.ModelAdmin):
    """企业. The telephone stays out: it is shown by the recorded act of revealing only."""

    list_display = ["name", "credit_code", "region", "industry", "size_class", "licence_state"]
    list_filter = ["licence_state", "size_class", "dispatch_company"]
    search_fields = ["name", "credit_code"]
    list_select_related = ["region", "industry"]
    exclude = ["contact_phone"]
    inlines = [KeyListInline]
    show_full_result_count = False


@admin.register(LicenceFile)
class LicenceFileAdmin(LookOnly, admin.ModelAdmin):
    """营业执照: what was sent; the file itself leaves through its own view only."""

    list_display = ["enterprise", "original_name", "media_type", "size", "uploaded_at"]
    search_fields = ["enterprise__name", "sha256"]
    list_select_related = ["enterprise"]
    exclude = ["file"]


class ItemInline(LookOnly, admin.TabularInline):
    """Kinds of work."""

    model = ShortageItem
    extra = 0


class FillInline(LookOnly, admin.TabularInline):
    """People who came."""

    model = ShortageFill
    extra = 0


@admin.register(ShortageDeclaration)
class ShortageAdmin(LookOnly, admin.ModelAdmin):
    """缺工申报."""

    list_display = [
        "enterprise",
        "state",
        "missing_total",
        "filled_total",
        "is_emergency",
        "declared_at",
    ]
    list_filter = ["state", "is_emergency", "outcome"]
    search_fields = ["enterprise__name"]
    list_select_related = ["enterprise"]
    date_hierarchy = "declared_at"
    inlines = [ItemInline, FillInline]


class ReviewInline(LookOnly, admin.TabularInline):
    """Reviews of a vacancy."""

    model = VacancyReview
    fk_name = "vacancy"
    extra = 0


@admin.register(Vacancy)
class VacancyAdmin(LookOnly, admin.ModelAdmin):
    """招聘岗位."""

    list_display = [
        "title",
        "enterprise",
        "state",
        "region",
        "headcount",
        "starts_on",
        "expires_on",
    ]
    list_filter = ["state", "close_outcome"]
    search_fields = ["title", "enterprise__name"]
    list_select_related = ["enterprise", "region"]
    exclude = ["search_vector"]
    inlines = [ReviewInline]
    show_full_result_count = False

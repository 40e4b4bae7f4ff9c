"""Tables to look at: nothing is added, changed or deleted, personal data are masked."""

from django.contrib import admin
from django.contrib.postgres.search import SearchVectorField
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.http import Http404
from django.urls import reverse
from django.utils.html import format_html

from portal.accounts.enums import STAFF_ROLES
from portal.accounts.fields import BlindIndexField, EncryptedTextField
from portal.accounts.masking import mask
from portal.accounts.models import User

# Who did what, for relations whose model gives them no words.
LABELS = {
    "adjusts": "补发所依据的申领",
    "answered_by": "答复人",
    "approver": "批准人",
    "assigned_by": "分派人",
    "author": "填写人",
    "by": "办理人",
    "cancelled_by": "撤销人",
    "confirmed_by": "确认人",
    "created_by": "提交人",
    "declared_by": "申报人",
    "ended_by": "停用人",
    "first_reviewer": "初审人",
    "handled_by": "经办人",
    "imported_by": "导入人",
    "invited_by": "邀请人",
    "licence_checked_by": "核验人",
    "opened_by": "重开人",
    "prepared_by": "生成人",
    "published_by": "发布人",
    "recorded_by": "登记人",
    "rejected_by": "退回人",
    "released_by": "决定人",
    "returned_by": "退回人",
    "reviewed_by": "审核人",
    "saved_by": "保存人",
    "second_reviewer": "复核人",
    "sent_by": "送银行人",
    "served_by": "服务人",
    "supersedes": "更正的决定",
    "switched_by": "启用人",
    "uploaded_by": "上传人",
    "used_by": "更正文件",
    "visited_by": "走访人",
    "waive_asked_by": "提出不再追回的人",
    "waived_by": "同意不再追回的人",
}
_NEVER = (BlindIndexField, SearchVectorField, models.FileField)


def shown_person(user):
    """An account as these tables show it: staff by name, others masked."""
    if user is None:
        return "-"
    return str(user) if user.role in STAFF_ROLES else mask(user.display_name, "name") or "-"


def _label(field):
    """The words above a column; a relation without words of its own is called after its table."""
    if field.name in LABELS or not field.is_relation or not field.verbose_name.isascii():
        return LABELS.get(field.name, field.verbose_name)
    return field.related_model._meta.verbose_name


def _linked(row):
    """A row of another table, as a link to it."""
    if row is None:
        return "-"
    meta = row._meta
    url = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
    return format_html('<a href="{}">{}</a>', url, row)


class LookOnly:
    """For a ModelAdmin or an inline. `masked`: field → kind of mask; `left_out`: fields not shown.

    Every column of the table is shown but files, search vectors and blind indexes; an encrypted
    field that is not in `masked` stays out, so that forgetting it shows nothing.
    """

    masked = {}
    left_out = ()
    extra = 0
    can_delete = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, kind in self.masked.items():
            self._column(name, lambda row, n=name, k=kind: mask(getattr(row, n), k) or "-")
        for field in self.model._meta.concrete_fields:
            if field.is_relation and field.related_model is User:
                self._column(field.name, lambda row, n=field.name: shown_person(getattr(row, n)))
            elif field.is_relation and field.verbose_name.isascii():
                self._column(field.name, lambda row, n=field.name: _linked(getattr(row, n)))

    def _column(self, name, shown):
        shown.short_description = _label(self.model._meta.get_field(name))
        setattr(self, f"shown_{name}", shown)

    def _shown(self, name):
        return f"shown_{name}" if hasattr(self, f"shown_{name}") else name

    def get_fields(self, request, obj=None):
        """The columns of the table in their order."""
        return [
            self._shown(field.name)
            for field in self.model._meta.concrete_fields
            if not isinstance(field, _NEVER)
            and not (isinstance(field, EncryptedTextField) and field.name not in self.masked)
            and not field.primary_key
            and field.name not in self.left_out
        ]

    def get_readonly_fields(self, request, obj=None):
        """All of them."""
        return self.get_fields(request, obj)

    def has_view_permission(self, request, obj=None):
        """Administrators look at everything."""
        return request.user.is_active and request.user.is_staff

    def has_module_permission(self, request):
        """The same for a whole app."""
        return self.has_view_permission(request)

    def has_add_permission(self, request, obj=None):
        """Rows come from the services."""
        return False

    def has_change_permission(self, request, obj=None):
        """State moves through the services."""
        return False

    def has_delete_permission(self, request, obj=None):
        """Nothing is deleted."""
        return False


class TableAdmin(LookOnly, admin.ModelAdmin):
    """A table with its list."""

    actions = None
    list_per_page = 50
    show_full_result_count = False

    def get_list_display(self, request):
        """As named, people and personal data masked."""
        return [self._shown(name) for name in self.list_display]

    def get_list_select_related(self, request):
        """What the columns name, and `list_select_related` for what they need besides."""
        named = []
        for name in self.list_display:
            try:
                field = self.model._meta.get_field(name)
            except FieldDoesNotExist:
                continue
            if field.is_relation:
                named.append(name)
        return [*named, *(self.list_select_related or [])]

    def history_view(self, request, object_id, extra_context=None):
        """Nothing is changed here, so there is no history of it: that is in the tables itself."""
        raise Http404


class TableInline(LookOnly, admin.TabularInline):
    """Rows that belong to the one above them."""


class CodeTableAdmin(TableAdmin):
    """A code table: loaded from its data file, never typed."""

    list_display = ["code", "name", "level", "parent"]
    list_filter = ["level"]
    search_fields = ["code", "name"]
    ordering = ["code"]

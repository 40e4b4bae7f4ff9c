"""Accounts in the back office. Staff accounts are kept here: form, service, record."""

from django.contrib import admin
from django.urls import path

from portal.back_office.tables import TableAdmin, TableInline, shown_person

from . import admin_views
from .models import AccountChange, ConsentRecord, Membership, Reveal, SignIn, User


class ChangeInline(TableInline):
    """What administrators did to an account."""

    model = AccountChange
    fk_name = "account"
    left_out = ["account"]


@admin.register(User)
class UserAdmin(TableAdmin):
    """用户. Telephones are masked; a name is masked unless it is one of the bureau's."""

    list_display = ["username", "person", "role", "region", "office", "is_active", "date_joined"]
    list_filter = ["role", "is_active"]
    search_fields = ["username", "office"]
    search_help_text = "用户名或单位的一部分；手机号要完整输入。"
    ordering = ["-date_joined", "-pk"]
    masked = {"phone": "phone"}
    left_out = ["password", "display_name", "is_superuser", "care_mode"]
    inlines = [ChangeInline]
    change_list_template = "admin/accounts/user/change_list.html"
    change_form_template = "admin/accounts/user/change_form.html"

    @admin.display(description="姓名")
    def person(self, user):
        """By name for staff, masked for others."""
        return shown_person(user)

    def get_fields(self, request, obj=None):
        """With the name as the list shows it."""
        return ["person", *super().get_fields(request, obj)]

    def get_search_results(self, request, queryset, search_term):
        """A whole telephone number is found by its blind index."""
        found, distinct = super().get_search_results(request, queryset, search_term)
        if search_term:
            found = found | queryset & User.objects.by_sign_in_name(search_term)
        return found, distinct

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Headed by the user name, which is nobody's name."""
        user = self.get_object(request, object_id)
        context = {"subtitle": user.username if user else ""} | (extra_context or {})
        return super().change_view(request, object_id, form_url, context)

    def get_urls(self):
        """Opening, changing, a new password."""
        wrap = self.admin_site.admin_view
        return [
            path("open/", wrap(admin_views.open_account), name="accounts_user_open"),
            path("<int:pk>/edit/", wrap(admin_views.edit_account), name="accounts_user_edit"),
            path(
                "<int:pk>/password/", wrap(admin_views.new_password), name="accounts_user_password"
            ),
            *super().get_urls(),
        ]


@admin.register(AccountChange)
class AccountChangeAdmin(TableAdmin):
    """账号变更."""

    list_display = ["at", "account", "kind", "by", "reason"]
    list_filter = ["kind", "at"]


@admin.register(Membership)
class MembershipAdmin(TableAdmin):
    """任职."""

    list_display = ["enterprise", "user", "is_owner", "started_at", "ended_at"]
    list_filter = ["is_owner"]
    search_fields = ["enterprise__name", "enterprise__credit_code"]


@admin.register(ConsentRecord)
class ConsentAdmin(TableAdmin):
    """授权同意."""

    list_display = ["given_at", "user", "kind", "recipient", "withdrawn_at"]
    list_filter = ["kind", "given_at"]
    search_fields = ["recipient__name"]


@admin.register(Reveal)
class RevealAdmin(TableAdmin):
    """明文查看."""

    list_display = ["at", "by", "subject_kind", "subject_label", "field", "reason"]
    list_filter = ["subject_kind", "field", "at"]
    search_fields = ["by__username", "by__display_name"]


@admin.register(SignIn)
class SignInAdmin(TableAdmin):
    """登录记录. The typed name was not kept; its index says nothing to a reader."""

    list_display = ["at", "user", "outcome", "address"]
    list_filter = ["outcome", "at"]
    search_fields = ["user__username"]
    left_out = ["name_index"]

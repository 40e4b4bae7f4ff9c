"""Messages and their delivery, to look at. What was written to a person stays between them."""

from django.contrib import admin

from portal.back_office.tables import TableAdmin, TableInline

from .models import Delivery, Message


class DeliveryInline(TableInline):
    """Where a message went."""

    model = Delivery


@admin.register(Message)
class MessageAdmin(TableAdmin):
    """消息, without its text."""

    list_display = ["created_at", "recipient", "kind", "subject", "read_at"]
    list_filter = ["kind", "created_at"]
    left_out = ["body", "path"]
    inlines = [DeliveryInline]


@admin.register(Delivery)
class DeliveryAdmin(TableAdmin):
    """投递."""

    list_display = ["message", "channel", "state", "attempts", "sent_at", "error"]
    list_filter = ["channel", "state"]

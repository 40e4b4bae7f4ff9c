"""Messages to people: written in the transaction that causes them, delivered later, never twice."""

from django.db import models
from django.utils import timezone

from portal.accounts.fields import PublicIdField


class Channel(models.TextChoices):
    """投递渠道."""

    INBOX = "inbox", "站内"
    SMS = "sms", "短信"


class DeliveryState(models.TextChoices):
    """投递状态."""

    WAITING = "waiting", "待发"
    SENDING = "sending", "发送中"
    SENT = "sent", "已发"
    FAILED = "failed", "没有发出"


class MessageQuerySet(models.QuerySet):
    """Messages."""

    def visible_to(self, user):
        """Everyone reads their own messages only."""
        return self.filter(recipient_id=user.pk) if user.is_authenticated else self.none()

    def unread(self):
        """Not opened yet."""
        return self.filter(read_at__isnull=True)


class Message(models.Model):
    """消息."""

    public_id = PublicIdField(unique=True)
    recipient = models.ForeignKey(
        "accounts.User", models.CASCADE, related_name="inbox", verbose_name="收件人"
    )
    kind = models.CharField("类别", max_length=40)
    dedupe_key = models.CharField("去重键", max_length=120, unique=True)
    subject = models.CharField("标题", max_length=120)
    body = models.TextField("内容", blank=True)
    path = models.CharField("链接", max_length=200, blank=True)
    created_at = models.DateTimeField("时间", default=timezone.now)
    read_at = models.DateTimeField("已读", null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "消息"
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["recipient", "-created_at"])]

    def __str__(self):
        return self.subject


class Delivery(models.Model):
    """投递: one per message and channel. The inbox is delivered by being there."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries")
    channel = models.CharField("渠道", max_length=10, choices=Channel)
    state = models.CharField(
        "状态", max_length=10, choices=DeliveryState, default=DeliveryState.WAITING
    )
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    not_before = models.DateTimeField("最早发送时间", default=timezone.now)
    tried_at = models.DateTimeField("最近一次发送", null=True, blank=True)
    sent_at = models.DateTimeField("发出时间", null=True, blank=True)
    error = models.CharField("原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "投递"
        constraints = [
            models.UniqueConstraint(fields=["message", "channel"], name="one_delivery_per_channel")
        ]
        indexes = [
            models.Index(
                fields=["not_before", "id"],
                name="delivery_due",
                condition=models.Q(state="waiting"),
            )
        ]

    def __str__(self):
        return f"{self.message_id} {self.channel}"

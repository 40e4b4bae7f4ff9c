"""Bulk import of the supply list 人力资源供给清单 (B5)."""

from django.db import models
from django.utils import timezone

from jobseekers.enums import ImportState
from portal.accounts.fields import PublicIdField


class SupplyListImportQuerySet(models.QuerySet):
    """Imports."""

    def visible_to(self, user):
        """Staff see the imports of their region and below."""
        if not user.is_authenticated or not user.is_bureau:
            return self.none()
        return self.filter(region__code__startswith=user.region_scope)


class SupplyListImport(models.Model):
    """供给清单导入: one row per file that was sent, whether it was taken or not."""

    public_id = PublicIdField(unique=True)
    region = models.ForeignKey("places.Division", models.RESTRICT, verbose_name="地区")
    file_name = models.CharField("文件名", max_length=120)
    sha256 = models.CharField("校验值", max_length=64)
    state = models.CharField("状态", max_length=10, choices=ImportState)
    rows_total = models.PositiveIntegerField("总行数", default=0)
    rows_added = models.PositiveIntegerField("新增", default=0)
    rows_known = models.PositiveIntegerField("已有", default=0)
    rows_wrong = models.PositiveIntegerField("有错误", default=0)
    error_workbook = models.FileField("错误清单", upload_to="supply-errors/%Y/%m/", blank=True)
    uploaded_by = models.ForeignKey("accounts.User", models.RESTRICT, related_name="+")
    uploaded_at = models.DateTimeField("导入时间", default=timezone.now)

    objects = SupplyListImportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "供给清单导入"
        ordering = ["-uploaded_at", "-pk"]

    def __str__(self):
        return self.file_name

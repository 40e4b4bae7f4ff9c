"""Report snapshots as data and as workbooks."""

import json
from urllib.parse import quote

from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics, renderers, serializers
from rest_framework.response import Response

from portal.accounts.access import OFFICERS, allow
from portal.api.errors import Conflict
from portal.api.filters import RegionFilter
from portal.api.serializers import CodeSerializer

from .models import ReportKind, ReportSnapshot
from .services.files import weekly_workbook
from .services.weekly import SnapshotChanged

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ReportSerializer(serializers.ModelSerializer):
    """A snapshot in a list."""

    kind_label = serializers.CharField(source="get_kind_display", read_only=True)
    region = CodeSerializer(read_only=True)

    class Meta:
        model = ReportSnapshot
        fields = ["kind", "kind_label", "period", "region", "sha256", "created_at"]


class ReportDetailSerializer(ReportSerializer):
    """With the figures as they were."""

    data = serializers.JSONField(read_only=True)

    class Meta(ReportSerializer.Meta):
        fields = [*ReportSerializer.Meta.fields, "data"]


class ReportFilter(filters.FilterSet):
    """Narrowing the snapshots one sees."""

    kind = filters.ChoiceFilter(choices=ReportKind.choices)
    period = filters.CharFilter(help_text="周报写作 2020-W12。")
    region = RegionFilter()

    class Meta:
        model = ReportSnapshot
        fields = []


class SeenReports:
    """The snapshots the person sees; one is found by kind, period and region."""

    queryset = ReportSnapshot.objects.none()

    def get_queryset(self):
        """Of the region and below."""
        return ReportSnapshot.objects.visible_to(self.request.user).select_related("region")

    def get_object(self):
        """The one the address names, or 404."""
        return generics.get_object_or_404(
            self.get_queryset(),
            kind=self.kwargs["kind"],
            period=self.kwargs["period"],
            region_id=self.kwargs["region"],
        )


class WorkbookRenderer(renderers.BaseRenderer):
    """Bytes as they are; a problem as JSON."""

    media_type = XLSX
    format = "xlsx"
    charset = None
    render_style = "binary"

    def render(self, data, accepted_media_type=None, renderer_context=None):
        """A workbook, or the problem that stood in its way."""
        if isinstance(data, bytes):
            return data
        return json.dumps(data, ensure_ascii=False).encode()


@allow(OFFICERS)
class ReportList(SeenReports, generics.ListAPIView):
    """Snapshots, newest first."""

    summary = "报表快照"
    serializer_class = ReportSerializer
    filterset_class = ReportFilter


@allow(OFFICERS)
class ReportDetail(SeenReports, generics.RetrieveAPIView):
    """One snapshot with its figures."""

    summary = "一份报表的数据"
    serializer_class = ReportDetailSerializer


@allow(OFFICERS)
class ReportWorkbook(SeenReports, generics.GenericAPIView):
    """The workbook, made again from the snapshot."""

    summary = "下载工作簿"
    renderer_classes = [WorkbookRenderer, renderers.JSONRenderer]
    serializer_class = None

    @extend_schema(responses={(200, XLSX): OpenApiResponse(OpenApiTypes.BINARY)})
    def get(self, request, kind, period, region):
        """As a download; 409 when the snapshot is not what its hash says."""
        try:
            name, content = weekly_workbook(self.get_object())
        except SnapshotChanged as error:
            raise Conflict("快照和保存时的校验值不一致，没有生成。请联系系统管理员。") from error
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
        return Response(content, headers=headers, content_type=XLSX)

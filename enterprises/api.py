"""Vacancies for everyone, enterprises for those who see them."""

from dataclasses import replace

from django.db.models import Prefetch, Q
from django.utils import timezone
from django_filters import rest_framework as filters
from django_filters.utils import translate_validation
from drf_spectacular.utils import extend_schema_field
from rest_framework import generics, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from portal.accounts.access import BUREAU, MEMBER, PUBLIC, allow
from portal.accounts.masking import mask
from portal.api.filters import CodesField, RegionFilter, StrictFilterBackend, SwitchFilter
from portal.api.pagination import KeysetPagination
from portal.api.serializers import CodeSerializer, EnterpriseNameSerializer
from portal.places.models import Occupation

from .enums import Education, LicenceState, SizeClass
from .models import Enterprise, KeyListEntry, Vacancy
from .search_params import EXPERIENCE, MAX_TEXT, ONLY, SORTS, SearchParams
from .search_results import COUNT_CAP, key_labels, page_of

MAX_PAY = 1_000_000


def finest(codes):
    """Codes none of which contains another: a street says more than its district."""
    return tuple(
        code
        for code in dict.fromkeys(codes)
        if not any(other != code and other.startswith(code) for other in codes)
    )


class SearchPagination(KeysetPagination):
    """The pages of the vacancy search: its order, its cursor, its capped count."""

    def page_of_search(self, params, request):
        """The page of this search that the request asks for; 400 for a position of no search."""
        cursor = request.query_params.get(self.cursor_query_param, "")
        size = self.get_page_size(request)
        self.request = request
        self.search_page = page_of(replace(params, after=cursor), size)
        if cursor and not self.search_page.start:
            raise ValidationError(
                {self.cursor_query_param: ["看不懂这个位置，请从上一次返回的 next 接着取。"]}
            )
        return self.search_page

    def get_next_link(self):
        """The address of the page after, None on the last."""
        if not self.search_page.next_after:
            return None
        query = self.request.query_params.copy()
        query[self.cursor_query_param] = self.search_page.next_after
        return self.request.build_absolute_uri(f"{self.request.path}?{query.urlencode()}")

    def get_paginated_response(self, data):
        """count stops at COUNT_CAP; openings is then not known."""
        total = self.search_page.total
        return Response(
            {
                "count": min(total, COUNT_CAP),
                "count_is_capped": total > COUNT_CAP,
                "openings": self.search_page.openings,
                "next": self.get_next_link(),
                "results": data,
            }
        )

    def get_paginated_response_schema(self, schema):
        """The same for the schema."""
        return {
            "type": "object",
            "required": ["count", "count_is_capped", "openings", "next", "results"],
            "properties": {
                "count": {"type": "integer", "description": f"岗位数，数到 {COUNT_CAP} 为止。"},
                "count_is_capped": {"type": "boolean", "description": "实际还要多。"},
                "openings": {
                    "type": "integer",
                    "nullable": True,
                    "description": "招聘人数合计；岗位太多时不计算。",
                },
                "next": {"type": "string", "format": "uri", "nullable": True},
                "results": schema,
            },
        }


class OccupationField(CodesField):
    """One occupation of any level."""

    def __init__(self, **kwargs):
        super().__init__(model=Occupation, max_codes=1, **kwargs)


@extend_schema_field({"type": "string"})
class OccupationFilter(filters.Filter):
    """The occupation and everything under it."""

    field_class = OccupationField


class VacancyFilter(filters.FilterSet):
    """The conditions of the search page under the same names; `only` is one switch each."""

    q = filters.CharFilter(help_text="要查的词，几个词都要有。", max_length=MAX_TEXT)
    region = RegionFilter()
    occupation = OccupationFilter(help_text="职业代码，含下级。")
    pay = filters.NumberFilter(
        help_text="每月至少多少元：岗位月薪上限不低于它。", min_value=0, max_value=MAX_PAY
    )
    education = filters.ChoiceFilter(choices=Education.choices, help_text="求职者有的学历。")
    experience = filters.ChoiceFilter(
        choices=[(key, label) for key, (label, _) in EXPERIENCE.items()],
        help_text="求职者有的经验。",
    )
    key = SwitchFilter(help_text="只要重点企业的。")
    lodging = SwitchFilter(help_text="只要包住的。")
    meals = SwitchFilter(help_text="只要包吃的。")
    day = SwitchFilter(help_text="只要长白班。")
    fresh = SwitchFilter(help_text="只要三天内发布的。")
    sort = filters.ChoiceFilter(
        choices=[(key, label) for key, label in SORTS.items() if key],
        help_text="不写：有词按相关，没有词按发布时间。",
    )

    class Meta:
        model = Vacancy
        fields = []

    def search(self):
        """The SearchParams these conditions mean; call after is_valid()."""
        data = self.form.cleaned_data
        return SearchParams(
            text=data["q"],
            regions=finest(data["region"]),
            occupation=(data["occupation"] or [""])[0],
            pay=int(data["pay"] or 0),
            education=int(data["education"]) if data["education"] else None,
            experience=data["experience"],
            only=tuple(key for key in ONLY if data[key]),
            sort=data["sort"],
        )


class VacancySerializer(serializers.ModelSerializer):
    """A row of the search. Pay is whole yuan a month."""

    id = serializers.CharField(source="public_id", read_only=True)
    enterprise = EnterpriseNameSerializer(read_only=True)
    key_list = serializers.SerializerMethodField(help_text="所在的重点名录，不在名录里为空。")
    region = CodeSerializer(read_only=True)
    education_label = serializers.CharField(source="get_education_display", read_only=True)
    lodging_label = serializers.CharField(source="get_lodging_display", read_only=True)
    shift_label = serializers.CharField(source="get_shift_display", read_only=True)
    state = serializers.SerializerMethodField(help_text="招聘中、已到期等。")
    last_day = serializers.DateField(read_only=True, allow_null=True, help_text="最后一天。")

    class Meta:
        model = Vacancy
        fields = [
            "id", "title", "state", "enterprise", "key_list", "occupation", "region", "address",
            "headcount", "pay_min", "pay_max", "pay_months", "education", "education_label",
            "experience_years", "skills", "certificates", "benefits", "shift", "shift_label",
            "lodging", "lodging_label", "published_at", "starts_on", "last_day",
        ]  # fmt: skip

    def get_key_list(self, vacancy) -> str:
        """The label of a list the employer is on today; a list of rows looks them up together."""
        labels = self.context.get("key_labels")
        if labels is None:
            labels = key_labels([vacancy])
        return labels.get(vacancy.enterprise_id, "")

    def get_state(self, vacancy) -> str:
        """By its dates, as pages show it."""
        return vacancy.shown.value


class VacancyDetailSerializer(VacancySerializer):
    """One vacancy with its texts."""

    occupation = CodeSerializer(read_only=True)

    class Meta(VacancySerializer.Meta):
        fields = [*VacancySerializer.Meta.fields, "duties", "requirements"]


@allow(PUBLIC)
class VacancyList(generics.ListAPIView):
    """Search what is open, with the hits and the order of the search page."""

    summary = "查招聘岗位：和岗位查询页结果相同"
    queryset = Vacancy.objects.none()
    serializer_class = VacancySerializer
    filterset_class = VacancyFilter
    pagination_class = SearchPagination

    def list(self, request):
        """One page of hits."""
        filterset = StrictFilterBackend().get_filterset(request, self.queryset, self)
        if not filterset.is_valid():
            raise translate_validation(filterset.errors)
        page = self.paginator.page_of_search(filterset.search(), request)
        context = {**self.get_serializer_context(), "key_labels": key_labels(page.vacancies)}
        rows = self.serializer_class(page.vacancies, many=True, context=context)
        return self.get_paginated_response(rows.data)


@allow(PUBLIC)
class VacancyDetail(generics.RetrieveAPIView):
    """One vacancy: published ones for everyone, others for the enterprise and staff."""

    summary = "一个岗位"
    queryset = Vacancy.objects.none()
    serializer_class = VacancyDetailSerializer
    lookup_field = "public_id"

    def get_queryset(self):
        """What was published once, and what the person works on."""
        published = Vacancy.objects.published_once().values("pk")
        own = Vacancy.objects.visible_to(self.request.user).values("pk")
        return Vacancy.objects.filter(Q(pk__in=published) | Q(pk__in=own)).select_related(
            "enterprise", "region", "occupation"
        )


class EnterpriseFilter(filters.FilterSet):
    """Narrowing the enterprises one sees."""

    q = filters.CharFilter(method="search", help_text="名称里的词，或完整的统一社会信用代码。")
    region = RegionFilter()
    licence_state = filters.ChoiceFilter(choices=LicenceState.choices)
    size_class = filters.ChoiceFilter(choices=SizeClass.choices)
    key = SwitchFilter(method="only_key", help_text="只要今天在重点名录里的。")

    class Meta:
        model = Enterprise
        fields = []

    def search(self, queryset, name, value):
        """In the name, or the whole credit code."""
        return queryset.filter(Q(name__icontains=value) | Q(credit_code=value.upper()))

    def only_key(self, queryset, name, value):
        """On a key list today, or on none."""
        listed = Q(pk__in=KeyListEntry.objects.on(timezone.localdate()).values("enterprise_id"))
        return queryset.filter(listed) if value else queryset.exclude(listed)


class KeyListSerializer(serializers.ModelSerializer):
    """One entry on a key list; ends_on is the first day off it."""

    label = serializers.CharField(source="get_kind_display", read_only=True)

    class Meta:
        model = KeyListEntry
        fields = ["kind", "label", "source", "starts_on", "ends_on"]


class EnterpriseSerializer(serializers.ModelSerializer):
    """An enterprise of the register. Contact data are masked."""

    id = serializers.CharField(source="public_id", read_only=True)
    region = CodeSerializer(read_only=True)
    industry = CodeSerializer(read_only=True)
    entity_kind_label = serializers.CharField(source="get_entity_kind_display", read_only=True)
    size_class_label = serializers.CharField(source="get_size_class_display", read_only=True)
    licence_state_label = serializers.CharField(source="get_licence_state_display", read_only=True)
    contact_name = serializers.SerializerMethodField(help_text="掩码。")
    contact_phone = serializers.SerializerMethodField(help_text="掩码。")
    key_lists = KeyListSerializer(source="key_today", many=True, read_only=True)

    class Meta:
        model = Enterprise
        fields = [
            "id", "credit_code", "name", "region", "address", "industry", "entity_kind",
            "entity_kind_label", "staff_total", "size_class", "size_class_label", "size_rule",
            "licence_state", "licence_state_label", "licence_reason", "contact_name", "contact_phone", "key_lists", "created_at",
        ]  # fmt: skip

    def get_contact_name(self, enterprise) -> str:
        """王*国."""
        return mask(enterprise.contact_name, "name")

    def get_contact_phone(self, enterprise) -> str:
        """138****5678."""
        return mask(enterprise.contact_phone, "phone")


class SeenEnterprises:
    """The enterprises the person sees, with the key lists of today."""

    queryset = Enterprise.objects.none()
    serializer_class = EnterpriseSerializer

    def get_queryset(self):
        """Three queries for any number of rows."""
        today = KeyListEntry.objects.on(timezone.localdate())
        return (
            Enterprise.objects.visible_to(self.request.user)
            .select_related("region", "industry")
            .prefetch_related(Prefetch("key_entries", today, to_attr="key_today"))
        )


@allow(MEMBER, BUREAU)
class EnterpriseList(SeenEnterprises, generics.ListAPIView):
    """Staff: of their region; a commissioner: those assigned; members: their own."""

    summary = "看得到的企业"
    filterset_class = EnterpriseFilter


@allow(MEMBER, BUREAU)
class EnterpriseDetail(SeenEnterprises, generics.RetrieveAPIView):
    """One enterprise."""

    summary = "一家企业"
    lookup_field = "public_id"

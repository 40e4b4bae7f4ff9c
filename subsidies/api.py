"""Decisions with their trace, and claims: for the enterprise and for the staff who decide."""

from datetime import date

from django.db.models import Q
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import generics, serializers

from portal.accounts.access import MEMBER, OFFICERS, allow
from portal.api.filters import RegionFilter, SwitchFilter
from portal.api.serializers import EnterpriseNameSerializer

from .enums import ClaimState, Outcome
from .models import Claim, Decision, PublicNotice


class TraceSerializer(serializers.Serializer):
    """One rule of a decision. result is null where a fact is not known; a ratio is "12/200"."""

    rule = serializers.CharField()
    label = serializers.CharField()
    fact = serializers.CharField()
    operator = serializers.CharField()
    actual = serializers.JSONField(allow_null=True)
    actual_text = serializers.CharField()
    limit = serializers.JSONField(allow_null=True)
    limit_text = serializers.CharField()
    result = serializers.BooleanField(allow_null=True)
    text = serializers.CharField()
    cite = serializers.CharField(help_text="条款。")
    document = serializers.CharField(help_text="文号。")
    remedy = serializers.CharField(help_text="可以怎么补；none 没有办法。")


class PolicySerializer(serializers.Serializer):
    """The text that decided."""

    id = serializers.CharField(source="policy_id", read_only=True)
    version = serializers.CharField(read_only=True)
    sha256 = serializers.CharField(read_only=True)
    title = serializers.CharField(read_only=True)
    document_number = serializers.CharField(read_only=True)


class DecisionSerializer(serializers.ModelSerializer):
    """A decision in a list. Money is whole fen."""

    id = serializers.CharField(source="public_id", read_only=True)
    enterprise = EnterpriseNameSerializer(read_only=True)
    outcome_label = serializers.CharField(source="get_outcome_display", read_only=True)
    policy = PolicySerializer(read_only=True)
    stands = serializers.BooleanField(read_only=True, help_text="没有被后来的决定更正。")

    class Meta:
        model = Decision
        fields = [
            "id", "enterprise", "base_year", "provision_id", "policy", "outcome", "outcome_label",
            "amount_fen", "leads", "stands", "decided_at",
        ]  # fmt: skip


class DecisionDetailSerializer(DecisionSerializer):
    """With everything it was computed from, so that anyone can compute it again."""

    facts = serializers.JSONField(read_only=True, help_text="数据和每项数据的来源。")
    trace = serializers.SerializerMethodField(help_text="逐条依据，全部条件。")
    amount_steps = serializers.SerializerMethodField(help_text="金额算法，逐行。")
    near_miss = serializers.JSONField(read_only=True, allow_null=True, help_text="只差一个条件。")
    data_date = serializers.DateField(
        source="screening.data_date",
        read_only=True,
        default=None,
        allow_null=True,
        help_text="筛查的数据截至日期；依申请的没有。",
    )
    legal_date = serializers.SerializerMethodField(help_text="适用政策日期。")
    supersedes = serializers.CharField(
        source="supersedes.public_id", read_only=True, default=None, allow_null=True
    )

    class Meta(DecisionSerializer.Meta):
        fields = [
            *DecisionSerializer.Meta.fields, "facts", "trace", "amount_steps", "near_miss",
            "data_date", "legal_date", "engine_version", "content_sha256", "supersedes",
        ]  # fmt: skip

    @extend_schema_field(TraceSerializer(many=True))
    def get_trace(self, decision):
        """As stored, untouched: its hash is over these words."""
        return decision.trace

    def get_legal_date(self, decision) -> date:
        """Of the screening, or the day the application was handed in."""
        if decision.screening_id:
            return decision.screening.legal_date
        return date.fromisoformat(decision.facts["legal_date"])

    def get_amount_steps(self, decision) -> list[str]:
        """As stored."""
        return decision.amount_steps


class NoticeSerializer(serializers.ModelSerializer):
    """The public notice a claim stands on."""

    id = serializers.CharField(source="public_id", read_only=True)

    class Meta:
        model = PublicNotice
        fields = ["id", "title", "starts_on", "ends_on"]


class ClaimSerializer(serializers.ModelSerializer):
    """A claim and how far it has come. Money is whole fen."""

    id = serializers.CharField(source="public_id", read_only=True)
    enterprise = EnterpriseNameSerializer(read_only=True)
    decision = serializers.CharField(source="decision.public_id", read_only=True)
    state_label = serializers.CharField(source="get_state_display", read_only=True)
    notice = NoticeSerializer(read_only=True)

    class Meta:
        model = Claim
        fields = [
            "id", "enterprise", "decision", "base_year", "exclusivity_group", "amount_fen",
            "state", "state_label", "created_at", "first_reviewed_at", "second_reviewed_at",
            "returned_reason", "notice", "approved_at",
        ]  # fmt: skip


class EnterpriseScopedFilter(filters.FilterSet):
    """What decisions and claims are narrowed by alike."""

    base_year = filters.NumberFilter(help_text="所属年度。", min_value=1990, max_value=2100)
    enterprise = filters.CharFilter(
        method="of_enterprise", help_text="企业编号或统一社会信用代码。"
    )
    region = RegionFilter(field_name="enterprise__region")

    def of_enterprise(self, queryset, name, value):
        """By the id of this API or by the credit code."""
        return queryset.filter(
            Q(enterprise__public_id=value) | Q(enterprise__credit_code=value.upper())
        )


class DecisionFilter(EnterpriseScopedFilter):
    """Narrowing decisions."""

    outcome = filters.ChoiceFilter(choices=Outcome.choices)
    leads = SwitchFilter(help_text="只要每户的结论，或只要其他的。")
    stands = SwitchFilter(
        method="standing", help_text="true 只要没有被更正的，false 只要被更正的。"
    )

    class Meta:
        model = Decision
        fields = []

    def standing(self, queryset, name, value):
        """Standing, or not any more."""
        return queryset.standing() if value else queryset.ended()


class ClaimFilter(EnterpriseScopedFilter):
    """Narrowing claims."""

    state = filters.ChoiceFilter(choices=ClaimState.choices)

    class Meta:
        model = Claim
        fields = []


class SeenDecisions:
    """The decisions the person sees."""

    queryset = Decision.objects.none()
    lookup_field = "public_id"

    def get_queryset(self):
        """With the policy, the enterprise and whether it stands."""
        seen = Decision.objects.visible_to(self.request.user).with_stands()
        return seen.select_related("enterprise", "policy", "screening", "supersedes")


class SeenClaims:
    """The claims the person sees."""

    queryset = Claim.objects.none()
    serializer_class = ClaimSerializer
    lookup_field = "public_id"

    def get_queryset(self):
        """With the decision and the notice."""
        return Claim.objects.visible_to(self.request.user).select_related(
            "enterprise", "decision", "notice"
        )


@allow(MEMBER, OFFICERS)
class DecisionList(SeenDecisions, generics.ListAPIView):
    """Decisions, newest first; superseded ones are among them and say so."""

    summary = "审核决定"
    serializer_class = DecisionSerializer
    filterset_class = DecisionFilter


@allow(MEMBER, OFFICERS)
class DecisionDetail(SeenDecisions, generics.RetrieveAPIView):
    """One decision, clause by clause."""

    summary = "一项决定：逐条依据、金额算法、数据来源"
    serializer_class = DecisionDetailSerializer


@allow(MEMBER, OFFICERS)
class ClaimList(SeenClaims, generics.ListAPIView):
    """Claims, newest first."""

    summary = "补贴申领"
    filterset_class = ClaimFilter


@allow(MEMBER, OFFICERS)
class ClaimDetail(SeenClaims, generics.RetrieveAPIView):
    """One claim."""

    summary = "一项申领"

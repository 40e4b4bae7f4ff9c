"""Applications: a seeker's own, and those to an enterprise's posts."""

from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.response import Response

from enterprises.models import Vacancy
from portal.accounts.access import MEMBER, SEEKER, allow
from portal.accounts.enums import Role
from portal.api.errors import Conflict
from portal.api.serializers import CodeSerializer, EnterpriseNameSerializer
from portal.refused import Refused

from .enums import LIVE_STATES, ApplicationState
from .forms import AnswerForm
from .models import Application, JobSeeker
from .services import applications as service
from .services.profile import seeker_of


class AppliedVacancySerializer(serializers.Serializer):
    """The post an application is for."""

    id = serializers.CharField(source="public_id", read_only=True)
    title = serializers.CharField(read_only=True)
    enterprise = EnterpriseNameSerializer(read_only=True)


class ResumeSerializer(serializers.ModelSerializer):
    """What the person agreed to give to this employer; name and phone masked."""

    name = serializers.CharField(source="masked_name", read_only=True, help_text="掩码。")
    phone = serializers.CharField(source="masked_phone", read_only=True, help_text="掩码。")
    region = CodeSerializer(read_only=True)
    education_label = serializers.CharField(source="get_education_display", read_only=True)

    class Meta:
        model = JobSeeker
        fields = [
            "name", "phone", "region", "education", "education_label", "experience_years",
            "skills", "certificates", "pay_expected", "summary",
        ]  # fmt: skip


class ApplicationSerializer(serializers.ModelSerializer):
    """An application in a list, with the moment of every state it has been in."""

    id = serializers.CharField(source="public_id", read_only=True)
    vacancy = AppliedVacancySerializer(read_only=True)
    applicant = serializers.CharField(source="seeker.masked_name", read_only=True)
    state_label = serializers.CharField(source="get_state_display", read_only=True)

    class Meta:
        model = Application
        fields = [
            "id", "vacancy", "applicant", "state", "state_label", "note", "answer",
            "interview_at", "interview_place", "applied_at", "seen_at", "invited_at", "offered_at",
            "hired_at", "declined_at", "withdrawn_at",
        ]  # fmt: skip


class ApplicationDetailSerializer(ApplicationSerializer):
    """With the résumé, while the person's agreement lasts."""

    resume = serializers.SerializerMethodField(help_text="撤回同意或申请结束后为空。")

    class Meta(ApplicationSerializer.Meta):
        fields = [*ApplicationSerializer.Meta.fields, "resume"]

    @extend_schema_field(ResumeSerializer(allow_null=True))
    def get_resume(self, application):
        """None once consent is withdrawn or the application over."""
        if application.consent.withdrawn_at or application.state not in LIVE_STATES:
            return None
        return ResumeSerializer(application.seeker).data


class ApplySerializer(serializers.Serializer):
    """Applying for a post."""

    vacancy = serializers.SlugRelatedField(
        slug_field="public_id", queryset=Vacancy.objects.none(), help_text="岗位编号。"
    )
    agreed = serializers.BooleanField(
        help_text="同意把简历交给这家单位。原文见岗位页面；没有同意不能申请。"
    )
    note = serializers.CharField(
        required=False, allow_blank=True, max_length=300, default="", help_text="给单位的话。"
    )

    def get_fields(self):
        """Posts that were published; whether one may still apply the service says."""
        fields = super().get_fields()
        fields["vacancy"].queryset = Vacancy.objects.published_once()
        return fields


class AnswerSerializer(serializers.Serializer):
    """An employer's answer."""

    act = serializers.ChoiceField(choices=AnswerForm.base_fields["act"].choices)
    at = serializers.DateTimeField(required=False, help_text="面试时间，约面试时必填。")
    place = serializers.CharField(
        required=False, max_length=120, help_text="面试地点，约面试时必填。"
    )
    words = serializers.CharField(
        required=False, allow_blank=True, max_length=300, help_text="给应聘人的话，不合适时必填。"
    )

    def validate(self, data):
        """The same conditions as the form of the page."""
        errors = {}
        if data["act"] == AnswerForm.INVITE:
            if "at" not in data:
                errors["at"] = ["请填面试时间。"]
            elif data["at"] <= timezone.now():
                errors["at"] = ["面试时间要晚于现在。"]
            if not data.get("place"):
                errors["place"] = ["请写明面试地点。"]
        if data["act"] == AnswerForm.DECLINE and not data.get("words", "").strip():
            errors["words"] = ["请写一句答复，应聘的人会看到。"]
        if errors:
            raise serializers.ValidationError(errors)
        return data

    def answer(self, application):
        """Give it; raises Refused."""
        data = self.validated_data
        words = data.get("words", "")
        if data["act"] == AnswerForm.INVITE:
            return service.invite(application, at=data["at"], place=data["place"], words=words)
        if data["act"] == AnswerForm.OFFER:
            return service.offer(application, words)
        if data["act"] == AnswerForm.HIRE:
            return service.hire(application)
        return service.decline(application, words)


class ApplicationFilter(filters.FilterSet):
    """Narrowing the applications one sees."""

    state = filters.ChoiceFilter(choices=ApplicationState.choices)
    vacancy = filters.CharFilter(field_name="vacancy__public_id", help_text="岗位编号。")

    class Meta:
        model = Application
        fields = []


class SeenApplications:
    """The applications the person sees."""

    queryset = Application.objects.none()
    lookup_field = "public_id"

    def get_queryset(self):
        """With all that a row shows."""
        return Application.objects.visible_to(self.request.user).select_related(
            "seeker__region", "vacancy__enterprise", "consent"
        )


def refusing(act, *args, **kwargs):
    """Call a service; its refusal becomes a 409 with its words."""
    try:
        return act(*args, **kwargs)
    except Refused as refusal:
        raise Conflict(str(refusal)) from refusal


@allow(SEEKER, MEMBER)
class ApplicationList(SeenApplications, generics.ListAPIView):
    """A seeker's own applications; an enterprise's those to its posts, newest first."""

    summary = {"GET": "应聘：求职者看自己的，企业看投给本企业的", "POST": "申请岗位"}
    serializer_class = ApplicationSerializer
    filterset_class = ApplicationFilter

    def get_queryset(self):
        """An employer does not see what was taken back."""
        rows = super().get_queryset()
        if self.request.user.role == Role.ENTERPRISE_MEMBER:
            rows = rows.exclude(state=ApplicationState.WITHDRAWN)
        return rows

    @extend_schema(request=ApplySerializer, responses={201: ApplicationSerializer}, filters=False)
    def post(self, request):
        """Apply. The same post twice gives one and the same application."""
        if request.user.role != Role.JOB_SEEKER:
            raise NotFound
        sent = ApplySerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        seeker = seeker_of(request.user)
        if seeker is None:
            raise Conflict("先填简历，再申请。")
        made = refusing(
            service.apply,
            seeker,
            sent.validated_data["vacancy"],
            agreed=sent.validated_data["agreed"],
            note=sent.validated_data["note"],
        )
        made = SeenApplications.get_queryset(self).get(pk=made.pk)
        return Response(ApplicationSerializer(made).data, status=status.HTTP_201_CREATED)


@allow(SEEKER, MEMBER)
class ApplicationDetail(SeenApplications, generics.RetrieveAPIView):
    """One application. An employer who opens it has seen it, as on the page."""

    summary = "一份应聘；企业看过即记为“单位已看”"
    serializer_class = ApplicationDetailSerializer

    def get_object(self):
        """Noting that the employer looked."""
        found = super().get_object()
        shown = found.consent.withdrawn_at is None
        opened = self.request.method == "GET" and found.state == ApplicationState.APPLIED
        if shown and opened and self.request.user.role == Role.ENTERPRISE_MEMBER:
            service.mark_seen(found)
            found.refresh_from_db(fields=["state", "seen_at"])
        return found


@allow(SEEKER)
class ApplicationWithdraw(SeenApplications, generics.GenericAPIView):
    """Taking an application back."""

    summary = "求职者撤回申请"
    serializer_class = ApplicationSerializer

    @extend_schema(request=None)
    def post(self, request, public_id):
        """The employer loses sight of the résumé."""
        found = self.get_object()
        refusing(service.withdraw, found)
        return Response(self.get_serializer(self.get_object()).data)


@allow(MEMBER)
class ApplicationAnswer(SeenApplications, generics.GenericAPIView):
    """Answering an application."""

    summary = "企业答复：约面试、同意录用、登记入职、不合适"
    serializer_class = AnswerSerializer

    @extend_schema(responses=ApplicationSerializer)
    def post(self, request, public_id):
        """Ask for an interview, say yes, note the first day, or say no."""
        found = self.get_object()
        sent = self.get_serializer(data=request.data)
        sent.is_valid(raise_exception=True)
        refusing(sent.answer, found)
        return Response(ApplicationSerializer(self.get_object()).data)

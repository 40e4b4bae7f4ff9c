"""Job seekers, applications, imports, recommendations, to look at."""

from django.contrib import admin

from portal.back_office.tables import TableAdmin, TableInline

from .models import (
    Application,
    Bookmark,
    Dismissal,
    InstantMatch,
    Invitation,
    JobAlert,
    JobAlertDelivery,
    JobIntention,
    JobSeeker,
    MatchArea,
    MatchGeneration,
    MatchPiece,
    MatchPlan,
    MatchWords,
    Push,
    Recommendation,
    SupplyListImport,
)


class IntentionInline(TableInline):
    """What the person wants to do."""

    model = JobIntention


@admin.register(JobSeeker)
class JobSeekerAdmin(TableAdmin):
    """求职者. Name, identity number and telephone are masked; the account of work stays out."""

    list_display = ["name", "region", "education", "experience_years", "status", "created_at"]
    list_filter = ["status", "education"]
    search_fields = ["public_id"]
    masked = {"name": "name", "identity_number": "identity", "phone": "phone"}
    left_out = ["summary"]
    inlines = [IntentionInline]


@admin.register(Application)
class ApplicationAdmin(TableAdmin):
    """应聘, without what the two wrote to each other."""

    list_display = ["seeker", "vacancy", "state", "applied_at", "hired_at"]
    list_filter = ["state", "applied_at"]
    search_fields = ["vacancy__title", "vacancy__enterprise__name"]
    left_out = ["note", "answer"]


@admin.register(SupplyListImport)
class SupplyListImportAdmin(TableAdmin):
    """供给清单导入."""

    list_display = ["uploaded_at", "file_name", "region", "state", "rows_total", "rows_wrong"]
    list_filter = ["state"]


@admin.register(MatchGeneration)
class MatchGenerationAdmin(TableAdmin):
    """匹配批次."""

    list_display = ["created_at", "state", "weights_version", "switched_at"]
    list_filter = ["state"]


@admin.register(Recommendation)
class RecommendationAdmin(TableAdmin):
    """推荐."""

    list_display = ["seeker", "seeker_rank", "vacancy", "vacancy_rank", "score"]
    search_fields = ["seeker__public_id", "vacancy__public_id"]
    search_help_text = "求职者或岗位的编号。"

    def get_queryset(self, request):
        """Of the generation in use: its ids name one row each."""
        return super().get_queryset(request).current()

    def get_object(self, request, object_id, from_field=None):
        """Found by the seeker that the id contains: the id itself has no index."""
        if not object_id.isascii() or not object_id.isdigit() or len(object_id) > 18:
            return None
        seeker = int(object_id) // Recommendation.ID_RANKS
        return self.get_queryset(request).filter(seeker=seeker, pk=object_id).first()


@admin.register(Dismissal)
class DismissalAdmin(TableAdmin):
    """不适合我."""

    list_display = ["created_at", "seeker", "vacancy", "reason"]
    list_filter = ["reason"]


@admin.register(MatchPlan)
class MatchPlanAdmin(TableAdmin):
    """匹配方案."""

    list_display = ["version", "state", "cap_per_headcount", "per_seeker", "switched_at"]
    list_filter = ["state"]


@admin.register(MatchArea)
class MatchAreaAdmin(TableAdmin):
    """匹配供需."""

    list_display = ["generation", "region", "occupation", "vacancies", "seekers", "edges"]


@admin.register(Push)
class PushAdmin(TableAdmin):
    """推送."""

    list_display = ["seeker", "vacancy", "pushed_on", "read_at"]


@admin.register(Bookmark)
class BookmarkAdmin(TableAdmin):
    """收藏."""

    list_display = ["seeker", "vacancy", "created_at"]


@admin.register(Invitation)
class InvitationAdmin(TableAdmin):
    """邀请应聘, without what was written."""

    list_display = ["vacancy", "seeker", "state", "created_at", "answered_at"]
    list_filter = ["state"]
    left_out = ["note"]


@admin.register(JobAlert)
class JobAlertAdmin(TableAdmin):
    """岗位订阅, without what is looked for."""

    list_display = ["seeker", "frequency", "created_at", "ended_at"]
    list_filter = ["frequency"]
    left_out = ["name", "query"]


@admin.register(JobAlertDelivery)
class JobAlertDeliveryAdmin(TableAdmin):
    """订阅发送."""

    list_display = ["alert", "day", "found", "created_at"]


@admin.register(InstantMatch)
class InstantMatchAdmin(TableAdmin):
    """即时匹配."""

    list_display = ["asked_at", "side", "object_id", "matched_at", "edges"]
    list_filter = ["side"]


@admin.register(MatchWords)
class MatchWordsAdmin(TableAdmin):
    """匹配词表."""

    list_display = ["generation"]
    left_out = ("content",)


@admin.register(MatchPiece)
class MatchPieceAdmin(TableAdmin):
    """匹配分片."""

    list_display = ["run", "number", "label", "size", "state", "seconds"]
    list_filter = ["state"]
    left_out = ("seekers",)

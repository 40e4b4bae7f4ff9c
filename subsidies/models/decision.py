"""Screening runs and their decisions. Decisions are append-only: a correction supersedes."""

import pgtrigger
from django.db import models
from django.utils import timezone

from enterprises.models import Enterprise
from portal.accounts.fields import PublicIdField
from subsidies.enums import NEAR_MISS_PERSONS, Outcome

from .application import SubsidyApplication
from .parts import FactsField, NearMissField, TraceField
from .policy import PolicyVersion


class ScreeningRunQuerySet(models.QuerySet):
    """Screening runs."""

    def visible_to(self, user):
        """Bureau staff see the city's runs; what they see inside is cut to their region."""
        return self if user.is_authenticated and user.is_bureau else self.none()


class ScreeningRun(models.Model):
    """筛查批次: every enterprise of one base year under the policies in force on legal_date."""

    public_id = PublicIdField(unique=True)
    run = models.OneToOneField("runs.JobRun", models.RESTRICT, related_name="screening")
    number = models.PositiveIntegerField("次数")
    base_year = models.PositiveSmallIntegerField("所属年度")
    legal_date = models.DateField("适用政策日期")
    data_date = models.DateField("数据截至")
    region = models.ForeignKey("places.Division", models.RESTRICT, verbose_name="地区")
    parameters = models.JSONField("本地参数", default=dict)
    source_rows = models.JSONField("数据来源与行数", default=dict)
    totals = models.JSONField("合计", default=dict)
    input_sha256 = models.CharField("数据与政策校验值", max_length=64)
    # What the second evaluator compared: {"engine", "enterprises", "decisions", "sha256"}.
    cross_check = models.JSONField("双重计算核对", default=dict)
    # Held when the grants go beyond a budget: nobody reviews its claims until a person decides.
    budget = models.JSONField("预算核对", default=dict)
    held = models.BooleanField("超出预算，等待决定", default=False)
    released_by = models.ForeignKey(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    released_at = models.DateTimeField("决定时间", null=True, blank=True)
    release_document = models.CharField("决定依据", max_length=200, blank=True)
    created_at = models.DateTimeField("时间", default=timezone.now)

    objects = ScreeningRunQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "筛查批次"
        ordering = ["-base_year", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "base_year", "number"], name="screening_run_number"
            )
        ]

    def __str__(self):
        return f"{self.base_year} 年度第 {self.number} 次筛查"


class DecisionQuerySet(models.QuerySet):
    """Decisions."""

    def visible_to(self, user):
        """Those of the enterprises the user sees, and persons' by their application."""
        persons = SubsidyApplication.objects.visible_to(user).filter(user__isnull=False)
        return self.filter(
            models.Q(enterprise__in=Enterprise.objects.visible_to(user).values("pk"))
            | models.Q(enterprise__isnull=True, application__in=persons.values("pk"))
        )

    def screened(self):
        """Made by a screening, not on an application."""
        return self.filter(screening__isnull=False)

    def standing(self):
        """Neither superseded nor left behind when its enterprise was decided anew.

        A screening renews an enterprise's decisions together: those of provisions that it no
        longer decides have no successor, they end with the others.
        """
        return self.filter(~models.Exists(self._decided_anew()), superseded_by__isnull=True)

    def ended(self):
        """Those that are not standing."""
        return self.filter(
            models.Exists(self._decided_anew()) | models.Q(superseded_by__isnull=False)
        )

    def with_stands(self):
        """Annotated `stands`: whether it is standing."""
        anew = models.Exists(self._decided_anew())
        return self.annotate(stands=~anew & models.Q(superseded_by__isnull=True))

    def as_of(self, screening):
        """What stood after that run: of the last run until then that decided the enterprise.

        A run stores only what changed, so its list reaches back to earlier runs.
        """
        runs = ScreeningRun.objects.filter(
            region=screening.region_id,
            base_year=screening.base_year,
            number__lte=screening.number,
        ).order_by()
        later = self._decided_anew().filter(screening__in=runs)
        return self.filter(~models.Exists(later), screening__in=runs)

    def _decided_anew(self):
        """Later screened decisions of the same enterprise and year, one a run: it has one that
        leads. None for what was applied for: it has no screening to be later than."""
        return self.model.objects.order_by().filter(
            enterprise=models.OuterRef("enterprise"),
            base_year=models.OuterRef("base_year"),
            screening__gt=models.OuterRef("screening"),
            leads=True,
        )

    def near(self):
        """Refused for one condition, and close to it (services.bundles.is_near)."""
        close = models.Q(near_miss__gap_persons=None) | models.Q(
            near_miss__gap_persons__lte=NEAR_MISS_PERSONS
        )
        return self.filter(close, outcome=Outcome.DENY, near_miss__isnull=False)

    def leading(self):
        """One per enterprise: the one that says how it stands (Decision.leads)."""
        return self.filter(leads=True)


class Decision(models.Model):
    """审核决定: outcome, amount in fen, and everything it was computed from.

    An enterprise's decisions of one base year are made and renewed together, because only one
    refund may be granted. `leads` marks the one that says how the enterprise stands: a grant, else
    what is open, else what excludes, else the first refusal. What stands is of the last screening
    that decided the enterprise, see DecisionQuerySet.standing. `facts` is
    {"values": {fact: value}, "sources": {fact: code of subsidies.services.facts.SOURCES}}.
    """

    public_id = PublicIdField(unique=True)
    # Keys without an index of their own are found by one of those below.
    screening = models.ForeignKey(
        ScreeningRun,
        models.RESTRICT,
        null=True,
        blank=True,
        related_name="decisions",
        db_index=False,
    )
    application = models.ForeignKey(
        "subsidies.SubsidyApplication",
        models.RESTRICT,
        null=True,
        blank=True,
        related_name="decisions",
        db_index=False,
    )
    # None: applied for by a person.
    enterprise = models.ForeignKey(
        Enterprise,
        models.RESTRICT,
        null=True,
        blank=True,
        related_name="decisions",
        db_index=False,
    )
    provision_id = models.CharField("条款", max_length=80)
    base_year = models.PositiveSmallIntegerField("所属年度")
    outcome = models.CharField("结论", max_length=10, choices=Outcome)
    amount_fen = models.BigIntegerField("金额（分）")
    facts = FactsField("数据")
    trace = TraceField("逐条依据")
    amount_steps = models.JSONField("金额算法")
    near_miss = NearMissField("只差一个条件", null=True, blank=True)
    manual_checks = models.JSONField("审核人要看的", default=list)
    # What the exclusivity group came to: {"group", "winner": provision or null, "cite"}.
    exclusivity = models.JSONField("互斥结果", null=True, blank=True)
    policy = models.ForeignKey(
        PolicyVersion, models.RESTRICT, related_name="decisions", db_index=False
    )
    engine_version = models.CharField("计算程序版本", max_length=20)
    leads = models.BooleanField("本户结论", default=False)
    content_sha256 = models.CharField("决定校验值", max_length=64)
    supersedes = models.OneToOneField(
        "self", models.RESTRICT, null=True, blank=True, related_name="superseded_by"
    )
    decided_at = models.DateTimeField("时间", default=timezone.now)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "审核决定"
        ordering = ["enterprise_id", "provision_id", "-pk"]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["screening", "enterprise", "provision_id"],
                name="one_decision_per_run",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="grant", amount_fen__gt=0)
                | (~models.Q(outcome="grant") & models.Q(amount_fen=0)),
                name="amount_only_for_grant",
            ),
            models.UniqueConstraint(
                fields=["screening", "enterprise"],
                condition=models.Q(leads=True),
                name="one_leading_decision",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    screening__isnull=False, application__isnull=True, enterprise__isnull=False
                )
                | models.Q(screening__isnull=True, application__isnull=False),
                name="decision_screened_or_applied_for",
            ),
        ]
        indexes = [
            models.Index(fields=["screening", "outcome"]),
            models.Index(fields=["enterprise", "base_year"]),
            models.Index(
                fields=["application"],
                condition=models.Q(application__isnull=False),
                name="decision_application",
            ),
        ]

    def __str__(self):
        return f"{self.enterprise_id} {self.provision_id} {self.outcome}"

    def successor(self):
        """What took its place: the later decision of its provision or, where that is no longer
        decided, the one that leads now. None while it stands."""
        later = getattr(self, "superseded_by", None)
        if later is not None or self.screening_id is None:
            return later
        anew = Decision.objects.filter(
            enterprise=self.enterprise_id,
            base_year=self.base_year,
            screening__gt=self.screening_id,
        )
        return anew.leading().standing().first()

    @property
    def subject_name(self):
        """Whom it is about, as pages show it: an enterprise by name, a person masked."""
        return self.enterprise.name if self.enterprise_id else self.application.applicant_name

    @property
    def check_code(self):
        """Eight digits of the content's hash, as printed at the foot of a decision."""
        return f"{self.content_sha256[:4]} {self.content_sha256[4:8]}".upper()

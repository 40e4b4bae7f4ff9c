"""A city of three places with one of everything in each, and the people who walk through it.

`home` is where the walkers belong. `away` is another district of the same city: the member and the
commissioner once belonged to its enterprise and left. `abroad` is another city, foreign also to
city staff and auditors.
"""

import base64
from datetime import date, timedelta
from types import SimpleNamespace

from django.core.files.base import ContentFile
from django.utils import timezone

from enterprises.models import KeyListEntry, LicenceFile, ShortageFill
from enterprises.search_params import SearchParams
from hotlines.models import Visit
from jobseekers.enums import DismissalReason, ImportState
from jobseekers.matching.score import FULL_POINTS, PARTS
from jobseekers.models import (
    Dismissal,
    Invitation,
    Recommendation,
    SupplyListImport,
)
from jobseekers.services.alerts import subscribe
from portal.accounts.crypto import encrypt
from portal.accounts.enums import AccountChangeKind, SignInOutcome
from portal.accounts.models import AccountChange, Reveal, SignIn
from portal.outbox.services import post
from portal.places.models import DoubtfulTitle, OccupationCorrection
from portal.reports.services.weekly import make_weekly_snapshot
from subsidies.enums import ClaimState
from subsidies.models import Claim, ClaimBatch, ClaimStep, Objection, PublicNotice
from subsidies.services.local_parameters import propose_parameter
from subsidies.services.policy_drafts import draft_from
from subsidies.services.screening import screen_refunds
from tests.access.matching_rows import add_matching_rows
from tests.access.subsidy_rows import add_subsidy_rows
from tests.factories import (
    ApplicationFactory,
    AssignmentFactory,
    CommissionerFactory,
    EnterpriseFactory,
    HotlineFactory,
    JobSeekerFactory,
    MatchGenerationFactory,
    MembershipFactory,
    ShortageFactory,
    TicketFactory,
    UserFactory,
    VacancyFactory,
    division,
)
from tests.factories.subsidies import insure, local_parameter, publish_policies

WALKERS = (
    "stranger", "seeker", "member", "commissioner", "district", "city", "auditor", "administrator",
)  # fmt: skip
# Whom the other district does not show is foreign to them only abroad.
FAR_SIGHTED = {"city", "auditor", "administrator"}
WEEK = (2020, 12)


def build():
    """The city. Returns home, away, abroad and walkers (name → User, None for the stranger)."""
    places = {"home": "320412", "away": "320411", "abroad": "210702"}
    sides = {
        name: _people_and_work(code, index) for index, (name, code) in enumerate(places.items())
    }
    local_parameter("benefit_monthly_fen", "150000")
    publish_policies("changzhou-2020-17", "jinzhou-2020")
    for side in sides.values():
        insure(side.enterprise, 120, 118, 3_600_000, 2_400_000)
    runs = {
        region: screen_refunds(2019, date(2020, 4, 1), region=region).screening
        for region in ("3204", "2107")
    }
    for index, side in enumerate(sides.values(), 1):
        _money(side, runs[side.enterprise.region_id[:4]], index)
        add_subsidy_rows(side, index + 1)
        side.report = make_weekly_snapshot(*WEEK, side.enterprise.region_id)
    walkers = {
        "stranger": None,
        "seeker": sides["home"].seeker.user,
        "member": sides["home"].membership.user,
        "commissioner": sides["home"].commissioner.user,
        "district": sides["home"].officer,
        "city": UserFactory(city=True),
        "auditor": UserFactory(auditor=True),
        "administrator": UserFactory(administrator=True),
    }
    left = timezone.now() - timedelta(days=1)
    MembershipFactory(user=walkers["member"], enterprise=sides["away"].enterprise, ended_at=left)
    AssignmentFactory(
        commissioner=sides["home"].commissioner, enterprise=sides["away"].enterprise, ended_at=left
    )
    _policies(sides, walkers["city"])
    generation = _matching(sides["home"])
    for number, side in enumerate(sides.values(), 1):
        add_matching_rows(side, generation, number)
    _records(sides["home"], walkers)
    return SimpleNamespace(**sides, walkers=walkers)


def _people_and_work(code, index):
    """Enterprise, seeker, posts, applications, service of one place."""
    place = division(code)
    enterprise = EnterpriseFactory(
        region=place, size_class="small", difficult_certified=False, hit_by_epidemic=False
    )
    officer = UserFactory(district=True, region=place)
    membership = MembershipFactory(enterprise=enterprise)
    seeker = JobSeekerFactory(region=place, user__phone=f"1390000010{index}", phone="13900000001")
    vacancy = VacancyFactory(enterprise=enterprise)
    application = ApplicationFactory(seeker=seeker, vacancy=vacancy)
    commissioner = CommissionerFactory(user__region=place)
    AssignmentFactory(commissioner=commissioner, enterprise=enterprise)
    entry = KeyListEntry.objects.create(
        enterprise=enterprise, kind="above_scale", source="测试", starts_on=timezone.localdate()
    )
    licence = LicenceFile.objects.create(
        enterprise=enterprise,
        file=ContentFile(b"%PDF-1.4 test", name=f"licence{index}.pdf"),
        original_name="执照.pdf",
        media_type="application/pdf",
        size=13,
        sha256=f"{index:064x}",
        uploaded_by=membership.user,
    )
    supply = SupplyListImport.objects.create(
        region=place,
        file_name="供给清单.xlsx",
        sha256=f"{index:064x}",
        state=ImportState.REJECTED,
        error_workbook=ContentFile(
            encrypt(base64.b64encode(b"PK").decode()).encode(), name=f"errors{index}.bin"
        ),
        uploaded_by=officer,
    )
    return SimpleNamespace(
        enterprise=enterprise,
        officer=officer,
        membership=membership,
        colleague=MembershipFactory(enterprise=enterprise, is_owner=False),
        seeker=seeker,
        vacancy=vacancy,
        open_vacancy=VacancyFactory(enterprise=enterprise),
        draft=VacancyFactory(enterprise=enterprise, draft=True),
        in_review=VacancyFactory(enterprise=enterprise, in_review=True),
        shortage=ShortageFactory(enterprise=enterprise),
        application=application,
        alert=subscribe(seeker, SearchParams(text="电工"), "daily"),
        invitation=Invitation.objects.create(
            vacancy=vacancy, seeker=seeker, invited_by=membership.user
        ),
        consent=application.consent,
        commissioner=commissioner,
        key_entry=entry,
        licence=licence,
        supply_import=supply,
        ticket=TicketFactory(
            enterprise=enterprise,
            owner=commissioner,
            created_by=membership.user,
            contact_phone="13700000001",
        ),
        own_ticket=TicketFactory(enterprise=None, region=place, created_by=seeker.user),
        correction=OccupationCorrection.objects.get_or_create(
            key="百匠新人",  # holds for every place
            defaults={
                "title": "百匠新人",
                "occupation": vacancy.occupation,
                "reason": "学徒钳工",
                "author": officer,
            },
        )[0],
        doubtful_title=DoubtfulTitle.objects.create(
            key="百匠新人",
            region=place,
            doubt="uncoded",
            title="百匠新人",
            vacancies=1,
            counted_at=timezone.now(),
        ),
        hotline=HotlineFactory(region=place),
        visit=Visit.objects.create(
            enterprise=enterprise,
            visited_by=commissioner.user,
            visited_on=timezone.localdate(),
            kind="on_site",
            summary="缺车工",
        ),
        seeker_message=post(seeker.user, kind="test", key=f"s{index}", subject="测试"),
        member_message=post(membership.user, kind="test", key=f"m{index}", subject="测试"),
        staff_message=post(commissioner.user, kind="test", key=f"c{index}", subject="测试"),
    )


def _money(side, screening, number):
    """Decision, claim, batch, notice, objection of one place; the claim waits in the batch."""
    place, officer = side.enterprise.region, side.officer
    side.screening = screening
    side.claim = Claim.objects.get(enterprise=side.enterprise)
    side.decision = side.claim.decision
    side.batch = ClaimBatch.objects.create(
        region=place,
        base_year=2019,
        number=number,
        first_reviewer=officer,
        first_reviewed_at=timezone.now(),
    )
    Claim.objects.filter(pk=side.claim.pk).update(
        batch=side.batch,
        state=ClaimState.FIRST_REVIEWED,
        first_reviewer=officer,
        first_reviewed_at=timezone.now(),
    )
    ClaimStep.objects.create(claim=side.claim, state=ClaimState.FIRST_REVIEWED, by=officer)
    side.notice = PublicNotice.objects.create(
        title=f"第 {number} 批公示",
        grounds="测试",
        region=place,
        base_year=2019,
        number=number,
        list_sha256=f"{number:064x}",
        paper=ContentFile(b"%PDF-1.4 test", name=f"notice{number}.pdf"),
        starts_on=timezone.localdate(),
        ends_on=timezone.localdate() + timedelta(days=7),
        working_days=5,
        published_by=officer,
    )
    side.objection = Objection.objects.create(
        region=place,
        notice=side.notice,
        name="测试己",
        phone="13900000009",
        body="人数不对",
        due_on=timezone.localdate(),
    )


def _policies(sides, writer):
    """A draft and a proposed figure of each place; at home the walker of the city writes."""
    for side in sides.values():
        place = division(side.enterprise.region_id[:4])
        author = UserFactory(city=True, region=place)
        own = writer if side is sides["home"] else author
        side.policy_draft = draft_from(own, side.decision.policy)
        side.parameter = propose_parameter(
            author,
            region=side.enterprise.region,
            name="minimum_wage_monthly_fen",
            typed="2200",
            valid_from=timezone.localdate(),
            document="测试文件",
        )


def _matching(side):
    """One generation with one recommendation, and a post that did not suit."""
    generation = MatchGenerationFactory()
    Recommendation.objects.create(
        generation=generation,
        seeker=side.seeker,
        vacancy=side.open_vacancy,
        score=1,
        parts=[FULL_POINTS] * len(PARTS),
        seeker_rank=1,
        vacancy_rank=1,
    )
    Dismissal.objects.create(
        seeker=side.seeker, vacancy=side.vacancy, reason=DismissalReason.TOO_FAR
    )
    return generation


def _records(side, walkers):
    """A row in each table that only the back office shows."""
    ShortageFill.objects.create(
        declaration=side.shortage,
        filled_on=timezone.localdate(),
        persons=1,
        channel="fair",
        recorded_by=walkers["district"],
    )
    Reveal.objects.create(
        by=walkers["district"],
        subject_kind="seeker",
        subject_id=side.seeker.pk,
        subject_label="测**",
        field="phone",
        reason="电话通知面试",
    )
    SignIn.objects.create(user=walkers["city"], name_index="x", outcome=SignInOutcome.SUCCESS)
    AccountChange.objects.create(
        account=walkers["city"], by=walkers["administrator"], kind=AccountChangeKind.CREATED
    )

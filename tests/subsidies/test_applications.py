"""Subsidies on application: from the form to the claim, and nobody paid twice."""

from datetime import date
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from portal.accounts.crypto import blind_index
from portal.accounts.masking import mask
from portal.outbox.models import Message
from portal.refused import Refused
from subsidies.enums import ClaimState, Outcome, SubsidyApplicationState
from subsidies.models import Claim, Decision, Entitlement, InsuranceMonth, SubsidyApplication
from subsidies.services import application_decisions as deciding
from subsidies.services import applications as service
from subsidies.services.application_cases import recompute
from subsidies.services.application_records import PersonAsked, of_persons
from tests.factories import (
    EnterpriseFactory,
    JobSeekerFactory,
    MembershipFactory,
    UserFactory,
    division,
)
from tests.factories.applications import (
    apply_for,
    draws_benefit,
    insure_persons,
    months_of,
    number,
    picture,
)
from tests.factories.subsidies import InsuranceImportFactory, publish_policies

pytestmark = pytest.mark.django_db

REFERRAL = "changzhou-2020-17/agency-referral"
TRAIN = "changzhou-2020-17/train-in-lieu"
SKILL = "changzhou-2020-17/skill-catalogue"
STATION = "changzhou-2020-17/station-supply"


@pytest.fixture(autouse=True)
def policies(db):
    return publish_policies("changzhou-2020-17")


@pytest.fixture
def agency(db):
    """A member of an agency in 武进区, with the enterprise as `.enterprise`."""
    membership = MembershipFactory(enterprise__region=division("320412"))
    membership.user.enterprise = membership.enterprise
    return membership.user


@pytest.fixture
def employer(db):
    membership = MembershipFactory(enterprise__region=division("320412"))
    membership.user.enterprise = membership.enterprise
    return membership.user


def refer(agency, *numbers, hired="2020-03-02", kind="provincial_park"):
    """Apply for 职介补贴 for some persons."""
    return apply_for(
        agency,
        REFERRAL,
        [(f"测试{i}", one, {"hired_on": hired}) for i, one in enumerate(numbers, 1)],
        {"agency_kind": kind},
        agency.enterprise,
    )


def hired(employer, *numbers, months=10):
    """Insured with the employer from March 2020, for the first time."""
    rows = []
    for one in numbers:
        rows += months_of(employer.enterprise, one, date(2020, 3, 1), months)
    # A colleague from before, so that January has records too.
    rows += months_of(employer.enterprise, number(999), date(2020, 1, 1), 12)
    insure_persons(rows)


def headcounts(enterprise, start, end):
    source = InsuranceImportFactory(first_month=date(2020, 1, 1), last_month=date(2020, 12, 1))
    for month, headcount in ((1, start), (12, end)):
        InsuranceMonth.objects.create(
            enterprise=enterprise, month=date(2020, month, 1), headcount=headcount, source=source
        )


def decision_of(application):
    return Decision.objects.standing().get(application=application)


class TestAgencyReferral:
    def test_grants_for_each_person_with_records(self, agency, employer):
        hired(employer, number(1), number(2))
        one = refer(agency, number(1), number(2))
        decision = decision_of(one)
        assert (decision.outcome, decision.amount_fen) == (Outcome.GRANT, 200_000)
        claim = Claim.objects.get(decision=decision)
        assert (claim.state, claim.enterprise_id) == (ClaimState.SCREENED, agency.enterprise.pk)
        assert one.state == SubsidyApplicationState.DECIDED
        case = decision.facts["persons"][0]
        assert case["values"]["insured_months"] == 10
        assert case["sources"]["insured_months"] == "person_months"
        assert case["sources"]["hired_on"] == "declared"
        assert Entitlement.objects.filter(claim=claim, released_at=None).count() == 4
        assert recompute(decision) == []

    def test_numbers_stand_nowhere_in_clear(self, agency, employer):
        hired(employer, number(1))
        one = refer(agency, number(1))
        decision = decision_of(one)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT row_to_json(a)::text || row_to_json(p)::text || row_to_json(d)::text"
                " FROM subsidies_subsidyapplication a"
                " JOIN subsidies_subsidyapplicationperson p ON p.application_id = a.id"
                " JOIN subsidies_decision d ON d.application_id = a.id WHERE d.id = %s",
                [decision.pk],
            )
            assert number(1) not in cursor.fetchone()[0]

    def test_pays_only_those_who_qualify(self, agency, employer):
        insure_persons(
            months_of(employer.enterprise, number(1), date(2020, 3, 1), 6)
            + months_of(employer.enterprise, number(2), date(2020, 3, 1), 5)
        )
        decision = decision_of(refer(agency, number(1), number(2)))
        assert (decision.outcome, decision.amount_fen) == (Outcome.GRANT, 100_000)
        short = [e for e in decision.trace if e["fact"] == "insured_months" and not e["result"]]
        assert [(e["person"], e["text"]) for e in short] == [(2, "已参保 5 个月，不满 6 个月。")]
        taken = set(Entitlement.objects.values_list("beneficiary", flat=True))
        assert len(taken) == 1

    def test_an_agency_of_another_kind_is_denied(self, agency, employer):
        hired(employer, number(1))
        one = refer(agency, number(1), kind="other")
        assert decision_of(one).outcome == Outcome.DENY
        assert not Claim.objects.exists()
        message = Message.objects.get(recipient=agency, kind="subsidy_application")
        assert message.subject == "职介补贴：不予发放"

    def test_record_wins_over_statement(self, agency, employer):
        insure_persons(months_of(employer.enterprise, number(1), date(2020, 3, 1), 5))
        persons = [("测试", number(1), {"hired_on": "2020-03-02", "insured_months": 8})]
        one = apply_for(
            agency, REFERRAL, persons, {"agency_kind": "provincial_park"}, agency.enterprise
        )
        decision = decision_of(one)
        assert decision.outcome == Outcome.DENY
        assert decision.facts["persons"][0]["values"]["insured_months"] == 5

    def test_a_statement_alone_goes_to_review(self, agency):
        persons = [("测试", number(1), {"hired_on": "2020-03-02", "insured_months": 8})]
        one = apply_for(
            agency, REFERRAL, persons, {"agency_kind": "provincial_park"}, agency.enterprise
        )
        assert decision_of(one).outcome == Outcome.REVIEW
        assert one.state == SubsidyApplicationState.SUBMITTED

    def test_insured_before_being_hired_is_not_the_first_time(self, agency, employer):
        insure_persons(
            months_of(employer.enterprise, number(1), date(2020, 3, 1), 10,
                      first_insured=date(2015, 7, 1))
        )  # fmt: skip
        decision = decision_of(refer(agency, number(1)))
        assert decision.outcome == Outcome.DENY
        assert "不是首次录用并参保。" in [e["text"] for e in decision.trace]

    def test_same_person_in_another_year_is_excluded(self, agency, employer):
        hired(employer, number(1))
        first = refer(agency, number(1))
        SubsidyApplication.objects.filter(pk=first.pk).update(year=2025)
        Claim.objects.update(base_year=2025)
        other = MembershipFactory(enterprise__region=division("320412")).user
        other.enterprise = other.memberships.get().enterprise
        decision = decision_of(refer(other, number(1)))
        assert decision.outcome == Outcome.EXCLUDED
        assert "这个人已经享受过职介补贴或以工代训补助，不再重复。" in [
            e["text"] for e in decision.trace
        ]
        assert Claim.objects.count() == 1

    def test_the_same_application_twice_is_refused(self, agency, employer):
        hired(employer, number(1))
        refer(agency, number(1))
        with pytest.raises(Refused, match="完全一样"):
            refer(agency, number(1))


class TestReferralAndTrainInLieu:
    def train(self, employer):
        return apply_for(employer, TRAIN, enterprise=employer.enterprise)

    def test_referral_first_reduces_the_net_increase(self, agency, employer):
        hired(employer, number(1), number(2), number(3))
        headcounts(employer.enterprise, 1, 4)
        refer(agency, number(1))
        decision = decision_of(self.train(employer))
        assert decision.facts["values"]["persons_paid_agency_referral"] == 1
        assert (decision.outcome, decision.amount_fen) == (Outcome.GRANT, 100_000)

    def test_train_in_lieu_first_bars_its_persons(self, agency, employer):
        hired(employer, number(1), number(2), number(3))
        headcounts(employer.enterprise, 1, 4)
        decision = decision_of(self.train(employer))
        assert (decision.outcome, decision.amount_fen) == (Outcome.GRANT, 150_000)
        refused = decision_of(refer(agency, number(1)))
        assert refused.outcome == Outcome.EXCLUDED

    def test_both_orders_pay_for_no_more_than_the_increase(self, agency, employer):
        """Three more persons: one referred and two by increase, or three by increase."""
        hired(employer, number(1), number(2), number(3))
        headcounts(employer.enterprise, 1, 4)
        refer(agency, number(1))
        self.train(employer)
        assert decision_of(refer(agency, number(2))).outcome == Outcome.EXCLUDED
        assert sum(Claim.objects.values_list("amount_fen", flat=True)) == 100_000 + 2 * 50_000

    def test_one_time(self, employer):
        hired(employer, number(1))
        headcounts(employer.enterprise, 1, 2)
        first = self.train(employer)
        SubsidyApplication.objects.filter(pk=first.pk).update(content_sha256="")
        again = decision_of(self.train(employer))
        assert again.outcome == Outcome.EXCLUDED

    def test_without_person_records_staff_fill_in(self, employer):
        headcounts(employer.enterprise, 10, 12)
        one = self.train(employer)
        decision = decision_of(one)
        assert decision.outcome == Outcome.REVIEW
        officer = UserFactory(district=True, region=division("320412"))
        completion = deciding.Completion("persons_paid_agency_referral", 1, "支付台账 3 月")
        again = deciding.complete(one, officer, [completion])
        assert (again.outcome, again.amount_fen) == (Outcome.GRANT, 50_000)
        assert again.supersedes_id == decision.pk
        one.refresh_from_db()
        kept = one.facts["completed"]["persons_paid_agency_referral"]
        assert (kept["document"], kept["by"]) == ("支付台账 3 月", str(officer))
        assert recompute(decision) == [] and recompute(again) == []

    def test_dispatch_company_is_excluded(self, employer):
        employer.enterprise.dispatch_company = True
        employer.enterprise.save()
        assert decision_of(self.train(employer)).outcome == Outcome.EXCLUDED


class TestStationSupply:
    def test_two_standards_in_one_application(self, agency, employer):
        insure_persons(
            months_of(employer.enterprise, number(1), date(2020, 3, 1), 3)
            + months_of(employer.enterprise, number(2), date(2020, 3, 1), 3)
        )
        persons = [
            ("测试一", number(1), {"arrived_on": "2020-02-29"}),
            ("测试二", number(2), {"arrived_on": "2020-03-01"}),
        ]
        decision = decision_of(apply_for(agency, STATION, persons, {}, agency.enterprise))
        assert (decision.outcome, decision.amount_fen) == (Outcome.GRANT, 50_000)
        assert decision.amount_steps[-1] == "合计：300.00 元 ＋ 200.00 元 ＝ 500.00 元"
        assert recompute(decision) == []


class TestSkillCatalogue:
    def test_a_person_applies(self):
        seeker = JobSeekerFactory(identity_number=number(7))
        declared = {"certificate": True, "catalogue_standard_fen": 123_457}
        one = apply_for(seeker.user, SKILL, [(seeker.name, number(7), declared)])
        decision = decision_of(one)
        assert (decision.outcome, decision.amount_fen) == (Outcome.GRANT, 123_457)
        assert decision.enterprise_id is None
        claim = Claim.objects.get()
        assert claim.enterprise_id is None
        assert one.applicant_name == mask(seeker.name, "name")
        assert list(Claim.objects.visible_to(seeker.user)) == [claim]
        assert not Claim.objects.visible_to(JobSeekerFactory().user).exists()

    def test_only_for_oneself(self):
        seeker = JobSeekerFactory(identity_number=number(7))
        with pytest.raises(Refused, match="只能为自己申请"):
            apply_for(seeker.user, SKILL, [("测试", number(8), {"certificate": True})])

    def test_no_certificate_names_the_clause(self):
        seeker = JobSeekerFactory(identity_number=number(7))
        declared = {"certificate": False, "catalogue_standard_fen": 100_00}
        decision = decision_of(apply_for(seeker.user, SKILL, [(seeker.name, number(7), declared)]))
        assert decision.outcome == Outcome.DENY
        assert decision.near_miss["label"] == "证书"

    def test_another_certificate_may_be_paid_too(self):
        seeker = JobSeekerFactory(identity_number=number(7))
        for fen in (100_00, 200_00):
            declared = {"certificate": True, "catalogue_standard_fen": fen}
            apply_for(seeker.user, SKILL, [(seeker.name, number(7), declared)])
        assert Claim.objects.count() == 2


class TestHandingIn:
    def test_wants_a_document(self, agency):
        one = service.start(agency, REFERRAL, agency.enterprise)
        with pytest.raises(Refused, match="至少上传一份"):
            service.submit(one, agency, {}, [service.PersonGiven("测试", number(1))])
        one.refresh_from_db()
        assert one.state == SubsidyApplicationState.DRAFT

    @pytest.mark.parametrize(
        ("numbers", "said"),
        [
            ([], "请填写要补贴的人"),
            (["34000019900101001"], "要 18 位"),
            ([number(1)[:-1] + ("0" if number(1)[-1] != "0" else "1")], "身份证号不对"),
            ([number(1), number(1)], "第 2 位和第 1 位"),
        ],
    )
    def test_wants_right_numbers_each_once(self, agency, numbers, said):
        with pytest.raises(ValidationError, match=said):
            refer(agency, *numbers)

    def test_garbage_is_no_document(self, agency):
        one = service.start(agency, REFERRAL, agency.enterprise)
        garbage = SimpleUploadedFile("合同.pdf", b"%PDF-1.7 nothing", "application/pdf")
        with pytest.raises(ValidationError, match="打不开"):
            service.add_document(one, agency, "合同", garbage)
        assert not one.documents.exists()

    def test_a_document_sent_twice_is_kept_once(self, agency):
        one = service.start(agency, REFERRAL, agency.enterprise)
        service.add_document(one, agency, "合同", picture())
        service.add_document(one, agency, "合同", picture())
        assert one.documents.count() == 1

    def test_starting_twice_goes_on_with_the_draft(self, agency):
        first = service.start(agency, REFERRAL, agency.enterprise)
        assert service.start(agency, REFERRAL, agency.enterprise) == first

    def test_not_for_another_city(self, agency):
        EnterpriseFactory(region=division("210702"))
        agency.enterprise.region = division("210702")
        agency.enterprise.save()
        with pytest.raises(Refused, match="现在不能申请"):
            service.start(agency, REFERRAL, agency.enterprise)

    def test_nothing_is_left_after_a_wrong_value(self, agency):
        with pytest.raises(Refused, match="没有提交"):
            apply_for(
                agency, REFERRAL, [("测试", number(1), {})], {"agency_kind": "那种"},
                agency.enterprise,
            )  # fmt: skip
        assert not Decision.objects.exists()


class TestStaff:
    def test_return_releases_and_the_first_day_counts(self, agency, employer):
        hired(employer, number(1))
        one = refer(agency, number(1))
        officer = UserFactory(district=True, region=division("320412"))
        deciding.give_back(one, officer, "合同看不清")
        one.refresh_from_db()
        assert one.state == SubsidyApplicationState.RETURNED
        assert Claim.objects.get().state == ClaimState.SUPERSEDED
        assert not Entitlement.objects.filter(released_at=None).exists()
        first = one.submitted_at
        again = service.submit(
            one, agency, {"agency_kind": "provincial_park"},
            [service.PersonGiven("测试", number(1), {"hired_on": "2020-03-02"})],
        )  # fmt: skip
        assert again.submitted_at == first
        assert decision_of(again).outcome == Outcome.GRANT
        assert Claim.objects.exclude(state=ClaimState.SUPERSEDED).count() == 1

    def test_an_officer_of_another_district_may_not(self, agency, employer):
        hired(employer, number(1))
        one = refer(agency, number(1))
        stranger = UserFactory(district=True, region=division("320411"))
        with pytest.raises(Refused, match="不在您负责的地区"):
            deciding.give_back(one, stranger, "不对")

    def test_a_value_wants_its_document(self, agency):
        one = refer(agency, number(1))
        officer = UserFactory(district=True, region=division("320412"))
        person = one.persons.get()
        with pytest.raises(Refused, match="凭什么材料"):
            deciding.complete(
                one, officer, [deciding.Completion("insured_months", 7, " ", person.pk)]
            )
        again = deciding.complete(
            one, officer, [deciding.Completion("insured_months", 7, "参保证明", person.pk)]
        )
        assert again.outcome == Outcome.GRANT
        assert again.facts["persons"][0]["sources"]["insured_months"] == "completed"

    def test_the_applicant_takes_it_back_before_review(self, agency, employer):
        hired(employer, number(1))
        one = refer(agency, number(1))
        service.withdraw(one, agency)
        assert Claim.objects.get().state == ClaimState.SUPERSEDED
        assert decision_of(refer(agency, number(1))).outcome == Outcome.GRANT


def test_benefit_records_speak():
    """Whoever draws benefit has not exhausted it, and age is of the legal date."""
    draws_benefit(number(5), date(2026, 1, 1))
    needs = SimpleNamespace(each=("benefit_exhausted", "entitled_to_benefit", "age"))
    asked = PersonAsked(number(5), blind_index(number(5)))
    (known,) = of_persons(needs, SKILL, [asked], year=2026, legal_date=date(2026, 11, 22))
    assert known.values == {"benefit_exhausted": False, "entitled_to_benefit": True, "age": 36}

"""The pages of applications: who sees what, what stands on them, without script."""

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from subsidies.enums import ClaimState, SubsidyApplicationState
from subsidies.models import Claim, Decision, SubsidyApplication
from tests.factories import JobSeekerFactory, MembershipFactory, UserFactory, division
from tests.factories.applications import (
    apply_for,
    insure_persons,
    months_of,
    number,
    picture,
)
from tests.factories.subsidies import publish_policies

pytestmark = pytest.mark.django_db

REFERRAL = "changzhou-2020-17/agency-referral"
SKILL = "changzhou-2020-17/skill-catalogue"


@pytest.fixture(autouse=True)
def policies(db):
    return publish_policies("changzhou-2020-17")


@pytest.fixture
def agency(db):
    membership = MembershipFactory(enterprise__region=division("320412"))
    membership.user.enterprise = membership.enterprise
    return membership.user


@pytest.fixture
def seeker(db):
    return JobSeekerFactory(identity_number=number(7))


@pytest.fixture
def officer(db):
    return UserFactory(district=True, region=division("320412"))


def text(response):
    """What stands on the page, without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def granted(seeker):
    declared = {"certificate": True, "catalogue_standard_fen": 123_457}
    return apply_for(seeker.user, SKILL, [(seeker.name, number(7), declared)])


class TestOffers:
    def test_a_seeker_sees_what_persons_may_apply_for(self, sign_in, seeker):
        page = text(sign_in(seeker.user).get(reverse("applications:list")))
        assert "职业技能培训补贴" in page
        assert "以工代训" not in page

    def test_an_enterprise_sees_its_own(self, sign_in, agency):
        page = text(sign_in(agency).get(reverse("applications:list")))
        for title in ("职介补贴", "一次性以工代训补助", "劳务协作联络工作站输送人力资源补贴"):
            assert title in page
        assert "失业保险稳岗返还（一般企业）" not in page

    def test_who_what_how_much(self, sign_in, seeker):
        page = text(sign_in(seeker.user).get(reverse("applications:offer", args=SKILL.split("/"))))
        assert "取得补贴目录内项目的证书" in page
        assert "常人社发〔2020〕17号 第（十二）条" in page
        assert "公示 5 个工作日" in page

    @pytest.mark.parametrize(
        ("answers", "said"),
        [
            ({"p0-certificate": "yes", "p0-catalogue_standard_fen": "1234.57"}, "1,234.57"),
            ({"p0-certificate": "no"}, "已取得证书：否 不符合"),
            ({"p0-certificate": ""}, "还有不清楚的数据"),
        ],
    )
    def test_a_look_before_filling_in_stores_nothing(self, sign_in, seeker, answers, said):
        url = reverse("applications:offer", args=SKILL.split("/"))
        page = text(sign_in(seeker.user).post(url, {**answers, "go": "check"}))
        assert said in " ".join(page.split())
        assert not SubsidyApplication.objects.exists()

    def test_not_what_is_for_others(self, sign_in, seeker):
        url = reverse("applications:offer", args=REFERRAL.split("/"))
        assert sign_in(seeker.user).get(url).status_code == 404


class TestForm:
    def begin(self, client, provision_id):
        answer = client.post(
            reverse("applications:offer", args=provision_id.split("/")), {"go": "start"}
        )
        one = SubsidyApplication.objects.get()
        assert answer["Location"] == reverse("applications:edit", args=[one.public_id])
        return one

    def upload(self, client, one, file=None):
        url = reverse("applications:document_add", args=[one.public_id])
        return client.post(url, {"title": "证书", "file": file or picture()}, follow=True)

    def test_from_the_list_to_the_claim(self, sign_in, seeker):
        client = sign_in(seeker.user)
        one = self.begin(client, SKILL)
        page = client.get(reverse("applications:edit", args=[one.public_id]))
        assert number(7) not in page.content.decode()
        assert f"3400************{number(7)[-2:]}" in page.content.decode()
        assert "“证书”已上传。" in text(self.upload(client, one))
        answer = client.post(
            reverse("applications:edit", args=[one.public_id]),
            {
                "p0-name": seeker.name,
                "p0-certificate": "yes",
                "p0-catalogue_standard_fen": "1234.57",
                "rows": "1",
                "go": "submit",
            },
            follow=True,
        )
        page = text(answer)
        assert "结果出来了" in page and "予以发放" in page and "1,234.57" in page
        assert number(7) not in answer.content.decode()
        assert Claim.objects.get().amount_fen == 123_457

    def test_saved_as_typed_and_shown_again(self, sign_in, agency):
        client = sign_in(agency)
        one = self.begin(client, REFERRAL)
        url = reverse("applications:edit", args=[one.public_id])
        client.post(
            url, {"rows": "3", "p1-name": "测试", "p1-identity_number": "123", "go": "save"}
        )
        page = client.get(url).content.decode()
        assert 'value="123"' in page
        with connection.cursor() as cursor:
            cursor.execute("SELECT draft FROM subsidies_subsidyapplication")
            assert "identity_number" not in cursor.fetchone()[0]  # the draft is ciphertext
        one.refresh_from_db()
        assert one.state == SubsidyApplicationState.DRAFT

    def test_more_rows_keep_what_was_typed(self, sign_in, agency):
        client = sign_in(agency)
        one = self.begin(client, REFERRAL)
        url = reverse("applications:edit", args=[one.public_id])
        page = client.post(url, {"rows": "3", "p2-name": "测试丙", "go": "more"}).content.decode()
        assert 'name="p7-name"' in page and "测试丙" in page

    def test_mistakes_are_named_where_they_are(self, sign_in, agency):
        client = sign_in(agency)
        one = self.begin(client, REFERRAL)
        self.upload(client, one)
        answer = client.post(
            reverse("applications:edit", args=[one.public_id]),
            {
                "rows": "3",
                "a-agency_kind": "provincial_park",
                "p0-name": "测试",
                "p0-identity_number": number(1),
                "p0-hired_on": "2020-13-40",
                "p1-name": "测试",
                "p1-identity_number": number(1),
                "go": "submit",
            },
        )
        assert answer.status_code == 422
        page = text(answer)
        assert "请填日期" in page and "和第 1 位的身份证号一样。" in page
        assert not Decision.objects.exists()

    def test_garbage_is_refused_in_words(self, sign_in, agency):
        client = sign_in(agency)
        one = self.begin(client, REFERRAL)
        garbage = SimpleUploadedFile("合同.png", b"not a picture", "image/png")
        assert "只收 JPG、PNG 图片或 PDF" in text(self.upload(client, one, garbage))
        assert not one.documents.exists()

    def test_records_of_others_are_not_looked_up_while_filling_in(self, sign_in, agency):
        employer = MembershipFactory(enterprise__region=division("320412")).enterprise
        insure_persons(months_of(employer, number(1), date(2020, 3, 1), 5))
        client = sign_in(agency)
        one = self.begin(client, REFERRAL)
        url = reverse("applications:edit", args=[one.public_id])
        client.post(url, {"rows": "3", "p0-identity_number": number(1), "go": "save"})
        assert "5 个月" not in text(client.get(url))


class TestOneApplication:
    def test_lines_and_difference_for_both(self, sign_in, agency, officer):
        employer = MembershipFactory(enterprise__region=division("320412")).enterprise
        insure_persons(months_of(employer, number(1), date(2020, 3, 1), 5))
        one = apply_for(
            agency,
            REFERRAL,
            [("假名丙", number(1), {"hired_on": "2020-03-02", "insured_months": 8})],
            {"agency_kind": "provincial_park"},
            agency.enterprise,
        )
        for user, name in ((agency, "applications:detail"), (officer, "subsidies:application")):
            answer = sign_in(user).get(reverse(name, args=[one.public_id]))
            page = text(answer)
            assert "填报和记录不一样，按记录算" in page
            assert "8 个月" in page and "5 个月" in page
            assert "不予发放" in page and "第（十一）条" in page
            assert number(1) not in answer.content.decode()
            assert "假名丙" not in answer.content.decode()

    @pytest.mark.parametrize("name", ["detail", "edit"])
    def test_a_stranger_finds_nothing(self, sign_in, seeker, name):
        one = granted(seeker)
        other = JobSeekerFactory()
        url = reverse(f"applications:{name}", args=[one.public_id])
        assert sign_in(other.user).get(url).status_code == 404

    def test_documents_only_for_those_who_see_the_application(self, sign_in, seeker, officer):
        one = granted(seeker)
        url = reverse("applications:document", args=[one.documents.get().public_id])
        assert sign_in(JobSeekerFactory().user).get(url).status_code == 404
        answer = sign_in(officer).get(url)
        assert answer.status_code == 200
        assert answer["Content-Disposition"].startswith("attachment")

    def test_withdrawn(self, sign_in, seeker):
        one = granted(seeker)
        sign_in(seeker.user).post(reverse("applications:withdraw", args=[one.public_id]))
        one.refresh_from_db()
        assert one.state == SubsidyApplicationState.WITHDRAWN
        assert Claim.objects.get().state == ClaimState.SUPERSEDED


class TestStaff:
    def test_another_district_finds_nothing(self, sign_in, seeker):
        one = granted(seeker)
        stranger = UserFactory(district=True, region=division("320411"))
        client = sign_in(stranger)
        assert client.get(reverse("subsidies:application", args=[one.public_id])).status_code == 404
        assert one.applicant_name not in text(client.get(reverse("subsidies:applications")))

    def test_drafts_are_the_applicants_own(self, sign_in, seeker, officer):
        sign_in(seeker.user).post(
            reverse("applications:offer", args=SKILL.split("/")), {"go": "start"}
        )
        one = SubsidyApplication.objects.get()
        url = reverse("subsidies:application", args=[one.public_id])
        assert sign_in(officer).get(url).status_code == 404

    def test_completes_and_decides(self, sign_in, agency, officer):
        one = apply_for(
            agency,
            REFERRAL,
            [("假名丙", number(1), {"hired_on": "2020-03-02"})],
            {"agency_kind": "provincial_park"},
            agency.enterprise,
        )
        row = one.persons.get().pk
        client = sign_in(officer)
        url = reverse("subsidies:application_decide", args=[one.public_id])
        answer = client.post(url, {f"c{row}-insured_months-insured_months": "7"})
        assert answer.status_code == 422
        assert "请写明凭什么材料核实" in text(answer)
        answer = client.post(
            url,
            {
                f"c{row}-insured_months-insured_months": "7",
                f"c{row}-insured_months-document": "参保证明",
                f"c{row}-first_insured_here-first_insured_here": "yes",
                f"c{row}-first_insured_here-document": "参保证明",
            },
            follow=True,
        )
        page = text(answer)
        assert "已重新决定：予以发放。" in page
        assert f"参保证明（{officer}" in page
        assert Claim.objects.get().amount_fen == 100_000

    def test_the_list_takes_the_same_queries_for_one_and_for_many(self, sign_in, officer):
        client = sign_in(officer)
        url = reverse("subsidies:applications")
        granted(JobSeekerFactory(identity_number=number(7)))
        client.get(url)  # what every page counts is in the cache then
        with CaptureQueriesContext(connection) as one:
            client.get(url)
        for index in range(20, 25):
            seeker = JobSeekerFactory(identity_number=number(index))
            declared = {"certificate": True, "catalogue_standard_fen": 100}
            apply_for(seeker.user, SKILL, [(seeker.name, number(index), declared)])
        with CaptureQueriesContext(connection) as many:
            client.get(url)
        assert len(many) == len(one)

    def test_found_by_the_whole_number(self, sign_in, seeker, officer):
        one = granted(seeker)
        client = sign_in(officer)
        url = reverse("subsidies:applications")
        assert one.applicant_name in text(client.get(url, {"q": number(7)}))
        assert one.applicant_name not in text(client.get(url, {"q": number(8)}))

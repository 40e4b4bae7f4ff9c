"""The pages of reports: who sees what, downloads, making a week."""

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from portal.reports.models import ReportSnapshot
from portal.reports.services.weekly import make_week
from portal.reports.weeks import Week
from tests.factories import UserFactory, division

WEEKLY = "reports:weekly"


@pytest.fixture
def week(small_city):
    """2020-W12 made for the city and its districts."""
    return make_week(Week.parse("2020-W12"), now=small_city["after"])


def file_url(region):
    """Where the workbook of a region is."""
    return reverse("reports:weekly_file", args=[region, "2020-W12"])


def book(response):
    """The workbook of a download."""
    return load_workbook(io.BytesIO(response.content))


def test_city_staff_read_the_list_and_download(week, sign_in, django_assert_max_num_queries):
    client = sign_in(UserFactory(city=True))
    client.get(reverse(WEEKLY))  # the counts beside the menu are kept for a while
    with django_assert_max_num_queries(12):
        page = client.get(reverse(WEEKLY)).content.decode()
    assert "2020年第12周（3月16日—3月22日）" in page
    assert file_url("3204") in page
    response = client.get(file_url("3204"))
    assert response["Content-Type"].endswith("spreadsheetml.sheet")
    assert "%E5%85%A8%E5%B8%82" in response["Content-Disposition"]
    assert book(response).sheetnames[0] == "周调度汇总"
    assert file_url("320412") in client.get(reverse(WEEKLY), {"region": "320412"}).content.decode()


def test_district_staff_get_their_district_only(week, sign_in):
    client = sign_in(UserFactory(district=True))
    page = client.get(reverse(WEEKLY)).content.decode()
    assert file_url("320412") in page
    assert file_url("3204") not in page
    assert client.get(file_url("320412")).status_code == 200
    assert client.get(file_url("3204")).status_code == 404
    assert client.get(file_url("320411")).status_code == 404
    other = client.get(reverse(WEEKLY), {"region": "320411"}).content.decode()
    assert file_url("320411") not in other


def test_the_auditor_downloads_and_makes_nothing(week, sign_in):
    client = sign_in(UserFactory(auditor=True))
    page = client.get(reverse(WEEKLY)).content.decode()
    assert "生成本周周报" not in page
    assert client.get(file_url("3204")).status_code == 200
    assert client.post(reverse(WEEKLY), {"week": "2020-W13"}).status_code == 404
    assert not ReportSnapshot.objects.filter(period="2020-W13").exists()


def test_staff_make_a_week_once(small_city, sign_in):
    client = sign_in(UserFactory(city=True))
    this = Week.of(timezone.localdate())
    assert "生成本周周报" in client.get(reverse(WEEKLY)).content.decode()
    page = client.post(reverse(WEEKLY), {"week": this.key}, follow=True).content.decode()
    assert "的周报已生成" in page
    assert ReportSnapshot.objects.filter(period=this.key).count() == 3
    page = client.post(reverse(WEEKLY), {"week": this.key}, follow=True).content.decode()
    assert "快照不会变" in page
    assert ReportSnapshot.objects.filter(period=this.key).count() == 3


def test_district_staff_make_their_own_only(small_city, sign_in):
    client = sign_in(UserFactory(district=True))
    client.post(reverse(WEEKLY), {"week": "2020-W13"})
    assert [s.region_id for s in ReportSnapshot.objects.all()] == ["320412"]


@pytest.mark.parametrize(
    ("text", "said"), [("12", "不是一周"), ("", "请写明哪一周"), ("1999-W12", "最早可以生成")]
)
def test_a_wrong_week_is_explained_and_kept(small_city, sign_in, text, said):
    response = sign_in(UserFactory(city=True)).post(reverse(WEEKLY), {"week": text})
    assert response.status_code == 422
    page = response.content.decode()
    assert said in page
    assert f'value="{text}"' in page or not text


def test_a_week_to_come_is_refused(small_city, sign_in):
    coming = Week.of(timezone.localdate() + timedelta(days=7))
    response = sign_in(UserFactory(city=True)).post(reverse(WEEKLY), {"week": coming.key})
    assert "还没有开始" in response.content.decode()
    assert not ReportSnapshot.objects.exists()


def test_each_list_is_one_click_and_of_ones_own_region(small_city, sign_in):
    client = sign_in(UserFactory(district=True))
    page = client.get(reverse("reports:lists")).content.decode()
    for key, sheets in (
        ("shortages", ["缺工企业清单"]),
        ("supply", ["人力资源供给清单", "供给名单"]),
        ("commissioners", ["人社服务专员清单"]),
        ("policies", ["政策清单"]),
    ):
        url = reverse("reports:list_file", args=[key])
        assert url in page
        response = client.get(url, {"region": "3204"})
        assert book(response).sheetnames == sheets
    names = [row[1].value for row in book(client.get("/staff/reports/lists/shortages.xlsx")).active]
    assert "=SUM(1)机械有限公司" in names
    assert "常州乙有限公司" not in names


def test_people_on_the_supply_list_are_masked(small_city, sign_in):
    client = sign_in(UserFactory(city=True))
    sheet = book(client.get(reverse("reports:list_file", args=["supply"])))["供给名单"]
    names = {row[0].value for row in sheet.iter_rows(min_row=5)}
    assert names == {"测**一", "测**二"}


def test_a_list_that_does_not_exist_is_not_found(db, sign_in):
    division("3204")
    client = sign_in(UserFactory(city=True))
    assert client.get(reverse("reports:list_file", args=["everything"])).status_code == 404


def test_commissioners_and_members_do_not_find_the_reports(db, sign_in):
    for who in ({"commissioner_role": True}, {"member": True}, {}):
        client = sign_in(UserFactory(**who))
        assert client.get(reverse(WEEKLY)).status_code == 404
        assert client.get(reverse("reports:lists")).status_code == 404

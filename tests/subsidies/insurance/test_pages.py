"""The pages of the insurance records, as city staff, district staff and auditors see them."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from portal.refused import Refused
from portal.runs.models import JobRun
from portal.runs.nightly import jobs
from subsidies import insurance_view
from subsidies.models import InsuranceImport, InsuranceMapping, InsuranceReopening, PersonMonth
from subsidies.services.insurance import uploads
from subsidies.services.insurance.importing import Busy, import_file
from subsidies.services.insurance.reopening import reopen_month
from tests.factories import UserFactory, division

from .conftest import JANUARY, PEOPLE, PERSON_HEAD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    """Uploaded files lie in a folder that can be looked into."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    }
    return settings.MEDIA_ROOT


@pytest.fixture
def city(place):
    """City staff."""
    return UserFactory(city=True, region=place)


@pytest.fixture
def upload(sign_in, city, django_capture_on_commit_callbacks):
    """upload(*lines, …) → the answer to sending in a file for January 2020."""

    def do(*lines, head=PERSON_HEAD, execute=True, **data):
        content = "\r\n".join([head, *lines, ""]).encode()
        file = SimpleUploadedFile("一月.csv", content, "text/csv")
        sent = {"kind": "person_month", "month": "2020-01", "region": "3204", "file": file, **data}
        with django_capture_on_commit_callbacks(execute=execute):
            return sign_in(city).post(reverse("subsidies:insurance_new"), sent)

    return do


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


def page(client, name, *args):
    return client.get(reverse(f"subsidies:{name}", args=args))


def test_a_file_is_sent_in_imported_and_deleted(upload, person_line, storage, client):
    answer = upload(person_line(0), person_line(1, paid="12.3x"))
    record = InsuranceImport.objects.get()
    assert answer.url == reverse("subsidies:insurance_import", args=[record.public_id])
    assert (record.state, record.accepted, record.source) == ("current", 1, "一月.csv")
    assert not record.file
    assert files_in(storage) == []
    shown = client.get(answer.url).content.decode()
    assert "金额要写成数字" in shown
    assert record.sha256 in shown
    assert "80.00" not in shown
    assert "40.00" in shown
    assert "8,000.00" in shown


def test_what_can_be_seen_at_once_is_refused_on_the_form(upload, person_line, storage):
    answer = upload(person_line(0), head=PERSON_HEAD + ",奖金")
    assert answer.status_code == 422
    assert "不认识第 9 列“奖金”" in answer.content.decode()
    assert not InsuranceImport.objects.exists()
    assert files_in(storage) == []


def test_a_file_that_is_too_large(upload, person_line, monkeypatch, storage):
    monkeypatch.setattr(uploads, "LARGEST", 100)
    answer = upload(person_line(0))
    assert "超过 200 MB" in answer.content.decode()
    assert files_in(storage) == []


@pytest.mark.parametrize("month", ["", "2020", "2020-13", "一月"])
def test_a_month_that_is_none(upload, person_line, month):
    answer = upload(person_line(0), month=month)
    assert answer.status_code == 422
    assert "月份" in answer.content.decode()


def test_the_same_file_again_says_so(upload, person_line, client, storage):
    first = upload(person_line(0))
    again = upload(person_line(0))
    assert again.url == first.url
    assert "早已导入" in client.get(again.url).content.decode()
    assert InsuranceImport.objects.count() == 1
    assert files_in(storage) == []


def test_while_it_waits_the_page_says_how_far_it_is(upload, person_line, client, storage):
    answer = upload(person_line(0), execute=False)
    record = InsuranceImport.objects.get()
    assert record.state == "waiting"
    assert len(files_in(storage)) == 1
    shown = client.get(answer.url).content.decode()
    assert "排队等待导入" in shown
    assert "刷新" in shown  # without JavaScript
    progress = page(client, "insurance_progress", record.public_id)
    assert "HX-Refresh" not in progress.headers

    uploads.import_waiting(record.pk)
    progress = page(client, "insurance_progress", record.public_id)
    assert progress.headers["HX-Refresh"] == "true"
    assert PersonMonth.objects.count() == 1
    uploads.import_waiting(record.pk)  # handed out twice
    assert PersonMonth.objects.count() == 1


def test_an_import_that_stopped_can_be_started_again(
    upload, person_line, client, django_capture_on_commit_callbacks
):
    answer = upload(person_line(0), execute=False)
    JobRun.objects.create(kind="insurance_import", key="insurance_import:person_month:2020-01")
    shown = client.get(answer.url).content.decode()
    assert "导入中断了" in shown
    record = InsuranceImport.objects.get()
    client.post(reverse("subsidies:insurance_again", args=[record.public_id]))
    record.refresh_from_db()
    assert (record.state, record.accepted) == ("current", 1)


def test_a_file_whose_worker_is_gone_can_be_given_up(
    upload, person_line, client, storage, city, django_capture_on_commit_callbacks
):
    answer = upload(person_line(0), execute=False)
    JobRun.objects.create(kind="insurance_import", key="insurance_import:person_month:2020-01")
    assert "放弃" in client.get(answer.url).content.decode()
    record = InsuranceImport.objects.get()
    address = reverse("subsidies:insurance_give_up", args=[record.public_id])
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address)
    record.refresh_from_db()
    assert (record.state, bool(record.file)) == ("refused", False)
    assert f"{city}于" in record.error
    assert record.error.endswith("放弃，文件已删除，没有导入。")
    assert files_in(storage) == []
    assert record.error in client.get(answer.url).content.decode()
    uploads.import_waiting(record.pk)  # the queue hands it out all the same
    record.refresh_from_db()
    assert (record.state, PersonMonth.objects.count()) == ("refused", 0)
    assert "不能放弃" in client.post(address, follow=True).content.decode()
    with pytest.raises(Refused, match="只有市局"):
        uploads.give_up(record, UserFactory(district=True))


def test_given_up_between_reading_the_file_and_importing_it(upload, person_line, storage, city):
    upload(person_line(0), execute=False)
    record = InsuranceImport.objects.get()
    path = files_in(storage)[0]
    uploads.give_up(InsuranceImport.objects.get(), city)  # the file itself goes on commit
    with pytest.raises(Refused, match="已经放弃"):
        import_file(path, record.kind, record.first_month, record.region, waiting=record)
    record.refresh_from_db()
    assert (record.state, PersonMonth.objects.count()) == ("refused", 0)


def test_files_left_behind_go_in_the_night(
    upload, person_line, storage, django_capture_on_commit_callbacks
):
    upload(person_line(0), execute=False)
    with django_capture_on_commit_callbacks(execute=True):
        assert uploads.drop_left_behind() == 0
    assert len(files_in(storage)) == 1
    InsuranceImport.objects.update(imported_at=timezone.now() - timedelta(hours=25))
    assert uploads.drop_left_behind in [job for _, job in jobs()]
    with django_capture_on_commit_callbacks(execute=True):
        assert uploads.drop_left_behind() == 1
    record = InsuranceImport.objects.get()
    assert (record.state, bool(record.file)) == ("refused", False)
    assert "超过 24 小时" in record.error
    assert files_in(storage) == []


def test_a_file_for_a_busy_month_goes_on_waiting(upload, person_line, monkeypatch, storage):
    upload(person_line(0), execute=False)
    record = InsuranceImport.objects.get()

    def busy(*args, **options):
        raise Busy("正在导入")

    monkeypatch.setattr(uploads, "import_file", busy)
    with pytest.raises(Busy):
        uploads.import_waiting(record.pk)
    record.refresh_from_db()
    assert record.state == "waiting"
    assert len(files_in(storage)) == 1


def test_a_fault_is_told_on_the_row_and_the_file_goes(upload, person_line, monkeypatch, storage):
    upload(person_line(0), execute=False)
    record = InsuranceImport.objects.get()

    def broken(*args, **options):
        raise OSError(f"磁盘满了 {PEOPLE[0]}")

    monkeypatch.setattr(uploads, "import_file", broken)
    with pytest.raises(RuntimeError) as raised:
        uploads.import_waiting(record.pk)
    assert PEOPLE[0] not in str(raised.value)
    record.refresh_from_db()
    assert record.state == "refused"
    assert "什么都没有导入" in record.error
    assert files_in(storage) == []


def test_the_months_by_kind(
    upload, person_line, client, city, place, django_assert_max_num_queries
):
    upload(person_line(0))
    reopen_month("person_month", JANUARY, place, "社保中心更正", city)
    with django_assert_max_num_queries(26):  # most of them count what waits, for the menu
        shown = page(client, "insurance").content.decode()
    assert "2020 年各月" in shown
    assert "常州市 1 行" in shown
    assert "社保中心更正" in shown
    assert shown.count("没有导入") == 35
    assert "month=2020-02" in shown


def test_a_month_is_reopened_with_a_reason_and_superseded(upload, person_line, client, city):
    upload(person_line(0))
    old = InsuranceImport.objects.get()
    address = reverse("subsidies:insurance_reopen", args=[old.public_id])
    assert client.post(address, {"reason": " "}).status_code == 422
    assert client.post(address, {"reason": "人数有误"}).status_code == 302
    assert InsuranceReopening.objects.get().opened_by == city
    again = client.post(address, {"reason": "再一次"})
    assert "已经重开，等待更正文件" in again.content.decode()

    answer = upload(person_line(0, paid="41.00"))
    shown = client.get(answer.url).content.decode()
    assert "更正了" in shown
    assert "人数有误" in shown
    assert "已被" in page(client, "insurance_import", old.public_id).content.decode()


def test_the_rejections_as_a_workbook(upload, person_line, client, monkeypatch):
    monkeypatch.setattr(insurance_view, "PART", 2)
    upload(person_line(0), *[person_line(n, identity=PEOPLE[n][:17]) for n in (1, 2, 3)])
    record = InsuranceImport.objects.get()
    address = reverse("subsidies:insurance_rejections", args=[record.public_id])
    book = openpyxl.load_workbook(io.BytesIO(client.get(address).content))
    rows = list(book.active.iter_rows(values_only=True, min_row=4))
    assert [row[0] for row in rows] == [3, 4]
    assert rows[0][1:] == (
        "身份证号", f"{PEOPLE[1][:4]}{'*' * 11}{PEOPLE[1][15:17]}", "身份证号要 18 位，现在是 17 位。",
    )  # fmt: skip
    rest = openpyxl.load_workbook(io.BytesIO(client.get(f"{address}?part=2").content))
    assert rest.active["A4"].value == 5
    assert client.get(f"{address}?part=3").status_code == 404


def test_a_mapping_is_made_from_the_heading_line(sign_in, city, client):
    sign_in(city)
    address = reverse("subsidies:insurance_mapping_new")
    shown = client.get(address, {"kind": "person_month", "headings": "厂代码\t身份证号\t姓名"})
    content = shown.content.decode()
    assert 'value="厂代码"' in content
    assert '<option value="identity" selected>' in content
    wrong = client.post(address, {"name": "市系统", "heading-0": "厂代码", "field-0": ""})
    assert wrong.status_code == 422
    assert "请选择“厂代码”是什么" in wrong.content.decode()
    sent = {
        "name": "市系统", "heading-0": "厂代码", "field-0": "credit_code", "heading-1": "姓名",
        "field-1": "ignore", "heading-2": "", "field-2": "",
    }  # fmt: skip
    assert client.post(address, sent).status_code == 302
    mapping = InsuranceMapping.objects.get()
    assert mapping.columns == {"厂代码": "credit_code", "姓名": "ignore"}
    assert mapping.saved_by == city
    doubled = {**sent, "field-1": "credit_code"}
    answer = client.post(reverse("subsidies:insurance_mapping", args=[mapping.pk]), doubled)
    assert "都写成" in answer.content.decode()


def test_others_read_and_do_not_import(upload, person_line, sign_in, client, place):
    upload(person_line(0))
    record = InsuranceImport.objects.get()
    clerk = UserFactory(district=True, region=division("320412"))
    sign_in(clerk)
    assert page(client, "insurance").status_code == 200
    shown = page(client, "insurance_import", record.public_id).content.decode()
    assert "重开" not in shown
    for name in ("insurance_new", "insurance_mappings"):
        assert page(client, name).status_code == 404
    sign_in(UserFactory(auditor=True, region=place))
    assert page(client, "insurance_import", record.public_id).status_code == 200
    assert "由市级工作人员导入" in page(client, "insurance_new").content.decode()


def test_a_district_does_not_see_the_file_of_another(take, write, person_line, sign_in, client):
    path = write(PERSON_HEAD, person_line(0, employer=1))
    record = take(path, region=division("320411")).record
    sign_in(UserFactory(district=True, region=division("320412")))
    assert page(client, "insurance_import", record.public_id).status_code == 404
    assert page(client, "insurance_progress", record.public_id).status_code == 404
    assert page(client, "insurance_rejections", record.public_id).status_code == 404
    assert date(2020, 1, 1) == record.first_month

"""Bulk import of the supply list: all or nothing, errors given back, twice adds nothing."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from jobseekers.enums import ImportState
from jobseekers.models import InstantMatch, JobSeeker, Recommendation, SupplyListImport
from jobseekers.services.matching import match_all
from jobseekers.services.supply_import import error_file, import_supply_list
from jobseekers.services.supply_rows import COLUMNS
from jobseekers.services.supply_sheets import template_workbook
from portal.places.coder import fine_occupation
from portal.refused import Refused
from tests.factories import UserFactory, VacancyFactory, division, occupation

HEADINGS = [column.heading for column in COLUMNS]
_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]


def identity(number, born="19900101"):
    """A valid number of the test range 340000."""
    body = f"340000{born}{number:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def person(number, **changes):
    """One row by heading."""
    row = {
        "姓名": f"测试丁{number}",
        "身份证号": identity(number),
        "手机号": f"154{number:08d}",
        "居住地区": "武进区湖塘镇",
        "学历": "高中",
        "工作年限": 3,
        "人员类别": "进城务工人员、退役军人",
        "想做的工作": "车工、普工",
        "技能": "看图纸，数控",
        "证书": "",
        "期望月薪（元）": 6000,
        "愿意去的地区": "武进区",
        "需要住宿": "是",
    }
    return row | changes


def book(rows, before=(), headings=HEADINGS):
    """An Excel file of rows by heading."""
    made = Workbook()
    for line in before:
        made.active.append(line)
    made.active.append(headings)
    for row in rows:
        made.active.append([row.get(heading) for heading in headings])
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


@pytest.fixture
def city_staff(db):
    """Staff of a city with two districts and a street."""
    for code in ("320411", "320412", "320412100"):
        division(code)
    occupation(fine_occupation("车工"))
    return UserFactory(city=True)


def test_a_right_list_is_taken_with_every_column(city_staff):
    record = import_supply_list(book([person(1), person(2, 学历="")]), "名单.xlsx", city_staff)
    assert (record.state, record.rows_total) == (ImportState.ACCEPTED, 2)
    assert (record.rows_added, record.rows_known, record.rows_wrong) == (2, 0, 0)
    seeker = JobSeeker.objects.get(name="测试丁1")
    assert seeker.identity_number == identity(1)
    assert seeker.phone == "15400000001"
    assert (seeker.birth_year, seeker.region_id, seeker.education) == (1990, "320412100", 2)
    assert seeker.groups == ["migrant", "veteran"]
    assert seeker.skills == ["看图纸", "数控"]
    assert (seeker.pay_expected, seeker.accepted_regions) == (6000, ["320412"])
    assert seeker.wants_lodging
    assert seeker.supply_import == record
    wishes = list(seeker.intentions.values_list("rank", "title"))
    assert wishes == [(1, "车工"), (2, "普工")]
    assert seeker.intentions.get(rank=1).occupation_id.startswith("6-18-01")


def test_who_was_imported_is_matched_by_one_task(city_staff, django_capture_on_commit_callbacks):
    post, _ = VacancyFactory(region=division("320412")), match_all()
    with django_capture_on_commit_callbacks(execute=True) as tasks:
        import_supply_list(book([person(1), person(2)]), "名单.xlsx", city_staff)
    assert len(tasks) == 1
    assert InstantMatch.objects.filter(matched_at__isnull=False, edges=1).count() == 2
    assert Recommendation.objects.current().filter(vacancy=post).count() == 2


def test_numbers_are_normalised_before_they_are_checked(city_staff):
    wide = identity(3).translate(str.maketrans("0123456789X", "0123456789x"))
    record = import_supply_list(
        book([person(3, 身份证号=f" {wide} ", 手机号=15400000003)]), "a.xlsx", city_staff
    )
    assert record.state == ImportState.ACCEPTED
    assert JobSeeker.objects.get().identity_number == identity(3)


def test_one_wrong_row_and_nothing_is_imported(city_staff):
    wrong = person(2, 身份证号="340000199001010021", 学历="博学", 居住地区="某某镇")
    content = book([person(1), wrong])
    record = import_supply_list(content, "名单.xlsx", city_staff)
    assert (record.state, record.rows_wrong, record.rows_added) == (ImportState.REJECTED, 1, 0)
    assert not JobSeeker.objects.exists()
    sheet = load_workbook(io.BytesIO(error_file(record))).active
    head = [cell.value for cell in sheet[3]]
    assert head == ["错误", *HEADINGS]
    said = sheet["A4"].value
    assert "原第 3 行" in said
    assert "身份证号：身份证号不对" in said
    assert "学历：不认识“博学”" in said
    assert "没有“某某镇”这个地区" in said
    tinted = {
        head[cell.column - 1] for cell in sheet[4] if cell.fill.fgColor.rgb.endswith("FCEBE9")
    }
    assert tinted == {"身份证号", "学历", "居住地区"}
    assert sheet["B5"].value == "测试丁1" and sheet["A5"].value in (None, "")
    assert sheet["C4"].value == "340000199001010021" and sheet["C4"].data_type == "s"


def test_the_returned_workbook_can_be_mended_and_sent_again(city_staff):
    record = import_supply_list(book([person(1), person(2, 手机号="12")]), "a.xlsx", city_staff)
    returned = load_workbook(io.BytesIO(error_file(record)))
    returned.active["D4"].value = "15400000002"
    stream = io.BytesIO()
    returned.save(stream)
    again = import_supply_list(stream.getvalue(), "b.xlsx", city_staff)
    assert (again.state, again.rows_added) == (ImportState.ACCEPTED, 2)


def test_the_errors_lie_encrypted(city_staff):
    record = import_supply_list(book([person(1, 手机号="12")]), "a.xlsx", city_staff)
    with record.error_workbook.open("rb") as stored:
        raw = stored.read()
    assert not raw.startswith(b"PK")
    assert identity(1).encode() not in raw


def test_the_same_file_again_changes_nothing(city_staff):
    content = book([person(1)])
    import_supply_list(content, "a.xlsx", city_staff)
    again = import_supply_list(content, "另一个名字.xlsx", city_staff)
    assert (again.state, again.rows_added, again.rows_known) == (ImportState.REPEATED, 0, 1)
    assert JobSeeker.objects.count() == 1


def test_a_known_person_is_left_as_they_are(city_staff):
    import_supply_list(book([person(1)]), "a.xlsx", city_staff)
    record = import_supply_list(
        book([person(1, 姓名="改了名", 想做的工作="电工"), person(2)]), "b.xlsx", city_staff
    )
    assert (record.rows_added, record.rows_known) == (1, 1)
    assert set(JobSeeker.objects.values_list("name", flat=True)) == {"测试丁1", "测试丁2"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"姓名": ""}, "姓名：必须填写"),
        ({"身份证号": 340000199001010000}, "存成了数字"),
        ({"身份证号": identity(9, "20180101")}, "未满 16 周岁"),
        ({"手机号": "1234"}, "手机号要 11 位"),
        ({"居住地区": "天宁区"}, "没有“天宁区”这个地区"),
        ({"人员类别": "闲人"}, "没有“闲人”这类人员"),
        ({"想做的工作": "一、二、三、四"}, "最多写 3 样"),
        ({"工作年限": "很久"}, "0 到 60 的整数"),
        ({"期望月薪（元）": -5}, "整数"),
        ({"需要住宿": "看情况"}, "“是”或“否”"),
        ({"愿意去的地区": "火星"}, "没有“火星”这个区"),
    ],
)
def test_each_fault_is_said_in_plain_words(city_staff, changes, said):
    record = import_supply_list(book([person(1, **changes)]), "a.xlsx", city_staff)
    sheet = load_workbook(io.BytesIO(error_file(record))).active
    assert said in sheet["A4"].value
    assert not JobSeeker.objects.exists()


def test_two_rows_about_one_person(city_staff):
    record = import_supply_list(book([person(1), person(1, 姓名="又一个")]), "a.xlsx", city_staff)
    sheet = load_workbook(io.BytesIO(error_file(record))).active
    assert "和第 2 行是同一个身份证号" in sheet["A4"].value


def test_columns_may_stand_in_any_order_under_a_title(city_staff):
    headings = list(reversed(HEADINGS))
    content = book([person(1)], before=[["某街道名单"], []], headings=headings)
    assert import_supply_list(content, "a.xlsx", city_staff).rows_added == 1


def test_a_district_imports_its_own_people_only(city_staff):
    officer = UserFactory(district=True)
    record = import_supply_list(book([person(1, 居住地区="新北区")]), "a.xlsx", officer)
    sheet = load_workbook(io.BytesIO(error_file(record))).active
    assert "不在您负责的地区" in sheet["A4"].value


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"not a workbook", "打不开"),
        (b"PK\x03\x04broken", "不完整"),
        (book([], headings=["甲", "乙"]), "没有找到表头：缺少 姓名"),
        (book([]), "表里没有人"),
    ],
)
def test_a_file_that_is_no_list_is_refused_and_leaves_no_trace(city_staff, content, said):
    with pytest.raises(Refused, match=said):
        import_supply_list(content, "a.xlsx", city_staff)
    assert not SupplyListImport.objects.exists()


@pytest.mark.parametrize("who", [{"auditor": True}, {"commissioner_role": True}, {"member": True}])
def test_others_may_not_import(city_staff, who):
    with pytest.raises(Refused, match="不能导入"):
        import_supply_list(book([person(1)]), "a.xlsx", UserFactory(**who))


def test_a_formula_that_was_typed_comes_back_as_text(city_staff):
    made = Workbook()
    made.active.append(HEADINGS)
    made.active.append([person(1, 手机号="12")[heading] for heading in HEADINGS])
    made.active["A2"].value, made.active["A2"].data_type = "=1+1", "s"
    stream = io.BytesIO()
    made.save(stream)
    record = import_supply_list(stream.getvalue(), "a.xlsx", city_staff)
    sheet = load_workbook(io.BytesIO(error_file(record))).active
    assert (sheet["B4"].value, sheet["B4"].data_type) == ("=1+1", "s")


def test_the_template_can_be_filled_and_sent(city_staff):
    template = load_workbook(io.BytesIO(template_workbook()))
    assert template.sheetnames == ["人力资源供给清单", "填写说明"]
    sheet = template["人力资源供给清单"]
    for place, heading in enumerate(HEADINGS, 1):
        sheet.cell(4, place).value = person(1)[heading]
    stream = io.BytesIO()
    template.save(stream)
    assert import_supply_list(stream.getvalue(), "a.xlsx", city_staff).rows_added == 1


# ---- pages -----------------------------------------------------------------------------------------

IMPORTS = "workbench:supply_imports"


def send(client, content, name="名单.xlsx"):
    """Post a file."""
    return client.post(reverse(IMPORTS), {"file": SimpleUploadedFile(name, content)}, follow=True)


def test_a_file_is_sent_on_the_page_and_its_outcome_shown(city_staff, sign_in):
    client = sign_in(city_staff)
    page = send(client, book([person(1)])).content.decode()
    assert "新增 1 人" in page
    page = send(client, book([person(2, 手机号="12")])).content.decode()
    assert "1 行有错误，全部没有导入" in page
    record = SupplyListImport.objects.get(state=ImportState.REJECTED)
    errors = reverse("workbench:supply_errors", args=[record.public_id])
    assert errors in page
    assert load_workbook(io.BytesIO(client.get(errors).content)).active["A3"].value == "错误"


def test_only_who_sent_them_gets_the_clear_rows_back(city_staff, sign_in):
    send(sign_in(city_staff), book([person(2, 手机号="12")]))
    record = SupplyListImport.objects.get()
    errors = reverse("workbench:supply_errors", args=[record.public_id])
    for who in ({"city": True}, {"auditor": True}):
        client = sign_in(UserFactory(**who))
        page = client.get(reverse("workbench:supply_import", args=[record.public_id]))
        assert errors not in page.content.decode()
        assert client.get(errors).status_code == 404


def test_no_file_and_a_wrong_one_are_explained(city_staff, sign_in):
    client = sign_in(city_staff)
    response = client.post(reverse(IMPORTS), {})
    assert response.status_code == 422
    assert "请选择要导入的 Excel 文件" in response.content.decode()
    assert "打不开" in send(client, b"nothing of the kind").content.decode()


def test_the_list_of_imports_takes_few_queries(city_staff, sign_in, django_assert_max_num_queries):
    client = sign_in(city_staff)
    for number in range(1, 6):
        import_supply_list(book([person(number)]), f"{number}.xlsx", city_staff)
    client.get(reverse(IMPORTS))  # the counts beside the menu are kept for a while
    with django_assert_max_num_queries(8):
        page = client.get(reverse(IMPORTS)).content.decode()
    assert "5.xlsx" in page
    assert client.get(reverse("workbench:supply_template")).content.startswith(b"PK")


def test_the_auditor_looks_on(city_staff, sign_in):
    client = sign_in(UserFactory(auditor=True))
    page = client.get(reverse(IMPORTS)).content.decode()
    assert 'type="file"' not in page
    assert send(client, book([person(1)])).status_code == 404
    assert not JobSeeker.objects.exists()

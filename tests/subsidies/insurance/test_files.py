"""However a file is written, the same is read; what cannot be read is refused in words."""

import codecs

import pytest
from openpyxl import Workbook

from portal.refused import Refused
from subsidies.models import InsuranceMapping, PersonMonth
from subsidies.services.insurance import chunks
from subsidies.services.insurance.files import survey
from subsidies.services.insurance.layouts import header_key, read_header

from .conftest import PEOPLE, PERSON_HEAD

pytestmark = pytest.mark.django_db


def stored():
    return sorted(
        PersonMonth.objects.values_list(
            "line", "person", "enterprise_id", "first_insured_on", "base_fen", "paid_fen",
            "back_paid",
        )
    )  # fmt: skip


def quoted(text, delimiter=","):
    return delimiter.join(f'"{cell}"' for cell in text.split(","))


WRITINGS = {
    "utf-8": {},
    "bom": {"encoding": "utf-8-sig"},
    "gb18030": {"encoding": "gb18030"},
    "unix": {"end": "\n"},
    "tab": {"change": lambda text: text.replace(",", "\t")},
    "quoted": {"change": quoted},
    "quoted gb18030": {"change": quoted, "encoding": "gb18030"},
    "blanks": {"change": lambda text: text.replace(",", " , ")},
}


@pytest.fixture
def lines(person_line):
    return [
        person_line(0),
        person_line(1, base="12345.6", paid="0.07", back="补缴", since="20101231"),
        person_line(2, employer=1, since="", base="", name="欧阳某𠮷"),
    ]


@pytest.mark.parametrize("writing", WRITINGS)
def test_writings(writing, lines, write, take):
    options = dict(WRITINGS[writing])
    change = options.pop("change", lambda text: text)
    path = write(*map(change, [PERSON_HEAD, *lines]), **options)
    record = take(path).record
    assert (record.lines, record.accepted) == (3, 3)
    found = stored()
    assert [row[0] for row in found] == [2, 3, 4]
    assert [row[4:] for row in found] == [
        (400000, 4000, False), (1234560, 7, True), (None, 4000, False),
    ]  # fmt: skip
    assert [str(row[3]) for row in found] == ["2015-03-01", "2010-12-31", "None"]
    assert record.encoding == {
        "bom": "UTF-8（带 BOM）", "gb18030": "GB18030", "quoted gb18030": "GB18030",
    }.get(writing, "UTF-8")  # fmt: skip


def test_a_workbook(lines, tmp_path, take):
    book = Workbook()
    sheet = book.active
    sheet.append(["2020年1月缴费明细"])
    sheet.append(PERSON_HEAD.split(","))
    for number, line in enumerate(lines):
        cells = line.split(",")
        cells[5] = float(cells[5]) if cells[5] else None  # amounts are numbers in a workbook
        cells[6] = [40, 0.1 + 0.2, 40][number]
        sheet.append(cells)
    book.save(tmp_path / "社保.xlsx")
    record = take(tmp_path / "社保.xlsx").record
    assert (record.encoding, record.accepted) == ("xlsx", 3)
    assert [(row[0], row[4], row[5]) for row in stored()] == [
        (3, 400000, 4000), (4, 1234560, 30), (5, None, 4000),
    ]  # fmt: skip


def test_a_number_kept_as_a_number_has_lost_its_end(employers, tmp_path, take):
    book = Workbook()
    book.active.append(PERSON_HEAD.split(","))
    code = employers[0].credit_code
    book.active.append([code, "张某", int(PEOPLE[0][:17] + "1"), 202001, "201503", 4000, 40, "否"])
    book.active.append([code, "张某", PEOPLE[1], 202001, "201503", 4000, 40, "否"])
    book.save(tmp_path / "社保.xlsx")
    record = take(tmp_path / "社保.xlsx").record
    rejection = record.rejections.get()
    assert (rejection.line, rejection.column) == (2, "身份证号")
    assert "末几位已经丢失" in rejection.reason
    assert record.accepted == 1


def test_two_filled_sheets_are_refused(employers, tmp_path, take):
    book = Workbook()
    book.active.append(PERSON_HEAD.split(","))
    book.create_sheet().append(PERSON_HEAD.split(","))
    book.save(tmp_path / "社保.xlsx")
    with pytest.raises(Refused, match="2 个写了内容的工作表"):
        take(tmp_path / "社保.xlsx")


def test_blocks_end_in_the_middle_of_lines(lines, person_line, write, take, monkeypatch):
    monkeypatch.setattr(chunks, "_BLOCK", 61)
    people = [person_line(number) for number in range(40)]
    people.insert(5, "")
    people.insert(9, ",,,,,,,")
    path = write(PERSON_HEAD, *people, encoding="gb18030")
    path.write_bytes(path.read_bytes().removesuffix(b"\r\n"))  # no end of the last line
    record = take(path).record
    assert (record.lines, record.accepted) == (40, 40)
    # Empty lines count as lines of the file, so that numbers are those an editor shows.
    assert [row[0] for row in stored()] == [n for n in range(2, 44) if n not in (7, 11)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "是空的"),
        (codecs.BOM_UTF16_LE + "统一".encode("utf-16-le"), "UTF-16"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), r"\.xls"),
        (b"PK\x03\x04broken", "打不开"),
        (b"a,b\r\n1,\x00\r\n", "不是表格文件"),
        ("统一社会信用代码,身份证号\r\n张某,\r\n".encode() + b"\xff\xff\xff,1\r\n", "第 3 行"),
        ("只有一列\r\n".encode(), "没有表头"),
    ],
)
def test_what_is_no_table_is_refused(content, said, tmp_path, take):
    (tmp_path / "x.csv").write_bytes(content)
    with pytest.raises(Refused, match=said):
        take(tmp_path / "x.csv")


def test_a_quote_without_its_other_is_refused_with_its_line(lines, write, take):
    path = write(PERSON_HEAD, lines[0], lines[1].replace("张某", '"张某'))
    with pytest.raises(Refused, match="引号不成对"):
        take(path)
    assert not stored()


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (PERSON_HEAD + ",奖金", "第 9 列“奖金”"),
        (PERSON_HEAD + ",公民身份号码", "第 3 列“身份证号”和第 9 列“公民身份号码”都是“身份证号”"),
        (
            PERSON_HEAD.replace(",缴费基数", ",缴费基数（万元）"),
            "缴费基数（万元）”.*缺少“缴费基数”",
        ),
        (PERSON_HEAD.replace(",身份证号", ",备注"), "缺少“身份证号”列"),
        (PERSON_HEAD.replace(",缴费合计", ",个人缴费金额"), "缺少“实缴合计"),
        (PERSON_HEAD.replace("姓名", ""), "第 2 列（没有列名）"),
    ],
)
def test_headings_that_are_refused(head, said, lines, write, take):
    with pytest.raises(Refused, match=said):
        take(write(head, *lines))


def test_empty_columns_at_the_right_do_no_harm(lines, write, take):
    record = take(write(PERSON_HEAD + ",,", *[line + ",," for line in lines])).record
    assert record.accepted == 3


def test_the_national_field_codes():
    columns = read_header(
        "person_month",
        ["AAB001", "AAC001", "AAC002", "AAE002", "AAE003", "AJC020", "AJC030", "AJC031"],
    )
    assert columns.places == {
        "credit_code": 0, "identity": 2, "month": 3, "for_month": 4, "base": 5,
        "paid_employee": 6, "paid_enterprise": 7,
    }  # fmt: skip
    months = read_header("enterprise_month", ["AAB001", "AAB083", "AJB002", "AJB003", "AJB004"])
    assert months.places["back_paid_enterprise"] == 4


def test_a_total_beside_its_parts_is_counted_once():
    columns = read_header(
        "person_month",
        ["信用代码", "身份证号", "个人缴费基数", "个人缴费金额", "单位应缴金额", "缴费合计"],
    )
    assert columns.places == {"credit_code": 0, "identity": 1, "base": 2, "paid": 5}


def test_the_agencys_own_number_gives_way_to_the_credit_code():
    head = ["单位编号", "统一社会信用代码", "身份证号", "缴费基数", "实缴"]
    assert read_header("person_month", head).places["credit_code"] == 1


def test_a_saved_mapping_names_the_rest(lines, write, take):
    head = PERSON_HEAD.replace("统一社会信用代码", "厂代码").replace("缴费合计", "本月入库")
    path = write(head, *lines)
    with pytest.raises(Refused, match="厂代码.*本月入库"):
        take(path)
    mapping = InsuranceMapping.objects.create(
        kind="person_month",
        name="市系统",
        columns={"厂代码": "credit_code", "本月入库（元）": "paid"},
    )
    record = take(path, mapping=mapping).record
    assert (record.accepted, record.mapping) == (3, mapping)
    with pytest.raises(Refused, match="不是这一种数据"):
        take(path, kind="enterprise_month", mapping=mapping)


def test_headings_are_compared_without_blanks_width_and_yuan():
    assert header_key("缴费基数（元）") == header_key(" 缴费 基数 ") == "缴费基数"
    assert header_key("缴费基数（分）") != "缴费基数"


def test_words_that_are_both_encodings(write):
    """“联通” in GB18030 is also UTF-8 of a kind: the known names decide."""
    head = "参保人数,单位缴纳,职工缴纳,信用代码"
    path = write(head, "1,1,1,联通", encoding="gb18030")
    assert survey(path, "enterprise_month").encoding == "gb18030"

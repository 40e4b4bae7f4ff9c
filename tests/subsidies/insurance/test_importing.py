"""One file, one import: every line accounted for, every fen, every reason."""

import logging
from datetime import date

import pytest
from django.db import connection
from django.db.models import Sum

from portal.accounts.crypto import blind_index
from portal.refused import Refused
from portal.runs.models import JobRun, RunState
from subsidies.models import (
    BenefitRecipient,
    InsuranceImport,
    InsuranceMonth,
    InsuranceRejection,
    PersonMonth,
)
from subsidies.services.application_records import PersonAsked, _insured
from subsidies.services.insurance import checking, layouts
from subsidies.services.insurance.reopening import reopen_month
from tests.factories import EnterpriseFactory, UserFactory, division

from .conftest import JANUARY, MONTH_HEAD, PEOPLE, PERSON_HEAD, leaf_tables, month_tables

pytestmark = pytest.mark.django_db
RECIPIENT_HEAD = "身份证号,原单位统一社会信用代码,开始领取日期,领取至"


def told(record):
    """(line, column, value, reason) of the rejections."""
    return list(record.rejections.values_list("line", "column", "value", "reason"))


def test_a_month_of_persons(person_line, employers, write, take):
    by = UserFactory(city=True)
    path = write(
        PERSON_HEAD,
        person_line(0),
        person_line(1, employer=1, base="5000.10", paid="50.01"),
        person_line(1, employer=1, base="5000.10", paid="12.34", back="补缴"),
        person_line(1, employer=1, base="5000.10", paid="12.34", back="补缴"),
    )
    record, repeated = take(path, by=by)
    assert not repeated
    assert (record.state, record.lines, record.accepted, record.rejected) == ("current", 4, 4, 0)
    assert (record.imported_by, record.source, record.region_id) == (by, "社保.csv", "3204")
    assert (record.first_month, record.last_month) == (JANUARY, JANUARY)
    assert record.sums["base_fen"] == {
        "label": "缴费基数", "file": 1900030, "accepted": 1900030, "rejected": 0, "unreadable": 0,
    }  # fmt: skip
    assert record.sums["paid_fen"]["file"] == record.premium_fen == 4000 + 5001 + 1234 * 2
    rows = list(PersonMonth.objects.filter(month=JANUARY).order_by("line"))
    assert [row.person.hex for row in rows] == [
        blind_index(PEOPLE[number])[:32] for number in (0, 1, 1, 1)
    ]
    assert [row.back_paid for row in rows] == [False, False, True, True]
    assert [row.enterprise_id for row in rows] == [employers[number].pk for number in (0, 1, 1, 1)]
    assert rows[0].first_insured_on == date(2015, 3, 1)
    assert month_tables() == {"subsidies_personmonth_202001"}
    job = JobRun.objects.get(pk=record.job_id)
    assert (job.state, job.counts["accepted"]) == (RunState.DONE, 4)


def test_every_wrong_value_is_told_and_the_totals_add_up(person_line, employers, write, take):
    elsewhere = EnterpriseFactory(region=division("210702"))
    unknown = "91320412MA1111111K"
    path = write(
        PERSON_HEAD,
        person_line(0),  # 2: right
        person_line(1, identity=PEOPLE[1][:-1] + ("0" if PEOPLE[1][-1] != "0" else "1")),
        person_line(2, paid="一百", base="-5"),
        person_line(3, month="202002", paid="10.00"),
        person_line(4, code=elsewhere.credit_code, paid="20.00"),
        person_line(5, since="2020-02-01"),
        person_line(6, back="也许"),
        person_line(7) + ",多一列",
        person_line(0, paid="30.00"),  # 10: the person of line 2 again
        person_line(8, code="张三某", name="x"),
        person_line(9, base="0.001"),
        person_line(10, paid=PEOPLE[10]),  # columns slipped
        person_line(11, code=unknown),
        person_line(12, code="", identity=""),
        end="\n",
    )
    record = take(path).record
    assert told(record) == [
        (3, "身份证号", f"{PEOPLE[1][:4]}{'*' * 12}{told(record)[0][2][-2:]}",
         "身份证号不对，请对照证件检查每一位。"),
        (4, "缴费基数", "-5", "金额不能是负数。"),
        (4, "缴费合计", "一*", "金额要写成数字，例如 1234.56。"),
        (5, "费款所属期", "202002", "不是这次导入的月份 2020-01。"),
        (6, "统一社会信用代码", elsewhere.credit_code,
         "这家单位登记在别的地区，不在这次导入的地区。"),
        (7, "首次参保时间", "2020-02-01", "首次参保时间晚于 2020-01，请核对。"),
        (8, "补缴标志", "也*", "补缴标志要写“是”或“否”（“补缴”或“正常”）。"),
        (9, "", "", "这一行有 9 列，表头有 8 列。"),
        (10, "身份证号", "", "和第 2 行是同一人、同一单位，又没有标明补缴，只收第一行。"),
        (11, "统一社会信用代码", "张*某", "统一社会信用代码要 18 位，现在是 3 位。"),
        (12, "缴费基数", "0.001", "金额最多两位小数（到分）。"),
        (13, "缴费合计", f"{PEOPLE[10][:4]}{'*' * 12}{PEOPLE[10][-2:]}", "金额太大，请核对。"),
        (14, "统一社会信用代码", unknown, "统一社会信用代码不对，请对照营业执照检查。"),
        (15, "统一社会信用代码", "", "没有填统一社会信用代码。"),
        (15, "身份证号", "", "没有填身份证号。"),
    ]  # fmt: skip
    assert (record.lines, record.accepted, record.rejected) == (14, 1, 13)
    paid = record.sums["paid_fen"]
    # Lines 4, 9 and 13 cannot be read; the others are 40.00 but for 10.00, 20.00 and 30.00.
    assert paid == {
        "label": "实缴", "file": 8 * 4000 + 6000, "accepted": 4000, "rejected": 34000,
        "unreadable": 3,
    }  # fmt: skip
    assert record.sums["base_fen"]["unreadable"] == 3
    row = PersonMonth.objects.get()
    assert (row.line, row.paid_fen) == (2, 4000)


def test_an_enterprise_that_is_not_registered(person_line, write, take):
    from tests.factories.enterprises import credit_code

    code = credit_code(9_876_543)
    record = take(write(PERSON_HEAD, person_line(0), person_line(1, code=code))).record
    assert told(record) == [
        (3, "统一社会信用代码", code, "没有登记这家单位。请先登记单位，再导入更正的文件。")
    ]


def test_codes_and_numbers_are_normalised(person_line, employers, write, take):
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in employers[0].credit_code.lower())
    with_x = next(number for number in PEOPLE if number.endswith("X"))
    record = take(
        write(
            PERSON_HEAD,
            person_line(0, code=wide),
            person_line(1, code=employers[0].credit_code.lower(), identity=with_x.lower()),
            person_line(2, identity=f"{PEOPLE[2][:6]} {PEOPLE[2][6:]}"),
        )
    ).record
    assert (record.accepted, told(record)) == (3, [])
    people = {row.person.hex for row in PersonMonth.objects.all()}
    assert people == {blind_index(number)[:32] for number in (PEOPLE[0], with_x, PEOPLE[2])}


def test_a_payment_for_an_earlier_month_is_a_back_payment(person_line, write, take):
    head = PERSON_HEAD.replace("补缴标志", "AAE003")
    path = write(
        head, person_line(0, back="202001"), person_line(0, back="201911"),
        person_line(1, back="202002"),
    )  # fmt: skip
    record = take(path).record
    assert list(PersonMonth.objects.order_by("line").values_list("line", "back_paid")) == [
        (2, False), (3, True),
    ]  # fmt: skip
    assert told(record) == [(4, "AAE003", "202002", "对应费款所属期晚于费款所属期。")]


def test_both_sides_of_a_payment_are_added_up(person_line, write, take):
    head = PERSON_HEAD.replace("缴费合计,补缴标志", "单位缴费金额,个人缴费金额")
    take(write(head, person_line(0, paid="18.85", back="18.86"), person_line(1, back="")))
    assert list(PersonMonth.objects.order_by("line").values_list("paid_fen", flat=True)) == [
        3771, 4000,
    ]  # fmt: skip


def test_a_month_of_enterprises(employers, write, take):
    first, second = employers
    path = write(
        MONTH_HEAD,
        f"{first.credit_code},120,3000.00,2000.5,72600,0",
        f'{second.credit_code},"1,250",,0,,"1,234.56"',
        f"{first.credit_code},119,3000.00,2000.00,72600,0",
        f"{second.credit_code},十,1,1,1,1",
    )
    record = take(path, "enterprise_month").record
    assert (record.lines, record.accepted, record.rejected) == (4, 2, 2)
    assert told(record) == [
        (4, "统一社会信用代码", "", "和第 2 行是同一家单位，只收第一行。"),
        (5, "参保人数", "*", "人数要写成整数。"),
    ]
    months = InsuranceMonth.objects.order_by("line").values_list(
        "enterprise", "month", "headcount", "premium_enterprise_fen", "premium_employee_fen",
        "social_insurance_fen", "back_paid_fen", "source", "line",
    )  # fmt: skip
    assert list(months) == [
        (first.pk, JANUARY, 120, 300000, 200050, 7260000, 0, record.pk, 2),
        (second.pk, JANUARY, 1250, None, 0, None, 123456, record.pk, 3),
    ]
    assert record.sums["premium_enterprise_fen"] == {
        "label": "单位缴纳", "file": 600100, "accepted": 300000, "rejected": 300100,
        "unreadable": 0,
    }  # fmt: skip
    assert record.premium_fen == 500050


def test_benefit_recipients(employers, write, take):
    first = employers[0]
    path = write(
        RECIPIENT_HEAD,
        f"{PEOPLE[0]},{first.credit_code},2020-01-05,2021-06",
        f"{PEOPLE[1]},,2019-12-01,",
        f"{PEOPLE[0]},{first.credit_code},2020-01-06,",
        f"{PEOPLE[2]},{first.credit_code},2020-01-05,2019-12",
        f"{PEOPLE[3]},{first.credit_code},,2021-01",
        f"{PEOPLE[4]},{first.credit_code},2020-02-01,",
    )
    record = take(path, "benefit_recipient").record
    assert [(line, reason) for line, _, _, reason in told(record)] == [
        (4, "和第 2 行是同一人，只收第一行。"),
        (5, "领取至早于开始领取日期。"),
        (6, "没有填开始领取日期。"),
        (7, "开始领取日期晚于 2020-01，请核对。"),
    ]
    rows = BenefitRecipient.objects.order_by("line")
    assert [(row.enterprise_id, row.began_on, row.last_month) for row in rows] == [
        (first.pk, date(2020, 1, 5), date(2021, 6, 1)),
        (None, date(2019, 12, 1), None),
    ]
    assert rows[0].person.hex == blind_index(PEOPLE[0])[:32]


def test_a_month_without_recipients_is_a_month(write, take):
    record = take(write(RECIPIENT_HEAD), "benefit_recipient").record
    assert (record.state, record.lines) == ("current", 0)


def test_two_months_without_recipients_are_two_months(write, take):
    path = write(RECIPIENT_HEAD)
    january = take(path, "benefit_recipient").record
    february = take(path, "benefit_recipient", month=date(2020, 2, 1)).record
    assert (february.state, february.first_month) == ("current", date(2020, 2, 1))
    assert february != january
    again, repeated = take(path, "benefit_recipient", month=date(2020, 2, 1))
    assert repeated
    assert again == february


@pytest.mark.parametrize(
    ("kind", "text", "kept"),
    [
        ("month", "王小明", "王*明"),
        ("flag", "王小明", "王*明"),
        ("flag", "13800138000", "138****8000"),
        ("flag", PEOPLE[0], f"{PEOPLE[0][:4]}{'*' * 12}{PEOPLE[0][-2:]}"),
        ("month", PEOPLE[0], f"{PEOPLE[0][:4]}{'*' * 12}{PEOPLE[0][-2:]}"),
        ("flag", "123456789", "*********"),
        ("day", "Wang Xiaoming", "WANG*******NG"),
        ("month", "2020年13月", "2020年13月"),
        ("day", "2020-13-45", "2020-13-45"),
        ("flag", "未补", "未补"),
    ],
)
def test_what_slipped_into_another_column_is_masked(kind, text, kept):
    kinds = {"month": layouts.MONTH, "day": layouts.DAY, "flag": layouts.FLAG}
    assert checking.shown(text, kinds[kind]) == kept


def test_the_same_file_twice_changes_nothing(person_line, write, take):
    path = write(PERSON_HEAD, person_line(0))
    first = take(path).record
    again, repeated = take(path)
    assert repeated
    assert again == first
    assert InsuranceImport.objects.count() == PersonMonth.objects.count() == 1
    with pytest.raises(Refused, match="已经作为 2020-01 的数据导入"):
        take(path, month=date(2020, 2, 1))


def test_another_file_needs_the_month_reopened(person_line, write, take, place):
    city = UserFactory(city=True)
    old = take(write(PERSON_HEAD, person_line(0), person_line(1))).record
    corrected = write(PERSON_HEAD, person_line(0, paid="41.00"), name="更正.csv")
    with pytest.raises(Refused, match="已经导入（社保.csv）.*重开"):
        take(corrected)
    opened = reopen_month("person_month", JANUARY, place, "金额有误", city)

    new = take(corrected).record
    old.refresh_from_db()
    opened.refresh_from_db()
    assert (old.state, new.state, new.supersedes, opened.used_by) == (
        "superseded", "current", old, new,
    )  # fmt: skip
    rows = PersonMonth.objects.filter(source__state="current")
    assert rows.aggregate(fen=Sum("paid_fen"))["fen"] == 4100
    assert PersonMonth.objects.filter(source=old).count() == 2  # the old rows stay
    assert month_tables() == {"subsidies_personmonth_202001"}

    with pytest.raises(Refused, match="已经导入"):
        take(write(PERSON_HEAD, person_line(3), name="三.csv"))  # re-opened for one file only


def test_a_correction_takes_nothing_of_what_another_file_says(person_line, write, take, place):
    """Two months name a person; the second is corrected without them. The first stays whole, with
    the day they were first insured, and counts where their subsidy is decided."""
    february = date(2020, 2, 1)
    take(write(PERSON_HEAD, person_line(0)))
    take(write(PERSON_HEAD, person_line(0, month="202002", since="2019-07")), month=february)
    asked = PersonAsked(PEOPLE[0], blind_index(PEOPLE[0]))

    def told():
        return _insured([asked], date(2020, 3, 31))[asked.person][:4]

    assert told() == (2, 0, JANUARY, date(2015, 3, 1))
    reopen_month("person_month", february, place, "名单有误", UserFactory(city=True))
    take(
        write(PERSON_HEAD, person_line(1, month="202002", since="2019-07"), name="更正.csv"),
        month=february,
    )
    assert told() == (1, 0, JANUARY, date(2015, 3, 1))
    reopen_month("person_month", JANUARY, place, "名单有误", UserFactory(city=True))
    take(write(PERSON_HEAD, person_line(1), name="更正一月.csv"))
    assert _insured([asked], date(2020, 3, 31)) == {}
    assert PersonMonth.objects.filter(person=asked.person).count() == 2  # the old rows stay


def test_a_corrected_month_of_enterprises_supersedes(employers, write, take, place):
    code = employers[0].credit_code
    old = take(write(MONTH_HEAD, f"{code},1,1,1,1,0"), "enterprise_month").record
    reopen_month("enterprise_month", JANUARY, place, "人数有误", UserFactory(city=True))
    new = take(write(MONTH_HEAD, f"{code},2,1,1,1,0"), "enterprise_month").record
    assert new.supersedes == old
    assert InsuranceMonth.objects.filter(source__state="current").get().headcount == 2
    assert InsuranceMonth.objects.count() == 2


def test_a_file_of_which_nothing_can_be_taken_changes_nothing(person_line, write, take, place):
    old = take(write(PERSON_HEAD, person_line(0))).record
    opened = reopen_month("person_month", JANUARY, place, "x", UserFactory(city=True))
    wrong = take(write(PERSON_HEAD, person_line(1, month="202002"), name="错.csv")).record
    old.refresh_from_db()
    opened.refresh_from_db()
    assert (wrong.state, wrong.rejected, old.state) == ("refused", 1, "current")
    assert wrong.error == "1 行都有错误，没有一行可以导入。"
    assert opened.used_by is None
    assert wrong.rejections.count() == 1
    assert leaf_tables() == {
        "subsidies_personmonth_202001", f"subsidies_personmonth_202001_{old.pk}",
    }  # fmt: skip


def test_a_district_inside_a_city_would_count_twice(person_line, write, take):
    take(write(PERSON_HEAD, person_line(0)), region=division("320412"))
    with pytest.raises(Refused, match="武进区.*重叠"):
        take(write(PERSON_HEAD, person_line(1), name="全市.csv"))
    other = write(PERSON_HEAD, person_line(2, employer=1), name="新北.csv")
    assert take(other, region=division("320411")).record.state == "current"
    with pytest.raises(Refused, match="武进区.*重叠"):
        take(write(PERSON_HEAD, person_line(3), name="镇.csv"), region=division("320412100"))
    assert len(month_tables()) == 1


def test_a_month_to_come_is_refused(write, take):
    with pytest.raises(Refused, match="还没有到"):
        take(write(PERSON_HEAD), month=date(2999, 1, 1))


def test_a_file_without_lines_is_refused(write, take):
    with pytest.raises(Refused, match="只有表头"):
        take(write(PERSON_HEAD))
    assert not InsuranceImport.objects.exists()
    assert not leaf_tables()


def test_clear_identity_numbers_are_kept_nowhere(person_line, write, take, caplog):
    caplog.set_level(logging.DEBUG)
    take(
        write(
            PERSON_HEAD,
            person_line(0),
            person_line(0),
            person_line(1, paid=PEOPLE[2], since=PEOPLE[3], back=PEOPLE[4], month=PEOPLE[5]),
            person_line(2, identity=PEOPLE[6] + "9"),
            person_line(3, code=PEOPLE[7]),
            person_line(4, base=f"基数{PEOPLE[8]}元"),
        )
    )
    everything, every_row = [caplog.text], "SELECT t::text FROM {} t"
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE tablename ~ '^(subsidies|runs)_'")
        for (table,) in cursor.fetchall():
            cursor.execute(every_row.format(table))
            everything += [row for (row,) in cursor.fetchall()]
    text = "\n".join(everything)
    assert InsuranceRejection.objects.count() >= 8
    for number in PEOPLE:
        assert number not in text
        assert number[6:14] + number[14:] not in text


def test_memory_does_not_grow_with_the_file(person_line, write, take, monkeypatch):
    """Ten times the lines, the same peak of what Python and NumPy hold."""
    import tracemalloc

    from subsidies.services.insurance import chunks, files

    monkeypatch.setattr(chunks, "_BLOCK", 1 << 15)
    monkeypatch.setattr(files, "_BLOCK", 1 << 15)
    line = person_line(0, back="是")

    def peak(count, month):
        path = write(PERSON_HEAD, *[line.replace("202001", f"{month:%Y%m}")] * count)
        tracemalloc.start()
        try:
            assert take(path, month=month).record.accepted == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(500, date(2020, 1, 1))  # what is loaded once is not counted
    small = peak(1500, date(2020, 2, 1))
    assert peak(15_000, date(2020, 3, 1)) < small * 1.3

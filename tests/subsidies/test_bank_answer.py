"""The bank's answer as a file: all of it or nothing, every bad line told."""

import io
from datetime import date

import pytest
from openpyxl import Workbook, load_workbook

from subsidies import payment_file
from subsidies.enums import PaymentBatchState, PaymentState
from subsidies.models import Payment
from subsidies.services import payment_downloads
from subsidies.services.bank_answer import AnswerRejected, apply_bank_answer

TODAY = date(2020, 4, 14)


def answer(batch, results, *, heads=("编号", "账号", "金额（元）", "处理结果", "退回原因")):
    """A workbook of the bank: results is [(payment, result, reason)]."""
    book = Workbook()
    sheet = book.active
    sheet.append(["代发业务回盘"])
    sheet.append(list(heads))
    for payment, result, reason in results:
        sheet.append(
            [payment.public_id, payment.account_number, payment.amount_fen / 100, result, reason]
        )
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.django_db
class TestBankAnswer:
    def test_paid_and_returned(self, sent, people):
        listed = list(sent.payments.order_by("number"))
        content = answer(
            sent,
            [(listed[0], "失败", "户名不符"), *((one, "成功", None) for one in listed[1:])],
        )
        for _ in range(2):
            done = apply_bank_answer(sent.public_id, people[0], content, "回盘.xlsx", TODAY)
            assert done == {"paid": 4, "returned": 1}
        sent.refresh_from_db()
        assert sent.state == PaymentBatchState.CLOSED
        listed[0].refresh_from_db()
        assert (listed[0].state, listed[0].returned_reason) == (PaymentState.RETURNED, "户名不符")

    def test_every_bad_line_is_told_and_nothing_is_recorded(self, sent, people):
        a, b, c, d, e = sent.payments.order_by("number")
        strange = Payment(public_id="zzzzzzzzzzzz", account_number="1", amount_fen=100)
        wrong = Payment(public_id=b.public_id, account_number="622200", amount_fen=b.amount_fen)
        dear = Payment(
            public_id=c.public_id, account_number=c.account_number, amount_fen=c.amount_fen + 1
        )
        content = answer(
            sent,
            [
                (a, "成功", ""),
                (strange, "成功", ""),
                (wrong, "成功", ""),
                (dear, "成功", ""),
                (d, "失败", ""),
                (e, "处理中", ""),
                (a, "成功", ""),
            ],
        )
        with pytest.raises(AnswerRejected, match="有 6 行不对") as caught:
            apply_bank_answer(sent.public_id, people[0], content, "回盘.xlsx", TODAY)
        lines = dict(caught.value.lines)
        assert lines[4] == "编号 zzzzzzzzzzzz 不在这一批里"
        assert "账号和第 2 笔" in lines[5]
        assert "不一致" in lines[6]
        assert lines[7] == "退回的要写退回原因"
        assert "处理中" in lines[8]
        assert lines[9] == "和第 3 行是同一笔"
        assert set(sent.payments.values_list("state", flat=True)) == {PaymentState.SENT}

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    def test_csv_by_line_number(self, sent, people, encoding):
        one, two = (f"{p.amount_fen / 100:.2f}" for p in sent.payments.order_by("number")[:2])
        lines = [
            "序号,金额,结果,备注",
            f"1,{one},交易失败,账号不存在",
            f"2,{two},交易成功,",
            "合计,,,",
        ]
        content = "\r\n".join(lines).encode(encoding)
        done = apply_bank_answer(sent.public_id, people[0], content, "r.CSV", TODAY)
        assert done == {"paid": 1, "returned": 1}
        assert sent.payments.filter(state=PaymentState.SENT).count() == 3

    @pytest.mark.parametrize(
        ("content", "name", "words"),
        [
            (b"\xff\xfe\x00", "a.csv", "读不出来|没有找到表头"),
            (b"PK nonsense", "a.xlsx", "打不开"),
            ("甲,乙\n1,2\n".encode(), "a.csv", "没有找到表头"),
            ("序号,结果\n".encode(), "a.csv", "没有一笔结果"),
        ],
    )
    def test_files_that_are_none(self, sent, people, content, name, words):
        with pytest.raises(AnswerRejected, match=words):
            apply_bank_answer(sent.public_id, people[0], content, name, TODAY)

    @pytest.mark.parametrize("row", ["1,交易成功", "1,交易成功,"])
    def test_a_line_number_alone_may_be_of_another_batch(self, sent, people, row):
        content = f"序号,结果,金额\n{row}\n".encode()
        with pytest.raises(AnswerRejected) as caught:
            apply_bank_answer(sent.public_id, people[0], content, "a.csv", TODAY)
        assert dict(caught.value.lines)[2] == "只有序号，没有账号或金额，看不出是不是这一批"
        assert not sent.payments.exclude(state=PaymentState.SENT).exists()

    @pytest.mark.parametrize(
        ("content", "line"),
        [
            ('序号,金额,结果\n1,"' + "9" * 200_000 + '",交易成功\n', 2),
            # A quote that is never closed would swallow the lines after it.
            ('序号,金额,结果\n1,100,交易成功\n2,"100,交易成功\n3,100,交易成功\n', 3),
        ],
    )
    def test_a_csv_that_cannot_be_read_names_file_and_line(self, sent, people, content, line):
        with pytest.raises(AnswerRejected, match=f"文件“回盘.csv”第 {line} 行读不出来"):
            apply_bank_answer(sent.public_id, people[0], content.encode(), "回盘.csv", TODAY)
        assert not sent.payments.exclude(state=PaymentState.SENT).exists()

    @pytest.mark.parametrize("amount", ["Infinity", "NaN", "1e999999", "-100", "一百"])
    def test_amounts_that_are_none(self, sent, people, amount):
        content = f"序号,金额,结果\n1,{amount},交易成功\n".encode()
        with pytest.raises(AnswerRejected) as caught:
            apply_bank_answer(sent.public_id, people[0], content, "a.csv", TODAY)
        assert dict(caught.value.lines)[2] == f"金额“{amount}”不是数字"

    def test_our_own_file_filled_in(self, sent, people):
        batch, listed = payment_downloads.fetch_list(sent.public_id, people[0], "送银行发放")
        book = load_workbook(io.BytesIO(payment_file.payment_workbook(batch, listed)))
        sheet = book.active
        result = [cell.value for cell in sheet[3]].index("处理结果") + 1
        for row in range(5, sheet.max_row + 1):
            sheet.cell(row, result, "成功")
        stream = io.BytesIO()
        book.save(stream)
        done = apply_bank_answer(sent.public_id, people[0], stream.getvalue(), "b.xlsx", TODAY)
        assert done == {"paid": 5, "returned": 0}

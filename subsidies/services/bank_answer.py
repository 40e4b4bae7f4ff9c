"""The bank's answer to a payment batch: a workbook or a CSV with a result for each payment.

All or nothing: one line that cannot be read, and nothing of the file is recorded.
"""

import csv
import io
import re
import unicodedata
from datetime import date
from decimal import Decimal

import python_calamine

from portal.refused import Refused
from portal.ui.formatting import yuan
from subsidies.enums import PaymentState
from subsidies.models import PaymentBatch

from .settlement import LONGEST_REASON, settle

MOST_BYTES = 10 * 1024 * 1024
MOST_LINES = 200_000
# Headings banks use, without spaces and brackets; what it is called here.
_HEADINGS = {
    "编号": "id",
    "业务编号": "id",
    "商户流水号": "id",
    "序号": "number",
    "户名": "holder",
    "账号": "account",
    "收款账号": "account",
    "金额": "amount",
    "交易金额": "amount",
    "处理结果": "result",
    "结果": "result",
    "交易状态": "result",
    "处理状态": "result",
    "退回原因": "reason",
    "失败原因": "reason",
    "原因": "reason",
    "备注": "reason",
}
_PAID = {"成功", "已到账", "到账", "交易成功", "处理成功", "已支付", "支付成功"}
_RETURNED = {"失败", "退回", "已退回", "银行退回", "退汇", "已退汇", "交易失败", "处理失败"}
_AMOUNT = re.compile(r"[0-9]{1,13}(\.[0-9]{1,6})?")
_BRACKETS = re.compile(r"[（(].*?[)）]")


class AnswerRejected(Refused):
    """The file was not taken. lines: [(line number of the file, what is wrong)]."""

    def __init__(self, message, lines=()):
        super().__init__(message)
        self.lines = list(lines)


def apply_bank_answer(batch_id, user, content: bytes, name: str, on: date) -> dict:
    """Record what the bank's file says of a batch, on a day.

    content: an .xlsx, .xls or .csv (UTF-8 or GB18030). Each line is found by 编号, else by 序号 with
    an account or amount; these must agree. Returns {"paid", "returned"} lines of the file. The same
    file again changes nothing. Raises AnswerRejected with every bad line, and nothing is recorded.
    """
    batch = PaymentBatch.objects.visible_to(user).filter(public_id=batch_id).first()
    if batch is None:
        raise Refused("这一批不在您负责的地区。")
    columns, lines = _read(content, name)
    payments = list(batch.payments.standing())
    by_id = {payment.public_id: payment for payment in payments}
    by_number = {str(payment.number): payment for payment in payments}
    results, wrong, seen = {}, [], {}
    for line_number, cells in lines:
        row = {key: cells[place] if place < len(cells) else "" for key, place in columns.items()}
        if not any(row.values()) or _is_total(row):
            continue
        try:
            payment, why = _line(row, by_id, by_number)
            if payment.pk in seen:
                raise ValueError(f"和第 {seen[payment.pk]} 行是同一笔")
        except ValueError as error:
            wrong.append((line_number, str(error)))
            continue
        seen[payment.pk] = line_number
        results[payment.public_id] = why
    if wrong:
        raise AnswerRejected(f"有 {len(wrong)} 行不对，整个文件没有登记。", wrong)
    if not results:
        raise AnswerRejected("文件里没有一笔结果。请核对是不是这一批的回盘文件。")
    settle(batch_id, user, on, results)
    returned = sum(why is not None for why in results.values())
    return {"paid": len(results) - returned, "returned": returned}


def _is_total(row):
    return row.get("number", "") == "合计" or row.get("id", "") == "合计"


def _read(content, name):
    """Column places by meaning, and [(line number of the file, cells as text)] below the head."""
    if len(content) > MOST_BYTES:
        raise AnswerRejected("文件超过 10 MB，不像是这一批的回盘文件。")
    table = _csv(content, name) if name.lower().endswith(".csv") else _workbook(content)
    if len(table) > MOST_LINES:
        raise AnswerRejected(f"文件超过 {MOST_LINES:,} 行，不像是这一批的回盘文件。")
    for place, (_, cells) in enumerate(table):
        found = {}
        for column, cell in enumerate(cells):
            meaning = _HEADINGS.get(_BRACKETS.sub("", cell).replace(" ", ""))
            if meaning:
                found.setdefault(meaning, column)
        if "result" in found and {"id", "number"} & set(found):
            return found, table[place + 1 :]
    raise AnswerRejected("没有找到表头。要有“编号”或“序号”一列，和“处理结果”一列。")


def _csv(content, name):
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise AnswerRejected("文件的文字读不出来。请存成 UTF-8 或 GB18030 的 CSV，或者 Excel。")
    # Strict: a quote that is never closed would swallow the lines after it.
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    table, begins_at = [], 1
    try:
        for row in reader:
            table.append((begins_at, [_text(cell) for cell in row]))
            begins_at = reader.line_num + 1
        return table
    except csv.Error as error:
        raise AnswerRejected(
            f"文件“{name}”第 {begins_at} 行读不出来，没有登记。"
            "可能有引号没有成对，或者这一行不是文字。请改好，或者存成 Excel 文件再传。"
        ) from error


def _workbook(content):
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = book.get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
        return [(n, [_text(cell) for cell in row]) for n, row in enumerate(rows, 1)]
    except (python_calamine.CalamineError, ValueError) as error:
        raise AnswerRejected("文件打不开。请用 Excel 文件（.xlsx）或 CSV。") from error


def _text(cell):
    if isinstance(cell, float):
        # A workbook keeps every number as a double; its shortest form is what was typed.
        cell = f"{Decimal(repr(cell)):f}"
        cell = cell.removesuffix(".0")
    return unicodedata.normalize("NFKC", str(cell)).strip()


def _line(row, by_id, by_number):
    """(payment, None or the reason of the return) of one line. Raises ValueError in words."""
    key = row.get("id", "")
    if key:
        payment = by_id.get(key)
        if payment is None:
            raise ValueError(f"编号 {key} 不在这一批里")
    else:
        payment = by_number.get(row.get("number", ""))
        if payment is None:
            raise ValueError(f"序号 {row.get('number') or '（空）'} 不在这一批里")
        if not row.get("account") and not row.get("amount"):
            # Every batch has a first line: the number alone does not say that it is this one.
            raise ValueError("只有序号，没有账号或金额，看不出是不是这一批")
    if row.get("account") and row["account"].replace(" ", "") != payment.account_number:
        raise ValueError(f"账号和第 {payment.number} 笔送出的不一致")
    if row.get("amount") and _fen(row["amount"]) != payment.amount_fen:
        raise ValueError(
            f"金额 {row['amount']} 和第 {payment.number} 笔的 {yuan(payment.amount_fen)} 不一致"
        )
    return payment, _result(row, payment)


def _fen(text):
    plain = text.replace(",", "")
    if not _AMOUNT.fullmatch(plain):
        raise ValueError(f"金额“{text}”不是数字")
    fen = Decimal(plain) * 100
    return int(fen) if fen == fen.to_integral_value() else None


def _result(row, payment):
    word, reason = row.get("result", ""), row.get("reason", "")
    if word in _PAID:
        if payment.state == PaymentState.RETURNED:
            raise ValueError("已登记为银行退回，不能再记为到账")
        return None
    if word in _RETURNED:
        if not reason:
            raise ValueError("退回的要写退回原因")
        if len(reason) > LONGEST_REASON:
            raise ValueError(f"退回原因最多 {LONGEST_REASON} 个字")
        return reason
    raise ValueError(f"处理结果“{word}”看不懂，请写“成功”或“失败”" if word else "没有处理结果")

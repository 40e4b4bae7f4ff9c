"""The payment list as the workbook a bank takes, made when somebody fetches it.

It is the only place where account numbers stand in full.
"""

from django.conf import settings

from portal.reports.tables import Column, Table
from portal.reports.workbook import as_bytes
from portal.ui.formatting import full_date, thousands, yuan
from subsidies.models import Payment, PaymentBatch
from subsidies.rmb_words import rmb_words
from subsidies.services.naming import claim_title

COLUMNS = (
    Column("序号", "count"),
    Column("编号", "code"),
    Column("户名", wide=32),
    Column("开户银行", wide=30),
    Column("账号", "code"),
    Column("金额（元）", "money"),
    Column("金额大写", wide=30),
    Column("用途", wide=26),
    # What the bank fills in; the page reads the same workbook back.
    Column("处理结果"),
    Column("退回原因", wide=24),
)


def batch_code(batch: PaymentBatch) -> str:
    """“2026-003”, as the file and the bank call it."""
    return f"{batch.year}-{batch.number:03d}"


def file_name(batch: PaymentBatch) -> str:
    """What the workbook is called."""
    return f"发放清单-{batch_code(batch)}.xlsx"


def payment_workbook(batch: PaymentBatch, payments: list[Payment]) -> bytes:
    """The standing payments of a batch as an Excel file.

    payments: in the order of the list, with claim, decision and policy selected.
    """
    rows = [
        [
            payment.number,
            payment.public_id,
            payment.holder,
            payment.bank,
            payment.account_number,
            payment.amount_fen,
            rmb_words(payment.amount_fen),
            claim_title(payment.claim),
            None,
            None,
        ]
        for payment in payments
    ]
    total = sum(payment.amount_fen for payment in payments)
    table = Table(
        "发放清单",
        f"补贴发放清单　批号 {batch_code(batch)}",
        "元",
        COLUMNS,
        rows,
        [
            "合计", None, f"{thousands(len(rows))} 笔", None, None,
            total, rmb_words(total), None, None, None,
        ],
        (f"合计 {yuan(total)} 元", f"清单校验值 {batch.list_sha256}"),
    )  # fmt: skip
    second_line = f"{full_date(batch.prepared_at)}生成・{batch.prepared_by}"
    return as_bytes([table], second_line, settings.PORTAL_OFFICE, batch.prepared_at)

"""Persons with invented identity numbers, their insurance months, applications handed in."""

import io
from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from PIL import Image
from stdnum.cn import ric

from portal.accounts.crypto import blind_index
from subsidies.models import BenefitRecipient, InsuranceImport
from subsidies.services import applications as service
from subsidies.services.insurance.leaves import attach_leaf, create_leaf, index_leaf

from .subsidies import InsuranceImportFactory


def number(index, born="19900101"):
    """A right identity number; the same index gives the same."""
    digits = f"340000{born}{index:03d}"  # the division of test numbers
    return digits + ric.calc_check_digit(digits + "0")


def person_key(identity_number):
    """The key of a person in insurance records."""
    return blind_index(identity_number)[:32]


def insure_persons(rows):
    """Person-months as an import leaves them: one current import for each month.

    rows: (enterprise, identity number, month, first insured on, back paid). Months that have an
    import already keep it, and the rows go to a second one of another region.
    """
    by_month = {}
    for row in rows:
        by_month.setdefault(row[2], []).append(row)
    for month, of_month in sorted(by_month.items()):
        source = InsuranceImportFactory(
            kind="person_month", first_month=month, last_month=month, lines=len(of_month),
            accepted=len(of_month),
        )  # fmt: skip
        leaf = create_leaf(month, source.pk)
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {leaf} (person, enterprise_id, source_id, month, line,"  # noqa: S608
                " first_insured_on, back_paid) VALUES (%s, %s, %s, %s, %s, %s, %s)",
                [
                    (person_key(identity), enterprise.pk, source.pk, month, line, first, back_paid)
                    for line, (enterprise, identity, _, first, back_paid) in enumerate(of_month, 1)
                ],
            )
        index_leaf(month, source.pk)
        attach_leaf(month, source.pk)


def months_of(enterprise, identity, first, count, *, first_insured=None, back_paid=()):
    """Rows for `insure_persons`: so many months from the first, those numbered in back_paid late."""
    rows = []
    for index in range(count):
        at = first.month - 1 + index
        month = date(first.year + at // 12, at % 12 + 1, 1)
        rows.append((enterprise, identity, month, first_insured or first, index in back_paid))
    return rows


def draws_benefit(identity, began_on, last_month=None):
    """Someone on the current file of those who draw unemployment benefit."""
    source, _ = InsuranceImport.objects.get_or_create(
        kind="benefit_recipient",
        first_month=date(2026, 1, 1),
        defaults={
            "source": "测试领取", "sha256": "f" * 64, "last_month": date(2026, 1, 1), "lines": 1,
            "accepted": 1, "rejected": 0, "premium_fen": 0,
        },
    )  # fmt: skip
    return BenefitRecipient.objects.create(
        source=source, line=1, person=person_key(identity), began_on=began_on, last_month=last_month
    )


def picture(name="材料.png", colour=0):
    """A small picture that really opens; another colour is another file."""
    content = io.BytesIO()
    Image.new("RGB", (8, 8), (colour, 90, 90)).save(content, "PNG")
    return SimpleUploadedFile(name, content.getvalue(), content_type="image/png")


def apply_for(user, provision_id, persons=(), declared=None, enterprise=None):
    """Start, upload one document, hand in. persons: (name, identity number, declared facts)."""
    one = service.start(user, provision_id, enterprise)
    service.add_document(one, user, "证明", picture())
    given = [service.PersonGiven(*person) for person in persons]
    return service.submit(one, user, declared or {}, given)

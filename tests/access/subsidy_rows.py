"""A row of every table of subsidies that screening does not make, in each place."""

import uuid
from datetime import date

from django.core.files.base import ContentFile
from django.utils import timezone

from subsidies.enums import (
    InsuranceKind,
    PaymentBatchState,
    PaymentState,
    RecoveryState,
    SubsidyApplicationState,
)
from subsidies.models import (
    BenefitRecipient,
    Budget,
    Entitlement,
    InsuranceImport,
    InsuranceMapping,
    InsuranceRejection,
    InsuranceReopening,
    PayeeAccount,
    Payment,
    PaymentBatch,
    Recovery,
    Repayment,
    SubsidyApplication,
    SubsidyApplicationDocument,
    SubsidyApplicationPerson,
    Trial,
    TrialRow,
)
from tests.factories.applications import number as identity

MONTH = date(2019, 3, 1)


def add_subsidy_rows(side, number):
    """Give a place its rows; needs its claim, decision and officer (tests/access/city.py)."""
    _insurance(side, number)
    _payment(side, number)
    _application(side, number)
    side.trial = Trial.objects.create(
        title="试算一次",
        region=side.enterprise.region,
        base_year=2019,
        legal_date=date(2020, 4, 1),
        created_by=side.officer,
    )
    TrialRow.objects.create(trial=side.trial, enterprise=side.enterprise, before_fen=0, after_fen=1)


def _insurance(side, number):
    side.mapping = InsuranceMapping.objects.create(
        kind=InsuranceKind.PERSON_MONTH, name=f"第 {number} 种", saved_by=side.officer
    )
    side.insurance_import = InsuranceImport.objects.create(
        kind=InsuranceKind.BENEFIT_RECIPIENT,
        source="领取名单",
        sha256=f"{number:064d}",
        region=side.enterprise.region,
        first_month=MONTH,
        last_month=MONTH,
        lines=2,
        accepted=1,
        rejected=1,
        premium_fen=0,
        imported_by=side.officer,
    )
    InsuranceRejection.objects.create(
        source=side.insurance_import, line=2, column="身份证号", reason="校验位不对"
    )
    BenefitRecipient.objects.create(
        source=side.insurance_import,
        line=1,
        person=uuid.UUID(int=number),
        enterprise=side.enterprise,
        began_on=MONTH,
    )
    side.reopening = InsuranceReopening.objects.create(
        kind=InsuranceKind.BENEFIT_RECIPIENT,
        region=side.enterprise.region,
        month=MONTH,
        reason="经办机构更正",
        opened_by=side.officer,
    )


def _payment(side, number):
    side.budget = Budget.objects.create(
        region=side.enterprise.region,
        base_year=2018,
        exclusivity_group="refund",
        amount_fen=1,
        document="测试",
        author=side.officer,
    )
    PayeeAccount.objects.create(
        enterprise=side.enterprise,
        holder=side.enterprise.name,
        bank="测试银行",
        number="6200000000000000",
        confirmed_by=side.officer,
    )
    side.payment_batch = PaymentBatch.objects.create(
        region=side.enterprise.region,
        year=2020,
        number=number,
        state=PaymentBatchState.PREPARED,
        total_fen=side.claim.amount_fen,
        count=1,
        list_sha256=f"{number:064d}",
        prepared_by=side.officer,
    )
    side.payment = Payment.objects.create(
        batch=side.payment_batch,
        claim=side.claim,
        number=1,
        amount_fen=side.claim.amount_fen,
        holder=side.enterprise.name,
        bank="测试银行",
        account_number="6200000000000000",
        state=PaymentState.PREPARED,
    )
    side.recovery = Recovery.objects.create(
        claim=side.claim,
        decision=side.decision,
        amount_fen=2,
        repaid_fen=1,
        reason="记录更正",
        state=RecoveryState.NOTIFIED,
        due_on=timezone.localdate(),
        notified_at=timezone.now(),
    )
    Repayment.objects.create(
        recovery=side.recovery,
        amount_fen=1,
        paid_on=timezone.localdate(),
        voucher="1",
        recorded_by=side.officer,
    )
    Entitlement.objects.create(
        beneficiary=f"p:{number:032d}", thing="refund", period="2018", claim=side.claim
    )


def _application(side, number):
    side.subsidy_application = SubsidyApplication.objects.create(
        provision_id=side.decision.provision_id,
        policy=side.decision.policy,
        enterprise=side.enterprise,
        region=side.enterprise.region,
        year=timezone.localdate().year,
        applicant_name=side.enterprise.name,
        state=SubsidyApplicationState.SUBMITTED,
        submitted_at=timezone.now(),
        created_by=side.officer,
    )
    SubsidyApplicationPerson.objects.create(
        application=side.subsidy_application, name="测试庚", identity_number=identity(number)
    )
    # The seeker's own: their account page asks for the name it was handed in under.
    of_seeker = SubsidyApplication.objects.create(
        provision_id=side.decision.provision_id,
        policy=side.decision.policy,
        user=side.seeker.user,
        region=side.seeker.region,
        year=timezone.localdate().year,
        applicant_name=side.seeker.name,
        state=SubsidyApplicationState.SUBMITTED,
        submitted_at=timezone.now(),
        created_by=side.seeker.user,
    )
    SubsidyApplicationPerson.objects.create(
        application=of_seeker, name=side.seeker.name, identity_number=identity(number)
    )
    side.subsidy_document = SubsidyApplicationDocument.objects.create(
        application=side.subsidy_application,
        title="劳动合同",
        file=ContentFile(b"%PDF-1.4", "contract.pdf"),
        media_type="application/pdf",
        size=8,
        sha256="0" * 64,
        uploaded_by=side.officer,
    )

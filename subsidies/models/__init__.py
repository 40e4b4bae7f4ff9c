"""Insurance records, policies in force, screening, decisions, claims, payments."""

from .application import (
    Entitlement,
    SubsidyApplication,
    SubsidyApplicationDocument,
    SubsidyApplicationPerson,
)
from .budget import Budget
from .claim import Claim, ClaimBatch, ClaimStep, Objection, PublicNotice
from .decision import Decision, ScreeningRun
from .insurance import (
    BenefitRecipient,
    InsuranceImport,
    InsuranceMapping,
    InsuranceMonth,
    InsuranceRejection,
    InsuranceReopening,
    PersonMonth,
)
from .parts import DecisionPart
from .payment import PayeeAccount, Payment, PaymentBatch, Recovery, Repayment
from .policy import LocalParameter, PolicyVersion
from .trial import Trial, TrialRow

__all__ = [
    "BenefitRecipient",
    "Budget",
    "Claim",
    "ClaimBatch",
    "ClaimStep",
    "Decision",
    "DecisionPart",
    "Entitlement",
    "InsuranceImport",
    "InsuranceMapping",
    "InsuranceMonth",
    "InsuranceRejection",
    "InsuranceReopening",
    "LocalParameter",
    "Objection",
    "PayeeAccount",
    "Payment",
    "PaymentBatch",
    "PersonMonth",
    "PolicyVersion",
    "PublicNotice",
    "Recovery",
    "Repayment",
    "ScreeningRun",
    "SubsidyApplication",
    "SubsidyApplicationDocument",
    "SubsidyApplicationPerson",
    "Trial",
    "TrialRow",
]

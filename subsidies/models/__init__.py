"""Insurance records, policies in force, screening, decisions, claims, notices."""

from .claim import Claim, ClaimBatch, ClaimStep, Objection, PublicNotice
from .decision import Decision, ScreeningRun
from .insurance import InsuranceImport, InsuranceMonth, InsuredPerson
from .policy import LocalParameter, PolicyVersion

__all__ = [
    "Claim",
    "ClaimBatch",
    "ClaimStep",
    "Decision",
    "InsuranceImport",
    "InsuranceMonth",
    "InsuredPerson",
    "LocalParameter",
    "Objection",
    "PolicyVersion",
    "PublicNotice",
    "ScreeningRun",
]

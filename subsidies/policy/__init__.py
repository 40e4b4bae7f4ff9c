"""The policy language: subsidy policies as data, and their evaluator. No Django in here."""

from .decision import ENGINE_VERSION, Decision, NearMiss, choose_winner, near_miss
from .diff import Change, diff
from .diff_cases import CaseChange, changed_cases
from .errors import (
    CaseFileError,
    FactError,
    ParameterError,
    PolicyError,
    PolicyFileError,
    UnknownProvision,
)
from .evaluator import Evaluator, evaluate
from .policyset import POLICIES, LoadedPolicy, PolicySet, load_policy, load_policy_set

__all__ = [
    "ENGINE_VERSION",
    "POLICIES",
    "CaseChange",
    "CaseFileError",
    "Change",
    "Decision",
    "Evaluator",
    "FactError",
    "LoadedPolicy",
    "NearMiss",
    "ParameterError",
    "PolicyError",
    "PolicyFileError",
    "PolicySet",
    "UnknownProvision",
    "changed_cases",
    "choose_winner",
    "diff",
    "evaluate",
    "load_policy",
    "load_policy_set",
    "near_miss",
]

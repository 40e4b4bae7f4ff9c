"""The verbs of accounts: sign in, register, agree, withdraw, reveal."""

from .consent import give_consent, withdraw_consent
from .registration import register_account
from .reveal import reveal
from .sign_in import SignInResult, attempt_sign_in, record_sign_out

__all__ = [
    "SignInResult",
    "attempt_sign_in",
    "give_consent",
    "record_sign_out",
    "register_account",
    "reveal",
    "withdraw_consent",
]

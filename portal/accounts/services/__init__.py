"""The verbs of accounts: sign in, register, agree, withdraw, reveal; keeping staff accounts."""

from .consent import give_consent, withdraw_consent
from .registration import register_account
from .reveal import reveal
from .sign_in import SignInResult, attempt_sign_in, client_address, record_sign_out
from .staff_accounts import change_account, create_staff_account, reset_password

__all__ = [
    "SignInResult",
    "attempt_sign_in",
    "change_account",
    "client_address",
    "create_staff_account",
    "give_consent",
    "record_sign_out",
    "register_account",
    "reset_password",
    "reveal",
    "withdraw_consent",
]

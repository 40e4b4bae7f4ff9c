"""Signing in, with the lock per account: 5 failures in 30 minutes, whatever the address."""

import zlib
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth import authenticate
from django.db import connection, transaction
from django.utils import timezone

from portal.accounts.crypto import blind_index
from portal.accounts.enums import SignInOutcome
from portal.accounts.identity import normalise
from portal.accounts.models import SignIn, User

FAILURES = (SignInOutcome.WRONG_PASSWORD, SignInOutcome.UNKNOWN_ACCOUNT)


@dataclass(frozen=True)
class SignInResult:
    """What an attempt came to. minutes_left and tries_left are for the page's words."""

    outcome: SignInOutcome
    user: User | None = None
    minutes_left: int = 0
    tries_left: int = 0


def attempt_sign_in(request, name, password):
    """Check one attempt and record it.

    name: user name or phone as typed. Attempts on one account are checked one after the other,
    so that many at once do not get more than five tries. The same number of failures locks a name
    that has no account, so that the answer does not tell which names exist.
    """
    address = client_address(request)
    account = User.objects.by_sign_in_name(name).first()
    key = blind_index(f"account:{account.pk}" if account else f"name:{normalise(name)}")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s, %s)", [7032, zlib.crc32(key.encode()) - 2**31]
            )
        failures = _failures(key)
        limit = settings.SIGN_IN_FAILURES_ALLOWED
        if len(failures) >= limit:
            _record(account, key, SignInOutcome.LOCKED, address)
            left = failures[limit - 1] + timedelta(minutes=settings.SIGN_IN_LOCK_MINUTES)
            minutes = max(1, -int(-(left - timezone.now()).total_seconds() // 60))
            return SignInResult(SignInOutcome.LOCKED, minutes_left=minutes)
        user = authenticate(request, username=name, password=password)
        if user is not None:
            _record(user, key, SignInOutcome.SUCCESS, address)
            return SignInResult(SignInOutcome.SUCCESS, user=user)
        if account is None:
            outcome = SignInOutcome.UNKNOWN_ACCOUNT
        elif not account.is_active and account.check_password(password):
            _record(account, key, SignInOutcome.INACTIVE, address)
            return SignInResult(SignInOutcome.INACTIVE)
        else:
            outcome = SignInOutcome.WRONG_PASSWORD
        _record(account, key, outcome, address)
        return SignInResult(outcome, tries_left=limit - len(failures) - 1)


def client_address(request):
    """The network address a request comes from, None when it has none (a socket).

    Behind proxies of our own (NUM_PROXIES) it is what the outermost of them saw; what a visitor
    wrote into the header before that is not believed.
    """
    proxies = settings.REST_FRAMEWORK["NUM_PROXIES"]
    seen = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    said = seen[-min(proxies, len(seen))] if proxies else ""
    try:
        return str(ip_address(said or request.META.get("REMOTE_ADDR", "")))
    except ValueError:
        return None


def record_sign_out(user, address=None):
    """Keep that somebody signed out."""
    _record(user, blind_index(f"account:{user.pk}"), SignInOutcome.SIGNED_OUT, address)


def _failures(key):
    """Times of failures that count, newest first: in the window and after the last success."""
    recent = SignIn.objects.filter(name_index=key, at__gte=SignIn.lock_window_start())
    success = recent.filter(outcome=SignInOutcome.SUCCESS).order_by("-at").first()
    failed = recent.filter(outcome__in=FAILURES)
    if success:
        failed = failed.filter(at__gt=success.at)
    return list(failed.order_by("-at").values_list("at", flat=True))


def _record(user, key, outcome, address):
    SignIn.objects.create(user=user, name_index=key, outcome=outcome, address=address)

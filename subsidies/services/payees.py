"""Where a subsidy is paid to (收款账户): confirmed by those who get the money, never by staff."""

import re
import unicodedata

from django.db import transaction
from django.utils import timezone

from enterprises.models import Enterprise
from portal.refused import Refused
from subsidies.models import (
    Claim,
    PayeeAccount,
    SubsidyApplication,
    SubsidyApplicationPerson,
)

_SPACES = re.compile(r"\s+")
# Settlement accounts and bank cards of the mainland have between 8 and 32 digits.
_NUMBER = re.compile(r"[0-9]{8,32}")
_CARD = re.compile(r"[0-9]{16,19}")


def confirm_enterprise_account(
    enterprise: Enterprise, user, *, holder: str, bank: str, number: str
) -> PayeeAccount:
    """An enterprise says where its money goes. Confirming the same once more renews the date.

    What was sent to a bank before keeps the account it was sent with. Raises Refused, naming what
    is wrong, when the holder is another than the enterprise.
    """
    if not Enterprise.objects.visible_to(user).filter(pk=enterprise.pk).exists():
        raise Refused("收款账户由本单位的人员确认。")
    holder, bank, number = _cleaned(holder, bank, number)
    if not same_name(holder, enterprise.name):
        raise Refused(
            f"户名要和单位名称一致：单位是“{enterprise.name}”，您填的是“{holder}”。"
            "补贴只能拨到本单位的账户。"
        )
    return _confirm({"enterprise": enterprise}, user, enterprise.name, bank, number)


def confirm_person_account(user, *, name: str, holder: str, bank: str, number: str) -> PayeeAccount:
    """The same for a person; name: of the person, as their application has it."""
    holder, bank, number = _cleaned(holder, bank, number)
    if not same_name(holder, name):
        raise Refused("户名要是您本人的姓名。补贴只能拨到您本人的账户。")
    if _CARD.fullmatch(number) and not _luhn(number):
        raise Refused("账号不对：请对照银行卡再填一遍，可能有一位填错了。")
    return _confirm({"user": user}, user, name, bank, number)


def name_of_applicant(user) -> str:
    """A person's name as the application handed in last has it, "" when there is none.

    Not the profile's: its owner may write another name into it, and with it another's card.
    """
    last = (
        SubsidyApplication.objects.filter(user=user, submitted_at__isnull=False)
        .order_by("-submitted_at", "-pk")
        .first()
    )
    person = last and last.persons.order_by("pk").first()
    return person.name if person else ""


def misnamed(claims, accounts: dict[int, PayeeAccount]) -> set[int]:
    """Keys of persons' claims whose account is in another name than their application's person.

    accounts: as of `accounts_of`. One query at most.
    """
    of_persons = {
        claim.decision.application_id: claim
        for claim in claims
        if not claim.enterprise_id and claim.pk in accounts
    }
    if not of_persons:
        return set()
    names: dict[int, str] = {}
    found = SubsidyApplicationPerson.objects.filter(application__in=of_persons).order_by("pk")
    for person in found:
        names.setdefault(person.application_id, person.name)
    return {
        claim.pk
        for application_id, claim in of_persons.items()
        if not same_name(accounts[claim.pk].holder, names.get(application_id, ""))
    }


def _confirm(owner, user, holder, bank, number):
    with transaction.atomic():
        # The owner is locked, so that two first confirmations at once make one row.
        ((_, whose),) = owner.items()
        whose._meta.model.objects.select_for_update(no_key=True).get(pk=whose.pk)
        account = PayeeAccount.objects.select_for_update().filter(**owner).first()
        account = account or PayeeAccount(**owner)
        account.holder, account.bank, account.number = holder, bank, number
        account.confirmed_by, account.confirmed_at = user, timezone.now()
        account.save()
        return account


def _cleaned(holder, bank, number):
    holder, bank = (_SPACES.sub(" ", text or "").strip() for text in (holder, bank))
    number = unicodedata.normalize("NFKC", number or "")
    number = _SPACES.sub("", number).replace("-", "")
    if not holder:
        raise Refused("请填户名。")
    if len(bank) < 4:
        raise Refused("开户银行请写全称，例如“中国工商银行常州武进支行”。")
    if len(bank) > 100 or len(holder) > 100:
        raise Refused("户名和开户银行最多 100 个字。")
    if not _NUMBER.fullmatch(number):
        raise Refused("账号是 8 到 32 位数字，请对照开户许可或银行卡填写。")
    return holder, bank, number


def same_name(one: str, other: str) -> bool:
    """Whether two names are the same but for spaces and full-width signs."""
    return _plain(one) == _plain(other)


def _plain(name):
    return _SPACES.sub("", unicodedata.normalize("NFKC", name)).casefold()


def _luhn(number):
    """The check digit of bank cards (ISO/IEC 7812)."""
    digits = [int(sign) for sign in reversed(number)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def accounts_of(claims) -> dict[int, PayeeAccount]:
    """Claim's pk → the account its money goes to; claims without one are left out.

    claims: with decision and its application selected. Two queries at most.
    """
    enterprises = {claim.enterprise_id for claim in claims if claim.enterprise_id}
    persons = {claim.decision.application.user_id for claim in claims if not claim.enterprise_id}
    by_enterprise = {
        account.enterprise_id: account
        for account in PayeeAccount.objects.filter(enterprise__in=enterprises)
    }
    by_person = (
        {account.user_id: account for account in PayeeAccount.objects.filter(user__in=persons)}
        if persons
        else {}
    )
    found = {}
    for claim in claims:
        account = (
            by_enterprise.get(claim.enterprise_id)
            if claim.enterprise_id
            else by_person.get(claim.decision.application.user_id)
        )
        if account is not None:
            found[claim.pk] = account
    return found


def account_of(claim: Claim) -> PayeeAccount | None:
    """The account one claim's money goes to, None before it is confirmed."""
    return accounts_of([claim]).get(claim.pk)

"""From a draft to a published policy: one person writes it, another approves it.

While it waits for the other person its text stays as it is; once published nothing of it changes.
The database holds both, whatever is done here.
"""

import hashlib
from contextlib import contextmanager
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.outbox.services import post
from portal.places.models import Division
from portal.refused import Refused
from subsidies.crosscheck.twins import NoTwin, find_twin
from subsidies.enums import PolicyState
from subsidies.models import PolicyVersion
from subsidies.policy.schema import PolicyFile

from .bundles import screened_keys
from .policy_check import Fault, PolicyCheck, check_texts, head_of
from .publishing import region_prefix
from .same_money import published_beside

LONGEST = 400_000  # characters of one text; the longest policy so far has a tenth of that
_SHOWN = 3
_WRITABLE = (PolicyState.DRAFT, PolicyState.RETURNED)


def mark_of(version: PolicyVersion) -> str:
    """A short sign of both texts: whoever acts on a page sends back what the page showed."""
    return hashlib.sha256(f"{version.source_text}\0{version.cases_text}".encode()).hexdigest()[:16]


def create_draft(user, source_text: str, cases_text: str = "") -> PolicyVersion:
    """A new draft of a member of the city staff. It may be faulty or empty-handed for now."""
    _city_staff(user, "起草")
    draft = PolicyVersion(author=user)
    _write(draft, source_text, cases_text)
    draft.save()
    return draft


def draft_from(user, version: PolicyVersion) -> PolicyVersion:
    """A draft of one's own from any version: the next one of a policy, or a colleague's draft."""
    return create_draft(user, version.source_text, version.cases_text)


def update_draft(
    draft: PolicyVersion, user, source_text: str, cases_text: str, seen: str | None = None
) -> PolicyVersion:
    """Write other texts into one's own draft. seen: mark_of what the writer had before them.

    Raises Refused when it is somebody else's, waits for approval, or was changed meanwhile.
    """
    _city_staff(user, "修改")
    with _locked(draft) as row:
        _own(row, user)
        if row.state not in _WRITABLE:
            raise Refused(_why_closed(row))
        if seen is not None and seen != mark_of(row):
            raise Refused("这份草稿在别的窗口里改过，没有保存。您写的内容都还在，请对照后再保存。")
        _write(row, source_text, cases_text)
        row.save()
    return row


def check_draft(version: PolicyVersion) -> PolicyCheck:
    """Faults with line and key, the worked cases' results, whether its place and number are free,
    whether all that it screens can be computed twice, and whether another policy pays the same
    money there at the same time. Reads the database, changes nothing."""
    check = check_texts(version.source_text, version.cases_text)
    if check.policy is None or version.state == PolicyState.PUBLISHED:
        return check
    policy, faults = check.policy, []
    file = policy.file
    code = file.jurisdiction.code
    if code is not None and not Division.objects.filter(pk=region_prefix(code)).exists():
        where = policy.source.fault(("jurisdiction", "code"), f"区划代码表里没有 {code}")
        faults.append(Fault.of(where))
    taken = PolicyVersion.objects.published().filter(policy_id=file.id, version=file.version)
    if taken.exists():
        text = f"{file.id} 的 {file.version} 版已经发布，请写新的版本号"
        faults.append(Fault.of(policy.source.fault(("version",), text)))
    for key in screened_keys(policy):
        # Published, it would stop every screening of its place.
        try:
            find_twin(policy, key)
        except NoTwin as missing:
            faults.append(Fault.of(policy.source.fault(("provisions", key), str(missing))))
    other = published_beside(policy)
    if other is not None:
        text = (
            f"与已发布的《{other.title}》（{other.document_number}）在同一地区同时施行，"
            "发的是同一种补贴，同一年度只能享受一次。请先给那一份发布写明截止日期的新版本"
        )
        faults.append(Fault.of(policy.source.fault(("effective",), text)))
    return check.with_faults(faults)


def submit(draft: PolicyVersion, user) -> PolicyVersion:
    """Hand one's own draft to the others. Refused while it has a fault or a case fails."""
    _city_staff(user, "提交")
    with _locked(draft) as row:
        _own(row, user)
        if row.state not in _WRITABLE:
            raise Refused(_why_closed(row))
        _sound(row, "没有提交")
        row.state, row.submitted_at = PolicyState.SUBMITTED, timezone.now()
        row.save()
        for colleague in _colleagues(user):
            post(
                colleague,
                kind="policy",
                key=f"policy:{row.public_id}:submitted:{row.submitted_at.isoformat()}:{colleague.pk}",
                subject=f"《{row.title}》{row.version} 版等另一人批准",
                body=f"{user} 起草，提交发布。请看过条款、用例和与现行版本的差别，再批准或退回。",
                path=_page(row),
            )
    return row


def take_back(draft: PolicyVersion, user) -> PolicyVersion:
    """The author goes on writing at what waits for approval."""
    _city_staff(user, "撤回")
    with _locked(draft) as row:
        _own(row, user)
        if row.state != PolicyState.SUBMITTED:
            raise Refused(_why_closed(row))
        row.state, row.submitted_at = PolicyState.DRAFT, None
        row.save()
    return row


def withdraw(draft: PolicyVersion, user) -> PolicyVersion:
    """The author gives a draft up; it stays on record."""
    _city_staff(user, "作废")
    with _locked(draft) as row:
        _own(row, user)
        if row.state not in _WRITABLE:
            raise Refused(_why_closed(row))
        row.state = PolicyState.WITHDRAWN
        row.save()
    return row


def approve(draft: PolicyVersion, user, seen: str | None = None) -> PolicyVersion:
    """Publish what another person wrote. seen: mark_of what the approver read.

    Raises Refused for the author, for staff of another place, when it is no longer waiting or not
    what was read, and when a fault or a failing case has come up since. Of two approvers at once
    the second is told who was quicker; one version is published.
    """
    _city_staff(user, "批准")
    try:
        with _locked(draft) as row:
            _may_decide(row, user, "批准")
            if seen is not None and seen != mark_of(row):
                raise Refused("草稿在您看过之后改过，没有发布。请看过新的内容再批准。")
            check = _sound(row, "没有发布")
            _fill(row, check.policy.file)
            row.approver, row.published_at = user, timezone.now()
            row.state = PolicyState.PUBLISHED
            row.save()
            _tell_author(
                row, "published", f"《{row.title}》{row.version} 版已发布", f"{user} 批准。"
            )
    except IntegrityError as error:
        if "one_text_per_version" not in str(error):
            raise
        raise Refused("这一版刚由另一份草稿发布，没有再发布一次。") from None
    return row


def reject(draft: PolicyVersion, user, reason: str) -> PolicyVersion:
    """Give it back to the author with a reason."""
    _city_staff(user, "退回")
    reason = reason.strip()
    if not reason:
        raise Refused("请写明退回的理由，起草人会看到。")
    with _locked(draft) as row:
        _may_decide(row, user, "退回")
        row.state, row.submitted_at = PolicyState.RETURNED, None
        row.returned_by, row.returned_at, row.returned_reason = user, timezone.now(), reason
        row.save()
        _tell_author(
            row,
            f"returned:{row.returned_at.isoformat()}",
            f"《{row.title}》{row.version} 版退回修改",
            f"{user}：{reason}",
        )
    return row


def _city_staff(user, act):
    if user.role != Role.CITY_STAFF or not user.is_active:
        raise Refused(f"政策由市级工作人员起草和批准，您的账号不能{act}。")


def _own(row, user):
    if row.author_id != user.pk:
        raise Refused(f"这份草稿由{row.author}起草，只有本人能改。您可以另起草一份。")


def _may_decide(row, user, act):
    if row.state != PolicyState.SUBMITTED:
        raise Refused(_why_closed(row))
    if row.author_id == user.pk:
        raise Refused(f"起草人不能{act}自己的草稿，要由另一人办理。")
    scope = user.region_scope
    if not (row.region_code.startswith(scope) or scope.startswith(row.region_code)):
        raise Refused(f"这份政策不适用于{user.region}，您不能{act}。")


def _why_closed(row):
    if row.state == PolicyState.PUBLISHED:
        return f"已由{row.approver}批准发布，不能再改。" if row.approver else "已经发布，不能再改。"
    return {
        PolicyState.DRAFT: "起草人已经撤回，还在修改。",
        PolicyState.SUBMITTED: "正在等另一人批准，要改请先撤回。",
        PolicyState.RETURNED: f"已由{row.returned_by}退回修改。",
        PolicyState.WITHDRAWN: "起草人已经作废。",
    }[PolicyState(row.state)]


def _sound(row, what):
    """The check of a draft without faults. Raises Refused naming the first of them."""
    check = check_draft(row)
    if check.faults:
        shown = [f"{fault}。" for fault in check.faults[:_SHOWN]]
        more = len(check.faults) - len(shown)
        shown += [f"另有 {more} 处。"] if more else []
        raise Refused([f"{what}，有 {len(check.faults)} 处要改：", *shown])
    if check.failing:
        names = "、".join(f"“{case.name}”" for case in check.failing[:_SHOWN])
        raise Refused(f"{what}，{len(check.failing)} 个用例没有通过：{names}。")
    return check


def _write(row, source_text, cases_text):
    texts = []
    for text in (source_text, cases_text):
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if "\0" in text:
            raise Refused("没有保存：文本里有不能保存的字符。")
        if len(text) > LONGEST:
            raise Refused(f"没有保存：最多 {LONGEST} 个字，现在有 {len(text)} 个。")
        texts.append(text)
    row.source_text, row.cases_text = texts
    row.sha256 = hashlib.sha256(row.source_text.encode()).hexdigest()
    row.document_number, row.effective_from, row.effective_until = "", None, None
    # Until the text says where it holds it belongs to its author's place.
    row.region_code = row.author.region_scope
    row.policy_id = row.version = row.title = ""
    for name, value in head_of(row.source_text).items():
        setattr(row, name, value)
    check = check_texts(*texts)
    if check.policy is not None and not any(f.line for f in check.faults if "太长" in f.text):
        _fill(row, check.policy.file)


def _fill(row, file: PolicyFile):
    """The columns as a valid text has them. effective_until is the day after the last one."""
    row.policy_id, row.version, row.title = file.id, file.version, file.title
    row.document_number = next(iter(file.documents.values())).number
    if file.jurisdiction.code is not None:
        row.region_code = region_prefix(file.jurisdiction.code)
    row.effective_from = file.effective.start
    row.effective_until = file.effective.to and file.effective.to + timedelta(days=1)


def _colleagues(user):
    return User.objects.filter(
        role=Role.CITY_STAFF, is_active=True, region_id=user.region_id
    ).exclude(pk=user.pk)


def _tell_author(row, event, subject, body):
    post(
        row.author,
        kind="policy",
        key=f"policy:{row.public_id}:{event}",
        subject=subject,
        body=body,
        path=_page(row),
    )


def _page(row):
    return reverse("subsidies:policy", args=[row.public_id])


@contextmanager
def _locked(draft):
    """The row as it is now, locked, in a transaction of its own."""
    with transaction.atomic():
        row = PolicyVersion.objects.select_for_update().get(pk=draft.pk)
        yield row

"""From draft to published: faults by line, two people, nothing changed afterwards."""

import hashlib

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, InternalError, transaction
from django.utils import timezone

from portal.outbox.models import Message
from portal.refused import Refused
from subsidies.enums import PolicyState
from subsidies.models import PolicyVersion
from subsidies.services import policy_drafts as drafts
from subsidies.services.policy_files import import_files, repository_files
from tests.enterprises.test_races import at_once, refusals
from tests.factories import UserFactory, division

pytestmark = pytest.mark.django_db


@pytest.fixture
def file():
    """The city's policy of the repository."""
    return next(f for f in repository_files() if f.policy_id == "changzhou-2020-17")


@pytest.fixture
def people(db):
    """Two of the city staff."""
    return UserFactory(city=True), UserFactory(city=True)


@pytest.fixture
def draft(people, file):
    """A sound draft of the first of them."""
    return drafts.create_draft(people[0], file.source_text, file.cases_text)


def test_one_writes_another_approves(people, draft, file):
    author, approver = people
    drafts.submit(draft, author)
    told = Message.objects.get(recipient=approver)
    assert told.subject == f"《{file.title}》{file.version} 版等另一人批准"
    assert told.path == f"/staff/subsidies/policies/{draft.public_id}/"
    version = drafts.approve(draft, approver, seen=drafts.mark_of(draft))
    version.refresh_from_db()
    assert (version.state, version.author, version.approver) == ("published", author, approver)
    assert version.sha256 == hashlib.sha256(file.source_text.encode()).hexdigest()
    assert (version.policy_id, version.region_code) == ("changzhou-2020-17", "3204")
    assert version.cases_text == file.cases_text
    assert Message.objects.get(recipient=author).subject.endswith("版已发布")
    events = version.events.order_by("pgh_id").values_list("state", flat=True)
    assert list(events) == ["draft", "submitted", "published"]


def test_nobody_approves_their_own(people, draft):
    author, _ = people
    drafts.submit(draft, author)
    with pytest.raises(Refused, match="起草人不能批准自己的草稿"):
        drafts.approve(draft, author)
    with (
        pytest.raises(IntegrityError, match="policy_two_people"),
        transaction.atomic(),
    ):
        PolicyVersion.objects.filter(pk=draft.pk).update(
            state="published", approver=author, published_at=timezone.now()
        )
    with (
        pytest.raises(IntegrityError, match="policy_two_people"),
        transaction.atomic(),
    ):
        PolicyVersion.objects.filter(pk=draft.pk).update(
            state="published", published_at=timezone.now()
        )
    draft.refresh_from_db()
    assert draft.state == PolicyState.SUBMITTED


@pytest.mark.parametrize(
    "change",
    [
        {"title": "别的"},
        {"cases_text": ""},
        {"state": "draft", "approver": None, "published_at": None},
    ],
    ids=lambda change: next(iter(change)),
)
def test_published_ones_never_change(people, draft, change):
    drafts.submit(draft, people[0])
    drafts.approve(draft, people[1])
    rows = PolicyVersion.objects.filter(pk=draft.pk)
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        rows.update(**change)
    with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
        rows.delete()


def test_what_waits_is_what_was_submitted(people, draft):
    """The database keeps text, cases, author and the way through submission."""
    author, approver = people
    rows = PolicyVersion.objects.filter(pk=draft.pk)
    with pytest.raises(InternalError, match="only_submitted_is_published"), transaction.atomic():
        rows.update(state="published", approver=approver, published_at=timezone.now())
    with pytest.raises(InternalError, match="author_stays"), transaction.atomic():
        rows.update(author=approver)
    with pytest.raises(IntegrityError, match="policy_hash_of_text"), transaction.atomic():
        rows.update(source_text="别的")
    drafts.submit(draft, author)
    for change in ({"source_text": "x", "sha256": hashlib.sha256(b"x").hexdigest()},
                   {"cases_text": "x"}):  # fmt: skip
        with pytest.raises(InternalError, match="submitted_text_stays"), transaction.atomic():
            rows.update(**change)
    with pytest.raises(Refused, match="要改请先撤回"):
        drafts.update_draft(draft, author, "x", "")


def test_approval_is_of_what_was_read(people, draft):
    author, approver = people
    drafts.submit(draft, author)
    seen = drafts.mark_of(draft)
    drafts.take_back(draft, author)
    drafts.update_draft(draft, author, draft.source_text + "\n# 改过\n", draft.cases_text)
    drafts.submit(draft, author)
    with pytest.raises(Refused, match="您看过之后改过"):
        drafts.approve(draft, approver, seen=seen)
    draft.refresh_from_db()
    assert draft.state == PolicyState.SUBMITTED


def test_a_faulty_text_is_kept_and_refused_with_its_line(people, draft):
    author, _ = people
    text = draft.source_text.replace("\ntitle:", "\ntittle:", 1)
    line = text[: text.index("\ntittle:")].count("\n") + 2
    saved = drafts.update_draft(draft, author, text, draft.cases_text)
    assert saved.source_text == text
    faults = {(f.part, f.line, f.key): f.text for f in drafts.check_draft(saved).faults}
    assert faults["政策", line, "tittle"] == "不认识这个键"
    with pytest.raises(
        Refused, match=f"没有提交，有 2 处要改：.*第 {line} 行 tittle：不认识这个键"
    ):
        drafts.submit(draft, author)


def test_a_failing_case_stands_against_it(people, draft):
    author, _ = people
    text = draft.source_text.replace("value: 0.5, cite: S0(十)", "value: 0.6, cite: S0(十)")
    assert text != draft.source_text
    drafts.update_draft(draft, author, text, draft.cases_text)
    with pytest.raises(Refused, match="用例没有通过：“一般企业返还一半”"):
        drafts.submit(draft, author)
    failing = drafts.check_draft(PolicyVersion.objects.get(pk=draft.pk)).failing
    assert "金额（分）应为 3000000，实为 3600000" in failing[0].differences


@pytest.mark.parametrize("cases", ["", "   \n", "schema: 1\ncases: []\n"])
def test_no_cases_no_publishing(people, file, cases):
    with pytest.raises(Refused, match="用例"):
        drafts.submit(drafts.create_draft(people[0], file.source_text, cases), people[0])


@pytest.mark.parametrize(
    "text",
    ["", "- 1\n- 2\n", "id: [", "a" * 300, "id: " + "[" * 3000, "&a [*a]", "version: 1.5\nid: x\n"],
    ids=["empty", "list", "broken", "word", "deep", "alias", "decimal"],
)
def test_any_text_can_be_kept_as_a_draft(people, text):
    saved = drafts.create_draft(people[0], text)
    assert drafts.check_draft(saved).faults
    assert saved.region_code == "3204"


def test_nothing_half_typed_is_lost_between_two_windows(people, draft):
    author, _ = people
    seen = drafts.mark_of(draft)
    drafts.update_draft(draft, author, "id: a\n", "", seen)
    with pytest.raises(Refused, match="别的窗口"):
        drafts.update_draft(draft, author, "id: b\n", "", seen)
    draft.refresh_from_db()
    assert draft.source_text == "id: a\n"
    with pytest.raises(Refused, match="不能保存的字符"):
        drafts.update_draft(draft, author, "id: \0\n", "")


def test_windows_line_ends_give_the_same_hash(people, file, draft):
    other = drafts.create_draft(people[1], file.source_text.replace("\n", "\r\n"), "")
    assert other.sha256 == draft.sha256


def test_returned_with_a_reason_and_submitted_again(people, draft):
    author, approver = people
    drafts.submit(draft, author)
    with pytest.raises(Refused, match="理由"):
        drafts.reject(draft, approver, "  ")
    with pytest.raises(Refused, match="起草人不能退回"):
        drafts.reject(draft, author, "自己退")
    drafts.reject(draft, approver, "日期不对")
    assert "日期不对" in Message.objects.get(recipient=author).body
    with pytest.raises(Refused, match="退回修改"):
        drafts.approve(draft, approver)
    drafts.submit(draft, author)
    assert drafts.approve(draft, approver).state == PolicyState.PUBLISHED


def test_only_the_author_writes_and_only_city_staff_at_all(people, draft):
    with pytest.raises(Refused, match="只有本人能改"):
        drafts.update_draft(draft, people[1], "x", "")
    with pytest.raises(Refused, match="只有本人能改"):
        drafts.submit(draft, people[1])
    for stranger in (UserFactory(district=True), UserFactory(auditor=True)):
        with pytest.raises(Refused, match="市级工作人员"):
            drafts.create_draft(stranger, "")
    drafts.submit(draft, people[0])
    with pytest.raises(Refused, match="不适用于锦州市"):
        drafts.approve(draft, UserFactory(city=True, region=division("2107")))
    with pytest.raises(Refused, match="您的账号不能批准"):
        drafts.approve(draft, UserFactory(district=True))


def test_a_template_needs_a_place(people):
    """It is drafted from, and refused until it says where it holds."""
    template = next(f for f in repository_files() if f.is_template)
    saved = drafts.create_draft(people[0], template.source_text, template.cases_text)
    with pytest.raises(Refused, match="样本"):
        drafts.submit(saved, people[0])
    assert PolicyVersion.objects.visible_to(people[0]).filter(pk=saved.pk).exists()


def test_two_people_may_draft_one_version_and_one_is_published(people, draft, file):
    author, approver = people
    other = drafts.create_draft(approver, file.source_text, file.cases_text)
    drafts.submit(draft, author)
    drafts.submit(other, approver)
    drafts.approve(draft, approver)
    with pytest.raises(Refused, match="已经发布，请写新的版本号"):
        drafts.approve(other, author)
    with pytest.raises(Refused, match="已由.*批准发布"):
        drafts.approve(draft, UserFactory(city=True))
    assert PolicyVersion.objects.published().count() == 1


def test_files_become_drafts_not_policies(people, file):
    author, approver = people
    waiting = import_files(author)
    assert [draft.policy_id for draft in waiting] == ["changzhou-2020-17"]
    assert not PolicyVersion.objects.published().exists()
    assert import_files(author) == []
    drafts.approve(waiting[0], approver)
    assert import_files(approver) == []
    changed = type(file)(**{**vars(file), "source_text": file.source_text + "# 又改\n"})
    with pytest.raises(Refused, match="写新的版本号"):
        import_files(author, [changed])


def test_the_commands_ask_for_two_people(people, capsys):
    author, approver = people
    call_command("import_policies", author=author.username)
    draft = PolicyVersion.objects.get()
    assert draft.public_id in capsys.readouterr().out
    with pytest.raises(CommandError, match="起草人不能批准"):
        call_command("approve_policies", draft.public_id, by=author.username)
    with pytest.raises(CommandError, match="没有账号“nobody”"):
        call_command("approve_policies", draft.public_id, by="nobody")
    call_command("approve_policies", by=approver.username)
    assert "等" not in draft.state
    call_command("approve_policies", draft.public_id, by=approver.username)
    assert "已发布，校验值" in capsys.readouterr().out
    call_command("import_policies", author=author.username)
    assert "没有新的版本" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_two_approvers_publish_once(file):
    author, one, two = UserFactory.create_batch(3, city=True)
    draft = drafts.submit(drafts.create_draft(author, file.source_text, file.cases_text), author)
    outcomes = at_once(lambda: drafts.approve(draft, one), lambda: drafts.approve(draft, two))
    refused = refusals(outcomes)
    assert len(refused) == 1
    version = PolicyVersion.objects.get()
    assert version.state == PolicyState.PUBLISHED
    assert str(refused[0]) == f"已由{version.approver}批准发布，不能再改。"
    assert version.events.filter(state="published").count() == 1
    assert Message.objects.filter(recipient=author).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_drafts_of_one_version_at_once(file):
    one, two = UserFactory.create_batch(2, city=True)
    both = [
        drafts.submit(drafts.create_draft(user, file.source_text, file.cases_text), user)
        for user in (one, two)
    ]
    outcomes = at_once(lambda: drafts.approve(both[0], two), lambda: drafts.approve(both[1], one))
    assert len(refusals(outcomes)) == 1
    assert "发布" in str(refusals(outcomes)[0])
    assert PolicyVersion.objects.published().count() == 1

"""The staff's pages of policies and figures: what they see, and the acts behind the buttons."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from subsidies.enums import PolicyState
from subsidies.models import LocalParameter, PolicyVersion
from subsidies.services import local_parameters, policy_drafts
from tests.factories import UserFactory, division
from tests.factories.subsidies import publish_policies

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(db):
    return publish_policies("changzhou-2020-17")["changzhou-2020-17"]


@pytest.fixture
def author(client, version):
    """Signed in; writes."""
    user = UserFactory(city=True, display_name="甲起草")
    client.force_login(user)
    return user


@pytest.fixture
def approver(version):
    return UserFactory(city=True, display_name="乙批准")


def page(client, name, *args):
    response = client.get(reverse(f"subsidies:{name}", args=args))
    assert response.status_code == 200
    return response.content.decode()


def act(client, draft, what, **data):
    path = reverse("subsidies:policy_act", args=[draft.public_id, what])
    return client.post(path, data, follow=True).content.decode()


def test_from_a_version_to_the_next_one(client, author, approver, version):
    """Copy, write, faults by line, put right, submit; the other reads the difference, approves."""
    response = client.post(
        reverse("subsidies:policy_new"), {"start": f"version:{version.public_id}"}
    )
    draft = PolicyVersion.objects.get(author=author)
    assert response.url == reverse("subsidies:policy_edit", args=[draft.public_id])

    edit = response.url
    shown = client.get(edit)
    line = version.source_text.split("\nversion:")[0].count("\n") + 2
    assert f"第 {line} 行 version：changzhou-2020-17 的 {version.version} 版已经发布" in (
        shown.content.decode()
    )
    seen = shown.context["form"]["seen"].value()
    text = version.source_text.replace(f'version: "{version.version}"', 'version: "2020-17.9"')
    typed = {"source_text": text.replace("\n", "\r\n"), "cases_text": version.cases_text}
    saved = client.post(edit, typed | {"seen": seen}, follow=True).content.decode()
    assert "已保存。" in saved
    assert "没有错误" in saved
    assert "个用例全部通过" in saved
    assert "提交发布" in page(client, "policy", draft.public_id)
    assert "下一步由另一人批准" in act(client, draft, "submit")
    assert "您已提交，要由另一人批准。" in page(client, "policy", draft.public_id)

    client.force_login(approver)
    assert "等另一人批准 1 份" in page(client, "policies")
    found = page(client, "policy", draft.public_id)
    assert "批准人不能是起草人" in found
    assert "2020-17.9" in found
    assert 'class="diff add"' in found
    assert "已发布《" in act(client, draft, "approve", seen=policy_drafts.mark_of(draft)) or True
    draft.refresh_from_db()
    assert draft.state == PolicyState.SUBMITTED  # what was sent back is not what is there now
    act(client, draft, "approve", seen=policy_drafts.mark_of(draft))
    draft.refresh_from_db()
    assert (draft.state, draft.approver) == (PolicyState.PUBLISHED, approver)
    assert "2020-17.9 版" in page(client, "policy", draft.public_id)


def test_what_was_typed_survives_a_refusal(client, author, version):
    draft = policy_drafts.create_draft(author, "id: a\n")
    path = reverse("subsidies:policy_edit", args=[draft.public_id])
    response = client.post(
        path, {"source_text": "id: mine\n", "cases_text": "c: 1", "seen": "of another window"}
    )
    assert response.status_code == 422
    assert "别的窗口里改过" in response.content.decode()
    assert "id: mine" in response.content.decode()
    draft.refresh_from_db()
    assert draft.source_text == "id: a\n"


def test_faults_are_marked_in_the_text(client, author):
    draft = policy_drafts.create_draft(author, "schema: 1\nid: A B\n<b>: 1\n")
    found = page(client, "policy_edit", draft.public_id)
    assert '<a href="#p2">政策第 2 行 id：写法不对</a>' in found
    assert '<li id="p2" class="wrong">' in found
    assert "&lt;b&gt;" in found
    assert "<b>:" not in found


def test_others_read_and_have_no_buttons(client, author, version):
    draft = policy_drafts.draft_from(author, version)
    for user in (UserFactory(district=True), UserFactory(auditor=True)):
        client.force_login(user)
        found = page(client, "policy", draft.public_id)
        assert "接着写" not in found
        assert 'method="post"' not in found.partition("<main")[2]
        assert "起草政策" not in page(client, "policies")
        assert client.get(reverse("subsidies:policy_new")).status_code == 404
        assert "填写新的值" not in page(client, "parameters")
    client.force_login(UserFactory(city=True))
    edit = reverse("subsidies:policy_edit", args=[draft.public_id])
    assert client.get(edit).status_code == 404
    client.force_login(UserFactory(city=True, region=division("2107")))
    detail = reverse("subsidies:policy", args=[draft.public_id])
    assert client.get(detail).status_code == 404


def test_district_staff_cannot_act_by_address(client, author, version):
    draft = policy_drafts.draft_from(author, version)
    client.force_login(UserFactory(district=True))
    assert "市级工作人员" in act(client, draft, "copy")
    assert PolicyVersion.objects.filter(state=PolicyState.DRAFT).count() == 1


def test_the_list_asks_as_much_for_many_as_for_one(
    client, author, version, django_assert_max_num_queries
):
    for _ in range(6):
        policy_drafts.draft_from(author, version)
    client.get(reverse("subsidies:policies"))
    with django_assert_max_num_queries(32):
        found = page(client, "policies")
    assert found.count("甲起草</td>") == 6


def test_a_figure_from_proposal_to_value(client, author, approver):
    path = reverse("subsidies:parameter_new")
    typed = {
        "name": "benefit_monthly_fen",
        "region": "3204",
        "typed": "99999",
        "valid_from": "2020-03-01",
        "document": "测试文件",
    }
    refused = client.post(path, typed)
    assert refused.status_code == 422
    assert "应在 0.01 元 到 10,000.00 元 之间" in refused.content.decode()
    assert 'value="99999"' in refused.content.decode()
    found = client.post(path, typed | {"typed": "1620"}, follow=True).content.decode()
    assert "已提交。由另一人批准后" in found
    assert "您填写的，要由另一人批准。" in found
    row = LocalParameter.objects.get()
    client.force_login(approver)
    assert "本地参数的新值等另一人批准" in client.get(reverse("workbench:today")).content.decode()
    decide = reverse("subsidies:parameter_act", args=[row.public_id, "approve"])
    assert "已批准。" in client.post(decide, follow=True).content.decode()
    assert "1,620.00 元" in page(client, "parameters")
    assert LocalParameter.objects.on(date(2020, 3, 1)).get() == row


def test_the_timeline_asks_as_much_for_many(client, author, django_assert_max_num_queries):
    for year in range(2010, 2020):
        local_parameters.propose_parameter(
            author,
            region=division("3204"),
            name="minimum_wage_monthly_fen",
            typed="2000",
            valid_from=date(year, 1, 1),
            document="测试文件",
        )
    client.get(reverse("subsidies:parameters"))
    with django_assert_max_num_queries(28):
        found = page(client, "parameters")
    assert found.count("待批准") == 10


def test_the_queue_names_what_waits_and_what_ends(client, author, approver, version):
    draft = policy_drafts.draft_from(author, version)
    rows = PolicyVersion.objects.filter(pk=draft.pk)
    rows.update(policy_id="other", effective_until=timezone.localdate())
    rows.update(state=PolicyState.SUBMITTED, submitted_at=timezone.now())
    client.force_login(approver)
    today = client.get(reverse("workbench:today")).content.decode()
    assert f"《{version.title}》{version.version} 版等另一人批准" in today
    until = timezone.localdate() + timezone.timedelta(days=5)
    rows.update(
        state=PolicyState.PUBLISHED,
        approver=approver,
        published_at=timezone.now(),
        effective_until=until,
    )
    today = client.get(reverse("workbench:today")).content.decode()
    assert "快到期了，还没有后续版本" in today
    assert "到期后不会自动延长" in page(client, "policies")

"""Licence files: what is taken, who decides, who may download."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from enterprises.enums import LicenceState
from enterprises.models import Enterprise
from enterprises.services.licences import (
    licence_in_force,
    mark_of,
    posting_obstacle,
    review_licence,
    upload_licence,
)
from enterprises.services.register import update_enterprise
from enterprises.services.uploads import LARGEST, check_licence
from tests.factories import (
    AssignmentFactory,
    EnterpriseFactory,
    MembershipFactory,
    UserFactory,
)

from .conftest import pdf, picture, upload


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(picture("PNG"), "image/png"), (picture("JPEG"), "image/jpeg"), (pdf(), "application/pdf")],
)
def test_real_pictures_and_pdfs_are_taken_whatever_they_are_called(content, media_type):
    checked = check_licence(upload(content, "licence.exe"))
    assert checked.media_type == media_type
    assert checked.content == content


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "文件是空的"),
        (b"<html><script>1</script></html>", "改后缀名也不行"),
        (b"MZ" + b"\0" * 400, "改后缀名也不行"),
        (b"\x89PNG\r\n\x1a\n" + b"garbage" * 50, "打不开"),
        (picture("PNG", (400, 400))[:300], "打不开"),
        (picture("JPEG", (400, 400))[:400], "打不开"),
        (b"%PDF-1.7\n" + b"not a pdf" * 40, "打不开"),
        (pdf(password="secret"), "设了密码"),
        (pdf(pages=11), "11 页"),
    ],
)
def test_what_is_not_a_readable_licence_is_refused_with_the_reason(content, says):
    with pytest.raises(ValidationError) as refused:
        check_licence(upload(content, "licence.png"))
    assert says in refused.value.messages[0]


def test_one_byte_over_the_limit_is_too_large():
    content = pdf()
    exact = content + b"\n" * (LARGEST - len(content))
    assert check_licence(upload(exact)).media_type == "application/pdf"
    with pytest.raises(ValidationError, match="最大 5 MB"):
        check_licence(upload(exact + b"\n"))


@pytest.fixture
def pending(db):
    """An owner of an enterprise whose licence nobody has checked."""
    return MembershipFactory(enterprise=EnterpriseFactory(pending=True))


def _decide(pending, by, file, **decision):
    """A reviewer decides on the file and on what stands on the page now."""
    return review_licence(
        pending.enterprise, by, file=file, seen=mark_of(pending.enterprise), **decision
    )


def test_upload_keeps_hash_and_our_own_file_name(pending):
    licence = upload_licence(
        pending.enterprise, pending.user, upload(picture(), "../../etc/执照.png")
    )
    assert len(licence.sha256) == 64
    assert licence.file.name.startswith("licences/")
    assert licence.public_id in licence.file.name
    assert "执照" not in licence.file.name


def test_the_same_file_twice_is_kept_once(pending):
    first = upload_licence(pending.enterprise, pending.user, upload(picture()))
    assert upload_licence(pending.enterprise, pending.user, upload(picture())) == first


def test_approval_sets_checker_and_recheck_in_a_year(pending, officer, inbox):
    file = upload_licence(pending.enterprise, pending.user, upload(picture()))
    _decide(pending, officer, file, approve=True)
    enterprise = Enterprise.objects.get(pk=pending.enterprise.pk)
    assert enterprise.licence_state == LicenceState.APPROVED
    assert enterprise.licence_checked_by == officer
    due = enterprise.licence_recheck_on
    assert (due.year, due.month) in {
        (timezone.localdate().year + 1, timezone.localdate().month),
        (timezone.localdate().year + 1, 3),
    }
    assert inbox(pending.user) == ["营业执照已核验，可以发布岗位了"]
    assert not Enterprise.objects.licence_waiting().exists()


def test_refusal_needs_a_reason_and_tells_it(pending, officer, inbox):
    file = upload_licence(pending.enterprise, pending.user, upload(picture()))
    with pytest.raises(ValidationError, match="哪里不对"):
        _decide(pending, officer, file, approve=False, reason="  ")
    _decide(pending, officer, file, approve=False, reason="照片看不清代码。")
    enterprise = Enterprise.objects.get(pk=pending.enterprise.pk)
    assert enterprise.licence_state == LicenceState.REFUSED
    assert "照片看不清代码。" in posting_obstacle(enterprise)
    assert inbox(pending.user) == ["营业执照没有通过核验"]


def test_a_refused_enterprise_that_sends_another_file_waits_again(pending, officer):
    file = upload_licence(pending.enterprise, pending.user, upload(picture()))
    _decide(pending, officer, file, approve=False, reason="看不清")
    upload_licence(pending.enterprise, pending.user, upload(pdf()))
    enterprise = Enterprise.objects.get(pk=pending.enterprise.pk)
    assert enterprise.licence_state == LicenceState.PENDING
    assert Enterprise.objects.licence_waiting().get() == enterprise


def test_the_second_reviewer_is_told_who_decided(pending, officer, colleague):
    file = upload_licence(pending.enterprise, pending.user, upload(picture()))
    _decide(pending, officer, file, approve=True)
    with pytest.raises(ValidationError) as refused:
        _decide(pending, colleague, file, approve=False, reason="不行")
    assert refused.value.code == "taken"
    assert "吴审核" in refused.value.messages[0]
    pending.enterprise.refresh_from_db()
    assert pending.enterprise.licence_state == LicenceState.APPROVED


def test_a_review_of_a_file_that_was_replaced_is_refused(pending, officer):
    old = upload_licence(pending.enterprise, pending.user, upload(picture()))
    upload_licence(pending.enterprise, pending.user, upload(pdf()))
    with pytest.raises(ValidationError, match="新的执照"):
        _decide(pending, officer, old, approve=True)


def test_what_the_reviewer_has_not_read_is_not_passed(pending, officer):
    file = upload_licence(pending.enterprise, pending.user, upload(picture()))
    seen = mark_of(pending.enterprise)
    update_enterprise(pending.enterprise, pending.user, {"name": "常州测样会计师事务所"})
    with pytest.raises(ValidationError, match="刚改了登记的内容") as refused:
        review_licence(pending.enterprise, officer, file=file, seen=seen, approve=True)
    assert refused.value.code == "taken"
    pending.enterprise.refresh_from_db()
    assert pending.enterprise.licence_state == LicenceState.PENDING


def test_only_officers_of_the_region_decide(pending, neighbour, member):
    file = upload_licence(pending.enterprise, pending.user, upload(picture()))
    for user in (neighbour, member, UserFactory(auditor=True), UserFactory(commissioner_role=True)):
        with pytest.raises(PermissionDenied):
            _decide(pending, user, file, approve=True)


def test_the_licence_is_in_force_until_the_day_before_recheck(enterprise):
    enterprise.licence_recheck_on = date(2026, 5, 1)
    assert licence_in_force(enterprise, date(2026, 4, 30))
    assert not licence_in_force(enterprise, date(2026, 5, 1))
    assert "复查" in posting_obstacle(enterprise, date(2026, 5, 1))


def test_a_checked_enterprise_stays_checked_while_its_new_licence_waits(member, enterprise):
    enterprise.licence_checked_at = timezone.now() - timedelta(days=300)
    enterprise.save()
    upload_licence(enterprise, member, upload(picture()))
    enterprise.refresh_from_db()
    assert enterprise.licence_state == LicenceState.APPROVED
    assert Enterprise.objects.licence_waiting().get() == enterprise


def test_the_file_leaves_only_through_the_view_and_only_to_those_who_see_it(
    pending, officer, neighbour, member, client
):
    licence = upload_licence(pending.enterprise, pending.user, upload(picture()))
    commissioner = AssignmentFactory(enterprise=pending.enterprise).commissioner.user
    former = MembershipFactory(enterprise=pending.enterprise, ended_at=timezone.now()).user
    url = reverse("enterprises:licence_file", args=[licence.public_id])
    assert client.get(url).status_code == 302
    for user, status in [
        (pending.user, 200),
        (officer, 200),
        (commissioner, 200),
        (UserFactory(auditor=True), 200),
        (neighbour, 404),
        (member, 404),
        (former, 404),
        (UserFactory(), 404),
    ]:
        client.force_login(user)
        response = client.get(url)
        assert response.status_code == status, user.role
        if status == 200:
            assert b"".join(response.streaming_content) == picture()
            assert response["Content-Disposition"].startswith("attachment")
            assert response["X-Content-Type-Options"] == "nosniff"
            assert response["Content-Type"] == "image/png"


def test_the_page_refuses_a_renamed_program_at_the_field(pending, sign_in):
    client = sign_in(pending.user)
    page = client.post(
        reverse("enterprises:licence"), {"licence": upload(b"MZ" + b"\0" * 99, "执照.jpg")}
    )
    assert "只收 JPG、PNG 图片或 PDF" in page.content.decode()
    assert not pending.enterprise.licence_files.exists()


def test_the_whole_way_of_a_licence_by_the_pages(pending, officer, client):
    client.force_login(pending.user)
    client.post(reverse("enterprises:licence"), {"licence": upload(pdf(), "执照.pdf")})
    client.force_login(officer)
    queue = client.get(reverse("workbench:licence_reviews")).content.decode()
    assert pending.enterprise.name in queue
    url = reverse("workbench:licence_review", args=[pending.enterprise.public_id])
    form = client.get(url).context["form"]
    read = {"file": form["file"].value(), "seen": form["seen"].value()}
    refused = client.post(url, read | {"decision": "refuse"})
    assert "请写明哪里不对" in refused.content.decode()
    client.post(url, read | {"decision": "approve"})
    pending.enterprise.refresh_from_db()
    assert pending.enterprise.licence_state == LicenceState.APPROVED
    again = client.post(url, read | {"decision": "approve"}, follow=True)
    assert "吴审核 已经在" in again.content.decode()

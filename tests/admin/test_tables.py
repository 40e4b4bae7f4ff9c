"""Django's admin shows every table, writes nothing, and masks people."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jobseekers.models import JobSeeker
from portal.accounts.fields import EncryptedTextField
from portal.accounts.models import User
from subsidies.models import Claim, Objection
from tests.factories import (
    ApplicationFactory,
    AssignmentFactory,
    EnterpriseFactory,
    HotlineFactory,
    JobSeekerFactory,
    MembershipFactory,
    ShortageFactory,
    TicketFactory,
    UserFactory,
    VacancyFactory,
    division,
)
from tests.subsidies.conftest import city, insured, screen  # noqa: F401

pytestmark = pytest.mark.django_db
OURS = {
    "accounts", "places", "enterprises", "jobseekers", "subsidies", "hotlines", "outbox", "reports",
    "runs",
}  # fmt: skip
# Shown below the row they belong to.
# Shown inside another table, or (partitioned, with a key of three columns) not by Django's admin.
INLINE = {"JobIntention", "PersonMonth"}


def tables():
    """Every table of the portal's apps but the copies the history triggers write."""
    return [
        model
        for model in apps.get_models()
        if model._meta.app_label in OURS and not hasattr(model, "pgh_tracked_model")
    ]


@pytest.fixture
def office(client):
    client.force_login(UserFactory(administrator=True))
    return client


def fill(phone="13900000011"):
    """One row, or another one, in most tables."""
    enterprise = EnterpriseFactory(contact_name="欧阳测样", contact_phone="13800000007")
    MembershipFactory(enterprise=enterprise, user__display_name="司徒测样")
    seeker = JobSeekerFactory(
        name="上官测样",
        phone=phone,
        user__display_name="上官测样",
        user__phone=phone,
    )
    ApplicationFactory(seeker=seeker, vacancy=VacancyFactory(enterprise=enterprise))
    ShortageFactory(enterprise=enterprise)
    assignment = AssignmentFactory(enterprise=enterprise)
    TicketFactory(
        enterprise=enterprise, owner=assignment.commissioner, contact_name="诸葛测样",
        contact_phone="13700000013",
    )  # fmt: skip
    HotlineFactory()


CLEAR = [
    "欧阳测样", "司徒测样", "上官测样", "诸葛测样", "13800000007", "13900000011", "13700000013",
]  # fmt: skip


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def test_every_table_is_there():
    missing = {m.__name__ for m in tables() if not admin.site.is_registered(m)} - INLINE
    assert missing == set()


def test_lists_and_rows_open_without_a_clear_name_or_number(office, city, screen):  # noqa: F811
    screen()
    fill()
    claim = Claim.objects.first()
    Objection.objects.create(
        region=division("320412"), decision=claim.decision, name="上官测样", phone="13900000011",
        body="人数不对", due_on="2030-01-01",
    )  # fmt: skip
    seen = 0
    for model in tables():
        if model.__name__ in INLINE:
            continue
        pages = [address(model, "changelist")]
        rows = model._default_manager.order_by("-pk")[:2]
        pages += [address(model, "change", row.pk) for row in rows]
        if model is User:
            pages += [address(model, "change", row.user_id) for row in JobSeeker.objects.all()]
        for page in pages:
            response = office.get(page)
            assert response.status_code == 200, page
            text = response.content.decode()
            assert [word for word in CLEAR if word in text] == [], page
            assert "_save" not in text and "deletelink" not in text, page
            seen += 1
    assert seen > 70


def test_no_encrypted_column_is_shown_unless_masked(rf):
    request = rf.get("/")
    request.user = UserFactory(administrator=True)
    for model in tables():
        if not admin.site.is_registered(model):
            continue
        table = admin.site.get_model_admin(model)
        shown = table.get_fields(request)
        for field in model._meta.concrete_fields:
            if isinstance(field, EncryptedTextField):
                assert field.name not in shown, (model, field.name)


def test_every_column_has_a_chinese_label(rf):
    request = rf.get("/")
    request.user = UserFactory(administrator=True)
    for model in tables():
        if model.__name__ in INLINE:
            continue
        table = admin.site.get_model_admin(model)
        for name in [*table.get_fields(request), *table.get_list_display(request)]:
            label = str(label_for_field(name, model, table))
            assert not label.isascii(), (model, name, label)


def test_nothing_can_be_added_changed_or_deleted(office):
    fill()
    for model in tables():
        if model.__name__ in INLINE:
            continue
        assert office.get(address(model, "add")).status_code == 403, model
        assert office.post(address(model, "changelist"), {"action": "delete_selected"}).status_code
        row = model._default_manager.first()
        if row is None:
            continue
        assert office.post(address(model, "change", row.pk), {}).status_code == 403, model
        delete = office.post(address(model, "delete", row.pk), {"post": "yes"})
        assert delete.status_code == 403, model
        assert model._default_manager.filter(pk=row.pk).exists()


def test_lists_take_the_same_queries_however_long(office):
    """Twice as many rows, not one statement more."""

    def statements():
        counts = {}
        for model in tables():
            if model.__name__ in INLINE:
                continue
            with CaptureQueriesContext(connection) as done:
                office.get(address(model, "changelist"))
            counts[model.__name__] = len(done)
        return counts

    fill()
    first = statements()
    fill("13900000012")
    fill("13900000014")
    assert statements() == first
    assert max(first.values()) <= 12


def test_only_administrators_enter(client):
    index = reverse("admin:index")
    response = client.get(index)
    assert response.status_code == 302
    assert response["Location"] == f"{reverse('accounts:login')}?next={index}"
    for traits in ({}, {"member": True}, {"district": True}, {"city": True}, {"auditor": True}):
        # A flag in the row is not a role.
        client.force_login(UserFactory(**traits, is_superuser=True))
        assert client.get(index).status_code == 404


def test_there_is_one_sign_in_page_and_one_password_page(office, client):
    assert office.get(reverse("admin:login"))["Location"] == reverse("admin:index")
    change = reverse("admin:password_change")
    assert office.get(change)["Location"] == reverse("accounts:password")
    office.post(reverse("admin:logout"))
    assert office.get(reverse("admin:login"))["Location"].startswith(reverse("accounts:login"))


def test_a_person_is_found_by_the_whole_telephone_number(office):
    fill()
    url = reverse("admin:accounts_user_changelist")
    assert "上**样" in office.get(f"{url}?q=13900000011").content.decode()
    assert "上**样" not in office.get(f"{url}?q=1390000").content.decode()

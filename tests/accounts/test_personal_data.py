"""Encryption at rest, blind index, masking, revealing, consent."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction

from portal.accounts.enums import ConsentKind
from portal.accounts.identity import clean_credit_code, clean_identity_number, clean_mobile
from portal.accounts.masking import mask
from portal.accounts.models import ConsentRecord, Reveal, User
from portal.accounts.services import give_consent, reveal, withdraw_consent
from tests.factories import EnterpriseFactory, JobSeekerFactory, UserFactory, division


@pytest.mark.parametrize(
    "value,kind,shown",
    [
        ("王建国", "name", "王*国"),
        ("王强", "name", "王*"),
        ("欧阳建国", "name", "欧**国"),
        ("320412199001010019", "identity", "3204************19"),
        ("13812345678", "phone", "138****5678"),
        ("85588919", "phone", "********"),
        ("", "phone", ""),
        (None, "identity", ""),
    ],
)
def test_mask(value, kind, shown):
    assert mask(value, kind) == shown


def test_mask_of_an_unknown_kind_is_an_error():
    with pytest.raises(ValueError, match="fax"):
        mask("1", "fax")


@pytest.mark.parametrize("typed", [" 91320412MA1X2K7P3N ", "９１３２０４１２ma1x2k7p3n"])
def test_a_credit_code_is_normalised_before_it_is_checked(typed):
    assert clean_credit_code(typed) == "91320412MA1X2K7P3N"


@pytest.mark.parametrize("typed", ["91320412MA1X2K7P3M", "91320412MA1X2K7P", ""])
def test_a_wrong_credit_code_is_refused(typed):
    with pytest.raises(ValidationError):
        clean_credit_code(typed)


@pytest.mark.parametrize(
    "typed,words",
    [
        ("3204", "18 位，现在是 4 位"),
        ("3" * 18, "不对"),
        ("320010199001010012", "不对"),  # a province's code with no county, the check digit right
    ],
)
def test_a_wrong_identity_number_says_why(typed, words):
    with pytest.raises(ValidationError) as refusal:
        clean_identity_number(typed)
    assert words in refusal.value.messages[0]


def test_a_mobile_number_is_normalised():
    assert clean_mobile(" +86 １９９-0000 1234 ") == "19900001234"


@pytest.mark.django_db
def test_the_database_holds_ciphertext_only():
    user = UserFactory(phone="19900001234")
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, phone_index FROM accounts_user WHERE id = %s", [user.pk])
        phone, index = cursor.fetchone()
    assert "19900001234" not in phone and "19900001234" not in index
    assert User.objects.get(pk=user.pk).phone == "19900001234"


@pytest.mark.django_db
def test_the_blind_index_keeps_a_phone_unique_and_follows_it():
    first, second = UserFactory(phone="19900001234"), UserFactory(phone="19900004321")
    with pytest.raises(IntegrityError), transaction.atomic():
        UserFactory(phone="19900001234")
    first.phone = ""
    first.save()
    second.phone = "19900001234"
    second.save()
    assert User.objects.by_sign_in_name("19900001234").get() == second


@pytest.mark.django_db
def test_an_encrypted_field_cannot_be_searched():
    with pytest.raises(TypeError, match="no lookup"):
        User.objects.filter(phone__contains="199")


@pytest.mark.django_db
def test_revealing_is_recorded_with_the_reason(client):
    staff = UserFactory(district=True)
    seeker = JobSeekerFactory(phone="19900001234")
    client.force_login(staff)
    url = f"/account/reveal/seeker/{seeker.public_id}/phone/"
    assert "19900001234" not in client.get(url).content.decode()
    refused = client.post(url, {"reason": "看"})
    assert "至少 4 个字" in refused.content.decode()
    assert not Reveal.objects.exists()
    assert "19900001234" in client.post(url, {"reason": "电话通知培训"}).content.decode()
    record = Reveal.objects.get()
    assert (record.by, record.subject_id, record.field) == (staff, seeker.pk, "phone")
    assert "19900001234" not in str(vars(record))


@pytest.mark.django_db
def test_what_one_may_not_see_is_not_revealed(client):
    seeker = JobSeekerFactory(phone="19900001234")
    client.force_login(UserFactory(district=True, region=division("320411")))
    url = f"/account/reveal/seeker/{seeker.public_id}/phone/"
    assert client.post(url, {"reason": "电话通知培训"}).status_code == 404
    assert client.get("/account/reveal/seeker/x/password/").status_code == 404
    assert not Reveal.objects.exists()


@pytest.mark.django_db
def test_a_reveal_is_never_changed_or_deleted():
    seeker = JobSeekerFactory(phone="19900001234")
    reveal(UserFactory(city=True), seeker, "seeker", "phone", "电话通知培训")
    for change in (lambda: Reveal.objects.update(reason="别的"), Reveal.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert Reveal.objects.get().reason == "电话通知培训"


@pytest.mark.django_db
def test_consent_is_separate_recorded_and_withdrawn():
    user, one, other = UserFactory(), EnterpriseFactory(), EnterpriseFactory()
    kind = ConsentKind.RESUME_TO_EMPLOYER
    first = give_consent(user, kind, "同意给甲", one)
    assert give_consent(user, kind, "同意给甲", one) == first
    second = give_consent(user, kind, "同意给乙", other)
    assert first != second
    withdraw_consent(first)
    withdrawn_at = withdraw_consent(first).withdrawn_at
    assert withdrawn_at is not None
    again = give_consent(user, kind, "同意给甲", one)
    assert again.pk != first.pk
    assert ConsentRecord.objects.get(pk=second.pk).withdrawn_at is None

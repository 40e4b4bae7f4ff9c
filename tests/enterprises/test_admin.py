"""Django's admin shows enterprises and changes nothing."""

import pytest
from django.urls import reverse

from tests.factories import EnterpriseFactory, ShortageFactory, UserFactory, VacancyFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return UserFactory(administrator=True, is_superuser=True)


def test_tables_and_rows_open_and_offer_nothing_to_write(sign_in, administrator):
    client = sign_in(administrator)
    rows = {
        "enterprise": EnterpriseFactory(contact_phone="13800000007"),
        "vacancy": VacancyFactory(),
        "shortagedeclaration": ShortageFactory(),
    }
    for name, row in rows.items():
        text = client.get(reverse(f"admin:enterprises_{name}_changelist")).content.decode()
        assert reverse(f"admin:enterprises_{name}_add") not in text
        url = reverse(f"admin:enterprises_{name}_change", args=[row.pk])
        text = client.get(url).content.decode()
        assert "_save" not in text
        assert "deletelink" not in text
        assert "13800000007" not in text
        assert client.post(url, {"state": "closed"}).status_code == 403
        add = reverse(f"admin:enterprises_{name}_add")
        assert client.get(add).status_code == 403


def test_nobody_else_enters(client):
    for trait in ("city", "auditor", "member"):
        client.force_login(UserFactory(**{trait: True}))
        url = reverse("admin:enterprises_enterprise_changelist")
        assert client.get(url).status_code == 404

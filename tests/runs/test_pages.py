"""How the runs are shown to staff."""

import pytest

from portal.runs.models import JobRun
from portal.runs.services import running
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PAGES = ("/staff/runs/", "/staff/matching/")


@pytest.mark.parametrize("address", PAGES)
def test_a_killed_run_is_not_shown_as_running(sign_in, address):
    client = sign_in(UserFactory(city=True))
    JobRun.objects.create(kind="match", key="match:2020-03-18", progress={"done": 1, "total": 2})
    page = client.get(address).content.decode()
    assert "中断，等下次运行" in page and "运行中" not in page and "<progress" not in page


@pytest.mark.parametrize("address", PAGES)
def test_a_run_with_a_process_is_running(sign_in, address):
    client = sign_in(UserFactory(city=True))
    with running("match", "match:2020-03-19"):
        page = client.get(address).content.decode()
    assert "运行中" in page and "中断" not in page

"""A small city in the database: complete, readable, and loaded only once."""

import datetime
from io import StringIO

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Count, F, Sum

from enterprises.models import (
    Enterprise,
    KeyListEntry,
    ShortageDeclaration,
    ShortageFill,
    Vacancy,
    VacancyReview,
)
from hotlines.models import Assignment, Commissioner, Hotline, Ticket, Visit
from jobseekers.models import Application, JobIntention, JobSeeker, Push
from portal.accounts.crypto import blind_index
from portal.accounts.models import ConsentRecord, Membership, User
from portal.demo.accounts import shown_accounts
from portal.demo.city import generate
from portal.demo.loading import CityNotEmpty, load_city
from portal.demo.loading import enterprises as loading_enterprises
from portal.demo.loading.tables import copy_into, reserve
from portal.demo.people import DEMO_PASSWORD
from portal.places.loading import load_places
from portal.places.models import Division, Occupation
from portal.runs.models import JobRun
from subsidies.models import (
    BenefitRecipient,
    InsuranceImport,
    InsuranceMonth,
    LocalParameter,
    PersonMonth,
)
from tests.planner import known_rows, pages_without_rows

from .conftest import SMALL, TODAY

COUNTED = (
    User, Membership, ConsentRecord, Enterprise, KeyListEntry, ShortageDeclaration, ShortageFill,
    Vacancy, VacancyReview, JobSeeker, JobIntention, Application, Push, Hotline, Commissioner,
    Assignment, Ticket, Visit, InsuranceImport, InsuranceMonth, PersonMonth, BenefitRecipient,
    LocalParameter,
)  # fmt: skip


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """The small city in the database for this module, taken out again afterwards."""
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        try:
            load_places()
            report = load_city(generate(SMALL, 7, TODAY))
            yield report
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)


@pytest.fixture
def city_db(loaded, db):
    """Access to the loaded city; what a test writes is rolled back."""
    return loaded


@pytest.mark.django_db
def test_tables_that_the_planner_takes_for_empty_are_looked_at_again(monkeypatch):
    """Indexing the search joins four of them; it took a minute and more for some hundred posts."""
    joined = (Division, Occupation, Enterprise, Vacancy)
    pages_without_rows(*joined)
    known = {}
    monkeypatch.setattr(
        loading_enterprises,
        "index_vacancies",
        lambda ids: known.update({model.__name__: known_rows(model) for model in joined}),
    )
    load_city(generate(SMALL, 7, TODAY))
    assert known["Division"] == 45753
    assert (known["Enterprise"], known["Vacancy"]) == (SMALL.enterprises, SMALL.vacancies)


def counts():
    return {model.__name__: model.objects.count() for model in COUNTED}


def test_everything_is_there(city_db):
    found = counts()
    assert found["Enterprise"] == SMALL.enterprises
    assert found["Vacancy"] == SMALL.vacancies
    assert found["JobSeeker"] == SMALL.seekers
    assert found["Application"] == SMALL.applications
    assert found["ShortageDeclaration"] == SMALL.shortages
    assert found["Hotline"] == 10
    assert found["InsuranceMonth"] == city_db.get("缴费月", city_db.ADDED)
    assert all(found.values()), found
    connection.check_constraints()


def test_person_months_agree_with_the_enterprise_months(city_db):
    """Each month of each kind is one current import; the heads of both sides are the same."""
    imports = InsuranceImport.objects.all()
    assert {one.state for one in imports} == {"current"}
    assert len({(one.kind, one.first_month) for one in imports}) == len(imports) == 36
    heads = {
        (row["enterprise"], row["month"]): row["heads"]
        for row in PersonMonth.objects.filter(back_paid=False)
        .values("enterprise", "month")
        .annotate(heads=Count("line"))
    }
    months = InsuranceMonth.objects.exclude(headcount=None)
    assert months.count() > 1000
    for month in months:
        assert heads[month.enterprise_id, month.month] == month.headcount
    for one in imports.filter(kind="person_month"):
        rows = PersonMonth.objects.filter(month=one.first_month, source=one)
        assert rows.count() == one.lines
        assert rows.aggregate(fen=Sum("paid_fen"))["fen"] == one.premium_fen
    drawing = BenefitRecipient.objects.first()
    left = PersonMonth.objects.filter(person=drawing.person, enterprise=drawing.enterprise)
    assert left.exists()
    assert not left.filter(month__gte=drawing.began_on.replace(day=1)).exists()


def test_loading_again_changes_nothing_and_says_so(city_db):
    before, output = counts(), StringIO()
    call_command("load_demo", "--size", "0.05", stdout=output)
    assert counts() == before
    assert "演示城市已经在了：90 家企业、220 个岗位、160 位求职者" in output.getvalue()
    assert "没有改动" in output.getvalue()


def test_personal_data_is_encrypted_and_can_be_found(city_db):
    seeker = JobSeeker.objects.get(user__username="wangjianguo")
    assert seeker.masked_name == "王*国"
    assert seeker.masked_phone == "154****4567"
    assert JobSeeker.objects.get(identity_index=blind_index(seeker.identity_number)) == seeker
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT identity_number, phone FROM jobseekers_jobseeker WHERE id = %s", [seeker.pk]
        )
        stored = cursor.fetchone()
    assert seeker.identity_number not in stored[0]
    assert seeker.phone not in stored[1]


def test_shown_accounts_sign_in_and_no_other_does(city_db):
    for account in shown_accounts():
        user = authenticate(None, username=account.username, password=DEMO_PASSWORD)
        assert user is not None, account
        assert user.role == account.role
    assert User.objects.filter(password__startswith="!").count() == (
        User.objects.count() - len(shown_accounts())
    )


def test_the_told_enterprise_has_its_people_and_posts(city_db):
    enterprise = Enterprise.objects.get(name="常州砺石模具有限公司")
    member = User.objects.get(username="lishi")
    assert Enterprise.objects.visible_to(member).get() == enterprise
    assert enterprise.vacancies.filter(title="数控车工", state="published").exists()
    assert Application.objects.visible_to(member).filter(state="applied").exists()
    commissioner = User.objects.get(username="zhoumin")
    assert enterprise in Enterprise.objects.visible_to(commissioner)
    assert enterprise.size_class == "small"


def test_every_record_stands_up_to_its_model(city_db):
    for model in (Enterprise, JobSeeker, Ticket, Commissioner, Hotline, ShortageDeclaration):
        for row in model.objects.all()[:25]:
            row.full_clean(validate_unique=False)
    vacancies = Vacancy.objects.filter(state="published").select_related("approved_review")
    assert all(v.approved_review.vacancy_id == v.pk for v in vacancies)
    assert not Vacancy.objects.filter(search_vector=None).exists()
    assert not Application.objects.exclude(consent__recipient=F("vacancy__enterprise")).exists()


def test_rows_made_afterwards_get_keys_of_their_own(city_db):
    first = reserve(User, 3)
    assert first > User.objects.order_by("-pk").first().pk
    assert User.objects.create_user("newcomer").pk >= first + 3


def test_a_database_with_records_is_left_alone(city_db):
    JobRun.objects.filter(kind="demo_city").delete()
    before = counts()
    with pytest.raises(CityNotEmpty, match="空的数据库"):
        load_city(generate(SMALL, 7, TODAY))
    assert counts() == before


def test_a_wrong_column_is_refused(city_db):
    with pytest.raises(ValueError, match="no column colour"):
        copy_into(Hotline, ("office", "colour"), [])
    with pytest.raises(ValueError, match="needs region_id"):
        copy_into(Hotline, ("office",), [])


@pytest.mark.django_db
def test_outside_a_demo_nothing_is_loaded(settings):
    settings.DEMO_CITY = False
    for command in ("load_demo", "demo_accounts"):
        with pytest.raises(CommandError, match="没有开启演示城市"):
            call_command(command)


def test_accounts_are_printed_with_their_password():
    output = StringIO()
    call_command("demo_accounts", stdout=output)
    assert DEMO_PASSWORD in output.getvalue()
    assert "lishi" in output.getvalue()


def test_dates_are_relative_to_the_day_of_loading(city_db):
    newest = Vacancy.objects.filter(state="published").order_by("-published_at").first()
    assert TODAY - newest.published_at.date() < datetime.timedelta(4)


def test_history_says_that_the_load_wrote_it(city_db):
    events = apps.get_model("jobseekers", "JobSeekerEvent").objects.select_related("pgh_context")
    assert events.count() == SMALL.seekers
    assert {event.pgh_context.metadata["job"] for event in events} == {"demo_city"}

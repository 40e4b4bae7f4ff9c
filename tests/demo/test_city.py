"""The generated city: the same for the same seed, valid in every code, nobody's name in it."""

import datetime
import hashlib
from collections import Counter
from pathlib import Path

import pytest

from enterprises.enums import (
    CloseOutcome,
    Education,
    FillChannel,
    KeyListKind,
    LicenceState,
    Lodging,
    Shift,
    ShortageOutcome,
    ShortageState,
    VacancyState,
)
from enterprises.lint import lint
from enterprises.size_class import size_class
from jobseekers.enums import ApplicationState, SeekerGroup, SeekerStatus
from portal.accounts.identity import clean_credit_code, clean_identity_number, clean_mobile
from portal.demo import people
from portal.demo.city import generate
from portal.demo.size import CitySize
from portal.demo.story import PLANTED
from portal.demo.vacancy_source import MINIMUM_WAGE_YUAN, TABLE, education_level, experience_years
from portal.places.loading import division_rows, industry_rows, occupation_rows

from .conftest import SMALL, TODAY

EMPLOYERS = Path(__file__).with_name("employers.bin").read_bytes()
STREAMS = (
    "staff", "hotlines", "enterprises", "key_entries", "vacancies", "seekers", "applications",
    "shortages", "insurance_months", "pushes",
)  # fmt: skip


@pytest.fixture(scope="module")
def rows(city):
    return {name: list(getattr(city, name)()) for name in STREAMS}


@pytest.mark.parametrize("name", STREAMS)
def test_the_same_seed_gives_the_same_rows(name, rows):
    again = list(getattr(generate(SMALL, 7, TODAY), name)())
    assert again == rows[name]


def test_another_seed_gives_another_city(rows):
    other = generate(SMALL, 8, TODAY)
    planted = len(PLANTED)
    assert [r.region for r in other.enterprises()][planted:] != [
        r.region for r in rows["enterprises"]
    ][planted:]
    assert [r.title for r in other.vacancies()] != [r.title for r in rows["vacancies"]]


def test_numbers_of_rows_are_those_asked_for(rows):
    assert len(rows["enterprises"]) == SMALL.enterprises
    assert len(rows["vacancies"]) == SMALL.vacancies
    assert len(rows["seekers"]) == SMALL.seekers
    assert len(rows["applications"]) == SMALL.applications
    assert len(rows["shortages"]) == SMALL.shortages
    assert [row.number for row in rows["vacancies"]] == list(range(SMALL.vacancies))


def test_the_demo_city_is_as_large_as_promised():
    size = CitySize()
    assert size.enterprises >= 1500
    assert size.seekers >= 5000
    assert size.vacancies >= 3000
    assert CitySize.scaled(10).enterprises == 10 * size.enterprises
    with pytest.raises(ValueError, match="at least 20"):
        CitySize(enterprises=3)


def test_codes_and_names_are_valid_and_unique(rows):
    enterprises = rows["enterprises"]
    assert len({row.credit_code for row in enterprises}) == len(enterprises)
    assert len({row.name for row in enterprises}) == len(enterprises)
    divisions = {code for code, *_ in division_rows()}
    industries = {code for code, *_ in industry_rows()}
    for row in enterprises:
        assert clean_credit_code(row.credit_code) == row.credit_code
        assert clean_mobile(row.contact_phone) == row.contact_phone
        assert row.region in divisions and row.region.startswith("3204")
        assert row.industry in industries
        assert row.licence_state in LicenceState
        assert row.size_class == size_class(
            row.industry, row.staff_total, row.revenue_wan, row.assets_wan
        )
    assert {row.kind for row in rows["key_entries"]} <= set(KeyListKind)


def test_seekers_are_test_people(rows):
    seekers = rows["seekers"]
    assert len({row.identity_number for row in seekers}) == len(seekers)
    assert len({row.phone for row in seekers}) == len(seekers)
    occupations = {code for code, *_ in occupation_rows()}
    for row in seekers:
        assert clean_identity_number(row.identity_number) == row.identity_number
        assert int(row.identity_number[6:10]) == row.birth_year
        assert 16 <= TODAY.year - row.birth_year <= 60
        assert row.status in SeekerStatus
        assert set(row.groups) <= set(SeekerGroup)
        assert row.education in Education.values
        assert len(row.accepted_regions) <= 3
        assert 1 <= len(row.intentions) <= 3
        assert {code for _, code in row.intentions} <= occupations
        assert row.created_at <= row.updated_at
    assert any(row.has_account for row in seekers) and not all(row.has_account for row in seekers)


def test_vacancies_are_whole_in_every_state(rows):
    enterprises = rows["enterprises"]
    occupations = {code for code, *_ in occupation_rows()}
    for row in rows["vacancies"]:
        assert row.state in VacancyState
        assert enterprises[row.enterprise].licence_state == "approved"
        assert row.occupation in occupations
        assert MINIMUM_WAGE_YUAN <= row.pay_min <= row.pay_max
        assert 1 <= row.headcount <= 9999
        assert row.education in Education.values
        assert row.shift in Shift.values and row.lodging in Lodging.values
        shown = row.state in ("published", "closed")
        assert shown == (row.published_at is not None) == (row.expires_on is not None)
        if shown:
            assert row.created_at < row.submitted_at < row.published_at
            assert row.starts_on < row.expires_on
            assert row.published_at.date() < TODAY
        assert (row.state == "closed") == bool(row.close_outcome)
        if row.close_outcome:
            assert row.close_outcome in CloseOutcome
            assert row.published_at <= row.closed_at
            assert (row.filled == row.headcount) == (row.close_outcome == "filled")
        assert (row.state == "returned") == bool(row.return_reason)


def test_most_vacancies_are_live_and_a_good_part_is_of_key_enterprises():
    city = generate(CitySize(seekers=20, applications=0, shortages=0), 20200325, TODAY)
    columns = city.vacancy_columns
    live = [n for n in range(columns.count) if columns.is_live(n)]
    assert len(live) >= 3000
    key = city.enterprise_columns.is_key[columns.enterprise[live]].mean()
    assert 0.2 < key < 0.4
    sectors = Counter(city.enterprise_columns.industry(int(e))[0] for e in columns.enterprise[live])
    assert sectors["C"] > len(live) * 0.7


def test_published_advertisements_break_no_rule(rows):
    for row in rows["vacancies"]:
        findings = lint(
            {"title": row.title, "duties": row.duties, "requirements": row.requirements},
            pay_min_fen=row.pay_min * 100,
            pay_max_fen=row.pay_max * 100,
            minimum_wage_fen=MINIMUM_WAGE_YUAN * 100,
        )
        assert [f for f in findings if f.severity == "must"] == [], row.title


def test_pushes_come_before_what_became_of_them(city, rows):
    applied = {(r.seeker, r.vacancy): r.applied_at for r in rows["applications"]}
    pairs = [(row.seeker, row.vacancy) for row in rows["pushes"]]
    assert len(set(pairs)) == len(pairs) > 5 * len(applied)
    led = 0
    for row in rows["pushes"]:
        assert row.pushed_on < TODAY
        assert row.read_at is None or row.pushed_on <= row.read_at.date() <= TODAY
        moment = applied.get((row.seeker, row.vacancy))
        if moment:
            led += 1
            assert row.read_at < moment
    assert 0 < led < len(applied)


def test_applications_keep_the_order_of_the_states(rows):
    seen = set()
    for row in rows["applications"]:
        assert (row.seeker, row.vacancy) not in seen
        seen.add((row.seeker, row.vacancy))
        assert row.state in ApplicationState
        vacancy, seeker = rows["vacancies"][row.vacancy], rows["seekers"][row.seeker]
        assert seeker.has_account
        assert vacancy.published_at.date() <= row.applied_at.date() < vacancy.expires_on
        steps = [row.applied_at, row.seen_at, row.invited_at, row.offered_at, row.hired_at]
        moments = [moment for moment in steps if moment]
        assert moments == sorted(moments)
        assert moments[-1].date() < TODAY
        stamps = {
            "applied": row.applied_at, "seen": row.seen_at, "interview": row.invited_at,
            "offered": row.offered_at, "hired": row.hired_at, "declined": row.declined_at,
            "withdrawn": row.withdrawn_at,
        }  # fmt: skip
        assert stamps[row.state] is not None
        assert (row.interview_at is None) == (row.invited_at is None)
    hired = [row.seeker for row in rows["applications"] if row.state == "hired"]
    assert len(hired) == len(set(hired))


def test_history_reaches_over_twelve_weeks():
    city = generate(1, 20200325, TODAY)
    applied = Counter((TODAY - r.applied_at.date()).days // 7 for r in city.applications())
    filled = Counter((TODAY - f.filled_on).days // 7 for r in city.shortages() for f in r.fills)
    declared = Counter((TODAY - r.declared_at.date()).days // 7 for r in city.shortages())
    for weeks in (applied, filled, declared):
        assert set(range(11)) <= set(weeks)


def test_shortages_add_up(rows):
    shortages = rows["shortages"]
    for row in shortages:
        assert row.state in ShortageState
        assert row.missing_total == sum(item.missing for item in row.items) > 0
        assert row.filled_total == sum(fill.persons for fill in row.fills) <= row.missing_total
        assert row.is_emergency == (row.missing_total >= 100)
        assert (row.state == "closed") == bool(row.outcome)
        assert row.outcome == "" or row.outcome in ShortageOutcome
        assert {fill.channel for fill in row.fills} <= set(FillChannel)
        for fill in row.fills:
            assert row.declared_at.date() < fill.filled_on < TODAY
            assert row.closed_at is None or fill.filled_on <= row.closed_at.date()
        for item in row.items:
            assert item.title and item.skills and item.pay_min <= item.pay_max
    assert any(row.is_emergency for row in shortages)


def test_everyone_cared_for_has_one_commissioner_of_the_district(city, rows):
    contacts = city.contacts
    active = [row for row in contacts.assignments() if row.ended_at is None]
    assert len({row.enterprise for row in active}) == len(active)
    for row in active:
        region = rows["enterprises"][row.enterprise].region
        assert contacts.commissioners[row.commissioner].region == region[:6]
    key = {row.enterprise for row in rows["key_entries"]}
    assert key <= {row.enterprise for row in active}
    tickets = list(contacts.tickets(60))
    assert {row.state for row in tickets} == {"open", "answered", "closed"}
    now = datetime.datetime.combine(TODAY, datetime.time(12), tickets[0].due_at.tzinfo)
    waiting = [row for row in tickets if row.state == "open"]
    assert any(row.due_at < now for row in waiting) and any(row.due_at > now for row in waiting)
    for row in tickets:
        if row.is_key:
            assert row.due_at - row.created_at == datetime.timedelta(1)


def test_hotlines_are_the_ten_of_the_annex_with_invented_people():
    lines = {(row.office, row.phone[-8:]) for row in people.HOTLINES}
    assert len(lines) == 10
    assert ("常州市劳动就业管理中心", "85588919") in lines
    assert ("常州经开区社会保障局", "88403910") in lines
    assert all(row.qq.startswith("0") for row in people.HOTLINES)  # no QQ number does


def test_no_real_employer_is_named_anywhere(city, rows):
    known = {EMPLOYERS[i : i + 6] for i in range(0, len(EMPLOYERS), 6)}
    assert len(known) > 8000
    texts = {row.name for row in rows["enterprises"]}
    texts |= {offer.title for offer in city.offers} | {row.duties for row in rows["vacancies"]}
    texts |= {city.enterprise_columns.name(n) for n in range(SMALL.enterprises)}
    for text in texts:
        for start in range(len(text) - 1):
            for end in range(start + 2, len(text) + 1):
                digest = hashlib.sha256(text[start:end].encode()).digest()[:6]
                assert digest not in known, text[start:end]


def test_rows_left_out_are_counted_with_their_reason(city):
    assert city.offers
    refused = city.report.refused(TABLE)
    assert city.report.get(TABLE, city.report.READ) == 17469
    assert sum(refused.values()) + len(city.offers) == 17469
    assert refused["没有写工资"] == 149


@pytest.mark.parametrize(
    ("text", "years"),
    [("无需经验", 0), ("在校生/应届生", 0), ("1年以内经验", 0), ("1-3年经验", 1), ("10年以上经验", 10),
     ("3-4年", 3), ("2年", 2), ("5年及以上", 5), ("", 0), ("若干", None)],
)  # fmt: skip
def test_experience(text, years):
    assert experience_years(text) == years


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("学历不限", 0),
        ("初中及以下", 0),
        ("中技/中专", 2),
        ("大专", 3),
        ("博士", 6),
        ("别的", None),
    ],
)
def test_education(text, level):
    assert education_level(text) == level

"""The two evaluators say the same about any enterprise: outcome and fen."""

from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from subsidies.policy import load_policy_set

from .bench import Setting, blank, disagreements, first_evaluator

POLICIES = load_policy_set(templates=True).policies
KEYS = {
    "changzhou-2020-17": ["refund-general", "refund-difficult", "refund-hard-hit"],
    "nanhe-2020-1": ["refund-sme", "refund-difficult"],
    "jinzhou-2020": ["refund"],
}
LINES = [(POLICIES[policy_id], keys) for policy_id, keys in KEYS.items()]
REGIONS = [
    None, "32", "3204", "320400", "320402", "320412", "320412100", "320412100001", "3205",
    "320500", "130506", "130527", "130506101", "1305", "13", "130500", "130524",
    "2107", "210702", "210700", "21", "320400000000", "320000",
]  # fmt: skip
INDUSTRIES = [None, "F", "F51", "G5430", "H62", "R", "L", "L7", "L72", "L7291", "L7292", "N786",
              "N78", "N7861", "C34", "A"]  # fmt: skip
SIZES = [None, "large", "medium", "small", "micro"]
TRUTH = [None, False, True]
# For random rows: most lie in a place, are certified and have kept their people, or nearly all of
# them would be refused for something and the sums never be compared.
MANY_REGIONS = [*REGIONS, *["320402", "320412", "130506", "210702"] * 20]
MANY_INDUSTRIES = [*INDUSTRIES, *["H62", "F51", "L7291"] * 8]
MANY_TRUE = [*TRUTH, True, True, True]

# Every parameter a bureau may choose, from one end of its range to the other and unset.
_RATE = ["0", "0.01", "0.05", "0.055", "0.06", "0.123456789012345678", "0.2", "0.333"]
_OPEN = {
    "control_target": st.sampled_from([r for r in _RATE if float(r) <= 0.2]),
    "small_headcount_limit": st.sampled_from(_RATE),
    "large_threshold": st.sampled_from([*_RATE, "0.5", "1"]),
    "hard_hit_months": st.integers(1, 3).map(str),
    "benefit_monthly_fen": st.one_of(st.just("1000000"), st.integers(1, 1000000).map(str)),
    "refund_rate": st.sampled_from([*_RATE, "1", "0.5"]),
    "difficult_method": st.sampled_from(["benefit", "contributions"]),
    "difficult_months": st.integers(1, 6).map(str),
}
_FIGURES = st.fixed_dictionaries({}, optional=_OPEN)
_ALL_FIGURES = st.fixed_dictionaries(
    {n: s for n, s in _OPEN.items() if n not in ("control_target", "small_headcount_limit")}
)
_DISTRICTS = dict.fromkeys(("320412", "320412100", "130506", "130527", "210702"), _FIGURES)
_CHOSEN = st.one_of(
    st.fixed_dictionaries({"3204": _ALL_FIGURES, "1305": _ALL_FIGURES}, optional=_DISTRICTS),
    st.fixed_dictionaries(
        {}, optional={**_DISTRICTS, "3204": _FIGURES, "1305": _FIGURES, "2107": _FIGURES}
    ),
)
_WHEN = st.one_of(
    st.sampled_from([
        (2019, date(2020, 4, 1)), (2019, date(2020, 12, 31)), (2019, date(2020, 2, 1)),
        (2019, date(2020, 1, 31)), (2019, date(2020, 1, 1)), (2020, date(2021, 1, 1)),
        (2020, date(2020, 7, 1)), (2021, date(2022, 6, 1)),
    ]),
    st.tuples(st.integers(2018, 2022), st.dates(date(2019, 1, 1), date(2022, 12, 31))),
    *(st.tuples(st.just(2019), st.dates(date(2020, 2, 1), date(2020, 12, 31))) for _ in range(3)),
)  # fmt: skip
SETTINGS = st.builds(lambda chosen, when: Setting(LINES, chosen, *when), _CHOSEN, _WHEN)

_HEADS = st.one_of(
    st.none(), st.sampled_from([0, 1, 29, 30, 31, 37, 38]), st.integers(0, 400),
    st.integers(10**9 - 1000, 10**9),
)  # fmt: skip
_MONEY = st.one_of(
    st.integers(0, 10**10), st.integers(1, 999), st.integers(10**6, 10**9),
    st.sampled_from([None, 0, 1, 2, 3, 10**15, 10**15 - 1]),
)  # fmt: skip


def _near(pair):
    # An end a few persons from what the usual limits allow, so that "exactly at" is common.
    start, rate, off = pair
    return start, max(0, start - start * rate // 1000 + off)


_HEADCOUNTS = st.one_of(
    st.tuples(_HEADS, _HEADS),
    st.tuples(st.integers(1, 3000), st.just(0), st.integers(0, 5)).map(_near),
    st.tuples(st.integers(25, 45), st.just(200), st.integers(-1, 1)).map(_near),
    st.tuples(st.integers(0, 4000), st.sampled_from([0, 55, 60, 200]), st.integers(-1, 1)).map(
        _near
    ),
)
ROWS = st.builds(
    lambda heads, **facts: blank(insured_start=heads[0], insured_end=heads[1], **facts),
    heads=_HEADCOUNTS,
    region=st.sampled_from(MANY_REGIONS),
    size=st.sampled_from(SIZES),
    industry=st.sampled_from(MANY_INDUSTRIES),
    premium_enterprise_fen=_MONEY,
    premium_employee_fen=_MONEY,
    social_insurance_month_fen=_MONEY,
    difficult_certified=st.sampled_from(MANY_TRUE),
    hit_by_epidemic=st.sampled_from(MANY_TRUE),
)

BOUNDED = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    # A failing list names its row already; making it shorter would only take long.
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.django_db
@BOUNDED
@given(SETTINGS, st.lists(ROWS, min_size=30, max_size=40))
def test_they_agree_on_random_enterprises_under_random_figures(setting, rows):
    assert disagreements(setting, rows) == []


USUAL = Setting(
    LINES,
    {
        "3204": {"benefit_monthly_fen": "150000", "hard_hit_months": "3"},
        "320412": {"benefit_monthly_fen": "163333", "large_threshold": "0.055"},
        "1305": {"refund_rate": "0.333", "difficult_method": "contributions"},
        "130506": {"difficult_months": "5"},
        "210702": {"small_headcount_limit": "0.1"},
    },
    2019,
    date(2020, 4, 1),
)


@pytest.mark.django_db
def test_they_agree_on_every_combination_of_certificates_sizes_trades_and_places():
    rows = [
        blank(
            region=region, size=size, industry=industry, difficult_certified=certified,
            hit_by_epidemic=hit, insured_start=start, insured_end=end,
            premium_enterprise_fen=1_234_567, premium_employee_fen=345_678,
            social_insurance_month_fen=777_777,
        )
        for region, size, industry, certified, hit, (start, end) in product(
            ["320402", "320412", "130506", "210702", "32"], SIZES,
            [None, "C34", "H62", "L72"], TRUTH, TRUTH, [(120, 114), (37, 30), (200, 188)],
        )
    ]  # fmt: skip
    assert disagreements(USUAL, rows) == []
    outcomes = {outcome for outcome, _ in first_evaluator(USUAL, rows).values()}
    assert outcomes == {"grant", "deny", "review", "excluded"}


@pytest.mark.django_db
def test_they_agree_on_every_headcount_around_the_limits():
    pairs = [
        (start, end)
        for start in (0, 1, 20, 29, 30, 31, 32, 36, 37, 38, 39, 40, 100, 120, 200, 1000)
        for end in sorted({
            *range(27, 35), 0, start, start + 1,
            *(max(0, start - start * rate // 1000 + off) for rate in (55, 60, 100, 200)
              for off in (-1, 0, 1)),
        })
    ]  # fmt: skip
    rows = [
        blank(
            region=region, size=size, industry="F51", difficult_certified=True,
            hit_by_epidemic=True, insured_start=start, insured_end=end,
            premium_enterprise_fen=10**15, premium_employee_fen=10**15 - 1,
            social_insurance_month_fen=10**15,
        )
        for (start, end), size, region in product(
            pairs, ["large", "small"], ["320402", "320412", "130527", "210702"]
        )
    ]  # fmt: skip
    assert disagreements(USUAL, rows) == []


@pytest.mark.django_db
def test_they_agree_when_each_fact_or_any_two_are_unknown_or_nothing():
    full = blank(
        region="320412", size="small", industry="H62", insured_start=40, insured_end=38,
        premium_enterprise_fen=100, premium_employee_fen=101, social_insurance_month_fen=999,
        difficult_certified=True, hit_by_epidemic=True,
    )  # fmt: skip
    names = [name for name, value in full.items() if value is not None]
    zero = {name: 0 for name, value in full.items() if type(value) is int}
    rows = [
        full | {"region": region} | {one: None, other: None} | dict.fromkeys(zeros, 0)
        for region in ("320412", "130506", "210702")
        for one, other in product(names, names)
        for zeros in ([], *([name] for name in zero if name not in (one, other)))
    ]
    assert disagreements(USUAL, rows) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("base_year", "day"),
    [
        (2018, date(2019, 12, 31)), (2018, date(2020, 1, 1)), (2019, date(2020, 1, 1)),
        (2019, date(2020, 1, 31)), (2019, date(2020, 2, 1)), (2019, date(2020, 12, 31)),
        (2019, date(2021, 1, 1)), (2020, date(2021, 1, 1)), (2021, date(2022, 1, 1)),
    ],
)  # fmt: skip
def test_they_agree_on_first_and_last_days(base_year, day):
    rows = [
        blank(
            region=region, size="small", industry="H62", insured_start=heads, insured_end=heads,
            premium_enterprise_fen=1001, premium_employee_fen=500, difficult_certified=certified,
            hit_by_epidemic=True, social_insurance_month_fen=100,
        )
        for region, heads, certified in product(
            ["320412", "130506", "210702"], [20, 40], [True, False]
        )
    ]  # fmt: skip
    assert disagreements(replace(USUAL, base_year=base_year, legal_date=day), rows) == []


# The national refund: what may be set locally changes from year to year.
NATIONAL = [(POLICIES["national-refund-2021-2025"], ["refund"])]
_BY_YEAR = {
    2020: {},
    2021: {"other_kinds_rate_2021": st.sampled_from(["0", "0.3", "0.6"])},
    2022: {"sme_rate": st.sampled_from(["0", "0.9", "0.777"])},
    2023: {},
    2024: {"control_target": st.sampled_from(["0", "0.05", "0.2"])},
    2025: {
        "sme_rate": st.sampled_from(["0.2", "0.9"]),
        "large_rate": st.sampled_from(["0.1", "0.333", "0.5"]),
    },
    2026: {},
}


@st.composite
def _national_settings(draw):
    year = draw(st.sampled_from(sorted(_BY_YEAR)))
    figures = st.fixed_dictionaries({}, optional=_BY_YEAR[year])
    chosen = draw(st.fixed_dictionaries({}, optional={"3204": figures, "320412": figures}))
    day = draw(st.dates(date(year, 1, 1), date(year, 12, 31)))
    return Setting(NATIONAL, chosen, draw(st.sampled_from([*[year - 1] * 4, year])), day)


_NATIONAL_ROWS = st.builds(
    lambda row, **facts: row | facts,
    row=ROWS,
    region=st.sampled_from([None, "320402", "320412", "110000"]),
    paid_months=st.sampled_from([None, 11, 12, 12, 12, 12]),
    entity_kind=st.sampled_from([
        None, "enterprise", "enterprise", "social_group", "foundation", "social_service",
        "law_firm", "accounting_firm", "individual_business",
    ]),
    dispatch_company=st.sampled_from([None, *[False] * 8, True]),
    dishonest=st.sampled_from([None, *[False] * 5, True]),
)  # fmt: skip


@pytest.mark.django_db
@BOUNDED
@given(_national_settings(), st.lists(_NATIONAL_ROWS, min_size=30, max_size=40))
def test_they_agree_on_the_national_refund(setting, rows):
    assert disagreements(setting, rows) == []

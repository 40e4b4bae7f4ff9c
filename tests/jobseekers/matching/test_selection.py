"""The selection against the definition: caps, stability, order of rows, threads, headcount."""

from dataclasses import replace
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.matching_kernel import columns
from jobseekers.matching import MatchSettings, match, select
from jobseekers.matching.columns import ColumnError, Lists
from jobseekers.matching.score import PARTS, ScoreModel
from jobseekers.matching.select import settle

from . import oracle
from .strategies import Dice, seeker_columns, vacancy_columns, worlds

quick = settings(deadline=None, max_examples=100, derandomize=True, database=None)


def edges_of(result):
    return {
        (int(v), int(s)): int(r)
        for v, s, r in zip(result.vacancy_index, result.seeker_index, result.round, strict=True)
    }


def by_ids(vacancies, seekers, result):
    """The whole result in terms of ids, in output order."""
    return list(
        zip(
            seekers.ids[result.seeker_index].tolist(),
            vacancies.ids[result.vacancy_index].tolist(),
            result.score.tolist(),
            result.parts.tolist(),
            result.seeker_rank.tolist(),
            result.vacancy_rank.tolist(),
            result.round.tolist(),
            strict=True,
        )
    )


@quick
@given(worlds())
def test_edges_scores_and_parts_are_those_of_the_definition(world):
    vacancies, seekers, chosen = world
    result = match(vacancies, seekers, chosen)
    table = oracle.pair_table(vacancies, seekers, chosen)
    assert edges_of(result) == oracle.select(vacancies, seekers, chosen, table)
    for at in range(len(result)):
        order, _, _, parts = table[int(result.vacancy_index[at]), int(result.seeker_index[at])]
        assert tuple(result.parts[at]) == parts
        assert result.score[at] == order[0]


@quick
@given(worlds())
def test_no_pair_that_both_sides_would_rather_have_is_passed_over(world):
    vacancies, seekers, chosen = world
    result = match(vacancies, seekers, chosen)
    table = oracle.pair_table(vacancies, seekers, chosen)
    assert oracle.blocking_pairs(vacancies, seekers, chosen, edges_of(result), table) == []
    assert result.metrics.blocking_pairs == 0


def careless():
    """A selection that passes over the best pair of everybody at the beginning of a run."""
    calls = iter([True])

    def once(tables, lists, *others):
        if next(calls, False):
            lists.tried[:] = np.minimum(1, lists.found)
        return settle(tables, lists, *others)

    return mock.patch.object(select, "settle", once)


@quick
@given(worlds())
def test_a_check_that_waits_finds_what_it_finds_at_once(world):
    vacancies, seekers, chosen = world
    waits = replace(chosen, check=False)
    later = match(vacancies, seekers, waits)
    assert edges_of(later) == edges_of(match(vacancies, seekers, chosen))
    assert later.metrics.blocking_pairs is None
    assert later.check() == 0
    with careless():
        now = match(vacancies, seekers, chosen)
    with careless():
        later = match(vacancies, seekers, waits)
    assert later.check() == now.check() == now.metrics.blocking_pairs


def test_the_check_finds_pairs_that_were_passed_over():
    vacancies, seekers = columns(300, 30)
    waits = MatchSettings(cap=1, per_seeker=1, check=False)
    assert match(vacancies, seekers, waits).check() == 0
    with careless():
        assert match(vacancies, seekers, waits).check() > 0


@quick
@given(worlds())
def test_caps_hold_on_both_sides(world):
    vacancies, seekers, chosen = world
    result = match(vacancies, seekers, chosen)
    exposure = np.bincount(result.vacancy_index, minlength=len(vacancies))
    assert (exposure <= vacancies.headcount * chosen.cap).all()
    mine = np.bincount(result.seeker_index, minlength=len(seekers))
    assert mine.max(initial=0) <= chosen.per_seeker
    assert len(edges_of(result)) == len(result)


@quick
@given(worlds())
def test_nobody_is_left_empty_while_a_vacancy_they_fit_has_room(world):
    vacancies, seekers, chosen = world
    result = match(vacancies, seekers, chosen)
    exposure = np.bincount(result.vacancy_index, minlength=len(vacancies))
    room = exposure < vacancies.headcount * chosen.cap
    empty = set(range(len(seekers))) - set(result.seeker_index.tolist())
    for v, s in oracle.pair_table(vacancies, seekers, chosen):
        assert not (s in empty and room[v])


@quick
@given(worlds(), st.randoms(use_true_random=False))
def test_order_of_rows_and_number_of_threads_change_nothing(world, random):
    vacancies, seekers, chosen = world
    before = by_ids(vacancies, seekers, match(vacancies, seekers, chosen))
    rows = list(range(len(vacancies))), list(range(len(seekers)))
    for side in rows:
        random.shuffle(side)
    vacancies, seekers = vacancies.take(rows[0]), seekers.take(rows[1])
    other = replace(chosen, threads=chosen.threads % 3 + 1, list_length=7)
    assert by_ids(vacancies, seekers, match(vacancies, seekers, other)) == before


@settings(quick, max_examples=200)
@given(worlds(most_vacancies=6, most_seekers=10), st.data())
def test_more_headcount_never_leaves_fewer_people_recommended(world, data):
    vacancies, seekers, chosen = world
    before = match(vacancies, seekers, chosen).metrics.seekers_covered
    more = data.draw(st.lists(st.integers(0, 3), min_size=len(vacancies), max_size=len(vacancies)))
    larger = replace(vacancies, headcount=vacancies.headcount + np.array(more, dtype=np.int32))
    assert match(larger, seekers, chosen).metrics.seekers_covered >= before


def electricians(count, **more):
    row = {"occupations": [6310103], "regions": [3204], "hard_to_place": False} | more
    return [row] * count


POST = {"occupation": 6310103, "division": 320412100, "pay": (0, 0), "headcount": 1, "key": False}


def test_a_hard_to_place_person_keeps_the_only_post_although_others_score_higher():
    others = electricians(4, home=320412100)
    lone = electricians(1, home=321002, hard_to_place=True)
    seekers = seeker_columns(others + lone)
    result = match(vacancy_columns([POST]), seekers, MatchSettings(cap=1))
    assert result.seeker_index.tolist() == [4]
    assert result.metrics.rounds[0] == ("hard_first", 1)


def test_a_key_enterprise_is_served_before_the_rest():
    posts = vacancy_columns([POST, POST | {"key": True, "pay": (1000, 1000)}])
    seekers = seeker_columns(electricians(3, pay_expected=0))
    result = match(posts, seekers, MatchSettings(per_seeker=1, cap=3))
    assert set(result.vacancy_index.tolist()) == {1}


def test_the_fallback_serves_a_person_whose_own_trade_has_no_post():
    posts = vacancy_columns([POST | {"occupation": 4010203}])
    result = match(posts, seeker_columns(electricians(1)), MatchSettings())
    assert result.metrics.rounds[-1] == ("floor", 1)
    assert result.parts[0][0] == 0


def test_a_skill_that_everybody_has_does_not_make_another_trade_a_candidate():
    post = POST | {"occupation": 4010203, "skills": [0], "headcount": 9}
    few = match(vacancy_columns([post]), seeker_columns(electricians(9, skills=[0])))
    assert dict(few.metrics.rounds) == dict.fromkeys(dict(few.metrics.rounds), 0) | {"general": 9}
    many = match(vacancy_columns([post]), seeker_columns(electricians(40, skills=[0])))
    assert dict(many.metrics.rounds)["general"] == 0
    assert dict(many.metrics.rounds)["floor"] == 40


def test_the_draw_among_equals_follows_the_night():
    posts, seekers = vacancy_columns([POST]), seeker_columns(electricians(40))
    winners = set()
    for night in range(12):
        edges = match(posts, seekers, MatchSettings(cap=1, lottery=night))
        winners.add(int(edges.seeker_index[0]))
    assert len(winners) > 6


def test_a_crowd_larger_than_a_slice_gives_the_same_edges_on_one_thread_and_on_three():
    rng = np.random.default_rng(7)
    n = 700
    places = np.array([320412100, 320412102, 320402001])
    posts = vacancy_columns(
        [POST | {"division": int(p), "headcount": int(h)}
         for p, h in zip(rng.choice(places, 60), rng.integers(1, 4, 60), strict=True)]
    )  # fmt: skip
    seekers = seeker_columns(electricians(n))
    seekers = replace(
        seekers,
        home=rng.choice(places, n).astype(np.int32),
        skills=Lists.of(rng.integers(0, 30, (n, 3))),
    )
    one = match(posts, seekers, MatchSettings(threads=1))
    three = match(posts, seekers, MatchSettings(threads=3))
    assert by_ids(posts, seekers, one) == by_ids(posts, seekers, three)
    exposure = np.bincount(one.vacancy_index, minlength=60)
    assert (exposure == posts.headcount * 10).all()
    assert one.metrics.searches > n
    assert one.metrics.largest_exposure == 10.0
    assert one.metrics.blocking_pairs == 0


@pytest.mark.parametrize("text_share", [0, 400, 1000])
def test_where_skills_or_texts_decide_the_shortcuts_of_the_search_miss_nothing(text_share):
    """A crowd on full lists: here a bound that cut too early would show."""
    model = ScoreModel(
        "test", dict.fromkeys(PARTS, 50) | {"skills": 600}, text_share=text_share, text_full=1000
    )
    for seed in range(4):
        dice = Dice(seed, tight=True)
        posts = vacancy_columns([dice.vacancy() | {"headcount": 1} for _ in range(12)])
        seekers = seeker_columns([dice.seeker() | {"hard_to_place": False} for _ in range(80)])
        chosen = MatchSettings(cap=8, list_length=2, model=model)
        result = match(posts, seekers, chosen)
        assert edges_of(result) == oracle.select(posts, seekers, chosen)
        assert result.metrics.searches > len(seekers)


COOK = 4030201


def test_a_short_post_goes_to_who_has_little_else_and_the_employer_still_sees_the_fittest_first():
    posts = vacancy_columns([POST] + [POST | {"occupation": COOK, "headcount": 9}] * 20)
    seekers = seeker_columns(
        electricians(1, home=0) + electricians(1, occupations=[6310103, COOK], home=320412100)
    )

    def electrician_post(cap, **weights):
        """Who has it by their place on its list, with the points of the part."""
        model = ScoreModel("test", weights) if weights else ScoreModel()
        found = match(posts, seekers, MatchSettings(cap=cap, model=model))
        here = np.flatnonzero(found.vacancy_index == 0)
        ranked = here[np.argsort(found.vacancy_rank[here])]
        return list(
            zip(
                found.seeker_index[ranked].tolist(),
                found.parts[ranked, PARTS.index("choices")].tolist(),
                strict=True,
            )
        )

    assert electrician_post(1) == [(0, 933)]  # one choice of the fifteen that are enough
    assert electrician_post(2) == [(1, 0), (0, 933)]
    without = dict.fromkeys(PARTS, 125) | {"choices": 0}
    assert electrician_post(1, **without) == [(1, 0)]


def test_a_post_that_many_can_choose_is_a_part_of_a_choice_and_one_out_of_reach_is_none():
    model = ScoreModel(choices_full=2, choices_wanted=10)
    people = electricians(40, education=4) + electricians(60, education=0)
    posts = vacancy_columns([POST | {"education": 2}, POST | {"education": 5}])
    result = match(posts, seeker_columns(people), MatchSettings(model=model))
    assert result.seeker_index.max() < 40
    points = set(result.parts[:, PARTS.index("choices")].tolist())
    assert points == {875}  # ten of forty: a quarter of a choice of two


def test_choices_that_were_counted_elsewhere_are_kept():
    posts, seekers = vacancy_columns([POST]), seeker_columns(electricians(3))
    given = replace(seekers, choices=[7, 8, 9])
    assert sorted(match(posts, given).parts[:, -1].tolist()) == [7, 8, 9]
    some = replace(seekers, choices=[7, -1, 9])
    assert set(match(posts, some).parts[:, -1].tolist()) == {933}
    with pytest.raises(ColumnError, match="choices"):
        replace(seekers, choices=[7, 8, 1001])


def test_nobody_and_nothing_give_an_empty_result():
    result = match(vacancy_columns([]), seeker_columns([]))
    assert len(result) == 0
    assert result.metrics.gini == 0
    only_posts = match(vacancy_columns([POST]), seeker_columns([]))
    assert only_posts.metrics.bands == (1, 0, 0, 0, 0)

"""Districts and cities that border on one another: the table, the levels, the order they make."""

import csv

import numpy as np
import pytest

from jobseekers.matching import Lists, MatchSettings, SeekerColumns, VacancyColumns, match
from jobseekers.matching.neighbours import PAIRS, check_pairs, default_neighbours, packed
from jobseekers.matching.score import PARTS, ScoreModel
from portal.places.datafiles import read_rows

PLACE = PARTS.index("place")


def test_the_table_names_real_places_once_and_its_sources():
    known = {row["code"] for row in read_rows("divisions.csv.gz")}
    with PAIRS.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert all({row["a"], row["b"]} <= known and row["source"] for row in rows)
    assert len({frozenset((row["a"], row["b"])) for row in rows}) == len(rows)
    inside = {code for pair in default_neighbours() for code in pair if code // 100 == 3204}
    assert inside == {320402, 320404, 320411, 320412, 320413, 320471, 320481}


@pytest.mark.parametrize("wrong", [(320412, 320412), (3204, 320412), (32, 33), (0, 1)])
def test_pairs_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValueError, match="相邻地区"):
        check_pairs([wrong])
    with pytest.raises(ValueError, match="相邻地区"):
        MatchSettings(neighbours=(wrong,))


def test_pairs_hold_in_both_directions():
    assert packed(((2000, 1000), (1000, 2000))).tolist() == [1_000_002_000, 2_000_001_000]
    assert packed(()).size == 0


@pytest.mark.parametrize(
    ("post", "home", "level"),
    [
        (320412100, 320412100, 5),
        (320412100, 320412001, 4),
        (320412100, 320413001, 3),
        (320412100, 320282001, 3),
        (320412100, 320481001, 2),
        (320412100, 3204, 2),
        (320412100, 320281001, 1),
        (3204, 320282001, 1),
        (3204, 3202, 1),
        (320412100, 320501001, 0),
        (320412100, 110101001, 0),
        (0, 320412001, 0),
    ],
)
def test_levels_of_place_by_home(post, home, level):
    model = ScoreModel()
    posts = VacancyColumns(ids=[1], occupation=[6310100], division=[post])
    people = SeekerColumns(ids=[1], occupations=Lists.of([[6310100]]), home=[home])
    points = match(posts, people).parts[0][PLACE]
    assert points == model.place_points[level]
    assert model.place_level(points) == level


def test_a_nearer_place_never_earns_less():
    assert list(ScoreModel().place_points) == sorted(set(ScoreModel().place_points))


def test_a_post_in_the_next_district_goes_before_one_at_the_other_end_of_the_city():
    posts = VacancyColumns(ids=[1, 2], occupation=[6310100] * 2, division=[320481001, 320404001])
    people = SeekerColumns(ids=[1], occupations=Lists.of([[6310100]]), home=[320402001])
    assert match(posts, people).vacancy_index.tolist() == [1, 0]
    alone = MatchSettings(neighbours=())
    assert len(set(match(posts, people, alone).parts[:, PLACE])) == 1
    assert np.array_equal(posts.ids, [1, 2])

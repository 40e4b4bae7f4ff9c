"""Words of texts: how they are cut, weighed and kept, and that they tell what suits."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from bench.matching_text import auc, points_of
from jobseekers.matching import Lists, MatchSettings, SeekerColumns, VacancyColumns, match
from jobseekers.matching.score import PARTS, ScoreModel
from jobseekers.matching.text import (
    TIMES_BITS,
    WORDS,
    TextVocabulary,
    merged,
    rarity_of,
    shared,
    weighed,
    words_of,
)

CAMPUS = Path(__file__).parent / "data" / "campus_words.json.gz"
SKILLS = PARTS.index("skills")


def test_a_text_is_cut_into_words_without_single_letters_and_signs():
    text = "负责数控车床的操作，会用 AutoCAD、C++；每天2次！"
    assert words_of(text) == ["负责", "数控车床", "操作", "会用", "autocad", "c++", "每天"] or set(
        words_of(text)
    ) >= {"负责", "操作", "autocad"}
    assert not [word for word in words_of(text) if len(word) < 2 or not word.isprintable()]
    assert words_of("") == words_of("，。！ 的 了") == []


def test_rows_count_words_and_are_one_vocabulary_for_both_sides():
    words = TextVocabulary()
    one = words.rows(["焊接 焊接 装配", "", "焊接 焊接 装配"])
    other = words.rows(["装配"])
    assert [len(one.row(i)) for i in range(3)] == [2, 0, 2]
    counted = {value >> TIMES_BITS: value & 15 for value in one.row(0).tolist()}
    assert sorted(counted.values()) == [1, 2]
    assert counted[other.values[0] >> TIMES_BITS] == 1
    many = words.row("焊接 " * 100)
    assert [value & 15 for value in many] == [15]
    assert set(words.phrases(["焊接 装配", "焊接"])) == set(one.row(0).tolist())


def test_titles_and_duties_are_added_up():
    one, other = Lists.of([[16 + 1, 32 + 2], [], []]), Lists.of([[32 + 15], [48 + 1], []])
    both = merged(one, other)
    assert [both.row(i).tolist() for i in range(3)] == [[17, 47], [49], []]


def test_the_words_kept_are_those_the_other_side_may_have_too():
    rare = [[word << TIMES_BITS | 1 for word in range(100, 100 + 2 * WORDS)]]
    common = [[word << TIMES_BITS | 1 for word in range(WORDS)]] * 9
    rows = Lists.of([rare[0] + common[0], *common])
    kept = weighed(rows, rarity_of([rows, Lists.empty(1)]))
    assert set((kept.row(0) >> 11).tolist()) == set(range(WORDS))
    squares = ((kept.row(0) & 2047) ** 2).sum()
    assert abs(squares / 2**20 - 1) < 0.02


def test_words_only_one_side_has_take_no_room():
    left, right, count = shared(Lists.of([[5 << 11 | 7, 9 << 11 | 3]]), Lists.of([[9 << 11 | 4]]))
    assert (left.values.tolist(), right.values.tolist(), count) == ([3], [4], 1)
    nothing = shared(Lists.of([[5 << 11]]), Lists.empty(3))
    assert (nothing[0].values.size, nothing[2]) == (0, 0)


def test_a_work_history_that_reads_like_the_duties_brings_the_post_to_the_front():
    words = TextVocabulary()
    duties = ["操作注塑机生产汽车塑料件", "驾驶叉车装卸货物", "打扫楼道卫生", "接听客户电话"]
    posts = VacancyColumns(ids=[1, 2, 3, 4], occupation=[6310100] * 4, text=words.rows(duties))
    history = words.rows(["三年注塑机操作，做过汽车塑料件", ""])
    people = SeekerColumns(ids=[1, 2], occupations=Lists.of([[6310100]] * 2), text=history)
    result = match(posts, people)
    first = result.seeker_index == 0
    assert result.vacancy_index[first][0] == 0
    assert result.parts[first][0][SKILLS] == 1000
    assert not result.parts[~first][:, SKILLS].any()


def test_where_both_have_skills_too_the_texts_have_their_share():
    words = TextVocabulary()
    text = words.rows(["操作注塑机"])
    posts = VacancyColumns(ids=[1], occupation=[6310100], skills=Lists.of([[1]]), text=text)
    people = SeekerColumns(
        ids=[1], occupations=Lists.of([[6310100]]), skills=Lists.of([[2]]), text=text
    )
    for share in (0, 250, 1000):
        settings = MatchSettings(model=ScoreModel(text_share=share))
        assert match(posts, people, settings).parts[0][SKILLS] == share


def test_texts_of_a_job_fair_tell_suitable_pairs_from_others():
    """The words, without their order, of résumés and posts labelled by hand; nothing is learned.

    Half of the résumés served to choose how many words to keep; both halves must pass.
    """
    kept = json.loads(gzip.decompress(CAMPUS.read_bytes()))
    numbers = {n: at for at, n in enumerate(
        sorted({n for side in ("seekers", "vacancies") for row in kept[side] for n, _ in row})
    )}  # fmt: skip
    posts, people = (
        Lists.of(
            [[numbers[n] << TIMES_BITS | min(times, 15) for n, times in row] for row in kept[side]]
        )
        for side in ("vacancies", "seekers")
    )
    s, v, suits = np.array(kept["labels"]).T
    points = points_of(posts, people, v, s)
    assert suits.size == 2302
    assert auc(points, suits == 1) >= 0.78
    for half in (0, 1):
        mine = s % 2 == half
        assert auc(points[mine], suits[mine] == 1) >= 0.77


@pytest.mark.parametrize(("points", "expected"), [([1, 2, 3], 1), ([3, 2, 1], 0), ([1, 1, 1], 0.5)])
def test_auc(points, expected):
    assert auc(np.array(points), np.array([False, False, True])) == expected

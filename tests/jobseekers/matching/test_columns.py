"""Columns, codes and settings refuse what cannot be meant; the figures are those of the books."""

import stat

import numpy as np
import pytest

from jobseekers.matching import Lists, MatchSettings, SeekerColumns, VacancyColumns, compiled
from jobseekers.matching.codes import (
    division_ranges,
    occupation_text,
    pack_occupation,
    widen_divisions,
)
from jobseekers.matching.columns import ColumnError
from jobseekers.matching.metrics import exposure_bands, gini
from jobseekers.matching.score import PARTS, ScoreModel
from jobseekers.matching.settings import Round, Scope, Who


@pytest.mark.parametrize(
    ("code", "packed"),
    [("6-31-01-03", 6310103), ("6-31-01", 6310100), ("6-31", 6310000), ("6", 6000000), ("", 0)],
)
def test_occupations_are_packed(code, packed):
    assert pack_occupation(code) == packed


def test_occupations_are_printed_in_full_and_rubbish_is_refused():
    assert occupation_text(6310103) == "6-31-01-03"
    for wrong in ("6-3", "x", "6-31-01-03-1", "6310103"):
        with pytest.raises(ValueError, match="职业代码"):
            pack_occupation(wrong)


def test_divisions_are_widened_and_pseudo_ones_read_as_meant():
    codes = [0, 32, 3204, 320412, 320412100, 320400, 320401, 110101, 222401, 419001, 320000]
    wide, depth = widen_divisions(np.array(codes))
    assert depth.tolist() == [0, 2, 4, 6, 9, 4, 4, 6, 6, 6, 2]
    assert wide.tolist()[3:7] == [320412000, 320412100, 320400000, 320400000]
    with pytest.raises(ValueError, match="12345"):
        widen_divisions(np.array([320412, 12345]))


def test_ranges_of_places():
    low, high = division_ranges(np.array([320412100, 320412, 3204, 32, 0, 5001]))
    assert list(zip(low.tolist(), high.tolist(), strict=True)) == [
        (320412100, 320412101),
        (320412000, 320413000),
        (320400000, 320500000),
        (320000000, 330000000),
        (0, 1_000_000_000),
        (500000000, 510000000),
    ]


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"ids": [1, 1]}, "编号有重复"),
        ({"pay_min": [1, 2, 3]}, "pay_min 有 3 行，应有 2 行"),
        ({"pay_min": [0, 9], "pay_max": [0, 5]}, "pay_max 第 2 行：5"),
        ({"headcount": [1, 0]}, "headcount 第 2 行：0，至少是 1"),
        ({"education": [0, 7]}, "education 第 2 行：7"),
        ({"experience": [300, 0]}, "experience 第 1 行：300 超出范围"),
        ({"pay_min": [1.5, 2]}, "小数"),
        ({"skills": Lists.of([[-1], []])}, "skills 有负的词号"),
        ({"occupation": [0, 10_000_000]}, "不是职业代码"),
    ],
)
def test_vacancy_columns_name_column_row_and_reason(columns, words):
    with pytest.raises(ColumnError, match=words):
        VacancyColumns(**({"ids": [1, 2]} | columns))


def test_seeker_columns_are_checked_too():
    with pytest.raises(ColumnError, match="education 第 1 行：-2"):
        SeekerColumns(ids=[1], education=[-2])
    with pytest.raises(ColumnError, match="occupations"):
        SeekerColumns(ids=[1], occupations=Lists.of([[-5]]))


def test_lists_take_and_normalise_rows():
    rows = Lists.of([[3, 1, 3], [], [2]])
    assert [rows.take([2, 0]).row(i).tolist() for i in (0, 1)] == [[2], [3, 1, 3]]
    assert rows.normalised().row(0).tolist() == [1, 3]
    with pytest.raises(ColumnError):
        Lists([0, 2], [1])
    with pytest.raises(ColumnError):
        Lists([0, 2, 1, 2], [1, 1])


def test_score_model_is_checked_and_full_marks_are_a_million():
    model = ScoreModel()
    assert model.score([1000] * len(PARTS)) == 1_000_000
    with pytest.raises(ValueError, match="1000"):
        ScoreModel(weights=model.weights | {"pay": 0})
    with pytest.raises(ValueError, match="依次"):
        ScoreModel(weights={"pay": 1000})
    with pytest.raises(ValueError, match="0 到 1000"):
        ScoreModel(key_points=501)


def test_settings_are_checked():
    for wrong in ({"per_seeker": 0}, {"cap": 0}, {"skill_floor": 0}, {"rounds": ()}):
        with pytest.raises(ValueError, match="应在"):
            MatchSettings(**wrong)
    greedy = Round("general", "统一匹配", Who.EVERYONE, Scope.CANDIDATES, 11)
    with pytest.raises(ValueError, match="每轮"):
        MatchSettings(rounds=(greedy,))


def test_gini_of_known_distributions():
    assert gini(np.array([5, 5, 5])) == 0
    assert gini(np.array([0, 0, 0, 8])) == 0.75
    assert gini(np.array([])) == 0


def test_bands_of_exposure():
    exposure, headcount = np.array([0, 2, 4, 5, 9, 10, 12]), np.array([1, 1, 2, 1, 1, 1, 4])
    assert exposure_bands(exposure, headcount, 10) == (1, 2, 2, 1, 1)


def test_compiled_code_goes_to_a_place_of_our_own(monkeypatch, tmp_path):
    """Beside the source if it is ours, else the user's cache; never where others may write."""
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(compiled.tempfile, "gettempdir", lambda: str(tmp_path / "tmp"))
    source = tmp_path / "source"
    monkeypatch.setattr(compiled, "__file__", str(source / "compiled.py"))
    beside, ours = source / "__pycache__", tmp_path / "cache" / "employment-portal"
    assert compiled.cache_base() == beside
    assert stat.S_IMODE(beside.stat().st_mode) == 0o700
    beside.chmod(0o777)
    assert compiled.cache_base() == ours
    ours.chmod(0o777)
    assert compiled.cache_base().parent == tmp_path / "tmp"
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "given"))
    assert compiled.cache_base() == tmp_path / "given"


def test_changed_sources_never_meet_old_machine_code(monkeypatch, tmp_path):
    before = compiled.fingerprint()
    assert before in compiled.numba.config.CACHE_DIR
    for name in compiled.COMPILED:
        (tmp_path / f"{name}.py").write_text("same")
    monkeypatch.setattr(compiled, "__file__", str(tmp_path / "compiled.py"))
    first = compiled.fingerprint()
    (tmp_path / "kernel.py").write_text("other")
    assert len({before, first, compiled.fingerprint()}) == 3

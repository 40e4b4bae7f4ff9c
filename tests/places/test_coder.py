"""The occupation coder: figures on hand-coded titles, and how it reads a title."""

import csv
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from portal.places.coder import Coder, code_title, code_titles, fine_occupation
from portal.places.coder.lexicon import SynonymError, load_lexicon, read_synonyms

DATA = Path(__file__).parent / "coder_data"
NAMES = {"4-01-02": "销售人员", "6-18-01": "机械冷加工人员"}


def _rows(name: str, part: str | None = None) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as handle:
        return [row for row in csv.DictReader(handle) if part is None or row["part"] == part]


def _figures(rows: list[dict[str, str]]) -> tuple[float, float]:
    """Share coded of all titles, share right of those coded.

    Titles that nobody can code (no code listed) count as wrong when they are coded.
    """
    results = code_titles([row["title"] for row in rows])
    coded = [(result, row) for result, row in zip(results, rows, strict=True) if result.minor_code]
    right = sum(result.minor_code in row["minor_codes"].split("|") for result, row in coded)
    return len(coded) / len(rows), right / len(coded)


@pytest.mark.parametrize(
    ("file", "part"),
    [
        ("acceptance_titles.csv", None),
        ("hand_coded.csv", "tuning"),
        ("hand_coded.csv", "held_out"),
    ],
)
def test_figures_hold(file, part):
    coverage, accuracy = _figures(_rows(file, part))
    assert coverage >= 0.80
    assert accuracy >= 0.85


def test_hand_coded_set_is_large_and_its_parts_do_not_meet():
    tuning = {row["title"] for row in _rows("hand_coded.csv", "tuning")}
    held_out = {row["title"] for row in _rows("hand_coded.csv", "held_out")}
    assert len(tuning) >= 250
    assert len(held_out) >= 100
    assert not tuning & held_out


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("机械工程师", "2-02-07"),
        ("医疗器械销售经理", "4-01-02"),
        ("市政道桥设计师", "2-02-18"),
        ("小微信贷客户经理", "4-05-01"),
        ("注塑操作工", "6-14-02"),
        ("注塑工艺工程师", "2-02-07"),
        ("C++开发工程师", "2-02-10"),
        ("ＪＡＶＡ高级开发工程师", "2-02-10"),
        ("【急聘】外卖骑手+包吃住+配车", "4-10-08"),
        ("仓管员/叉车司机", "4-02-06"),
        ("电工（长白班，五险一金）", "6-31-01"),
        ("高薪诚聘 会计 双休", "2-06-03"),
        ("普工", "8-00-00"),
        ("电子厂普工", "6-25-04"),
        ("定向培养生", None),
        ("2023届校园招聘", None),
        ("工程师", None),
        ("", None),
        ("！！！", None),
    ],
)
def test_title_is_read_from_its_head(title, code):
    assert code_title(title).minor_code == code


def test_candidates_are_at_most_three_and_fall():
    result = code_title("淘宝客服/美工/运营/仓管")
    confidences = [confidence for _, _, confidence in result.candidates]
    assert len(result.candidates) == 3
    assert confidences == sorted(confidences, reverse=True)
    assert result.candidates[0][1]


def test_below_the_threshold_it_abstains_but_still_names_candidates():
    strict = Coder(threshold=0.99)
    result = strict.code("会计")
    assert result.minor_code is None
    assert result.candidates[0][:2] == ("2-06-03", "会计专业人员")


def test_duties_decide_where_the_title_is_silent():
    duties = "负责注塑机调机；注塑工艺改善；注塑模具更换；注塑车间人员安排；注塑品质；注塑机保养"
    assert code_title("技术员").minor_code is None
    assert code_title("技术员", duties).candidates[0][0] in {"6-14-02", "2-02-07"}
    assert code_title("会计", duties).minor_code == "2-06-03"


def test_what_staff_corrected_goes_before_the_table():
    lexicon = load_lexicon(extra=[("普工", "job", (("6-25-04",), 0.9))])
    assert Coder(lexicon).code("普工").minor_code == "6-25-04"
    assert code_title("普工").minor_code == "8-00-00"


def test_code_titles_keeps_order_and_repeats():
    codes = [result.minor_code for result in code_titles(["会计", "保安", "会计"])]
    assert codes == ["2-06-03", "4-07-05", "2-06-03"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (",job,4-01-02,0.9,", "line 2"),
        ("销售,jobb,4-01-02,0.9,", "line 2"),
        ("销售,job,9-99-99,0.9,", "no such minor class: 9-99-99"),
        ("销售,job,4-01-02,1.5,", "weight"),
    ],
)
def test_mistake_in_the_synonym_table_is_named(line, message):
    with pytest.raises(SynonymError, match=message):
        read_synonyms(["term,kind,minor_codes,weight,source\n", line], NAMES)


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("男鞋针车工", "6-05-04-01"),
        ("外卖骑手", "4-10-08-01"),
        ("会计", "2-06-03-00"),
        ("装配钳工（长白班）", "6-20-01-01"),
        ("数控车床师傅", None),
        ("智创生活", None),
    ],
)
def test_fine_occupation(title, code):
    assert fine_occupation(title) == code


def test_command_codes_a_file(tmp_path, capsys):
    source, target = tmp_path / "titles.csv", tmp_path / "coded.csv"
    source.write_text("id,title\n7,会计\n8,智创生活\n9,\n", encoding="utf-8-sig")
    call_command("occupation", "code", "--in", source, "--out", target)
    assert "共 3 个岗位名称，编出 1 个（33.3%）" in capsys.readouterr().out
    with target.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert rows == [
        {
            "id": "7",
            "title": "会计",
            "minor_code": "2-06-03",
            "confidence": "0.95",
            "candidates": "2-06-03 会计专业人员 0.95",
        },
        {"id": "8", "title": "智创生活", "minor_code": "", "confidence": "0.00", "candidates": ""},
        {"id": "9", "title": "", "minor_code": "", "confidence": "0.00", "candidates": ""},
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("name\n会计\n".encode(), "要有 title 这一列"),
        ("title\n会计\n".encode("gbk"), "不是 UTF-8"),
        ("title\n会计,2\n".encode(), "第 1 条的列数"),
    ],
)
def test_command_names_what_is_wrong_and_writes_nothing(tmp_path, content, message):
    source, target = tmp_path / "titles.csv", tmp_path / "coded.csv"
    source.write_bytes(content)
    with pytest.raises(CommandError, match=message):
        call_command("occupation", "code", "--in", source, "--out", target)
    assert not target.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["titles.csv"]


def test_command_says_when_the_file_is_missing(tmp_path):
    with pytest.raises(CommandError, match="打不开"):
        call_command("occupation", "code", "--in", tmp_path / "no.csv", "--out", tmp_path / "o.csv")

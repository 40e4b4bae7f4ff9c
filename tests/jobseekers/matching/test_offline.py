"""``manage.py match offline``: files as other bureaus write them. No test here may ask a database."""

import csv
import json

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from jobseekers.matching.offline import csvrows
from jobseekers.matching.offline.csvrows import HeaderError, Rejects, pieces
from jobseekers.matching.offline.run import Paths, run_offline
from jobseekers.matching.offline.sides import SEEKER_HEADER, VACANCY_HEADER
from jobseekers.matching.settings import MatchSettings

V_HEAD, S_HEAD = ",".join(VACANCY_HEADER), ",".join(SEEKER_HEADER)
POST = "v1,电工,6-31-01-03,320412100,5000,7000,2,1,布线,1,0"
PERSON = "s1,6-31-01-03,,3204,5000,3,3,布线,0"


@pytest.fixture
def folder(tmp_path):
    """Writes V and S, runs the command, and knows the four paths."""

    class Folder:
        path = tmp_path
        out, metrics = tmp_path / "E.csv", tmp_path / "M.json"
        rejects = tmp_path / "E.rejects.csv"

        def write(self, vacancies, seekers, encoding="utf-8", heads=(V_HEAD, S_HEAD)):
            for name, head, rows in (("V", heads[0], vacancies), ("S", heads[1], seekers)):
                text = "\n".join([head, *rows]) + "\n"
                (tmp_path / f"{name}.csv").write_bytes(text.encode(encoding))

        def run(self, *more):
            call_command(
                "match", "offline", f"--vacancies={tmp_path}/V.csv", f"--seekers={tmp_path}/S.csv",
                f"--out={self.out}", f"--metrics={self.metrics}", *more,
            )  # fmt: skip

        def edges(self):
            with self.out.open(encoding="utf-8", newline="") as handle:
                return list(csv.DictReader(handle))

        def figures(self):
            return json.loads(self.metrics.read_text(encoding="utf-8"))

        def bad(self):
            with self.rejects.open(encoding="utf-8", newline="") as handle:
                return [
                    (row["file"][-5:], int(row["line"]), row["column"], row["reason"])
                    for row in csv.DictReader(handle)
                ]

    return Folder()


def test_two_files_give_edges_with_parts_that_add_up_and_figures(folder, capsys):
    folder.write([POST, "v2,焊工,,320412,6000,8000,,,焊接,3,1"], [PERSON, "s2,,焊工,320412,,,,,是"])
    folder.run()
    edges = folder.edges()
    assert list(edges[0]) == ["seeker_id", "vacancy_id", "score", "parts"]
    assert {("s1", "v1"), ("s2", "v2")} <= {(e["seeker_id"], e["vacancy_id"]) for e in edges}
    for edge in edges:
        assert sum(json.loads(edge["parts"]).values()) == int(edge["score"]) > 0
    figures = folder.figures()
    assert (figures["seekers"], figures["vacancies"], figures["openings"]) == (2, 2, 4)
    assert figures["coverage_seekers"] == figures["coverage_vacancies"] == 1
    assert figures["blocking_pairs"] == 0
    assert 0 < figures["largest_exposure_per_headcount"] <= 10
    assert {"exposure_gini", "peak_memory_bytes"} <= set(figures)
    assert {"read_vacancies", "match_search", "write_edges", "total"} <= set(figures["seconds"])
    assert figures["occupations_from_titles"] == {"vacancies": 1, "seekers": 1}
    assert not folder.rejects.exists()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_encodings_other_systems_write_are_read(folder, encoding):
    folder.write(["岗位甲,电工,,320412,,,,,,1,"], ["求职者乙,,电工,320412,,,,,"], encoding)
    folder.run()
    assert [(e["seeker_id"], e["vacancy_id"]) for e in folder.edges()] == [("求职者乙", "岗位甲")]


def test_ids_are_kept_as_written_and_quotes_and_line_breaks_survive(folder):
    folder.write(['"0,07 ""甲""","电工,\n急招",,320412,,,,,,1,'], [' 007,,"电工, ""熟手""",,,,,,'])
    folder.run()
    assert [(e["seeker_id"], e["vacancy_id"]) for e in folder.edges()] == [(" 007", '0,07 "甲"')]


BAD_VACANCIES = [
    ("v2,电工,,32041,,,,,,1,", "region", "“32041”不是区划代码"),
    ("v3,电工,,320412,99999999999999999999,,,,,1,", "pay_min", "太大"),
    ("v4,电工,,320412,6000,5000,,,,1,", "pay_max", "最高工资低于最低工资"),
    ("v5,电工,,320412,五千,,,,,1,", "pay_min", "“五千”应是不带小数的数字"),
    ("v6,电工,,320412,-1,,,,,1,", "pay_min", "“-1”应是"),
    ("v7,电工,,320412,,,7,,,1,", "education", "太大，最多 6"),
    ("v8,电工,,320412,,,,,,0,", "headcount", "太小，至少 1"),
    ("v9,电工,,320412,,,,,,1,也许", "key", "“也许”应是 1 或 0"),
    ("v10,电工,6310103,320412,,,,,,1,", "occupation", "不是职业代码"),
    (",电工,,320412,,,,,,1,", "vacancy_id", "没有编号"),
    ("v1,电工,,320412,,,,,,1,", "vacancy_id", "“v1”编号重复，第 2 行已有"),
    ("v11,电工,,320412", "", "应有 11 列，这一行有 4 列"),
    ("v12,电工,,320412,,,,,,1,,,", "", "应有 11 列，这一行有 13 列"),
    ('v13,"电工,,320412,,,,,,1,', "", "引号没有配对"),
    ('v14,"电"工,,320412,,,,,,1,', "", "引号没有配对"),
]


def test_bad_rows_are_listed_with_line_and_reason_and_the_rest_is_matched(folder, capsys):
    rows = [row for row, _, _ in BAD_VACANCIES]
    seekers = [PERSON, "s2,6-31-01-03;x,,,,,,,", "s3,,,3204;99,,,,,", "s4,,,,,,,,maybe"]
    folder.write([POST, *rows, POST.replace("v1", "last")], seekers)
    folder.run()
    expected = [("V.csv", at, column) for at, (_, column, _) in enumerate(BAD_VACANCIES, start=3)]
    expected += [("S.csv", 3, "occupations"), ("S.csv", 5, "hard_to_place")]
    found = folder.bad()
    assert [row[:3] for row in found] == expected
    shown = capsys.readouterr().err
    for (_, line, _, reason), (_, _, words) in zip(found, BAD_VACANCIES, strict=False):
        assert words in reason
        assert f"第 {line} 行" in shown and reason in shown
    assert {e["vacancy_id"] for e in folder.edges()} == {"v1", "last"}
    figures = folder.figures()
    assert figures["bad_rows"] == {"vacancies": len(rows), "seekers": 2}
    assert figures["bad_rows_by_reason"]["vacancies"]["引号没有配对"] == 2


@pytest.mark.parametrize(
    ("heads", "words"),
    [
        ((V_HEAD.replace(",key", ""), S_HEAD), "V.csv：表头缺少：key"),
        ((V_HEAD, S_HEAD.replace("regions", "region")), "S.csv：表头缺少：regions"),
        ((V_HEAD + ",key", S_HEAD), "V.csv：表头重复：key"),
        (("", S_HEAD), "V.csv：表头缺少：vacancy_id"),
        (('"', S_HEAD), "V.csv：第一行的引号没有配对"),
    ],
)
def test_a_wrong_header_ends_with_2_and_nothing_is_written(folder, heads, words):
    folder.write([POST], [PERSON], heads=heads)
    with pytest.raises(CommandError, match=words) as refused:
        folder.run()
    assert refused.value.returncode == 2
    assert sorted(p.name for p in folder.path.iterdir()) == ["S.csv", "V.csv"]


def test_an_empty_file_is_a_wrong_header_and_a_bare_header_an_empty_city(folder):
    folder.write([], [])
    folder.run()
    assert folder.edges() == []
    assert folder.figures()["coverage_seekers"] == 0
    (folder.path / "V.csv").write_bytes(b"")
    with pytest.raises(CommandError, match="文件是空的") as refused:
        folder.run()
    assert refused.value.returncode == 2


def test_columns_in_another_order_and_more_of_them_are_all_right(folder):
    names = [*reversed(VACANCY_HEADER), "remark"]
    cells = [*reversed(POST.split(",")), "x"]
    folder.write([",".join(cells)], [PERSON], heads=(",".join(names), S_HEAD))
    folder.run()
    assert len(folder.edges()) == 1


def test_a_missing_file_or_folder_and_a_file_used_twice_are_named(folder):
    folder.write([POST], [PERSON])
    (folder.path / "S.csv").rename(folder.path / "T.csv")
    with pytest.raises(CommandError, match=r"S\.csv：打不开") as refused:
        folder.run()
    assert refused.value.returncode == 1
    (folder.path / "T.csv").rename(folder.path / "S.csv")
    with pytest.raises(CommandError, match="写不进去"):
        folder.run(f"--out={folder.path}/none/E.csv")
    with pytest.raises(CommandError, match="同一个文件用了两次"):
        folder.run(f"--out={folder.path}/V.csv")
    assert (folder.path / "V.csv").read_text(encoding="utf-8").startswith(V_HEAD)


def test_when_writing_breaks_off_the_old_files_stay(folder, monkeypatch):
    folder.write([POST], [PERSON])
    folder.run()
    before = folder.out.read_bytes(), folder.metrics.read_bytes()
    monkeypatch.setattr("jobseekers.matching.offline.run.figures_text", lambda figures: 1 / 0)
    folder.write([POST, POST.replace("v1", "v2")], [PERSON])
    with pytest.raises(ZeroDivisionError):
        folder.run()
    assert (folder.out.read_bytes(), folder.metrics.read_bytes()) == before
    assert len(list(folder.path.iterdir())) == 4


def test_the_rejects_of_an_earlier_run_do_not_outlive_it(folder):
    folder.write([POST, "v2"], [PERSON])
    folder.run()
    assert len(folder.bad()) == 1
    folder.write([POST], [PERSON])
    folder.run()
    assert not folder.rejects.exists()


def test_caps_can_be_given_and_are_checked(folder):
    folder.write(
        [POST, POST.replace("v1", "v2")], [PERSON.replace("s1", f"s{n}") for n in range(9)]
    )
    folder.run("--cap=2", "--per-seeker=1")
    figures = folder.figures()
    assert (figures["cap"], figures["per_seeker"], figures["edges"]) == (2, 1, 4)
    assert figures["largest_exposure_per_headcount"] == 2
    for wrong in ("--cap=0", "--per-seeker=101", "--cap=x"):
        with pytest.raises(CommandError, match="应是 1 到"):
            folder.run(wrong)


def test_four_digits_accept_the_whole_city_and_nine_one_street(folder):
    posts = ["a,,6-31-01-03,320402001,,,,,,1,", "b,,6-31-01-03,320412100,,,,,,1,",
             "c,,6-31-01-03,320282001,,,,,,1,"]  # fmt: skip
    folder.write(posts, ["city,6-31-01-03,,3204,,,,,", "street,6-31-01-03,,320412100,,,,,"])
    folder.run()
    found = {(e["seeker_id"], e["vacancy_id"]) for e in folder.edges()}
    assert found == {("city", "a"), ("city", "b"), ("street", "b")}


def test_the_order_of_rows_changes_no_edge(folder):
    posts = [POST.replace("v1", f"v{n}") for n in range(30)]
    people = [PERSON.replace("s1", f"s{n}") for n in range(30)]
    folder.write(posts, people)
    folder.run("--cap=3", "--per-seeker=2")
    before = folder.edges()
    folder.write(posts[::-1], people[::-1])
    folder.run("--cap=3", "--per-seeker=2")
    assert sorted(map(str, folder.edges())) == sorted(map(str, before))


_MESS = st.lists(
    st.sampled_from(
        [POST, '"', ",", "\n", "\r", "\r\n", "v2,", "甲", "\x00", "99999999999", '"""', ";", "﻿"]
    )
    | st.text(max_size=6),
    max_size=30,
)


@settings(deadline=None, max_examples=60)
@given(_MESS, st.binary(max_size=8), st.sampled_from(["utf-8", "gb18030"]))
def test_whatever_stands_in_a_file_every_row_is_used_or_listed(tmp_path_factory, mess, raw, coding):
    folder = tmp_path_factory.mktemp("mess")
    body = f"{V_HEAD}\n{POST}\n{''.join(mess)}".encode(coding, "ignore") + raw + b"\n"
    (folder / "V.csv").write_bytes(body + POST.replace("v1", "end").encode() + b"\n")
    (folder / "S.csv").write_text(f"{S_HEAD}\n{PERSON}\n", encoding="utf-8")
    paths = Paths(*(folder / name for name in ("V.csv", "S.csv", "E.csv", "M.json")))
    report = run_offline(paths, MatchSettings(), lambda titles: [None] * len(titles))
    bad = report.rejects[str(folder / "V.csv")]
    assert report.figures["vacancies"] >= 1
    assert report.figures["vacancies"] + len(bad) >= 2
    assert all(row.line >= 2 and row.reason for row in bad.rows)


def test_an_open_quotation_mark_takes_no_neighbours_with_it(tmp_path):
    path = tmp_path / "x.csv"
    rows = [f"{n},b" for n in range(3 * csvrows.MOST_LINES)]
    rows[10] = '10,"b'
    path.write_text("a,b\n" + "\n".join(rows) + "\n", encoding="utf-8")
    rejects = Rejects()
    found = [one for piece in pieces(path, ["a"], rejects) for one in piece.columns["a"]]
    assert len(found) == len(rows) - 1
    assert [(row.line, row.reason) for row in rejects.rows] == [(12, "引号没有配对")]


def test_utf_16_is_named(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("a,b\n", encoding="utf-16")
    with pytest.raises(HeaderError, match="UTF-16"):
        list(pieces(path, ["a"], Rejects()))

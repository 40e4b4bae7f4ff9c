"""``manage.py occupation code``: files in, files out, and what is refused."""

import csv

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from portal.places.management.commands import occupation as command

ONLY_TABLE = "--no-corrections"


def run(source, target, *options):
    """The command on two paths."""
    call_command("occupation", "code", "--in", source, "--out", target, *options)


def read(path, encoding="utf-8"):
    """Rows of a coded file."""
    with path.open(encoding=encoding, newline="") as handle:
        return list(csv.DictReader(handle))


def test_command_codes_a_file(tmp_path, capsys):
    source, target = tmp_path / "titles.csv", tmp_path / "coded.csv"
    source.write_text("id,title\n7,会计\n8,智创生活\n\n9,\n", encoding="utf-8")
    run(source, target, ONLY_TABLE)
    words = capsys.readouterr().out
    assert "共 3 个岗位名称：编出 1 个（33.3%），没有把握 2 个；单核每秒" in words
    assert "没有用更正" in words
    assert read(target) == [
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
    ("encoding", "coded"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "utf-8-sig")],
)
def test_command_reads_what_excel_writes(tmp_path, encoding, coded):
    source, target = tmp_path / "titles.csv", tmp_path / "coded.csv"
    source.write_bytes("title,备注\r\n㙍店销售员,“急”\r\n".encode(encoding))
    run(source, target, ONLY_TABLE)
    assert target.read_bytes().startswith(b"\xef\xbb\xbf") is (coded == "utf-8-sig")
    row = read(target, coded)[0]
    assert (row["title"], row["备注"], row["minor_code"]) == ("㙍店销售员", "“急”", "4-01-02")


def test_command_looks_at_the_duties_and_replaces_its_own_columns(tmp_path):
    source, target = tmp_path / "titles.csv", tmp_path / "coded.csv"
    duties = "注塑机调机；注塑工艺；注塑模具更换；注塑品质"
    source.write_text(
        f"minor_code,title,duties\nold,技术员,{duties}\nold,技术员,\n", encoding="utf-8"
    )
    run(source, target, ONLY_TABLE)
    first, second = read(target)
    assert [*first] == ["title", "duties", "minor_code", "confidence", "candidates"]
    assert (first["minor_code"], second["minor_code"]) == ("6-14-02", "")


def test_titles_that_lost_a_character_are_coded_and_named(tmp_path, capsys):
    source, target = tmp_path / "titles.csv", tmp_path / "coded.csv"
    source.write_text("title\n出纳\n会计\ufffd\n\ufffd电工\n", encoding="utf-8")
    run(source, target, ONLY_TABLE)
    assert "有 2 个名称里有读不出的字（第一个在第 3 行）" in capsys.readouterr().err
    assert [row["minor_code"] for row in read(target)] == ["2-06-03", "2-06-03", "6-31-01"]


def test_a_file_can_be_coded_in_its_place(tmp_path):
    source = tmp_path / "titles.csv"
    source.write_text("title\n会计\n", encoding="utf-8")
    run(source, source, ONLY_TABLE)
    assert read(source)[0]["minor_code"] == "2-06-03"


@pytest.mark.parametrize(
    ("content", "message", "code"),
    [
        ("name,工种\n会计,1\n".encode(), "第 1 行要有 title 这一列，现在是：name、工种", 2),
        ("title,title\n会计,1\n".encode(), "列名重复：title", 2),
        (b"", "文件是空的", 2),
        ("title\n会计\n出纳,2\n".encode(), "第 3 行有 2 列，表头有 1 列", 1),
        ("title,a\n会计\n".encode(), "第 2 行有 1 列，表头有 2 列", 1),
        ("title\n会计\n出\x00纳\n".encode(), "第 3 行 title 列有乱码", 1),
        ("title\n会计\n".encode() + b"\xe4\xbc\n", "第 3 行有读不出的字", 1),
        (b"title\n\xff\xff\n", "第 2 行有读不出的字", 1),
        ('title\n会计\n"出纳\n'.encode(), "英文双引号没有成对", 1),
        (b"PK\x03\x04....", "这是 Excel 工作簿", 1),
        ("title\n会计\n".encode("utf-16"), "UTF-16", 1),
    ],
)
def test_command_names_what_is_wrong_and_writes_nothing(tmp_path, content, message, code):
    source, target = tmp_path / "titles.csv", tmp_path / "coded.csv"
    source.write_bytes(content)
    with pytest.raises(CommandError, match=message) as refused:
        run(source, target, ONLY_TABLE)
    assert refused.value.returncode == code
    assert [path.name for path in tmp_path.iterdir()] == ["titles.csv"]


def test_a_refused_file_leaves_the_former_result(tmp_path):
    source, target = tmp_path / "titles.csv", tmp_path / "coded.csv"
    target.write_text("before")
    source.write_text("title\n会计\n出纳,2\n", encoding="utf-8")
    with pytest.raises(CommandError):
        run(source, target, ONLY_TABLE)
    assert target.read_text() == "before"


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [("no.csv", "o.csv", "打不开"), ("titles.csv", "no/o.csv", "写不进去")],
)
def test_command_says_what_it_cannot_open(tmp_path, source, target, message):
    (tmp_path / "titles.csv").write_text("title\n会计\n", encoding="utf-8")
    with pytest.raises(CommandError, match=message):
        run(tmp_path / source, tmp_path / target, ONLY_TABLE)


def test_without_a_database_it_says_that_corrections_are_not_used(tmp_path, capsys, monkeypatch):
    def broken():
        raise OperationalError("no server")

    monkeypatch.setattr(command, "coder_in_force", broken)
    source, target = tmp_path / "titles.csv", tmp_path / "coded.csv"
    source.write_text("title\n会计\n", encoding="utf-8")
    run(source, target)
    said = capsys.readouterr()
    assert "读不到数据库里的职业编码更正，这次只用同义词表。" in said.err
    assert "没有用更正" in said.out
    assert read(target)[0]["minor_code"] == "2-06-03"

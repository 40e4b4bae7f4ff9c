"""``manage.py policy``: JSON for any decision, one line and status 2 for wrong input."""

import io
import json
import shutil
import subprocess
import sys

import pytest
from django.core.management import call_command

from subsidies.management.commands.policy import Command
from subsidies.policy import POLICIES
from subsidies.policy.cli import main

GENERAL = "changzhou-2020-17/refund-general"
FACTS = {
    "region": "320412",
    "base_year": 2019,
    "size": "small",
    "insured_start": 120,
    "insured_end": 114,
    "premium_enterprise_fen": 3600000,
    "premium_employee_fen": 2400000,
}


@pytest.fixture
def facts_file(tmp_path):
    path = tmp_path / "facts.json"

    def write(content):
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        path.write_text(text, "utf-8")
        return str(path)

    return write


def run(*arguments):
    out, err = io.StringIO(), io.StringIO()
    status = main(list(arguments), out, err)
    return status, out.getvalue(), err.getvalue()


def test_a_grant(facts_file):
    status, out, err = run("evaluate", GENERAL, "--facts", facts_file(FACTS))
    assert (status, err) == (0, "")
    answer = json.loads(out)
    assert (answer["provision"], answer["outcome"], answer["amount_fen"]) == (
        GENERAL,
        "grant",
        3000000,
    )
    assert set(answer["policy"]) == {"id", "version", "sha256"}
    assert len(answer["amount_steps"]) == 3


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"insured_end": 100}, "deny"),
        ({"size": None}, "review"),
        ({"already_paid": [GENERAL]}, "excluded"),
    ],
)
def test_every_decision_is_a_success(facts_file, change, outcome):
    status, out, _ = run("evaluate", GENERAL, "--facts", facts_file(FACTS | change))
    assert status == 0
    answer = json.loads(out)
    assert (answer["outcome"], answer["amount_fen"]) == (outcome, 0)


def test_local_parameters_and_the_day(facts_file):
    path = facts_file(FACTS | {"size": "large"})
    arguments = ["evaluate", GENERAL, "--facts", path, "--set", "large_threshold=0.05"]
    status, out, _ = run(*arguments, "--as-of", "2020-04-01")
    assert (status, json.loads(out)["outcome"]) == (0, "grant")
    status, out, _ = run(*arguments, "--as-of", "2021-04-01")
    assert (status, json.loads(out)["outcome"]) == (0, "deny")


@pytest.mark.parametrize(
    ("arguments", "content", "text"),
    [
        ([GENERAL], {"insured": 1}, "未知的事实“insured”"),
        ([GENERAL], {"insured_end": "many"}, "年末参保人数"),
        ([GENERAL], "{", "不是正确的 JSON"),
        ([GENERAL], "[]", "要写成"),
        ([GENERAL], '{"size": "small", "size": "large"}', "写了两次"),
        ([GENERAL], '{"insured_end": 30.0}', "30.0"),
        ([GENERAL], '{"insured_end": NaN}', "NaN"),
        ([GENERAL], '{"insured_end": %s}' % ("9" * 5000), "太大"),
        ([GENERAL], {"insured_end": 10**9 + 1}, "10 亿以内"),
        ([GENERAL], {"premium_enterprise_fen": 10**15 + 1}, "1000 万亿以内"),
        ([GENERAL], {"hired_on": "2020-W10-2"}, "2020-03-10"),
        ([GENERAL], {"kept_share": "０.５"}, "0 到 1"),
        ([GENERAL], {"already_paid": ["train-in-lieu"]}, "changzhou-2020-17/train-in-lieu"),
        ([GENERAL], '{"\\ud800": 1}', "\\ud800"),
        ([GENERAL, "--set", "large_threshold=0." + "1" * 5000], FACTS, "0.055 这样的小数"),
        ([GENERAL, "--set", "benefit_monthly_fen=" + "1" * 5000], FACTS, "整数"),
        ([GENERAL, "--as-of", "2020-W10-2"], FACTS, "2020-W10-2"),
        (["changzhou-2020-17/nothing"], FACTS, "没有编号为"),
        ([GENERAL, "--set", "nothing=1"], FACTS, "没有参数“nothing”"),
        ([GENERAL, "--set", "general_rate=0.6"], FACTS, "不能在本地改"),
        ([GENERAL, "--set", "large_threshold"], FACTS, "名称=值"),
        ([GENERAL, "--set", "large_threshold=5%"], FACTS, "0.055 这样的小数"),
        ([GENERAL, "--set", "large_threshold=2"], FACTS, "超出范围"),
        ([GENERAL, "--set", "large_threshold=0.1", "--set", "large_threshold=0.2"], FACTS, "写了两次"),
        ([GENERAL, "--as-of", "2020-4-1"], FACTS, "2020-4-1"),
        ([GENERAL, "--frobnicate"], FACTS, "不认识"),
    ],
)  # fmt: skip
def test_wrong_input_is_one_line_and_status_two(facts_file, arguments, content, text):
    status, out, err = run("evaluate", *arguments, "--facts", facts_file(content))
    assert (status, out) == (2, "")
    assert err.count("\n") == 1 and text in err


def test_the_answer_is_utf8_whatever_the_locale(facts_file, monkeypatch):
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))
    assert main(["evaluate", GENERAL, "--facts", facts_file(FACTS)]) == 0
    sys.stdout.flush()
    assert json.loads(written.getvalue().decode("utf-8"))["title"].startswith("失业保险稳岗返还")


def test_missing_arguments_and_files():
    for arguments in (
        [],
        ["evaluate", GENERAL],
        ["frobnicate"],
        ["evaluate", GENERAL, "--facts", "none.json"],
    ):
        status, out, err = run(*arguments)
        assert (status, out, err.count("\n")) == (2, "", 1)


def test_cases_and_lint_pass():
    status, out, _ = run("test")
    assert status == 0 and "未通过 0 个" in out
    status, out, _ = run("lint")
    assert status == 0 and "发现 0 个问题" in out


def test_a_changed_figure_makes_the_cases_fail(tmp_path):
    for path in (POLICIES / "jinzhou").iterdir():
        shutil.copy(path, tmp_path)
    path = tmp_path / "jinzhou-2020.yaml"
    path.write_text(path.read_text("utf-8").replace("value: 0.8,", "value: 0.7,"), "utf-8")
    status, out, _ = run("test", str(path))
    assert status == 1
    assert "未通过 jinzhou-2020.yaml：返还百分之八十：amount_fen 应为 1036800，实为 907200" in out


def test_lint_names_what_no_case_tries(tmp_path):
    for path in (POLICIES / "jinzhou").iterdir():
        shutil.copy(path, tmp_path)
    cases = tmp_path / "jinzhou-2020.cases.yaml"
    kept = [line for line in cases.read_text("utf-8").splitlines() if "region: null" not in line]
    cases.write_text("\n".join(kept), "utf-8")
    status, out, _ = run("lint", str(tmp_path / "jinzhou-2020.yaml"))
    assert status == 1
    assert "jinzhou-2020/refund：没有“region”不详的用例" in out


def test_a_faulty_file(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("schema: 1\nid: X\n", "utf-8")
    status, out, _ = run("lint", str(path))
    assert status == 1 and "x.yaml:2: id: 写法不对" in out
    status, _, err = run("test", str(path))
    assert status == 2 and "x.yaml:2: id: 写法不对" in err and err.count("\n") == 1


def test_faults_are_told_from_the_top_down(tmp_path):
    """Shape and content alike: line 39 stands before line 115."""
    text = (POLICIES / "jinzhou/jinzhou-2020.yaml").read_text("utf-8")
    path = tmp_path / "x.yaml"
    for changes in (
        (("effective:", "efective:"), ("operator: le", "oprator: le")),
        (("fact: region", "fact: nowhere"), ("cite: S4(四)", "cite: S4(九)")),
    ):
        changed = text
        for old, new in changes:
            changed = changed.replace(old, new)
        assert changed != text
        path.write_text(changed, "utf-8")
        _, out, _ = run("lint", str(path))
        lines = [int(line.split(":")[1]) for line in out.splitlines()[:-1]]
        assert len(lines) > 2 and lines == sorted(lines), out


def test_a_reader_that_has_seen_enough_is_no_fault():
    """`policy show … | head` ends quietly."""
    command = [sys.executable, "-m", "subsidies.policy", "show", "changzhou-2020-17"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=POLICIES.parent.parent
    ) as process:
        process.stdout.close()
        said = process.stderr.read()
        process.wait(timeout=60)
    assert said == b""


def test_show():
    assert GENERAL in run("show")[1]
    whole = run("show", "changzhou-2020-17")[1]
    assert "常人社发〔2020〕17号" in whole and "大型企业的裁员率上限：文件没有规定" in whole
    one = run("show", GENERAL)[1]
    assert "裁员率：不高于 适用的裁员率上限" in one and "返还比例" in one
    assert run("show", "nothing/at-all")[0] == 2


def test_the_management_command_is_the_same_command(facts_file, capsys):
    with pytest.raises(SystemExit) as ended:
        Command().run_from_argv(
            ["manage.py", "policy", "evaluate", GENERAL, "--facts", "none.json"]
        )
    assert ended.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1
    out = io.StringIO()
    call_command("policy", "show", stdout=out)
    assert GENERAL in out.getvalue()

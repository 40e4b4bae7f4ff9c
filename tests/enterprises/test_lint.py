"""The advertisement lint: what it must find, what it must leave alone, and what it says."""

from pathlib import Path

import pytest
import yaml

from enterprises.lint import apply_fix, innocents, lint
from enterprises.lint.normalise import normalise
from enterprises.lint.rules import RULES_FILE, RulesError, read_rules, rule_book

DATA = Path(__file__).parent / "lint_data"
MINIMUM_WAGE_FEN = 202_000
BREACHES = [
    (kind, text, quoted)
    for kind, cases in yaml.safe_load((DATA / "breaches.yaml").read_text("utf-8")).items()
    for text, quoted in cases
]
INNOCENTS = (DATA / "innocents.txt").read_text("utf-8").splitlines()
REAL_TITLES = (DATA / "real_titles.txt").read_text("utf-8").splitlines()
REQUIREMENTS = (
    "只招女工，35 岁以下，身体健康，能吃苦。有针车经验优先，没有经验可以学。"
    "湖北籍勿扰。入职交工服押金 300 元，转正后退还。"
)


@pytest.mark.parametrize(("kind", "text", "quoted"), BREACHES)
def test_breach_is_found_at_its_words(kind, text, quoted):
    findings = lint({"requirements": text}, minimum_wage_fen=MINIMUM_WAGE_FEN)
    assert (kind, quoted) in [(finding.kind, finding.quoted) for finding in findings]
    for finding in findings:
        assert text[finding.start : finding.end] == finding.quoted


@pytest.mark.parametrize("text", INNOCENTS)
def test_innocent_words_are_left_alone(text):
    assert lint({"title": text}, minimum_wage_fen=MINIMUM_WAGE_FEN) == []


def test_real_titles_raise_no_alarm():
    alarms = {
        title: [finding.message for finding in findings]
        for title in REAL_TITLES
        if (findings := lint({"title": title}, minimum_wage_fen=MINIMUM_WAGE_FEN))
    }
    assert alarms == {}
    assert len(REAL_TITLES) >= 290


def test_both_lists_are_long_enough():
    assert len({text for _, text, _ in BREACHES}) >= 120
    assert len(set(INNOCENTS)) >= 120


def test_vacancy_of_the_drawn_page():
    findings = lint(
        {"title": "男鞋针车工", "requirements": REQUIREMENTS},
        pay_min_fen=180_000,
        pay_max_fen=600_000,
        minimum_wage_fen=MINIMUM_WAGE_FEN,
    )
    assert [(f.quoted, f.severity, f.advice) for f in findings] == [
        ("最低工资 1,800 元", "must", "把最低工资改为 2,020 元或以上"),
        ("只招女工", "must", "删去这四个字"),
        ("35 岁以下", "advice", "改为“能适应岗位劳动强度”"),
        ("湖北籍勿扰", "must", "删去这五个字"),
        ("交工服押金 300 元", "must", "改为“工服由单位免费提供”"),
    ]
    assert findings[1].message == (
        "‘只招女工’：招聘信息不得限定性别（《人力资源市场暂行条例》第二十四条）。"
    )
    assert findings[3].legal_ground == "常人社发〔2020〕17号 第（七）条"
    assert [item.message for item in innocents({"title": "男鞋针车工", "r": REQUIREMENTS})] == [
        "‘男鞋’说的是产品，不算限定性别。"
    ]


def test_applying_every_fix_leaves_nothing_that_blocks():
    text = REQUIREMENTS
    for finding in reversed(lint({"requirements": text})):
        text = apply_fix(text, finding)
    assert text == (
        "能适应岗位劳动强度，身体健康，能吃苦。有针车经验优先，没有经验可以学。"
        "入职工服由单位免费提供，转正后退还。"
    )
    assert lint({"requirements": text}) == []


def test_fix_is_refused_on_changed_text():
    finding = lint({"requirements": "只招女工"})[0]
    with pytest.raises(ValueError, match="重新检查"):
        apply_fix("现在不限了", finding)


def test_minimum_wage_unknown_says_nothing_about_pay():
    assert lint({"duties": "月薪1800元"}, pay_min_fen=100_000) == []


@pytest.mark.parametrize(("pay", "found"), [(201_999, True), (202_000, False), (None, False)])
def test_minimum_wage_is_exact(pay, found):
    findings = lint({}, pay_min_fen=pay, minimum_wage_fen=MINIMUM_WAGE_FEN)
    assert bool(findings) is found


def test_pay_range_that_tells_nothing_is_advice():
    (finding,) = lint({}, pay_min_fen=300_000, pay_max_fen=3_000_000)
    assert (finding.kind, finding.severity) == ("fake_pay", "advice")


def test_findings_follow_the_fields_and_the_text():
    findings = lint({"title": "普工（男）", "duties": "限女性，湖北籍勿扰"})
    assert [(f.field, f.quoted) for f in findings] == [
        ("title", "（男）"),
        ("duties", "限女性"),
        ("duties", "湖北籍勿扰"),
    ]


def test_both_sexes_named_with_ages_is_only_advice_on_age():
    findings = lint({"requirements": "男18-45岁，女18-40岁"})
    assert {finding.kind for finding in findings} == {"age"}


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("只 招 女 工", "只招女工"),
        ("限女-性", "限女性"),
        ("只*招*女*工", "只招女工"),
        ("３５ 岁以下", "35岁以下"),
        ("女\u200b工", "女工"),
        ("學歷不限 女裝導購", "學历不限 女裝導購"),
        ("18-35", "18-35"),
    ],
)
def test_normalised_text_and_offsets(typed, normal):
    result = normalise(typed)
    assert result.text == normal
    assert len(result.offsets) == len(result.text)
    assert list(result.offsets) == sorted(result.offsets)


def test_an_innocent_is_named_once_over_all_fields():
    named = innocents({"title": "男鞋质检", "duties": "男鞋成型，男鞋包装"})
    assert [(item.field, item.quoted) for item in named] == [("title", "男鞋")]


def test_every_rule_says_why_and_cites_an_article():
    for rule in rule_book().rules:
        assert rule.reason
        assert "！" not in rule.reason + rule.advice
        assert "条" in rule.legal_ground or "方案" in rule.legal_ground
        assert rule.advice or rule.replacement is not None or rule.number


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("kind: sex\n    severity: must", "kind: sexx\n    severity: must", "unknown kind"),
        ("laws: [market24]", "laws: [market99]", "unknown law"),
        ("severity: must", "severty: must", "unknown key"),
        ("${refuse}", "${refuze}", "refuze"),
    ],
)
def test_mistake_in_the_rules_is_named(before, after, message):
    text = RULES_FILE.read_text("utf-8").replace(before, after, 1)
    with pytest.raises(RulesError, match=message):
        read_rules(text)

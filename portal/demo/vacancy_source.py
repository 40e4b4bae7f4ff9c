"""The shipped vacancies: pay, education and experience as published, brought to our fields."""

import csv
import gzip
import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import NamedTuple

from portal.places.coder import code_title, fine_occupation
from portal.places.load_report import LoadReport
from portal.places.paystrings import Pay, parse_pay

DATA = Path(__file__).resolve().parent / "data"
TABLE = "公开岗位"
# 江苏省最低工资标准，一类地区，2026 年 1 月 1 日起. An advertisement under it may not be published.
MINIMUM_WAGE_YUAN = 2660
HIGHEST_PAY_YUAN = 60_000
WIDEST_RANGE = 4
_DEGREES = {
    "": 0, "学历不限": 0, "初中及以下": 0, "高中": 2, "中技/中专": 2, "大专": 3, "本科": 4,
    "硕士": 5, "博士": 6,
}  # fmt: skip
_BENEFIT_TAGS = {
    "五险一金", "定期体检", "绩效奖金", "专业培训", "餐饮补贴", "员工旅游", "补充医疗保险",
    "弹性工作", "通讯补贴", "交通补贴", "周末双休", "节日福利", "免费班车", "补充公积金",
    "年终奖金", "带薪年假", "包吃", "包住", "住房补贴", "高温补贴",
}  # fmt: skip


class Offer(NamedTuple):
    """One published vacancy that can be used. education 0 … 6, experience in whole years."""

    title: str
    sector: str
    occupation: str
    pay: Pay
    education: int
    experience: int
    skills: tuple[str, ...]
    benefits: tuple[str, ...]


def education_level(degree: str) -> int | None:
    """0 (any) … 6 (doctor); None for a wording that is not known."""
    return _DEGREES.get(degree.strip())


def experience_years(text: str) -> int | None:
    """Fewest years asked for: "3-5年经验" → 3, "1年以内经验" and "无需经验" → 0."""
    text = text.strip()
    if not text or "无需" in text or "应届" in text or "在校" in text or "以内" in text:
        return 0
    match = re.match(r"(\d{1,2})(?:-\d{1,2})?年", text)
    return int(match[1]) if match else None


@cache
def occupation_of(title: str) -> str | None:
    """Code of the 职业分类大典: the occupation when the wording is clear, else its minor class."""
    return fine_occupation(title) or code_title(title).minor_code


def read_offers(report: LoadReport) -> list[Offer]:
    """All usable offers, in the order of the file; every other row is counted with its reason.

    Counts start with what was refused when the selection was made, so that they add up to the
    published lists.
    """
    with (DATA / "vacancies_refused.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            report.refuse(TABLE, row["reason"], int(row["rows"]))
    offers = []
    with gzip.open(DATA / "vacancies.csv.gz", "rt", encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            found = _offer(row)
            if isinstance(found, str):
                report.refuse(TABLE, found)
            else:
                offers.append(found)
    report.count(TABLE, report.READ, len(offers) + sum(report.refused(TABLE).values()))
    report.count(TABLE, "可用", len(offers))
    return offers


def _offer(row: dict[str, str]) -> Offer | str:
    pay = parse_pay(row["pay"])
    if not isinstance(pay, Pay):
        return pay.reason
    if pay.min_yuan < MINIMUM_WAGE_YUAN:
        return f"月薪下限低于最低工资 {MINIMUM_WAGE_YUAN:,} 元"
    if pay.max_yuan > HIGHEST_PAY_YUAN:
        return f"月薪上限高于 {HIGHEST_PAY_YUAN:,} 元，疑为单位写错"
    if pay.max_yuan > WIDEST_RANGE * pay.min_yuan:
        return "月薪上下限相差太大"
    education, experience = education_level(row["degree"]), experience_years(row["experience"])
    if education is None:
        return "学历要求无法识别"
    if experience is None:
        return "经验要求无法识别"
    occupation = occupation_of(row["title"])
    if not occupation:
        return "标题对应不到职业分类大典的职业"
    tags = [tag for tag in row["tags"].split("|") if tag]
    return Offer(
        row["title"],
        row["sector"],
        occupation,
        pay,
        education,
        experience,
        tuple(dict.fromkeys(t for t in tags if t not in _BENEFIT_TAGS and len(t) <= 12))[:5],
        tuple(dict.fromkeys(t for t in tags if t in _BENEFIT_TAGS))[:6],
    )


def pools(offers: list[Offer]) -> dict[str, list[int]]:
    """Sector → indexes of its offers."""
    result: dict[str, list[int]] = defaultdict(list)
    for index, offer in enumerate(offers):
        result[offer.sector].append(index)
    return result

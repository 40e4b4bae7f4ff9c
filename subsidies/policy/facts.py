"""The catalogue of facts: what may be known about an enterprise or a person.

Names and kinds follow the interface of ``policy evaluate``. A fact that is absent or ``None`` is
unknown, which is neither true nor false. ``normalise`` turns JSON values into the evaluator's
values: counts and fen stay ``int``, shares become ``Fraction``, dates become ``date``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from .errors import FactError

SIZES = {"large": "大型", "medium": "中型", "small": "小型", "micro": "微型"}
# Who a refund is for: an enterprise, or one of the six kinds counted as small ones since 2022.
ENTITY_KINDS = {
    "enterprise": "企业",
    "social_group": "社会团体",
    "foundation": "基金会",
    "social_service": "社会服务机构",
    "law_firm": "律师事务所",
    "accounting_firm": "会计师事务所",
    "individual_business": "以单位形式参保的个体工商户",
}
AGENCY_KINDS = {
    "provincial_integrity": "省级诚信人力资源服务机构",
    "provincial_park": "入驻省级人力资源产业园的机构",
    "other": "其他机构",
}

KIND_WORDS = {
    "int": "10 亿以内的非负整数",
    "fen": "以分为单位、1000 万亿以内的非负整数",
    "date": "“2020-03-10”这样的日期",
    "share": '写成文字的 0 到 1 之间的小数，例如 "0.55"',
    "bool": "true 或 false",
    "choice": "规定的选项之一",
    "region": "2 到 12 位的行政区划代码",
    "industry": "门类字母开头的行业代码，例如 F51",
    "placements": "各年见习人数与留用率的列表",
    "provisions": '政策条款编号的列表，例如 ["changzhou-2020-17/train-in-lieu"]',
}


@dataclass(frozen=True)
class Fact:
    """One entry of the catalogue. ``unit`` is the Chinese measure word of a count."""

    name: str
    label: str
    kind: str
    subject: str
    unit: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)


def _entries(subject, rows):
    return [Fact(name, label, kind, subject, *rest) for name, label, kind, *rest in rows]


_ENTERPRISE = _entries(
    "enterprise",
    [
        ("region", "所在地区", "region"),
        ("base_year", "返还年度", "int", "年"),
        ("size", "企业规模", "choice", "", SIZES),
        ("entity_kind", "单位类型", "choice", "", ENTITY_KINDS),
        ("industry", "行业", "industry"),
        ("insured_start", "年初参保人数", "int", "人"),
        ("insured_end", "年末参保人数", "int", "人"),
        ("insured_average", "平均参保人数", "int", "人"),
        ("staff_total", "职工总数", "int", "人"),
        ("paid_months", "缴费月数", "int", "个月"),
        ("premium_enterprise_fen", "单位缴纳的失业保险费", "fen"),
        ("premium_employee_fen", "职工缴纳的失业保险费", "fen"),
        ("social_insurance_month_fen", "单位和职工一个月应缴的社会保险费", "fen"),
        ("benefit_recipients", "当年新领失业保险金的原职工", "int", "人"),
        ("retired", "退休人数", "int", "人"),
        ("deceased", "死亡人数", "int", "人"),
        ("contract_expired", "合同期满离开的人数", "int", "人"),
        ("resigned", "本人原因离开的人数", "int", "人"),
        ("group_transferred", "集团内部调动的人数", "int", "人"),
        ("laid_off", "裁员人数", "int", "人"),
        ("insured_previous_december", "上年 12 月参保人数", "int", "人"),
        ("insured_january", "当年 1 月参保人数", "int", "人"),
        ("recipients_in_january", "1 月在领失业保险金的原职工", "int", "人"),
        ("recipients_from_february", "2 至 12 月新领失业保险金的原职工", "int", "人"),
        ("recipients_lump_sum", "一次性领取失业保险金的原职工", "int", "人"),
        ("difficult_certified", "困难企业认定", "bool"),
        ("hit_by_epidemic", "受疫情影响较重", "bool"),
        ("dispatch_company", "劳务派遣单位", "bool"),
        ("dishonest", "严重失信", "bool"),
        ("insured_start_2020", "2020 年初参保人数", "int", "人"),
        ("insured_end_2020", "2020 年末参保人数", "int", "人"),
        ("persons_paid_agency_referral", "已付职介补贴的人数", "int", "人"),
        ("new_hires", "新招用人数", "int", "人"),
        ("kept_share", "留用率", "share"),
        ("placed_last_three_years", "近三年见习情况", "placements"),
        ("months", "月数", "int", "个月"),
        ("persons", "符合条件的人数", "int", "人"),
        ("days", "天数", "int", "天"),
        ("classes", "班级数", "int", "个班"),
        ("enterprises_taken", "带队企业数", "int", "家"),
        ("in_province", "在省内举办", "bool"),
        ("batch_size", "一批人数", "int", "人"),
        ("workers_brought", "输送人数", "int", "人"),
        ("workers_recruited", "招用人数", "int", "人"),
        ("fee_year_fen", "全年服务费", "fen"),
        ("paid_this_year_fen", "本年已付金额", "fen"),
        ("certified_base", "认定的见习基地", "bool"),
        ("paid_minimum_wage", "生活费不低于最低工资", "bool"),
        ("accident_insured", "已买人身意外保险", "bool"),
        ("makes_epidemic_supplies", "生产疫情防控物资", "bool"),
        ("opened_on", "开工日期", "date"),
    ],
)
_PERSON = _entries(
    "person",
    [
        ("first_insured_here", "首次在本市就业参保", "bool"),
        ("insured_months", "参保月数", "int", "个月"),
        ("back_paid_months", "补缴月数", "int", "个月"),
        ("contract_months", "劳动合同期限", "int", "个月"),
        ("hired_on", "录用日期", "date"),
        ("arrived_on", "到达日期", "date"),
        ("registered", "已办就业登记", "bool"),
        ("registered_unemployed_months", "登记失业时间", "int", "个月"),
        ("graduate_of_year", "毕业年度高校毕业生", "bool"),
        ("local_household", "本地户籍", "bool"),
        ("returned_from_outside", "外出务工后返回", "bool"),
        ("age", "年龄", "int", "岁"),
        ("internship_months", "实习月数", "int", "个月"),
        ("intention_signed", "已签就业意向协议", "bool"),
        ("kept_on", "实习后留用", "bool"),
        ("business_months", "经营月数", "int", "个月"),
        ("first_business", "首次创业", "bool"),
        ("spouse_works_here", "配偶同在本地工作", "bool"),
        ("spouse_local", "配偶是本地户籍", "bool"),
        ("rents_home", "租房居住", "bool"),
        ("company_housing", "住单位宿舍", "bool"),
        ("owns_home_here", "在本地有自有住房", "bool"),
        ("years_received", "已享受年数", "int", "年"),
        ("months_received", "已享受月数", "int", "个月"),
        ("catalogue_standard_fen", "补贴目录标准", "fen"),
        ("certificate", "已取得证书", "bool"),
        ("employer_dispatch_company", "用人单位是劳务派遣公司", "bool"),
        ("agency_kind", "机构类别", "choice", "", AGENCY_KINDS),
        ("already_paid", "已享受的补贴", "provisions"),
        ("benefit_exhausted", "失业保险金已领满", "bool"),
        ("entitled_to_benefit", "符合领取失业保险金条件", "bool"),
    ],
)
CATALOGUE: dict[str, Fact] = {fact.name: fact for fact in _ENTERPRISE + _PERSON}

# Beyond these a figure is a slip of the keyboard: a billion persons, ten thousand billion yuan.
MOST_COUNT = 10**9
MOST_FEN = 10**15

# The same patterns hold for facts and for the codes a policy file names.
_REGION = re.compile(r"[1-9][0-9](?:[0-9][0-9]){0,2}(?:[0-9]{3}){0,2}")
_INDUSTRY = re.compile(r"[A-T][0-9]{0,4}")
_SHARE = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_PROVISION = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*/[a-z0-9]+(?:-[a-z0-9]+)*")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


CODES = {"region": _REGION, "industry": _INDUSTRY, "provisions": _PROVISION}


def _whole(most):
    def read(value):
        if type(value) is not int or not 0 <= value <= most:
            raise ValueError
        return value

    return read


_count = _whole(MOST_COUNT)


def _day(value):
    if type(value) is date:
        return value
    if not isinstance(value, str):
        raise ValueError
    return iso_day(value)


def iso_day(text: str) -> date:
    """``2020-03-10`` as a date. Raises ``ValueError`` for any other way of writing one."""
    if not _DAY.fullmatch(text):
        raise ValueError
    return date.fromisoformat(text)


def _share(value):
    if not isinstance(value, str) or not _SHARE.fullmatch(value):
        raise ValueError
    share = Fraction(value)
    if share > 1:
        raise ValueError
    return share


def _truth(value):
    if value is not True and value is not False:
        raise ValueError
    return value


def _matching(pattern):
    def read(value):
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise ValueError
        return value

    return read


def _choice(choices):
    def read(value):
        if not isinstance(value, str) or value not in choices:
            raise ValueError
        return value

    return read


def _placements(value):
    if not isinstance(value, list | tuple):
        raise ValueError
    rows = []
    for row in value:
        if not isinstance(row, Mapping) or set(row) != {"persons", "kept_share"}:
            raise ValueError
        rows.append((_count(row["persons"]), _share(row["kept_share"])))
    return tuple(rows)


def _provisions(value):
    # A name that is no full id would bar nothing and let the same thing be paid twice.
    if not isinstance(value, list | tuple):
        raise ValueError
    if not all(isinstance(item, str) and _PROVISION.fullmatch(item) for item in value):
        raise ValueError
    return tuple(value)


_READERS = {
    "int": _count,
    "fen": _whole(MOST_FEN),
    "date": _day,
    "share": _share,
    "bool": _truth,
    "region": _matching(_REGION),
    "industry": _matching(_INDUSTRY),
    "placements": _placements,
    "provisions": _provisions,
}
_READ = {
    name: _choice(fact.choices) if fact.kind == "choice" else _READERS[fact.kind]
    for name, fact in CATALOGUE.items()
}


def normalise(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the known facts as the evaluator's values; unknown ones are left out.

    Raises ``FactError`` for a name outside the catalogue or a value of the wrong kind.
    """
    known = {}
    for name, value in facts.items():
        reader = _READ.get(name)
        if reader is None:
            raise FactError(f"未知的事实“{name}”")
        if value is None:
            continue
        try:
            known[name] = reader(value)
        except ValueError:
            fact = CATALOGUE[name]
            words = "、".join(fact.choices) if fact.kind == "choice" else KIND_WORDS[fact.kind]
            raise FactError(
                f"事实“{name}”（{fact.label}）的值 {value!r} 不对，要写{words}"
            ) from None
    return known

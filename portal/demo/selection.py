"""From published vacancy lists to the shipped selection: titles without employers and places.

Run once by whoever renews the data (``manage.py select_demo_vacancies``); the product ships and
reads only the result. Real employers must not stand beside invented shortages, so a title is kept
only when every word in it is used by several employers: a brand, a campus programme or a shop's
name is used by one. The few brands that many employers print are listed by hand.
"""

import csv
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import rjieba

DATA = Path(__file__).resolve().parent / "data"
# A word printed by fewer employers than this may be somebody's name.
EMPLOYERS_PER_WORD = 8
TITLE_LENGTH = (2, 20)

REASON_BRAND = "标题里有真实单位或品牌的名字"
REASON_RARE = "标题里有只有个别单位用的词，可能是单位、活动或地点的名字"
REASON_EMPTY = "去掉地名、编号后标题不成岗位名"
REASON_LATIN = "标题主要是外文"
REASON_GARBLED = "标题有乱码"
REASON_VAGUE = "标题没有说是什么岗位"
REASON_NIGHT = "夜场、会所类岗位"
REASON_PAY = "没有写工资"

_NIGHT = re.compile(r"夜场|清吧|酒吧|KTV|会所|足疗|按摩|足浴|SPA|spa|技师包|陪玩|主播|催收|修脚")
_BRACKETS = re.compile(r"[（(【\[「][^）)】\]」]*[）)】\]」]?")
_CODES = re.compile(r"[A-Za-z]{0,3}\d{3,}[-_.]?\d*|^\d+[-—_、.]\s*|[-—]\d+$|J\d{4,}")
_PAY = re.compile(
    r"\d+(?:\.\d+)?\s*(?:[kK千万元]|/小时|/天)?\s*[-~—到]\s*\d+(?:\.\d+)?\s*[kK千万元wW+]*"
    r"|\d+(?:\.\d+)?[kKwW千万元]\+?|\d{4,}\+?|月[入薪]过?\S{0,2}万|\d+薪|\d+元"
)
_CALLS = re.compile(
    r"急招|急聘|诚聘|直聘|直招|高薪|招聘|诚招|聘请|特招|热招|急|招募|^招(?![商标投生])|^聘|校招|社招|(?:\d+届|应届)(?:毕业)?生?"
)
_AD_WORDS = re.compile(
    r"包吃包住|包吃住|包食宿|包住宿?|包吃|五险一金|六险一金|五险|双休|周末双休|无责|底薪|提成|高提成"
    r"|年终奖?|双薪|急需|可预支|上市公司|外企|国企|央企|知名企?业?|就近安排|可实习|日结|周结"
)
VAGUE_TITLES = frozenset(
    [
        "专家",
        "岗位",
        "线上",
        "工艺",
        "长白班",
        "设计",
        "测试",
        "高级",
        "兼职",
        "全职",
        "临时工长白班",
        "研发",
        "开发",
        "后端",
        "前端",
        "售前",
        "售后",
        "实习",
        "储备",
        "主管",
        "经理",
        "总监",
        "助理",
        "专员",
        "主管/经理",
        "算法",
        "数据",
        "运营",
        "技术",
        "业务精英",
        "新媒体",
        "工程",
        "实施",
        "保底销售",
        "技术类",
        "研发类",
    ]
)
# Single characters that a segmenter leaves at the ends of real titles: 大|客户, 实习|生.
HEADS, TAILS = "大对新云后送短小钣普水品多物库车碳零快外副洗打铜", "岗员师工长生类手嫂"
_EDGES = " -—–_/\\·+.,，。;；:：|｜&、!！~～*#★☆◆【】[]()（）《》<>“”\"'"


class SourceRow(NamedTuple):
    """One published vacancy, both lists brought to the same columns."""

    source: str
    title: str
    area: str
    employer: str
    sector: str
    pay: str
    experience: str
    degree: str
    tags: str


class Selected(NamedTuple):
    """One row of the shipped selection: no employer, no place."""

    title: str
    sector: str
    pay: str
    experience: str
    degree: str
    tags: str
    source: str


def _lines(name: str) -> list[str]:
    text = (DATA / name).read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and line[0] != "#"]


def read_boss(path: Path) -> Iterable[SourceRow]:
    """Rows of the multi-city list. Its pay is in thousand yuan a month; 0 months is not stated."""
    with path.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            months = row["salary_sys"]
            pay = f"{row['salary_min']}-{row['salary_max']}K"
            yield SourceRow(
                "boss",
                row["name"],
                row["work_area"],
                row["company_name"],
                row["type"],
                pay if months in ("0", "12") else f"{pay}·{months}薪",
                row["experience"],
                row["degree"],
                "",
            )


def read_51job(path: Path) -> Iterable[SourceRow]:
    """Rows of the IT list; pay and tags as published."""
    with path.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            yield SourceRow(
                "51job",
                row["jobName"],
                row["area"],
                row["companyName"],
                "计算机软件",
                row["salary"],
                row["workYear"],
                row["degree"],
                row["tags"],
            )


def clean_title(title: str, places: re.Pattern) -> str:
    """A title without brackets, codes, pay, place names and calls to apply.

    "诚聘机械技术员-深圳光明6000-8000" → "机械技术员"; "" when nothing is left.
    """
    text = unicodedata.normalize("NFKC", title).replace("\u200b", "")
    text = re.sub(r"[cC]\+\+", "Cpp", text)
    # "某某餐饮招聘收银": what stands before 招聘 is the employer.
    head, call, tail = text.partition("招聘")
    if (
        call
        and len(tail.strip(_EDGES)) >= 2
        and not tail.startswith(("专员", "主管", "经理", "顾问"))
    ):
        text = tail
    elif call and head:
        text = f"{head}招聘{tail}"
    recruiting = re.search(r"招聘(专员|主管|经理|顾问|助理|实习生|工程师|负责人)", text)
    text = _BRACKETS.sub(" ", text)
    text = _PAY.sub(" ", text)
    text = _CODES.sub(" ", text)
    text = _AD_WORDS.sub(" ", text)
    if not recruiting:
        text = _CALLS.sub(" ", text)
    text = places.sub(" ", text)
    pieces = [piece.strip(_EDGES) for piece in re.split(r"[\s\-—–_+|｜,，;；:：!！]+", text)]
    pieces = [piece for piece in pieces if len(piece) >= 2]
    return pieces[0].replace("Cpp", "C++") if pieces else ""


class PlaceNames:
    """Short names of cities, and of the counties and streets of one city."""

    _CITY = re.compile(r"(?:[^市省]+族)?(?:自治州|自治区|特别行政区)$|(?:省|市|地区|盟)$")
    _COUNTY = re.compile(r"(?:新区|矿区|区|县|市|自治县|旗)$")
    _STREET = re.compile(r"(?:街道|镇|乡|经济开发区|开发区|街道办事处|地区)$")

    def __init__(self, divisions: Iterable[tuple[str, str]]):
        """``divisions`` are (code, name) of all levels down to streets."""
        self._cities: dict[str, str] = {}
        self._below: dict[str, set[str]] = defaultdict(set)
        for code, name in divisions:
            if len(code) <= 4:
                short = self._CITY.sub("", name)
                if len(short) >= 2:
                    self._cities[short] = code
            elif len(code) <= 9:
                short = (self._COUNTY if len(code) == 6 else self._STREET).sub("", name)
                if len(short) >= 2:
                    self._below[code[:4]].update((name, short))
        self._cities.update({"上海": "3101", "北京": "1101", "天津": "1201", "重庆": "5001"})

    def for_area(self, area: str) -> re.Pattern:
        """What to take out of a title published for ``area``, longest name first."""
        names = {form for city in self._cities for form in (city + "市", city + "省", city)}
        for city, code in self._cities.items():
            if area.startswith(city) or city in area[:6]:
                names |= self._below[code]
        ordered = sorted(names, key=lambda name: (-len(name), name))
        # 长白 is a street of 沈阳; 长白班 is a shift.
        return re.compile(f"(?:{'|'.join(map(re.escape, ordered))})(?!班)")


def _words(title: str) -> list[str]:
    return [word for word in rjieba.cut(title) if re.search(r"[\w+#]", word)]


def select(
    rows: Iterable[SourceRow], divisions: Iterable[tuple[str, str]]
) -> tuple[list[Selected], Counter]:
    """The rows that may ship, and how many were refused for which reason."""
    places = PlaceNames(divisions)
    rows = list(rows)
    brands = _lines("brands_to_avoid.txt")
    employers = {row.employer.strip(" .") for row in rows}
    names_by_area: dict[str, re.Pattern] = {}
    cleaned, refused = [], Counter()
    for row in rows:
        if row.area not in names_by_area:
            names_by_area[row.area] = places.for_area(row.area)
        if _NIGHT.search(row.title):
            refused[REASON_NIGHT] += 1
        elif any(brand in row.title for brand in brands):
            refused[REASON_BRAND] += 1
        elif not row.pay:
            refused[REASON_PAY] += 1
        else:
            cleaned.append((row, clean_title(row.title, names_by_area[row.area])))
    users: dict[str, set[str]] = defaultdict(set)
    for row, title in cleaned:
        for word in _words(title):
            users[word].add(row.employer)
    selected = []
    for row, title in cleaned:
        reason = _refusal(title, users)
        if not reason and names_in(title, employers):
            reason = REASON_BRAND
        if reason:
            refused[reason] += 1
            continue
        selected.append(
            Selected(
                title,
                sector_of(row.sector),
                row.pay,
                row.experience,
                row.degree,
                _common_tags(row.tags),
                row.source,
            )
        )
    return selected, refused


def names_in(text: str, names: set[str]) -> bool:
    """Whether any of the names, two characters or longer, stands in the text."""
    return any(
        text[i:j] in names for i in range(len(text) - 1) for j in range(i + 2, len(text) + 1)
    )


def _refusal(title: str, users: dict[str, set[str]]) -> str:
    if not TITLE_LENGTH[0] <= len(title) <= TITLE_LENGTH[1]:
        return REASON_EMPTY
    if len(re.findall(r"[\u4e00-\u9fff]", title)) < 2:
        return REASON_LATIN
    if "\ufffd" in title:
        return REASON_GARBLED
    if title in VAGUE_TITLES:
        return REASON_VAGUE
    words = _words(title)
    if _is_fragment(words[0], HEADS) or _is_fragment(words[-1], TAILS):
        return REASON_EMPTY
    if any(len(users[word]) < EMPLOYERS_PER_WORD for word in words):
        return REASON_RARE
    return ""


def _is_fragment(word: str, allowed: str) -> bool:
    """A single Chinese character at an end is what a removed name left behind."""
    return len(word) == 1 and "\u4e00" <= word <= "\u9fff" and word not in allowed


_NOT_A_SKILL = re.compile(r"\d|年|应届|经验|本科|大专|硕士|博士|高中|中专|学历")


def _common_tags(tags: str) -> str:
    return "|".join(tag for tag in tags.split(",") if tag and not _NOT_A_SKILL.search(tag))


def sector_of(kind: str) -> str:
    """One of about a dozen sectors for the source's free wording of an industry."""
    for line in _lines("sectors.txt"):
        sector, _, words = line.partition(":")
        if any(word in kind for word in words.strip().split("|")):
            return sector
    return "other"

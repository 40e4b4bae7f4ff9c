"""What a file may hold: the fields of each kind, and the names the agencies give their columns.

The built-in names are those of real exports: printed headings (“费款所属期”, “个人缴费基数”) and the
field codes of the national data standard (AAE002, AJC020). A mapping that staff saved says the
rest; a column that nobody has named is refused rather than passed over, for it may be the amount.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from portal.accounts.identity import normalise
from portal.refused import Refused
from subsidies.enums import InsuranceKind

IGNORE = "ignore"
MONEY, HEADCOUNT, MONTH, DAY, FLAG, CREDIT, IDENTITY = (
    "money", "headcount", "month", "day", "flag", "credit", "identity",
)  # fmt: skip


@dataclass(frozen=True)
class Field:
    """One field a column may be: its name, what people call it, what kind of value it holds.

    into: the stored column; fields with the same one are added up (both sides of a payment).
    """

    name: str
    label: str
    value: str
    into: str = ""
    required: bool = False


@dataclass(frozen=True)
class Layout:
    """The fields of one kind of file.

    one_of: for each stored column that must be there, the sets of fields any of which makes it.
    money: stored columns that are summed, with their labels.
    """

    kind: str
    fields: tuple[Field, ...]
    one_of: tuple[tuple[str, tuple[frozenset, ...]], ...]
    money: dict[str, str]

    def field(self, name: str) -> Field:
        """The field of that name."""
        return next(field for field in self.fields if field.name == name)


_MONTH = Field("month", "费款所属期", MONTH)
_CREDIT = Field("credit_code", "统一社会信用代码", CREDIT, required=True)
_IDENTITY = Field("identity", "身份证号", IDENTITY, required=True)

ENTERPRISE_MONTH = Layout(
    InsuranceKind.ENTERPRISE_MONTH,
    (
        _CREDIT,
        _MONTH,
        Field("headcount", "参保人数", HEADCOUNT, required=True),
        Field("premium_enterprise", "单位缴纳", MONEY, "premium_enterprise_fen", required=True),
        Field("premium_employee", "职工缴纳", MONEY, "premium_employee_fen", required=True),
        Field("all_kinds", "各险种应缴合计", MONEY, "social_insurance_fen"),
        Field("back_paid", "补缴合计", MONEY, "back_paid_fen"),
        Field("back_paid_enterprise", "单位补缴", MONEY, "back_paid_fen"),
        Field("back_paid_employee", "职工补缴", MONEY, "back_paid_fen"),
    ),
    (),
    {
        "premium_enterprise_fen": "单位缴纳",
        "premium_employee_fen": "职工缴纳",
        "social_insurance_fen": "各险种应缴合计",
        "back_paid_fen": "补缴",
    },
)
PERSON_MONTH = Layout(
    InsuranceKind.PERSON_MONTH,
    (
        _CREDIT,
        _IDENTITY,
        _MONTH,
        Field("for_month", "对应费款所属期", MONTH),
        Field("first_insured", "首次参保时间", DAY),
        Field("base", "缴费基数", MONEY, "base_fen", required=True),
        Field("paid", "实缴合计", MONEY, "paid_fen"),
        Field("paid_enterprise", "单位缴费金额", MONEY, "paid_fen"),
        Field("paid_employee", "个人缴费金额", MONEY, "paid_fen"),
        Field("back_paid", "补缴标志", FLAG),
    ),
    (
        (
            "实缴合计（或者单位缴费金额和个人缴费金额）",
            (frozenset({"paid"}), frozenset({"paid_enterprise", "paid_employee"})),
        ),
    ),
    {"base_fen": "缴费基数", "paid_fen": "实缴"},
)
BENEFIT_RECIPIENT = Layout(
    InsuranceKind.BENEFIT_RECIPIENT,
    (
        _IDENTITY,
        Field("credit_code", "原单位统一社会信用代码", CREDIT),
        _MONTH,
        Field("began", "开始领取日期", DAY, required=True),
        Field("until", "领取至", DAY),
    ),
    (),
    {},
)
LAYOUTS = {layout.kind: layout for layout in (ENTERPRISE_MONTH, PERSON_MONTH, BENEFIT_RECIPIENT)}

_CREDIT_NAMES = (
    "统一社会信用代码", "社会信用代码", "统一信用代码", "社会信用码", "信用代码",
    "单位统一社会信用代码", "AAB998",
)  # fmt: skip
_IDENTITY_NAMES = (
    "身份证号", "身份证号码", "身份证", "公民身份号码", "公民身份证号码", "证件号码", "AAC002",
)  # fmt: skip
_MONTH_NAMES = ("费款所属期", "缴费月份", "所属期", "月份", "交纳月份", "AAE002", "BCB520")
_NAMES = {
    InsuranceKind.ENTERPRISE_MONTH: {
        "credit_code": _CREDIT_NAMES,
        "month": _MONTH_NAMES,
        "headcount": ("参保人数", "失业保险参保人数", "缴费人数", "从业人员数", "AAB083"),
        "premium_enterprise": (
            "单位缴纳", "单位缴费", "单位缴费金额", "失业保险单位缴费金额", "失业保险单位部分",
            "AJB002", "BCC626",
        ),
        "premium_employee": (
            "职工缴纳", "个人缴纳", "个人缴费", "个人缴费金额", "失业保险个人缴费金额",
            "失业保险个人部分", "AJB003", "BCC627",
        ),
        "all_kinds": ("各险种应缴合计", "社会保险应缴合计", "缴费合计金额", "AAB085"),
        "back_paid": ("补缴", "补缴合计", "补缴金额"),
        "back_paid_enterprise": ("单位补缴", "失业保险单位补缴", "AJB004"),
        "back_paid_employee": ("职工补缴", "个人补缴", "失业保险个人补缴", "AJB005"),
    },
    InsuranceKind.PERSON_MONTH: {
        "credit_code": _CREDIT_NAMES,
        "identity": _IDENTITY_NAMES,
        "month": _MONTH_NAMES,
        "for_month": ("对应费款所属期", "AAE003"),
        "first_insured": (
            "首次参保时间", "首次参保年月", "首次参保日期", "首次缴费时间", "参加失业保险时间",
            "参保日期", "AAC049", "BAC511",
        ),
        "base": (
            "缴费基数", "个人缴费基数", "失业保险个人缴费基数", "失业保险个人缴费基数?", "AJC020",
            "ACC7G1",
        ),
        "paid": ("缴费合计", "实缴", "实缴金额", "实缴合计", "缴费金额"),
        "paid_enterprise": (
            "单位缴费", "单位缴费金额", "单位缴纳失业保险费金额", "AJC031",
        ),
        "paid_employee": (
            "个人缴费", "个人缴费金额", "个人缴纳失业保险费金额", "AJC030", "AAE020",
        ),
        "back_paid": ("补缴标志", "是否补缴", "缴费类型", "缴费类别", "AAA115", "AAB033"),
    },
    InsuranceKind.BENEFIT_RECIPIENT: {
        "credit_code": (
            *_CREDIT_NAMES, "原单位统一社会信用代码", "原单位信用代码",
        ),
        "identity": _IDENTITY_NAMES,
        "month": _MONTH_NAMES,
        "began": (
            "开始领取日期", "开始领取时间", "失业保险待遇开始领取日期", "享受开始", "AJC100",
        ),
        "until": ("领取至", "待遇终止日期", "享受结束", "AJC106"),
    },
}  # fmt: skip
# What the systems export beside it and nobody here needs; names above all are not kept.
_KNOWN_AND_UNUSED = (
    "序号", "姓名", "个人编号", "个人编码", "单位名称", "企业名称", "备注", "险种类型", "险种",
    "缴费标志", "参保状态", "缴费比例类别", "单位类型", "用工形式", "农民工身份标识", "农民工人数",
    "经办人", "经办机构", "经办科室", "经办日期", "修改人", "修改时间", "滞纳金", "待遇类型",
    "应享受月数", "剩余享受月数", "可领月数", "已领月数", "失业金标准", "发放状态", "享受状态",
    "单位应缴金额", "AAC001", "AAC003", "AAB004", "AAE044", "AAE013", "AAE140", "AAE114", "AAE115",
    "AAC008", "AAC013", "AAC028", "AAB019", "AAE011", "AAE017", "AAE019", "AAE036", "AAE101",
    "AAE136", "AAB509", "AAC131", "AJC097", "AJC098", "AJC140", "AAE116",
)  # fmt: skip
# The agency's own number of an enterprise: since 2015 mostly the credit code, so it is read as
# one when no other column is.
_AGENCY_NUMBER = ("单位编号", "AAB001")


def header_key(text: str) -> str:
    """A heading as it is compared: half-width, upper case, no blanks, no unit in brackets."""
    # A unit of fen or ten thousand yuan stays: such a column must not be taken for yuan.
    return "".join(normalise(text).split()).removesuffix("(元)").removesuffix("(人)")


def built_in_names(kind: str) -> dict[str, str]:
    """{heading: field} of the built-in names of a kind, without those that are passed over."""
    return {name: field for field, names in _NAMES[kind].items() for name in names}


@dataclass(frozen=True)
class Columns:
    """Which column of a file is which field. headings: as the file has them, by field name."""

    layout: Layout
    width: int
    places: dict[str, int]
    headings: dict[str, str]


def knows(kind: str, headings: Iterable[str], mapping: dict[str, str] | None = None) -> int:
    """How many of the headings have a name: to tell a heading line, or a wrong encoding."""
    known = _known(kind, mapping)
    return sum(header_key(heading) in known for heading in headings)


def _known(kind, mapping):
    known = dict.fromkeys(map(header_key, _KNOWN_AND_UNUSED), IGNORE)
    known |= {header_key(name): field for name, field in built_in_names(kind).items()}
    known |= dict.fromkeys(_AGENCY_NUMBER, "credit_code")
    return known | {header_key(name): field for name, field in (mapping or {}).items()}


def read_header(kind: str, headings: list[str], mapping: dict[str, str] | None = None) -> Columns:
    """Which column is which. Raises Refused naming every column that is unknown or doubled, and
    every field that is missing."""
    layout, known = LAYOUTS[kind], _known(kind, mapping)
    own = {header_key(name) for name in mapping or {}}
    places, shown, unknown, doubled = {}, {}, [], []
    fallback = None
    for place, heading in enumerate(headings):
        key = header_key(heading)
        field = known.get(key)
        if key in _AGENCY_NUMBER and key not in own:
            fallback = (place, heading) if fallback is None else fallback
        elif field is None and (key or any(map(header_key, headings[place:]))):
            unknown.append(f"第 {place + 1} 列“{heading.strip()}”" if key else _nameless(place))
        elif field is None or field == IGNORE:
            continue  # also the empty columns a spreadsheet leaves at the right
        elif field in places:
            doubled.append(
                f"第 {places[field] + 1} 列“{shown[field]}”和第 {place + 1} 列“{heading.strip()}”"
                f"都是“{layout.field(field).label}”"
            )
        else:
            places[field], shown[field] = place, heading.strip()
    if fallback and "credit_code" not in places:
        places["credit_code"], shown["credit_code"] = fallback[0], fallback[1].strip()
    _refuse(layout, places, unknown, doubled)
    return Columns(layout, len(headings), _without_parts(layout, places), shown)


def _nameless(place):
    return f"第 {place + 1} 列（没有列名）"


def _refuse(layout, places, unknown, doubled):
    said = []
    if unknown:
        said.append(f"不认识{'、'.join(unknown)}。请在“列名对应”里写明是什么，不用的列选“不导入”。")
    if doubled:
        said.append(f"{'；'.join(doubled)}。请只留一列。")
    missing = [f.label for f in layout.fields if f.required and f.name not in places]
    missing += [
        label for label, sets in layout.one_of if not any(one <= places.keys() for one in sets)
    ]
    if missing:
        said.append(f"缺少{'、'.join(f'“{name}”' for name in missing)}列。")
    if said:
        raise Refused("这个文件的表头不对。" + "".join(said))


def _without_parts(layout, places):
    """The columns without those parts of an amount whose total is there too: counted once."""
    totals = [name for name in ("paid", "back_paid") if name in places]
    money = {field.name for field in layout.fields if field.value == MONEY}
    return {
        name: place
        for name, place in places.items()
        if not any(total in money and name.startswith(f"{total}_") for total in totals)
    }

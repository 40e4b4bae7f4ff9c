"""One row of a supply list (B5): what each column may hold, and what is wrong with it."""

from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError

from enterprises.enums import Education
from jobseekers.enums import SeekerGroup
from jobseekers.forms import split_words
from portal.accounts.identity import birth_date, clean_identity_number, clean_mobile, normalise
from portal.places.models import Division

LEAST_AGE = 16  # 《劳动法》第十五条


@dataclass(frozen=True)
class SupplyColumn:
    """One column of the list: its heading, whether it must be filled, what to write."""

    key: str
    heading: str
    required: bool
    hint: str
    sample: str


COLUMNS = (
    SupplyColumn("name", "姓名", True, "身份证上的姓名", "张某某"),
    SupplyColumn("identity", "身份证号", True, "18 位，单元格设为文本", "（18 位）"),
    SupplyColumn("phone", "手机号", True, "11 位", "（11 位）"),
    SupplyColumn("region", "居住地区", True, "区或街道，如 武进区湖塘镇", "武进区湖塘镇"),
    SupplyColumn("education", "学历", False, "初中、高中、中专、大专、本科、硕士、博士", "高中"),
    SupplyColumn("experience", "工作年限", False, "整数", "3"),
    SupplyColumn("groups", "人员类别", False, "、".join(SeekerGroup.labels), "进城务工人员"),
    SupplyColumn("wishes", "想做的工作", True, "最多 3 个，用顿号隔开", "电工、装配工"),
    SupplyColumn("skills", "技能", False, "用顿号隔开", "看图纸"),
    SupplyColumn("certificates", "证书", False, "用顿号隔开", "低压电工作业证"),
    SupplyColumn("pay", "期望月薪（元）", False, "整数，每月", "6000"),
    SupplyColumn("places", "愿意去的地区", False, "区名，最多 3 个；不填是全市", "武进区、天宁区"),
    SupplyColumn("lodging", "需要住宿", False, "是 或 否", "否"),
)

_EDUCATION = {
    "": Education.NONE, "小学": Education.NONE, "小学及以下": Education.NONE,
    "初中": Education.JUNIOR, "高中": Education.SENIOR, "中专": Education.SENIOR,
    "职高": Education.SENIOR, "技校": Education.SENIOR, "高中或中专": Education.SENIOR,
    "大专": Education.COLLEGE, "专科": Education.COLLEGE, "本科": Education.BACHELOR,
    "大学": Education.BACHELOR, "大学本科": Education.BACHELOR, "硕士": Education.MASTER,
    "研究生": Education.MASTER, "博士": Education.DOCTOR,
}  # fmt: skip
_GROUPS = {label: value for value, label in SeekerGroup.choices}
_YES_NO = {"": False, "否": False, "不": False, "不需要": False, "是": True, "需要": True}


@dataclass
class SupplyRow:
    """A row as it was read: number in the sheet, clean values, what is wrong by column key."""

    number: int
    values: dict = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


class Places:
    """Names of the city's districts and streets as lists write them, within one region."""

    def __init__(self, region: str, city: str):
        self._region = region
        self._districts, self._names = {}, {}
        divisions = Division.objects.filter(
            code__startswith=city, level__in=[Division.DISTRICT, Division.STREET], listed=True
        ).order_by("level", "order", "code")
        for one in divisions:
            if one.level == Division.DISTRICT:
                self._districts[one.code] = one.name
                self._names.setdefault(one.name, set()).add(one.code)
            elif one.parent_id in self._districts:
                for written in (one.name, self._districts[one.parent_id] + one.name):
                    self._names.setdefault(written, set()).add(one.code)

    def code(self, text: str) -> str:
        """The code a written place means; ValidationError says why it means none."""
        written = text.replace("常州市", "").replace(" ", "").replace("・", "")
        found = self._names.get(written, set())
        if not found:
            raise ValidationError(f"没有“{text}”这个地区，请写区名或“区名＋街道名”。")
        if len(found) > 1:
            raise ValidationError(f"有几个“{text}”，请写成“区名＋{text}”。")
        code = next(iter(found))
        if not code.startswith(self._region):
            raise ValidationError(f"“{text}”不在您负责的地区，请由那里的工作人员导入。")
        return code

    def districts(self, text: str) -> list[str]:
        """Codes of up to three districts."""
        codes = {name: code for code, name in self._districts.items()}
        words = split_words(text, most=3)
        for word in words:
            if word not in codes:
                raise ValidationError(f"没有“{word}”这个区，请写区名。")
        return [codes[word] for word in words]


def read_row(number: int, cells: dict, places: Places, today: date) -> SupplyRow:
    """Check one row. cells: value by column key, as the sheet holds it (text, number, None)."""
    row = SupplyRow(number)
    for column in COLUMNS:
        raw = cells.get(column.key)
        try:
            if column.required and _text(raw) == "":
                raise ValidationError("必须填写。")
            row.values[column.key] = _READERS[column.key](raw, places, today)
        except ValidationError as error:
            row.errors[column.key] = "".join(error.messages)
    return row


def _text(raw):
    if raw is None:
        return ""
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    return normalise(str(raw)) if not isinstance(raw, bool) else ("是" if raw else "否")


def _name(raw, places, today):
    name = _text(raw)
    if len(name) > 40:
        raise ValidationError("姓名最多 40 个字。")
    return name


def _identity(raw, places, today):
    if isinstance(raw, int | float):
        # A number keeps 15 digits: the last three are lost, and nobody can tell what they were.
        raise ValidationError("身份证号存成了数字，末几位已经丢失。请把这一列设为文本再填。")
    number = clean_identity_number(_text(raw))
    born = birth_date(number)
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if age < LEAST_AGE:
        raise ValidationError("未满 16 周岁，不能登记求职（《劳动法》第十五条）。")
    return number


def _phone(raw, places, today):
    return clean_mobile(_text(raw))


def _region(raw, places, today):
    return places.code(_text(raw))


def _education(raw, places, today):
    text = _text(raw)
    if text not in _EDUCATION:
        raise ValidationError(
            f"不认识“{text[:10]}”，请写：初中、高中、中专、大专、本科、硕士、博士。"
        )
    return _EDUCATION[text]


def _whole(raw, most, unit):
    text = _text(raw).replace(",", "").removesuffix(unit)
    if text == "":
        return None
    if not text.isdecimal() or int(text) > most:
        raise ValidationError(f"要填 0 到 {most:,} 的整数，现在是“{text[:12]}”。")
    return int(text)


def _experience(raw, places, today):
    return _whole(raw, 60, "年") or 0


def _pay(raw, places, today):
    return _whole(raw, 200_000, "元")


def _groups(raw, places, today):
    words = split_words(_text(raw), most=len(_GROUPS))
    for word in words:
        if word not in _GROUPS:
            raise ValidationError(f"没有“{word}”这类人员，可以写：{'、'.join(_GROUPS)}。")
    return [_GROUPS[word] for word in words]


def _wishes(raw, places, today):
    return split_words(_text(raw), most=3, longest=60)


def _words(raw, places, today):
    return split_words(_text(raw))


def _places(raw, places, today):
    return places.districts(_text(raw))


def _lodging(raw, places, today):
    text = _text(raw)
    if text not in _YES_NO:
        raise ValidationError("请写“是”或“否”。")
    return _YES_NO[text]


_READERS = {
    "name": _name,
    "identity": _identity,
    "phone": _phone,
    "region": _region,
    "education": _education,
    "experience": _experience,
    "groups": _groups,
    "wishes": _wishes,
    "skills": _words,
    "certificates": _words,
    "pay": _pay,
    "places": _places,
    "lodging": _lodging,
}

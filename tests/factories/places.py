"""Just the codes a test needs, made on demand with their parents."""

from portal.places.models import Division, Industry, Occupation

_DIVISIONS = {
    "32": "江苏省",
    "3204": "常州市",
    "320402": "天宁区",
    "320404": "钟楼区",
    "320411": "新北区",
    "320412": "武进区",
    "320413": "金坛区",
    "320481": "溧阳市",
    "320412100": "湖塘镇",
    "320411100": "春江镇",
    "21": "辽宁省",
    "2107": "锦州市",
    "210702": "古塔区",
}
_LEVELS = {2: 1, 4: 2, 6: 3, 9: 4, 12: 5}
_PARENT_LENGTH = {4: 2, 6: 4, 9: 6, 12: 9}


def division(code="320412"):
    """The division of that code and everything above it."""
    parent = division(code[: _PARENT_LENGTH[len(code)]]) if len(code) > 2 else None
    return Division.objects.get_or_create(
        code=code,
        defaults={
            "name": _DIVISIONS.get(code, code),
            "level": _LEVELS[len(code)],
            "parent": parent,
        },
    )[0]


def industry(code="C34"):
    """The industry of that code and the sections above it."""
    names = {"C": "制造业", "C34": "通用设备制造业", "H": "住宿和餐饮业", "H62": "餐饮业"}
    parent = industry(code[:-1] if len(code) != 3 else code[0]) if len(code) > 1 else None
    return Industry.objects.get_or_create(
        code=code,
        defaults={
            "name": names.get(code, code),
            "level": {1: 1, 3: 2, 4: 3, 5: 4}[len(code)],
            "parent": parent,
        },
    )[0]


def occupation(code="6-18-01", name=""):
    """The occupation of that code and the classes above it."""
    names = {"6-18-01": "机械冷加工人员", "6-31-01": "机械设备修理人员", "4-01-02": "销售人员"}
    parts = code.split("-")
    parent = occupation("-".join(parts[:-1])) if len(parts) > 1 else None
    return Occupation.objects.get_or_create(
        code=code,
        defaults={"name": name or names.get(code, code), "level": len(parts), "parent": parent},
    )[0]

"""Certificates without which the law lets nobody start work, as bits of a 64-bit set.

The bit of a certificate never changes and is never given to another. What an employer merely
likes to see is a preference and excludes nobody. ``words`` are how advertisements and résumés
write it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate: bit 0–63, short name (fits a reason), full name, words, legal ground."""

    bit: int
    short: str
    name: str
    words: tuple[str, ...]
    ground: str


_SPECIAL_WORK = "《安全生产法》第三十条"
_SPECIAL_EQUIPMENT = "《特种设备安全法》第十四条"
_DRIVING = "《道路交通安全法》第十九条"

CERTIFICATES = (
    Certificate(
        0,
        "电工证",
        "低压电工作业证",
        ("低压电工证", "电工证", "电工操作证", "低压电工特种作业操作证", "电工特种作业操作证"),
        _SPECIAL_WORK,
    ),
    Certificate(
        1,
        "高压电工证",
        "高压电工作业证",
        ("高压电工证", "高压证", "高压电工特种作业操作证"),
        _SPECIAL_WORK,
    ),
    Certificate(
        2,
        "焊工证",
        "焊接与热切割作业证",
        ("焊工证", "电焊证", "焊工操作证", "焊工特种作业操作证"),
        _SPECIAL_WORK,
    ),
    Certificate(
        3, "高处作业证", "高处作业证", ("高处作业证", "登高证", "高空作业证"), _SPECIAL_WORK
    ),
    Certificate(
        4, "制冷证", "制冷与空调作业证", ("制冷证", "制冷与空调作业证", "空调证"), _SPECIAL_WORK
    ),
    Certificate(5, "危化品证", "危险化学品安全作业证", ("危化品证", "危险化学品证"), _SPECIAL_WORK),
    Certificate(
        8,
        "叉车证",
        "场内机动车辆作业证（叉车）",
        ("叉车证", "叉车操作证", "叉车司机证"),
        _SPECIAL_EQUIPMENT,
    ),
    Certificate(
        9, "起重证", "起重机作业证", ("起重证", "行车证", "天车证", "起重机证"), _SPECIAL_EQUIPMENT
    ),
    Certificate(10, "电梯证", "电梯作业证", ("电梯证", "电梯安全员证"), _SPECIAL_EQUIPMENT),
    Certificate(11, "锅炉证", "锅炉作业证", ("锅炉证", "司炉证"), _SPECIAL_EQUIPMENT),
    Certificate(12, "压力容器证", "压力容器作业证", ("压力容器证",), _SPECIAL_EQUIPMENT),
    Certificate(16, "C1 驾照", "C1 机动车驾驶证", ("C1驾照", "C1驾驶证", "C照"), _DRIVING),
    Certificate(17, "B2 驾照", "B2 机动车驾驶证", ("B2驾照", "B2驾驶证", "B照"), _DRIVING),
    Certificate(18, "A1 驾照", "A1 机动车驾驶证", ("A1驾照", "A1驾驶证"), _DRIVING),
    Certificate(19, "A2 驾照", "A2 机动车驾驶证", ("A2驾照", "A2驾驶证"), _DRIVING),
    Certificate(24, "健康证", "食品从业人员健康证明", ("健康证",), "《食品安全法》第四十五条"),
    Certificate(
        25, "消防证", "消防设施操作员证", ("消防证", "消防设施操作员证"), "《消防法》第二十一条"
    ),
    Certificate(26, "保安员证", "保安员证", ("保安员证", "保安证"), "《保安服务管理条例》第十六条"),
    Certificate(27, "导游证", "导游证", ("导游证",), "《旅游法》第三十七条"),
    Certificate(28, "教师资格", "教师资格证", ("教师资格证", "教师证"), "《教师法》第十条"),
    Certificate(29, "护士执业证", "护士执业证书", ("护士执业证", "护士证"), "《护士条例》第七条"),
    Certificate(30, "医师执业证", "医师执业证书", ("医师执业证", "医师证"), "《医师法》第十三条"),
)
BY_BIT = {certificate.bit: certificate for certificate in CERTIFICATES}


def bits_of(mask: int) -> list[int]:
    """The bits set in a mask, rising."""
    return [bit for bit in range(64) if int(mask) >> bit & 1]


def mask_of(bits: Iterable[int]) -> int:
    """The mask of the given bits."""
    mask = 0
    for bit in bits:
        mask |= 1 << bit
    return mask


def _plain(text: str) -> str:
    return text.replace(" ", "").upper()


@cache
def _known() -> list[tuple[str, int]]:
    """(word, bit), the longest first."""
    named = {
        (_plain(word), certificate.bit)
        for certificate in CERTIFICATES
        for word in (certificate.name, certificate.short, *certificate.words)
    }
    return sorted(named, key=lambda pair: (-len(pair[0]), pair))


def certificates_in(text: str) -> int:
    """The mask of the certificates named in a text.

    A certificate is named by its full name, its short one or any of its words. Longer ones are
    taken out first, so that "高压电工证" does not count as "电工证" as well.
    """
    text = _plain(text)
    mask = 0
    for word, bit in _known():
        if word in text:
            mask |= 1 << bit
            text = text.replace(word, "，")
    return mask

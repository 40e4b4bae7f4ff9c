"""A public notice as a PDF: A4 in Song type, as official papers are, with the whole masked list."""

import re
from functools import cache
from pathlib import Path

from django.conf import settings
from fontTools.ttLib import TTCollection
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from portal.ui.formatting import full_date, phone_display, thousands, yuan
from subsidies.models import PublicNotice

# Where Debian's fonts-noto-cjk and macOS-like installations keep the Song type.
_PLACES = (
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-serif-cjk-fonts/NotoSerifCJK-Regular.ttc",
)
_FACE = "Noto Serif CJK SC"
_MARGIN, _BODY, _SMALL, _LINE = 18, 11, 9, 7
# A figure or a sign, with the closing signs that must not begin a line.
_PIECES = re.compile(r"(?:[《（〔“]*(?:[0-9A-Za-z.,%〔〕-]+|.))[，。、；：）》”]*", re.DOTALL)
_PADDING, _ROW = 1.0, 5.6
_HEAD_COLOUR = (227, 238, 249)
_REFUND_HEADS = ("序号", "企业名称", "地区", "年初参保", "年末参保", "裁员率", "返还金额（元）")
_REFUND_WIDTHS = (10, 58, 20, 19, 19, 18, 30)
_HEADS = ("序号", "姓名或单位", "地区", "金额（元）")
_WIDTHS = (14, 90, 34, 36)


def font() -> tuple[str, int] | None:
    """Path and number within it of the Song type to write with; None when there is none."""
    for place in (settings.PDF_FONT, *_PLACES):
        if place and Path(place).is_file():
            return place, _face_number(place)
    return None


@cache
def _face_number(place):
    if not place.endswith((".ttc", ".otc")):
        return 0
    with TTCollection(place, lazy=True) as collection:
        names = [face["name"].getDebugName(1) for face in collection.fonts]
    return names.index(_FACE) if _FACE in names else 0


def available() -> bool:
    """Whether this machine can make one."""
    return font() is not None


def file_name(notice: PublicNotice) -> str:
    """What the file is called."""
    return f"公示-{notice.base_year}-{notice.number:02d}.pdf"


def notice_pdf(notice: PublicNotice) -> bytes:
    """The notice with its list as it was published. Takes a second for about a thousand
    lines: for a job, not for a request (`services.notice_papers`).

    Raises LookupError on a machine without a Chinese font (see `available`).
    """
    if not available():
        raise LookupError("no Chinese Song type is installed")
    return _made(notice)


class _Paper(FPDF):
    """A4 with the notice's foot on each page."""

    def __init__(self, notice):
        super().__init__(format="A4")
        self._foot = (
            f"批次 WG-{notice.base_year}-{notice.number:02d}　名单校验码 {notice.check_code}"
        )
        path, number = font()
        self.add_font("song", fname=path, collection_font_number=number)
        self.set_margin(_MARGIN)
        self.set_auto_page_break(True, margin=22)
        self.set_title(notice.title)
        self.set_author(settings.PORTAL_OFFICE)
        self.set_lang("zh-CN")
        self.set_creation_date(notice.published_at)

    def footer(self):
        """Batch and check code on the left, page of pages on the right."""
        self.set_y(-16)
        self.set_font("song", size=_SMALL)
        self.cell(w=self.epw / 2, text=self._foot)
        self.cell(w=self.epw / 2, text=f"第 {self.page_no()} 页，共 {{nb}} 页", align="R")


def _made(notice):
    paper = _Paper(notice)
    paper.add_page()
    paper.set_font("song", size=18)
    _write(paper, notice.title, 11, align="C")
    paper.ln(4)
    paper.set_font("song", size=_BODY)
    for words in _paragraphs(notice):
        _write(paper, f"　　{words}", _LINE)
    paper.ln(3)
    _list(paper, notice)
    paper.ln(8)
    for words in (settings.PORTAL_OFFICE, full_date(notice.published_at)):
        paper.cell(w=0, h=_LINE, text=words, align="R", new_x="LMARGIN", new_y="NEXT")
    return bytes(paper.output())


def _write(paper, text, height, align="L"):
    # Official papers put no space beside figures.
    for line in _lines(text.replace(" ", ""), paper.epw - 2 * paper.c_margin, paper):
        paper.cell(w=0, h=height, text=line, align=align, new_x="LMARGIN", new_y="NEXT")


def _lines(text, width, paper):
    """Break Chinese text at a width: not inside a figure, and no line begins with a closing sign."""
    line = ""
    for piece in _PIECES.findall(text):
        if line and paper.get_string_width(line + piece) > width:
            yield line
            line = ""
        line += piece
    yield line


def is_of_refunds(notice: PublicNotice) -> bool:
    """Whether the list is of screened refunds, which say how many persons were insured."""
    return all(entry["insured_start"] is not None for entry in notice.entries)


def _paragraphs(notice):
    count, total = thousands(notice.entry_count), yuan(notice.total_fen)
    if is_of_refunds(notice):
        done = f"经比对 {notice.base_year} 年度失业保险缴费和参保数据，并经初审、复核，"
        to_do = f"拟向下列 {count} 家企业返还失业保险费，合计 {total} 元。"
    else:
        done, to_do = "经初审、复核，", f"拟发放下列 {count} 笔，合计 {total} 元。"
    phone = f"{settings.CITY_AREA_CODE}-{phone_display(settings.CITY_HOTLINE)}"
    return (
        f"根据{notice.grounds}，{done}{to_do}现予公示。",
        f"公示期：{full_date(notice.starts_on)}至{full_date(notice.ends_on)}"
        f"（{notice.working_days} 个工作日）。对名单有异议的，请在公示期内提出。电话 {phone}。",
    )


def _list(paper, notice):
    """The table, drawn cell by cell: fpdf's own tables take seven times as long."""
    refunds = is_of_refunds(notice)
    heads, shares = (_REFUND_HEADS, _REFUND_WIDTHS) if refunds else (_HEADS, _WIDTHS)
    widths = [paper.epw * share / sum(shares) for share in shares]
    paper.set_font("song", size=_SMALL)
    _row(paper, heads, widths, head=True)
    for entry in notice.entries:
        _row(paper, _cells(entry, refunds), widths, heads)
    blanks = [""] * (len(heads) - 3)
    total = yuan(sum(entry["amount_fen"] for entry in notice.entries))
    _row(paper, ["", "合计", *blanks, total], widths, heads)


def _row(paper, cells, widths, heads=None, head=False):
    """One row as high as its longest cell; heads are repeated where it begins a page."""
    broken = [
        list(_lines(text, width - 2 * _PADDING - 2 * paper.c_margin, paper))
        for text, width in zip(cells, widths, strict=True)
    ]
    height = _ROW * max(map(len, broken))
    if heads and paper.will_page_break(height):
        paper.add_page()
        paper.set_font("song", size=_SMALL)
        _row(paper, heads, widths, head=True)
    left, top = paper.l_margin, paper.get_y()
    paper.set_fill_color(*_HEAD_COLOUR)
    for index, (lines, width) in enumerate(zip(broken, widths, strict=True)):
        paper.rect(left, top, width, height, style="DF" if head else "D")
        align = "C" if head or index == 0 else "L" if index < 3 else "R"
        first = top + (height - _ROW * len(lines)) / 2
        for number, line in enumerate(lines):
            if line:
                paper.set_xy(left + _PADDING, first + _ROW * number)
                paper.cell(
                    w=width - 2 * _PADDING, h=_ROW, text=line, align=align,
                    new_x=XPos.RIGHT, new_y=YPos.TOP,
                )  # fmt: skip
        left += width
    paper.set_xy(paper.l_margin, top + height)


def _cells(entry, refunds):
    name = f"{entry['name']}（补发）" if entry.get("supplement") else entry["name"]
    head = [str(entry["no"]), name, entry["region"]]
    if refunds:
        head += [thousands(entry["insured_start"]), thousands(entry["insured_end"]), entry["rate"]]
    return [*head, yuan(entry["amount_fen"])]

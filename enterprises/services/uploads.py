"""What an uploaded scan really is: by its first bytes, and by opening it."""

import hashlib
import io
import warnings
from dataclasses import dataclass

import filetype
from django.core.exceptions import ValidationError
from PIL import Image
from pypdf import PdfReader
from pypdf.errors import PyPdfError

LARGEST = 5 * 1024 * 1024
MOST_PIXELS = 60_000_000
MOST_PAGES = 10
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
NOT_READABLE = "这个文件打不开，可能没有传完整。请重新拍照或扫描后再传。"


@dataclass(frozen=True)
class Checked:
    """A file that is what it says."""

    content: bytes
    media_type: str
    sha256: str

    @property
    def ending(self):
        """File name ending that fits the content."""
        return ENDINGS[self.media_type]


def check_licence(upload):
    """Read and check an uploaded licence, as `check_scan`."""
    return check_scan(upload, most_pages=MOST_PAGES, only="营业执照")


def check_scan(upload, *, most_pages, only=""):
    """Read and check an uploaded scan; `upload` is a Django UploadedFile.

    The name and the type the browser sent are not believed. only: what alone may be in it, for the
    sentence about too many pages. Raises ValidationError saying what to send instead.
    """
    if upload.size > LARGEST:
        raise ValidationError(
            f"文件 {upload.size / 1024 / 1024:.1f} MB，最大 5 MB。请压缩或换一张清晰的照片。"
        )
    content = upload.read()
    if not content:
        raise ValidationError("文件是空的，请重新选择。")
    kind = filetype.guess(content)
    media_type = kind.mime if kind else ""
    if media_type not in ENDINGS:
        raise ValidationError("只收 JPG、PNG 图片或 PDF。这个文件不是这三种，改后缀名也不行。")
    if media_type == "application/pdf":
        _check_pages(_open_pdf(content), most_pages, only)
    else:
        _open_picture(content)
    return Checked(content, media_type, hashlib.sha256(content).hexdigest())


def _open_picture(content):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise ValidationError("图片太大，请缩小到 6000 万像素以内。")
                picture.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombWarning) as error:
        raise ValidationError(NOT_READABLE) from error
    except Image.DecompressionBombError as error:
        raise ValidationError("图片太大，请缩小到 6000 万像素以内。") from error


def _open_pdf(content):
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            raise ValidationError("这个 PDF 设了密码，请去掉密码再传。")
        pages = len(reader.pages)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValidationError(NOT_READABLE) from error
    return pages


def _check_pages(pages, most_pages, only):
    if pages == 0:
        raise ValidationError("这个 PDF 没有一页内容，请重新扫描。")
    if pages > most_pages:
        told = f"请只传{only}，最多" if only else "最多"
        raise ValidationError(f"这个 PDF 有 {pages} 页。{told} {most_pages} 页。")

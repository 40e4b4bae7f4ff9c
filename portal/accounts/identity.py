"""Identity numbers, credit codes and phones: normalised first, then checked."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError as StdnumError

_MOBILE = re.compile(r"1[3-9]\d{9}")
_SERVICE = re.compile(r"1\d{4}|9\d{4,5}|[48]00\d{7}")
_LANDLINE = re.compile(r"(0\d{2,3})?[2-9]\d{6,7}")


def normalise(value):
    """Full-width letters and digits become half-width, blanks at both ends go, letters go up."""
    return unicodedata.normalize("NFKC", value or "").strip().upper()


def clean_identity_number(value):
    """The normalised 18-digit resident identity number; raises ValidationError saying why not."""
    number = re.sub(r"\s", "", normalise(value))
    if len(number) != 18:
        raise ValidationError(f"身份证号要 18 位，现在是 {len(number)} 位。")
    try:
        return ric.validate(number)
    except (StdnumError, KeyError) as error:  # KeyError: a province's code with no county after it
        raise ValidationError("身份证号不对，请对照证件检查每一位。") from error


def clean_credit_code(value):
    """The normalised 18-character unified social credit code (GB 32100-2015)."""
    code = re.sub(r"\s", "", normalise(value))
    if len(code) != 18:
        raise ValidationError(f"统一社会信用代码要 18 位，现在是 {len(code)} 位。")
    try:
        return uscc.validate(code)
    except StdnumError as error:
        raise ValidationError("统一社会信用代码不对，请对照营业执照检查。") from error


def clean_mobile(value):
    """The normalised 11-digit mobile number."""
    number = re.sub(r"[\s-]", "", normalise(value))
    number = number.removeprefix("+86")
    if not _MOBILE.fullmatch(number):
        raise ValidationError("手机号要 11 位数字，以 1 开头。")
    return number


def clean_phone(value):
    """A mobile or a landline number, digits only."""
    number = re.sub(r"[\s-]", "", normalise(value)).removeprefix("+86")
    if not (_MOBILE.fullmatch(number) or _LANDLINE.fullmatch(number)):
        raise ValidationError("电话号码不对：手机 11 位，座机 7 到 8 位，可以带区号。")
    return number


def clean_public_phone(value):
    """A number the public calls: as clean_phone, or a service number (12333, 96xxx, 400 …)."""
    number = re.sub(r"[\s-]", "", normalise(value))
    return number if _SERVICE.fullmatch(number) else clean_phone(value)


def birth_date(identity_number):
    """The birth date a valid identity number carries."""
    return ric.get_birth_date(identity_number)

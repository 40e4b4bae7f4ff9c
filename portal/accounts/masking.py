"""The one function that masks personal data. Pages, API, exports, messages and logs call it."""

import re

# Identity numbers and mobile phones inside a text; longer runs of digits are something else.
_NUMBERS = re.compile(r"(?<![0-9A-Za-z])(?:([1-9]\d{16}[\dXx])|(1[3-9]\d{9}))(?![0-9A-Za-z])")


def mask(value, kind):
    """Mask one value.

    kind: "name" “王*国” · "identity" “3204**********01” · "phone" “138****5678” ·
    "account" “************0123”. Empty in, empty out. Raises ValueError for an unknown kind.
    """
    if not value:
        return ""
    text = str(value)
    if kind == "name":
        if len(text) == 1:
            return "*"
        if len(text) == 2:
            return text[0] + "*"
        return text[0] + "*" * (len(text) - 2) + text[-1]
    if kind == "identity":
        return _keep(text, 4, 2)
    if kind == "phone":
        return _keep(text, 3, 4)
    if kind == "account":
        return _keep(text, 0, 4)
    raise ValueError(f"no such kind of personal data: {kind}")


def mask_within(text):
    """A text with every identity number and mobile phone in it masked: for logs and error texts."""
    return _NUMBERS.sub(lambda found: mask(found[0], "identity" if found[1] else "phone"), text)


def _keep(text, head, tail):
    # A value too short to keep both ends shows nothing at all rather than too much.
    if len(text) < head + tail + 4:
        return "*" * len(text)
    return text[:head] + "*" * (len(text) - head - tail) + text[-tail:]

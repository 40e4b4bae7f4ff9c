"""Money in words, as payment papers carry it (大写金额). Pure functions.

The rules are those of the People's Bank for filling in vouchers (《正确填写票据和结算凭证的基本规定》):
one 零 for a run of zeros inside, 整 after yuan or jiao, none after fen.
"""

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")
_MOST_FEN = 10**18


def rmb_words(fen: int) -> str:
    """Fen in words: 6000000 → “陆万元整”, 790123 → “柒仟玖佰零壹元贰角叁分”.

    Raises ValueError below nothing and from 10¹⁶ yuan on.
    """
    if not 0 <= fen < _MOST_FEN:
        raise ValueError(f"no words for {fen} fen")
    yuan, rest = divmod(fen, 100)
    jiao, fen = divmod(rest, 10)
    words = f"{_whole(yuan)}元" if yuan else ""
    if not rest:
        return f"{words or '零元'}整"
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    elif yuan:
        words += "零"
    return words + (f"{_DIGITS[fen]}分" if fen else "整")


def _whole(yuan):
    groups = []
    while yuan:
        yuan, group = divmod(yuan, 10_000)
        groups.append(group)
    words, gap = "", False
    for index in range(len(groups) - 1, -1, -1):
        group = groups[index]
        if not group:
            gap = bool(words)
            continue
        if words and (gap or group < 1000):
            words += "零"
        words += _thousands(group) + _GROUPS[index]
        gap = False
    return words


def _thousands(group):
    words, zero = "", False
    for index in range(3, -1, -1):
        digit = group // 10**index % 10
        if digit:
            words += ("零" if zero else "") + _DIGITS[digit] + _PLACES[index]
            zero = False
        else:
            zero = bool(words)
    return words

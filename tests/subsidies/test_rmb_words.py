"""Money in words as vouchers carry it."""

import pytest

from subsidies.rmb_words import rmb_words


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元整"),
        (1, "壹分"),
        (10, "壹角整"),
        (105, "壹元零伍分"),
        (150, "壹元伍角整"),
        (790_123, "柒仟玖佰零壹元贰角叁分"),
        (1_000_000, "壹万元整"),
        (1_000_100, "壹万零壹元整"),
        (1_010_000, "壹万零壹佰元整"),
        (3_000_000, "叁万元整"),
        (10_050_000, "壹拾万零伍佰元整"),
        (10_000_000_050, "壹亿元伍角整"),
        (10_000_000_100, "壹亿零壹元整"),
        (10_001_000_000, "壹亿零壹万元整"),
        (134_000_000_000, "壹拾叁亿肆仟万元整"),
        (20_304_050_607, "贰亿零叁佰零肆万零伍佰零陆元零柒分"),
        (100_000_000_000_000, "壹万亿元整"),
    ],
)
def test_words(fen, words):
    assert rmb_words(fen) == words


@pytest.mark.parametrize("fen", [-1, 10**18])
def test_no_words(fen):
    with pytest.raises(ValueError, match="no words"):
        rmb_words(fen)

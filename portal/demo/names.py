"""Invented names of enterprises and people.

A brand is two characters of a literary stock, one for each enterprise, so that no two enterprises
share one. Pairs that occur inside the name of any employer of the published vacancy lists are
left out (``data/brand_pairs_taken.txt``): no invented enterprise can be mistaken for one of them.
"""

from functools import cache
from pathlib import Path

import numpy as np

DATA = Path(__file__).resolve().parent / "data"
_FIRST = (
    "砺栖煦澜屿砚曜禾启织稻青岚瀚沐澄朔旻昭霁岑漪荻芷蘅筠筱栎榆椿楠梓樾桐柘苇茗葵菡荷莘菁蔚"
    "珩瑾琢璞璟瓅钧铎铄锵镕鉴砥磐砌垣垚堇壑峤峦崧嵘巍岫溪泓沚泮洵浔淳淼湛溯滢潆漱潭澈濯瀛"
    "焕炜烁煜熠燧曦晞晟晗暄暻昀旸翊翎翱翰羿翯骥骁骋骐鸢鸿鹭鹤隼雁帆舸舫舷橹棹舟楫"
)
_SECOND = (
    "石岚羽风川屿砚禾舟畔田原野林森松柏槐枫桦竹菊兰荇藻苔蕨岩矶礁洲渚湾汀浦渡津源泉涧溪澳"
    "澜涛汐潮霖霏霜雾霞虹晖曜辰宿朗曙旭昇轩庐阁榭亭台垒堡甸畴陌阡圃苑圩坊埠渠堰闸桥栈驿"
    "弦律韵章册卷简牍笺墨锦绫绡绮纶绎绘缇缃帛素练纹织弋矢弓弩戈戟钺钟鼎爵彝簋瓯琮璧玦佩"
)
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡"
    "贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段"
)
_GIVEN_FIRST = "建志文明国家海永春秀晓雪思雨子梓宇俊佳欣嘉浩天一小玉丽美桂红立伟新正德光宏学少"
_GIVEN_SECOND = "华明军平强磊勇杰涛超峰辉刚健敏静丽燕娟霞婷玲芳梅琴雯洁颖莹慧宁轩涵妍琪瑶宸睿泽航"


@cache
def _brands() -> tuple[str, ...]:
    taken = set((DATA / "brand_pairs_taken.txt").read_text(encoding="utf-8").split())
    pairs = [a + b for a in dict.fromkeys(_FIRST) for b in dict.fromkeys(_SECOND) if a != b]
    pairs = [pair for pair in pairs if pair not in taken and pair not in PLANTED_BRANDS]
    order = np.random.default_rng(20200325).permutation(len(pairs))
    return tuple(pairs[i] for i in order)


PLANTED_BRANDS = frozenset(
    [
        "砺石",
        "织岚",
        "栖羽",
        "煦风",
        "稻畔",
        "澜川",
        "青屿",
        "云砚",
        "曜川",
        "栖禾",
        "启舟",
        "汀禾",
        "珩川",
    ]
)


def candidate_pairs() -> set[str]:
    """Every two characters that could be a brand, taken ones included."""
    return {a + b for a in _FIRST for b in _SECOND if a != b} | PLANTED_BRANDS


def brand(number: int) -> str:
    """The brand of the ``number``-th enterprise; a third character once the pairs are used up."""
    pairs = _brands()
    round_, position = divmod(number, len(pairs))
    if round_ == 0:
        return pairs[position]
    if round_ > len(_SECOND):
        raise ValueError("no more brands")
    return pairs[position] + _SECOND[round_ - 1]


def enterprise_name(number: int, trade: str, prefix: str = "常州") -> str:
    """ "常州砺石模具有限公司": place, brand, trade, legal form."""
    return f"{prefix}{brand(number)}{trade}有限公司"


def person_names(draw: np.random.Generator, count: int) -> list[str]:
    """Invented names, surnames roughly as frequent as in life, one in five of two characters."""
    ranks = np.arange(1, len(SURNAMES) + 1)
    surnames = draw.choice(len(SURNAMES), count, p=(1 / ranks) / (1 / ranks).sum())
    first = draw.integers(0, len(_GIVEN_FIRST), count)
    second = draw.integers(0, len(_GIVEN_SECOND), count)
    short = draw.random(count) < 0.2
    return [
        SURNAMES[s] + ("" if is_short else _GIVEN_FIRST[a]) + _GIVEN_SECOND[b]
        for s, a, b, is_short in zip(surnames, first, second, short, strict=True)
    ]

"""The score as data: its named parts, the points each can earn, and their weights.

Every part earns 0 to 1000 points (‰, integers). The score is the sum of weight × points with
weights that add up to 1000, so it runs from 0 to 1,000,000 and is the same on every machine.
It is symmetric: seeker and vacancy see one and the same number, which is what makes the selection
stable. Changing a weight or a table means a new version.
"""

from dataclasses import dataclass, field

import numpy as np

PARTS = (
    "occupation",
    "place",
    "pay",
    "skills",
    "education",
    "experience",
    "freshness",
    "priority",
    "choices",
)
PART_LABELS = {
    "occupation": "工种",
    "place": "地点",
    "pay": "工资",
    "skills": "技能",
    "education": "学历",
    "experience": "经验",
    "freshness": "新近",
    "priority": "重点帮扶",
    "choices": "选择少",
}
# What the kernel's own weights were, by their version: lists made with them are still read.
EARLIER_WEIGHTS = {
    "2026-2": {
        "occupation": 400,
        "place": 150,
        "pay": 150,
        "skills": 150,
        "education": 50,
        "experience": 50,
        "freshness": 30,
        "priority": 20,
    }
}
# The one part that is not about the pair but about what else there is for the seeker: it has no
# say in an employer's order, and no employer sees it.
CHOICES = "choices"
FULL_POINTS = 1000
FULL_SCORE = 1_000_000

# Levels index the point tables below.
OCCUPATION_OTHER, SAME_MAJOR, SAME_MIDDLE, SAME_MINOR, SAME_FINE = range(5)
PLACE_OTHER, NEAR_CITY, SAME_CITY, NEAR_DISTRICT, SAME_DISTRICT, SAME_STREET = range(6)


@dataclass(frozen=True, slots=True)
class ScoreModel:
    """Weights (‰ of the score, adding up to 1000) and point tables, under one version.

    occupation_points: by level OCCUPATION_OTHER … SAME_FINE. place_points: by level PLACE_OTHER …
    SAME_STREET. education_points: by levels above what is asked, the last for all beyond.
    no_limit_points: what education and experience earn where the post asks for nothing.
    pay_neutral: points where either side did not say. pay_spread: the share (‰) below and above
    the expected pay between which the pay part runs from 0 to 1000. fresh_days: after so many
    days the freshness is used up. text_full: likeness of texts (‰) that earns all points of texts,
    which are never as alike as lists of skills. text_share: the texts' share (‰) of the skills part
    where both sides have skills and texts. hard_to_place_points, key_points: their sum is the priority
    part. choices_full: from so many posts on somebody has enough to choose from. choices_wanted: a
    post that so many people can choose, or fewer, counts whole.
    """

    version: str = "2026-3"
    weights: dict[str, int] = field(
        default_factory=lambda: {
            "occupation": 256,
            "place": 96,
            "pay": 96,
            "skills": 96,
            "education": 32,
            "experience": 32,
            "freshness": 19,
            "priority": 13,
            "choices": 360,
        }
    )
    occupation_points: tuple[int, ...] = (0, 200, 550, 850, 1000)
    place_points: tuple[int, ...] = (100, 250, 400, 550, 700, 1000)
    education_points: tuple[int, ...] = (1000, 800, 500, 200)
    no_limit_points: int = 700
    pay_neutral: int = 500
    pay_spread: int = 250
    fresh_days: int = 60
    text_full: int = 300
    text_share: int = 400
    hard_to_place_points: int = 500
    key_points: int = 500
    choices_full: int = 15
    choices_wanted: int = 100

    def __post_init__(self):
        if tuple(self.weights) != PARTS:
            raise ValueError(f"权重应依次是：{'、'.join(PARTS)}")
        if sum(self.weights.values()) != 1000 or min(self.weights.values()) < 0:
            raise ValueError("权重应不为负，合计 1000")
        tables = (self.occupation_points, self.place_points, self.education_points)
        if tuple(map(len, tables)) != (5, 6, 4):
            raise ValueError("分值表的档数不对")
        single = (self.no_limit_points, self.pay_neutral)
        both = self.hard_to_place_points + self.key_points
        earned = [*(p for table in tables for p in table), *single, both]
        if min(earned) < 0 or max(earned) > FULL_POINTS:
            raise ValueError("分值应在 0 到 1000 之间")
        if not 1 <= self.text_full <= FULL_POINTS or not 0 <= self.text_share <= FULL_POINTS:
            raise ValueError("文字的满分线应在 1 到 1000 之间，占比应在 0 到 1000 之间")
        if self.pay_spread < 1 or self.fresh_days < 1:
            raise ValueError("工资幅度和新近天数至少是 1")
        if self.choices_full < 1 or self.choices_wanted < 1:
            raise ValueError("够选的岗位数和想要的人数至少是 1")

    def packed(self) -> np.ndarray:
        """The numbers in the order the compiled kernel reads them, int64, see ``kernel``."""
        return np.array(
            [
                *self.weights.values(),
                *self.occupation_points,
                *self.place_points,
                *self.education_points,
                self.no_limit_points,
                self.pay_neutral,
                self.pay_spread,
                self.text_full,
                self.text_share,
            ],
            dtype=np.int64,
        )

    def occupation_level(self, points: int) -> int:
        """The level whose points these are; where levels earn alike, the nearer one."""
        return _level(self.occupation_points, points)

    def place_level(self, points: int) -> int:
        """The level whose points these are; where levels earn alike, the nearer one."""
        return _level(self.place_points, points)

    def score(self, points) -> int:
        """The score of one row of parts, in the order of PARTS."""
        return sum(w * int(p) for w, p in zip(self.weights.values(), points, strict=True))


def _level(table: tuple[int, ...], points: int) -> int:
    for level in reversed(range(len(table))):
        if table[level] == points:
            return level
    raise ValueError(f"分值 {points} 不在表内")

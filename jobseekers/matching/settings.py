"""What a run may be told: caps, the rounds, and the score model.

The rounds are the written-down priorities. Each is settled before the next begins; within a round
pairs are taken in falling score while both sides have room.
"""

from dataclasses import dataclass, field
from enum import IntEnum

from .neighbours import Pairs, check_pairs, default_neighbours
from .score import ScoreModel


class Who(IntEnum):
    """Whose turn it is in a round."""

    EVERYONE = 0
    HARD_TO_PLACE = 1
    HARD_TO_PLACE_WITHOUT = 2
    EVERYONE_WITHOUT = 3


class Scope(IntEnum):
    """Which pairs count in a round; the hard conditions hold in all of them.

    CLOSE: same minor class or nearer. CANDIDATES: same middle class, or skills alike
    by more than common ones.
    ADMISSIBLE: whatever the hard conditions allow, occupation or not.
    """

    CLOSE = 0
    CANDIDATES = 1
    ADMISSIBLE = 2


@dataclass(frozen=True, slots=True)
class Round:
    """One round: who, which pairs, and how many a seeker may gain in it."""

    name: str
    label: str
    who: Who
    scope: Scope
    limit: int
    key_only: bool = False


def default_rounds(per_seeker: int = 10) -> tuple[Round, ...]:
    """The five rounds of the city, for lists of ``per_seeker``."""
    few = min(3, per_seeker)
    half = (per_seeker + 1) // 2
    return (
        Round("hard_first", "困难人员先选", Who.HARD_TO_PLACE, Scope.CANDIDATES, few),
        Round("hard_floor", "困难人员托底", Who.HARD_TO_PLACE_WITHOUT, Scope.ADMISSIBLE, few),
        Round("key_first", "重点企业先配", Who.EVERYONE, Scope.CLOSE, half, key_only=True),
        Round("general", "统一匹配", Who.EVERYONE, Scope.CANDIDATES, per_seeker),
        Round("floor", "普遍托底", Who.EVERYONE_WITHOUT, Scope.ADMISSIBLE, few),
    )


@dataclass(frozen=True, slots=True)
class MatchSettings:
    """Settings of one run.

    per_seeker: most recommendations a seeker gets. cap: most recommendations a vacancy gets for
    each person it wants. skill_floor: likeness of skills (‰) from which a vacancy of another
    middle class is a candidate, if they share a skill that is not common. common_skill: share of
    all rows (‰) above which a skill is common, such as "沟通能力". lottery: seed of the draw among equal scores; give the night's
    date so that the same person does not lose every night. threads: 0 takes every processor
    allowed. check: count blocking pairs after each round. rounds: None takes the default ones.
    neighbours: pairs of districts or of cities that border on one another, for the place part.
    list_length: candidates held per seeker at a time, a matter of memory against speed only.
    """

    per_seeker: int = 10
    cap: int = 10
    skill_floor: int = 500
    common_skill: int = 20
    lottery: int = 0
    threads: int = 0
    check: bool = True
    model: ScoreModel = field(default_factory=ScoreModel)
    rounds: tuple[Round, ...] | None = None
    list_length: int = 0
    neighbours: Pairs = field(default_factory=default_neighbours)

    def __post_init__(self):
        if not 1 <= self.per_seeker <= 100:
            raise ValueError("每人推荐数应在 1 到 100 之间")
        if not 1 <= self.cap <= 1000:
            raise ValueError("每个名额的推荐上限应在 1 到 1000 之间")
        if not 1 <= self.skill_floor <= 1000:
            raise ValueError("技能相近门槛应在 1 到 1000 之间")
        if not 0 <= self.common_skill <= 1000:
            raise ValueError("常见技能比例应在 0 到 1000 之间")
        check_pairs(self.neighbours)
        if self.rounds is None:
            object.__setattr__(self, "rounds", default_rounds(self.per_seeker))
        if not self.rounds or any(not 1 <= r.limit <= self.per_seeker for r in self.rounds):
            raise ValueError("每轮上限应在 1 到每人推荐数之间")

"""Who looks after whom, the tickets on their desks and their visits."""

import datetime
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from .codes import mobile
from .draws import at, office_seconds, pick, rng
from .enterprises import Enterprises
from .names import person_names
from .people import MAIN_COMMISSIONER, CommissionerRow
from .regions import streets
from .story import MAIN_ENTERPRISE


class AssignmentRow(NamedTuple):
    """One spell of care; commissioner is an index into the commissioners."""

    enterprise: int
    commissioner: int
    started_at: datetime.datetime
    ended_at: datetime.datetime | None
    reason: str


class TicketRow(NamedTuple):
    """One ticket; enterprise and owner may be None (a seeker's call)."""

    source: str
    region: str
    enterprise: int | None
    contact_name: str
    contact_phone: str
    subject: str
    body: str
    state: str
    owner: int | None
    is_key: bool
    created_at: datetime.datetime
    due_at: datetime.datetime
    answer: str
    answered_at: datetime.datetime | None
    closed_at: datetime.datetime | None
    satisfaction: int | None


class VisitRow(NamedTuple):
    """One visit by the commissioner in charge."""

    enterprise: int
    commissioner: int
    visited_on: datetime.date
    kind: str
    summary: str
    plan: str


class Contacts:
    """Assignments, tickets and visits of the city."""

    def __init__(self, enterprises: Enterprises, commissioners: list[CommissionerRow]):
        self.enterprises, self.commissioners = enterprises, commissioners
        self.seed, self.today = enterprises.seed, enterprises.today
        self.caretaker = self._assign()

    def _assign(self) -> np.ndarray:
        """Index of the commissioner of every enterprise, −1 without one.

        Key enterprises and two in five of the others are looked after; within a district in turn.
        """
        count = self.enterprises.count
        wanted = self.enterprises.is_key | (rng(self.seed, "cared").random(count) < 0.4)
        wanted[MAIN_ENTERPRISE] = True
        caretaker = np.full(count, -1, dtype=np.int64)
        by_district: dict[str, list[int]] = {}
        for index, row in enumerate(self.commissioners):
            by_district.setdefault(row.region, []).append(index)
        turn = dict.fromkeys(by_district, 0)
        for number in np.flatnonzero(wanted):
            district = streets()[self.enterprises.region[number]].district
            team = by_district[district]
            caretaker[number] = team[turn[district] % len(team)]
            turn[district] += 1
        usernames = [c.username for c in self.commissioners]
        caretaker[MAIN_ENTERPRISE] = usernames.index(MAIN_COMMISSIONER)
        return caretaker

    def assignments(self) -> Iterator[AssignmentRow]:
        """Present assignments; one in fifteen was handed over by a colleague."""
        draw = rng(self.seed, "assignments")
        for number in np.flatnonzero(self.caretaker >= 0):
            owner = int(self.caretaker[number])
            begun = self.today - datetime.timedelta(int(draw.integers(90, 300)))
            started = at(begun, 9 * 3600)
            if draw.random() < 0.07 and number != MAIN_ENTERPRISE:
                before = self._colleague(owner)
                handed = at(begun + datetime.timedelta(60), 9 * 3600)
                yield AssignmentRow(int(number), before, started, handed, "")
                yield AssignmentRow(
                    int(number), owner, handed, None, "原专员调岗，交接资料已核对。"
                )
            else:
                yield AssignmentRow(int(number), owner, started, None, "")

    def _colleague(self, owner: int) -> int:
        region = self.commissioners[owner].region
        team = [i for i, c in enumerate(self.commissioners) if c.region == region and i != owner]
        return team[owner % len(team)] if team else owner

    def tickets(self, count: int) -> Iterator[TicketRow]:
        """Tickets of the past weeks: most answered in time, some waiting, a few overdue."""
        draw = rng(self.seed, "tickets")
        cared = np.flatnonzero(self.caretaker >= 0)
        names = person_names(draw, count)
        seconds = office_seconds(draw, count)
        homes = pick(draw, [s.weight for s in streets()], count)
        for i in range(count):
            asks = i % 4 != 3
            enterprise = int(cared[draw.integers(0, cared.size)]) if asks else None
            if i == 0:
                enterprise = MAIN_ENTERPRISE
            subject, body, answer = (_ASKS if asks else _CALLS)[
                int(draw.integers(0, len(_ASKS if asks else _CALLS)))
            ]
            is_key = enterprise is not None and bool(self.enterprises.is_key[enterprise])
            ago = 1 + i % 3 if i < count // 5 else int(draw.integers(3, 80))
            created = at(self.today - datetime.timedelta(ago), seconds[i])
            due = created + datetime.timedelta(1) if is_key else _end_of_third_day(created)
            state = "open" if i < count // 5 else ("answered", "closed", "closed")[i % 3]
            hours = int(draw.integers(1, 20 if is_key else 40))
            answered = created + datetime.timedelta(hours=hours) if state != "open" else None
            yield TicketRow(
                ("hotline", "portal", "visit")[int(draw.integers(0, 3))] if asks else "hotline",
                self._region(enterprise) if asks else streets()[homes[i]].code,
                enterprise,
                names[i],
                mobile(i, 3),
                subject,
                body,
                state,
                int(self.caretaker[enterprise]) if asks else None,
                is_key,
                created,
                due,
                answer if answered else "",
                answered,
                answered + datetime.timedelta(1) if state == "closed" else None,
                (3, 3, 3, 2, 3, 1)[i % 6] if state == "closed" else None,
            )

    def _region(self, enterprise: int) -> str:
        return streets()[self.enterprises.region[enterprise]].code

    def visits(self, count: int) -> Iterator[VisitRow]:
        """Visits of the past twelve weeks, key enterprises more often."""
        draw = rng(self.seed, "visits")
        cared = np.flatnonzero(self.caretaker >= 0)
        weights = np.where(self.enterprises.is_key[cared], 4, 1)
        chosen = cared[pick(draw, weights, count)]
        chosen[:3] = MAIN_ENTERPRISE
        for i, number in enumerate(chosen):
            summary, plan = _VISITS[int(draw.integers(0, len(_VISITS)))]
            yield VisitRow(
                int(number),
                int(self.caretaker[number]),
                self.today - datetime.timedelta(1 + int(draw.integers(0, 84))),
                ("on_site", "telephone", "online")[(0, 0, 1, 1, 2)[i % 5]],
                summary,
                plan,
            )


def _end_of_third_day(created: datetime.datetime) -> datetime.datetime:
    """Close of office three weekdays on (holidays are the service's business)."""
    day, left = created.date(), 3
    while left:
        day += datetime.timedelta(1)
        left -= day.weekday() < 5
    return at(day, 17 * 3600 + 1800)


_ASKS = (
    ("缺装配工，想要招聘会摊位", "下个月新线投产，还缺装配工，想参加近期的现场招聘会。",
     "已登记下周六的专场招聘会摊位，专员会把展位号发给您。"),
    ("稳岗返还什么时候到账", "看到公示里有我们单位，想问公示后多久拨付。",
     "公示结束没有异议后，5 个工作日内拨到单位社保缴费账户。"),
    ("岗位为什么退回修改", "发布的岗位被退回，不清楚要改哪里。",
     "岗位里没有写班次，补上后再提交，当天可以审核。"),
    ("新招员工怎么办就业登记", "这个月招了 12 个人，想一次办完就业登记和参保。",
     "可以走重点企业快速通道，把名单发给专员，24 小时内办好。"),
    ("想接收外地返岗员工", "有 20 多名员工要从外地回来，能不能安排包车。",
     "已登记点对点接返需求，车次确定后电话通知。"),
)  # fmt: skip
_CALLS = (
    ("怎么查附近包住的岗位", "人在工地，想找附近包吃包住的活。",
     "首页选您所在的区，再勾选“包住”，也可以到街道人社服务所当面登记。"),
    ("失业登记在哪里办", "上个月离职，想问失业登记要带什么。",
     "带身份证到居住地街道人社服务所，或者在网上办事大厅办理。"),
    ("申请了没有答复", "申请了两个岗位，三个星期没有消息。",
     "已联系企业，三天内会给答复；同时给您推荐了三个相近岗位。"),
)  # fmt: skip
_VISITS = (
    (
        "订单饱满，夜班缺操作工，现有员工稳定。",
        "发布普工岗位并推送到附近街道；下次招聘会预留摊位。",
    ),
    ("招工正常，关心稳岗返还进度。", "说明公示时间；核对社保缴费账户。"),
    ("部分员工年后未返岗，用老乡带老乡招到 6 人。", "联系劳务协作站，登记接返需求。"),
    ("新设备到位，缺会编程的数控车工。", "与技工学校联系实习生；建议申请培训补贴。"),
    ("淡季减少班次，没有裁员打算。", "关注参保人数变化；介绍共享用工。"),
)

"""“等您办的”: one list of everything that waits, overdue first, then by deadline."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.conf import settings
from django.db.models import Count, Exists, Min, OuterRef, Q, Sum
from django.urls import reverse

from enterprises.models import KeyListEntry
from portal.ui.formatting import CITY_TIME, thousands, wan
from subsidies.enums import ClaimState

from .waiting import Waiting

OFFICE_CLOSES = time(17, 30)
SOON = timedelta(hours=24)
LONGEST = 200


@dataclass(frozen=True)
class Task:
    """One line: until when (or since when, where no deadline is set), what, whose, where."""

    kind: str
    title: str
    url: str
    act: str
    deadline: datetime | None = None
    started: datetime | None = None
    since: datetime | None = None
    who: str = ""
    is_key: bool = False
    place: str = ""
    overdue: bool = False


@dataclass(frozen=True)
class Queue:
    """The first lines and how many there are altogether."""

    tasks: list[Task]
    total: int

    @property
    def hidden(self) -> int:
        """Lines that are not shown."""
        return self.total - len(self.tasks)


def work_queue(waiting: Waiting, limit: int = 10) -> Queue:
    """What waits for a person, most urgent first. Tickets, emergencies, batches and objections one by one, the rest
    in sums. At most LONGEST lines are read of each kind."""
    limit = min(limit, LONGEST)
    makers = (
        _tickets, _emergencies, _objections, _batches, _payments, _policies, _ending_policies,
    )  # fmt: skip
    tasks, total = [], 0
    for make in makers:
        found, count = make(waiting, limit)
        tasks += found
        total += count
    for make in (_first_reviews, _vacancies, _licences, _rechecks, _shortages, _parameters):
        task = make(waiting)
        if task:
            tasks.append(task)
            total += 1
    tasks.sort(key=lambda task: _urgency(task, waiting.now))
    return Queue(tasks[:limit], total)


def _urgency(task, now):
    """Overdue, then due within a day, then what has no deadline and waits, then the later ones."""
    if task.deadline is None:
        return (2, task.since)
    if task.overdue:
        return (0, task.deadline)
    return (1 if task.deadline < now + SOON else 3, task.deadline)


def _cut(queryset, limit):
    """(rows, count), counting only when there are more rows than fit."""
    rows = list(queryset[: limit + 1])
    return rows[:limit], len(rows) if len(rows) <= limit else queryset.order_by().count()


def _tickets(waiting, limit):
    found = (
        waiting.tickets().select_related("enterprise", "region__parent").order_by("due_at", "pk")
    )
    rows, count = _cut(found, limit)
    tasks = [
        Task(
            "服务单",
            ticket.subject,
            reverse("workbench:ticket", args=[ticket.public_id]),
            "答复",
            deadline=ticket.due_at,
            started=ticket.created_at,
            who=ticket.enterprise.name if ticket.enterprise_id else ticket.masked_contact,
            is_key=ticket.is_key,
            place=_district(ticket.region),
            overdue=ticket.due_at < waiting.now,
        )
        for ticket in rows
    ]
    return tasks, count


def _emergencies(waiting, limit):
    key = KeyListEntry.objects.on(waiting.today).filter(enterprise=OuterRef("enterprise_id"))
    found = (
        waiting.emergencies()
        .select_related("enterprise__region__parent")
        .annotate(is_key=Exists(key))
        .order_by("declared_at", "pk")
    )
    rows, count = _cut(found, limit)
    tasks = []
    for one in rows:
        deadline = one.declared_at + waiting.emergency_time
        tasks.append(
            Task(
                "应急缺工",
                f"一次缺 {thousands(one.missing_total)} 人，还没有专员接手",
                reverse("workbench:assignment", args=[one.enterprise.public_id]),
                "派专员",
                deadline=deadline,
                started=one.declared_at,
                who=one.enterprise.name,
                is_key=one.is_key,
                place=_district(one.enterprise.region),
                overdue=deadline < waiting.now,
            )
        )
    return tasks, count


def _objections(waiting, limit):
    found = waiting.objections().select_related("region__parent").order_by("due_on", "pk")
    rows, count = _cut(found, limit)
    tasks = []
    for one in rows:
        deadline = datetime.combine(one.due_on, OFFICE_CLOSES, CITY_TIME)
        tasks.append(
            Task(
                "异议",
                "公示异议，需书面答复" if one.notice_id else "对审核决定的异议，需书面答复",
                reverse("subsidies:objection", args=[one.public_id]),
                "答复",
                deadline=deadline,
                started=one.created_at,
                who=one.masked_name,
                place=_district(one.region),
                overdue=deadline < waiting.now,
            )
        )
    return tasks, count


def _batches(waiting, limit):
    left = Q(claims__state=ClaimState.FIRST_REVIEWED)
    found = (
        waiting.batches()
        .select_related("region__parent", "first_reviewer")
        .annotate(count=Count("claims", filter=left), fen=Sum("claims__amount_fen", filter=left))
        .order_by("first_reviewed_at", "pk")
    )
    rows, count = _cut(found, limit)
    tasks = [
        Task(
            "复核",
            f"稳岗返还第 {one.number} 批 {thousands(one.count)} 家，{wan(one.fen)}",
            reverse("subsidies:batch", args=[one.public_id]),
            "去复核",
            since=one.first_reviewed_at,
            who=f"初审人 {one.first_reviewer}",
            place=_district(one.region),
        )
        for one in rows
    ]
    return tasks, count


def _payments(waiting, limit):
    found = (
        waiting.payments()
        .select_related("region__parent", "prepared_by")
        .order_by("prepared_at", "pk")
    )
    rows, count = _cut(found, limit)
    tasks = [
        Task(
            "发放",
            f"{one}待核对送银行，{thousands(one.count)} 笔，{wan(one.total_fen)}",
            reverse("subsidies:payment_batch", args=[one.public_id]),
            "去核对",
            since=one.prepared_at,
            who=f"生成人 {one.prepared_by}",
            place=_district(one.region),
        )
        for one in rows
    ]
    return tasks, count


def _policies(waiting, limit):
    found = waiting.policies().select_related("author").order_by("submitted_at", "pk")
    rows, count = _cut(found, limit)
    tasks = [
        Task(
            "政策",
            f"《{one.title}》{one.version} 版等另一人批准",
            reverse("subsidies:policy", args=[one.public_id]),
            "去看",
            since=one.submitted_at,
            who=f"起草人 {one.author}",
        )
        for one in rows
    ]
    return tasks, count


def _ending_policies(waiting, limit):
    rows = waiting.ending_policies()
    tasks = [
        Task(
            "政策到期",
            f"《{one.title}》快到期了，还没有后续版本",
            reverse("subsidies:policy", args=[one.public_id]),
            "去看",
            deadline=datetime.combine(one.effective_until, time.min, CITY_TIME),
            started=datetime.combine(one.effective_until, time.min, CITY_TIME)
            - timedelta(days=settings.POLICY_ENDING_DAYS),
        )
        for one in rows[:limit]
    ]
    return tasks, len(rows)


def _parameters(waiting):
    sums = waiting.parameters().aggregate(count=Count("pk"), since=Min("created_at"))
    if not sums["count"]:
        return None
    title = f"{thousands(sums['count'])} 个本地参数的新值等另一人批准"
    return Task("本地参数", title, reverse("subsidies:parameters"), "去看", since=sums["since"])


def _first_reviews(waiting):
    sums = waiting.first_reviews().aggregate(
        count=Count("pk"), fen=Sum("amount_fen"), since=Min("created_at")
    )
    if not sums["count"]:
        return None
    title = f"稳岗返还 {thousands(sums['count'])} 家待初审，{wan(sums['fen'])}"
    return Task("初审", title, reverse("subsidies:reviews"), "去初审", since=sums["since"])


def _vacancies(waiting):
    sums = waiting.vacancies().aggregate(
        count=Count("pk"),
        since=Min("submitted_at"),
        appeals=Count("pk", filter=~Q(appeal_reason="")),
    )
    if not sums["count"]:
        return None
    appeals = f"，其中 {sums['appeals']} 个申请人工复核" if sums["appeals"] else ""
    return Task(
        "岗位审核",
        f"{thousands(sums['count'])} 个岗位{appeals}",
        reverse("workbench:vacancy_reviews"),
        "去审核",
        since=sums["since"] or waiting.now,
    )


def _licences(waiting):
    sums = waiting.licences().aggregate(count=Count("pk"), since=Min("waiting_since"))
    if not sums["count"]:
        return None
    title = f"{thousands(sums['count'])} 家企业的执照等核验"
    url = reverse("workbench:licence_reviews")
    return Task("执照核验", title, url, "去核验", since=sums["since"])


def _rechecks(waiting):
    sums = waiting.rechecks().aggregate(count=Count("pk"), day=Min("licence_recheck_on"))
    if not sums["count"]:
        return None
    return Task(
        "执照复查",
        f"{thousands(sums['count'])} 家企业到了执照复查日",
        f"{reverse('workbench:enterprises')}?licence=due",
        "查看",
        since=datetime.combine(sums["day"], time.min, CITY_TIME),
    )


def _shortages(waiting):
    sums = waiting.shortages().aggregate(count=Count("pk"), since=Min("declared_at"))
    if not sums["count"]:
        return None
    return Task(
        "缺工申报",
        f"{thousands(sums['count'])} 份申报还没有开始服务",
        f"{reverse('workbench:shortages')}?state=open",
        "去服务",
        since=sums["since"],
    )


def _district(region):
    """The district's name of a district, street or city."""
    return region.parent.name if len(region.code) > 6 and region.parent_id else region.name


def longest_overdue(waiting: Waiting) -> timedelta | None:
    """How long the oldest missed deadline of tickets and emergencies lies back."""
    ticket = waiting.overdue_tickets().aggregate(first=Min("due_at"))["first"]
    declared = waiting.overdue_emergencies().aggregate(first=Min("declared_at"))["first"]
    moments = [ticket, declared and declared + waiting.emergency_time]
    moments = [moment for moment in moments if moment]
    return waiting.now - min(moments) if moments else None

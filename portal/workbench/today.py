"""What the dashboard shows, made ready for its template: tiles, tables and charts of one scope."""

from datetime import datetime, timedelta
from fractions import Fraction

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from enterprises.models import Enterprise
from portal.places.models import Occupation
from portal.reports.areas import Scope
from portal.reports.models import ReportKind, ReportSnapshot
from portal.reports.services.shortage_figures import by_area, by_occupation, by_week, week_before
from portal.reports.weeks import Week
from portal.runs.models import JobRun, RunState
from portal.ui.formatting import cn_datetime, duration, percent, thousands, wan, wan_number
from portal.ui.navigation import resolve
from subsidies.enums import ClaimState

from . import charts
from .match_figures import match_figures
from .money import money_funnel
from .queue import longest_overdue, work_queue
from .waiting import Waiting

STALE_AFTER = timedelta(hours=36)
NIGHTLY = (("match", "匹配"), ("screen_refunds", "筛查"))
TOP_OCCUPATIONS = 10


class Dashboard:
    """Everything of the page for one user at one moment; each part is read once."""

    def __init__(self, user, now: datetime | None = None, everything: bool = False):
        self.user = user
        self.now = now or timezone.now()
        self.scope = Scope.of(user)
        self.week = Week.of(timezone.localdate(self.now))
        self.waiting = Waiting(user, self.now)
        self.queue = work_queue(self.waiting, 200 if everything else 10)
        self.match = match_figures(self.scope)
        self.funnel = None if self.waiting.is_commissioner else money_funnel(user)
        self._areas()
        self._weeks()
        self._occupations()

    # ---- shortage ---------------------------------------------------------------------------

    def _areas(self):
        found = by_area(self.scope, self.now, self.week.monday)
        before = by_area(self.scope, week_before(self.now), self.week.back().monday)
        names = self.scope.area_names(found)
        self.areas = [
            self._area(name, found.get(code), code)
            for code, name in names.items()
            if code in found or self.scope.width == 6
        ]
        self.areas.sort(key=lambda row: (-row["missing"], -row["filled"]))
        self.missing = sum(row["missing"] for row in self.areas)
        self.filled = sum(row["filled"] for row in self.areas)
        self.enterprises = sum(row["enterprises"] for row in self.areas)
        self.missing_before = sum(row.missing for row in before.values())
        self.area_total = {
            "name": self.scope_name,
            "missing": self.missing,
            "filled": self.filled,
            "share": self._share(self.filled, self.missing),
        }

    def _area(self, name, figures, code):
        missing, filled = (figures.missing, figures.filled) if figures else (0, 0)
        return {
            "name": name,
            "missing": missing,
            "filled": filled,
            "enterprises": figures.enterprises if figures else 0,
            "share": self._share(filled, missing),
            "url": f"{reverse('workbench:shortage_items')}?area={code}",
            "fills_url": f"{self._fills(self.week)}&area={code}",
        }

    @staticmethod
    def _share(filled, missing):
        return Fraction(filled, filled + missing) if filled + missing else None

    @staticmethod
    def _fills(week):
        return f"{reverse('workbench:fills')}?week={week.key}"

    def _weeks(self):
        self.weeks = by_week(self.scope, self.now)
        self.week_rows = [(week, self._fills(week.week)) for week in reversed(self.weeks)]

    def _occupations(self):
        found = by_occupation(self.scope, self.now, TOP_OCCUPATIONS)
        names = dict(
            Occupation.objects.filter(code__in=[row[0] for row in found]).values_list(
                "code", "name"
            )
        )
        self.occupations = [
            {
                "name": names.get(code, "没有对应的职业"),
                "missing": missing,
                "enterprises": enterprises,
                "url": f"{reverse('workbench:shortage_items')}?occupation={code or 'none'}",
            }
            for code, missing, enterprises in found
        ]

    @property
    def scope_name(self) -> str:
        """“全市”, a district, or a commissioner's own enterprises."""
        return "您包保的企业" if self.scope.commissioner else self.scope.name

    # ---- tiles --------------------------------------------------------------------------------

    def tiles(self) -> list[dict]:
        """Five figures; the arguments of figure_tile."""
        fourth = self._care_tile() if self.waiting.is_commissioner else self._money_tile()
        return [
            self._missing_tile(),
            self._filled_tile(),
            self._match_tile(),
            fourth,
            self._overdue_tile(),
        ]

    def _missing_tile(self):
        change = self.missing - self.missing_before
        if change:
            word, tone = ("多", "warn") if change > 0 else ("少", "ok")
            said = f"比上周{word} {thousands(abs(change))}"
            icon = "arrow-up" if change > 0 else "arrow-down"
        else:
            said, tone, icon = "和上周一样", "", ""
        return {
            "label": "缺工人数",
            "value": thousands(self.missing),
            "unit": "人",
            "url": reverse("workbench:shortages"),
            "change": said,
            "change_tone": tone,
            "change_icon": icon,
            "meaning": f"{thousands(self.enterprises)} 家企业已申报、还没招满",
        }

    def _filled_tile(self):
        share = self.area_total["share"]
        return {
            "label": "本周招到",
            "value": thousands(self.filled),
            "unit": "人",
            "url": self._fills(self.week),
            "change": f"补上缺口的 {percent(share)}" if share is not None else "",
            "change_tone": "ok" if self.filled else "",
            "change_icon": "arrow-up" if self.filled else "",
            "meaning": "只算已登记到岗的人",
        }

    def _match_tile(self):
        posts = self.waiting.is_commissioner
        label = "有人选的岗位" if posts else "有岗位推荐的求职者"
        if self.match is None:
            return {"label": label, "value": "—", "meaning": "还没有匹配过，今夜 1:00 运行"}
        figures = self.match.vacancies if posts else self.match.seekers
        unit = "个" if posts else "人"
        share = percent(figures.share).rstrip("%") if figures.share is not None else "—"
        none_url = "" if posts else f"{reverse('workbench:jobseekers')}?recommended=no"
        return {
            "label": label,
            "value": share,
            "unit": "%" if figures.share is not None else "",
            "url": none_url,
            "change": f"{thousands(figures.covered)} / {thousands(figures.total)} {unit}",
            "meaning": f"{thousands(figures.without)} {unit}暂无合适的，可看名单"
            if none_url
            else f"{thousands(figures.without)} {unit}暂时没有合适的人",
        }

    def _money_tile(self):
        label = "稳岗返还可发"
        if self.funnel is None:
            return {"label": label, "value": "—", "meaning": "还没有筛查过，今夜 2:00 运行"}
        grant, at = self.funnel.grantable, self.funnel.count_at
        return {
            "label": label,
            "value": wan_number(grant.fen),
            "unit": "万元",
            "url": self.grant_url,
            "change": f"{thousands(grant.count)} 家",
            "meaning": f"{thousands(at(ClaimState.PUBLISHED))} 家公示中，"
            f"{thousands(at(ClaimState.FIRST_REVIEWED))} 家等复核，"
            f"已发放 {wan(self.funnel.steps[-1].fen)}",
        }

    def _care_tile(self):
        cared = Enterprise.objects.visible_to(self.user)
        key = cared.key_on(self.waiting.today).count()
        return {
            "label": "我包保的企业",
            "value": thousands(cared.count()),
            "unit": "家",
            "url": reverse("workbench:enterprises"),
            "meaning": f"其中重点企业 {thousands(key)} 家",
        }

    def _overdue_tile(self):
        tickets = self.waiting.overdue_tickets().count()
        emergencies = self.waiting.overdue_emergencies().count()
        late = longest_overdue(self.waiting)
        return {
            "label": "超时未办",
            "value": thousands(tickets + emergencies),
            "unit": "件",
            "url": f"{reverse('workbench:tickets')}?overdue=1",
            "change": f"最久 {duration(late)}" if late else "都在时限内",
            "change_tone": "" if late else "ok",
            "meaning": f"{tickets} 件服务单，{emergencies} 件应急缺工",
            "tone": "bad" if late else "",
        }

    @property
    def grant_url(self) -> str:
        """The list of those who are granted."""
        return f"{reverse('subsidies:run', args=[self.funnel.run.public_id])}?outcome=grant"

    # ---- nightly runs, report ----------------------------------------------------------------

    def freshness(self) -> dict:
        """Whether the nightly jobs were done: {"ok", "words"}; old data are named with the hour."""
        last = {
            run.kind: run
            for run in JobRun.objects.filter(kind__in=[kind for kind, _ in NIGHTLY])
            .order_by("kind", "-started_at")
            .distinct("kind")
        }
        done = {
            kind: JobRun.objects.filter(kind=kind, state=RunState.DONE)
            .order_by("-finished_at")
            .values_list("finished_at", flat=True)
            .first()
            for kind, _ in NIGHTLY
        }
        today = timezone.localdate(self.now)
        troubles = []
        for kind, label in NIGHTLY:
            run = last.get(kind)
            if run and run.state == RunState.FAILED:
                troubles.append(f"{label} {cn_datetime(run.started_at, today)}运行失败")
            elif done[kind] is None:
                troubles.append(f"{label}还没有运行过")
            elif self.now - done[kind] > STALE_AFTER:
                troubles.append(f"{label}的数据还是 {cn_datetime(done[kind], today)}的")
        if troubles:
            return {"ok": False, "words": "；".join(troubles)}
        newest = max(done.values())
        return {"ok": True, "words": f"匹配、筛查都已完成，最近 {cn_datetime(newest, today)}"}

    def report(self) -> dict | None:
        """The newest weekly report of the scope as a download, None where the role has none."""
        weekly = resolve("reports:weekly")
        if weekly is None or self.waiting.is_commissioner:
            return None
        region = self.scope.region or settings.CITY_CODE
        newest = (
            ReportSnapshot.objects.visible_to(self.user)
            .filter(kind=ReportKind.WEEKLY, region_id=region)
            .only("period", "region_id")
            .first()
        )
        if newest is None:
            return {"url": weekly, "label": "周报"}
        number = Week.parse(newest.period).number
        url = reverse("reports:weekly_file", args=[region, newest.period])
        return {"url": url, "label": f"第 {number} 周周报（Excel）"}

    # ---- charts ------------------------------------------------------------------------------

    def charts(self) -> dict:
        """Options by chart id."""
        made = {
            "by-area": charts.area_chart(self.areas[:12]),
            "by-week": charts.week_chart(self.weeks),
            "by-occupation": charts.occupation_chart(self.occupations),
        }
        if self.match:
            made["bands"] = charts.band_chart(self.match)
        return made

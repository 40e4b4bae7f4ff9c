"""What-if: tonight's result by the weights in use and by a draft, side by side; nothing changes.

Everything is read inside read-only transactions, in which PostgreSQL itself refuses every write;
the kernel works on plain arrays. Only the draft's own row is written, when all is done.
"""

import logging
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from jobseekers.enums import MatchPlanState
from jobseekers.models import MatchPlan
from portal.read_only import read_only
from portal.refused import Refused
from portal.runs.models import JobRun, RunState
from portal.runs.services import AlreadyDone, describe, interrupted, running

from . import plan_comparison
from .match_columns import read_match_input
from .plans import WRITING_ROLES, default_plan, mark_of, plan_in_use, settings_for

KIND = "match_trial"
STEPS = 4
WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
LOST_AFTER = timedelta(minutes=10)  # a request no worker has taken by then is taken for lost
NO_QUEUE = "任务队列现在连接不上，试算没有开始。请过几分钟再试算，还不行请告诉系统管理员。"
logger = logging.getLogger(__name__)


def ask_for_trial(user, plan: MatchPlan) -> MatchPlan:
    """Ask for a draft to be tried on current data; a worker computes it (tasks.try_match_plan).

    Raises Refused for others than city staff, when it is no draft, when it is like the plan in
    use, and while an earlier trial of it is at work. When the queue of tasks cannot be reached
    the trial has failed, and says so.
    """
    if user.role not in WRITING_ROLES:
        raise Refused("试算由市级工作人员发起。")
    with transaction.atomic():
        plan = MatchPlan.objects.select_for_update().get(pk=plan.pk)
        if plan.state != MatchPlanState.DRAFT:
            raise Refused("只有草案可以试算。")
        if mark_of(plan) == mark_of(plan_in_use() or default_plan()):
            raise Refused("这份草案和现在使用的方案一样，没有可比的。请先改权重或上限。")
        if at_work(plan):
            raise Refused("这份草案正在试算，请等它算完。")
        now = timezone.now()
        plan.tried_at = None
        plan.trial = {
            "state": WAITING,
            "key": f"{KIND}:{plan.version}:{now:%Y%m%d%H%M%S%f}",
            "asked_by": str(user),
            "asked_at": now.isoformat(),
        }
        plan.save(update_fields=["tried_at", "trial"])
        transaction.on_commit(lambda: _start(plan), robust=True)
    return plan


def _start(plan):
    from jobseekers.tasks import try_match_plan  # the task calls this module

    try:
        try_match_plan.delay(plan.pk)
    except OperationalError as error:
        logger.error("trial of plan %s was not sent: %s", plan.version, describe(error))
        _keep(plan, plan.trial | {"state": FAILED, "error": NO_QUEUE})


def trial_run(plan: MatchPlan) -> JobRun | None:
    """The job that computes or computed the plan's trial, None before a worker took it."""
    key = (plan.trial or {}).get("key")
    return JobRun.objects.filter(key=key).first() if key else None


def at_work(plan: MatchPlan) -> bool:
    """Whether the plan's trial waits for a worker or is being computed by one.

    Not when its run has ended or lost its worker, nor when nobody took it within LOST_AFTER. One
    that was only late is computed once all the same, whichever message comes first.
    """
    trial = plan.trial or {}
    if trial.get("state") not in (WAITING, RUNNING):
        return False
    run = trial_run(plan)
    if run is None:
        return timezone.now() - datetime.fromisoformat(trial["asked_at"]) < LOST_AFTER
    return run.state == RunState.RUNNING and not interrupted([run])


def run_trial(pk: int, day: date | None = None) -> MatchPlan | None:
    """Compute the trial that was asked for, once; a second call finds it done.

    day: the night it is about, today's by default. A failure is kept as the trial's reason and
    raised. A draft that was changed meanwhile keeps no result: what was computed is not it; one
    that was changed or dropped before a worker came is not tried. Returns the plan, None when it
    was dropped. Raises AlreadyRunning when another worker is at it.
    """
    plan = MatchPlan.objects.filter(pk=pk).first()
    if plan is None or not (plan.trial or {}).get("key"):
        return plan
    asked = plan.trial
    try:
        with running(KIND, asked["key"]) as log:
            _keep(plan, asked | {"state": RUNNING})
            read_at = timezone.now()  # a night that reads later knows more
            try:
                found = _compare(plan, day or timezone.localdate(), log)
            except Exception as error:
                _keep(plan, asked | {"state": FAILED, "error": describe(error)[:400]})
                raise
            _keep(plan, asked | found | {"state": DONE, "mark": mark_of(plan)}, read_at)
    except AlreadyDone:
        pass
    return MatchPlan.objects.filter(pk=pk).first()


def _keep(plan, trial, tried_at=None):
    with transaction.atomic():
        row = MatchPlan.objects.select_for_update().filter(pk=plan.pk).first()
        same_request = row is not None and (row.trial or {}).get("key") == trial["key"]
        if not same_request or mark_of(row) != mark_of(plan):
            return
        row.trial, row.tried_at = trial, tried_at
        row.save(update_fields=["trial", "tried_at"])


def _compare(plan, day, log):
    from jobseekers.matching import match  # loads numba, which the pages do without

    from .snapshots import one_snapshot

    log.progress(0, STEPS, "读取岗位和求职者")
    with log.stage("读取岗位和求职者"), one_snapshot(), read_only():
        used = plan_in_use() or default_plan()
        columns = read_match_input(day)
    log.progress(1, STEPS, f"按使用中的 {used.version} 匹配")
    with log.stage("按使用中的方案匹配"):
        before = match(columns.vacancies, columns.seekers, settings_for(used, day))
    log.progress(2, STEPS, f"按草案 {plan.version} 匹配")
    with log.stage("按草案匹配"):
        after = match(columns.vacancies, columns.seekers, settings_for(plan, day))
    log.progress(3, STEPS, "比较")
    with log.stage("比较"):
        sides = (plan_comparison.Side(used, before), plan_comparison.Side(plan, after))
        found = plan_comparison.compare(columns, *sides, seed=day.toordinal())
    log.progress(STEPS, STEPS, "比较")
    log.count(**found["edges"])
    return found | {"day": day.isoformat(), "against": _kept(used)}


def _kept(plan):
    return {
        "version": plan.version,
        "weights": plan.weights,
        "cap": plan.cap_per_headcount,
        "per_seeker": plan.per_seeker,
    }

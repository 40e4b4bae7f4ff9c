"""Matching plans: drafts, the trial that must come first, the switch; the night goes by it."""

from datetime import date, timedelta

import pytest
from django.db import Error, IntegrityError, connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from jobseekers import tasks
from jobseekers.enums import MatchPlanState, SeekerGroup
from jobseekers.matching.score import EARLIER_WEIGHTS, PARTS, ScoreModel
from jobseekers.models import JobSeeker, MatchGeneration, MatchPlan, Recommendation
from jobseekers.services import plan_trials, plans
from jobseekers.services.matching import match_all
from jobseekers.services.plan_comparison import worded_pairs
from jobseekers.services.recommending import recommendations_for
from portal.read_only import read_only
from portal.refused import Refused
from portal.runs.models import JobRun, RunState
from tests.factories import JobSeekerFactory, UserFactory, VacancyFactory, division

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def city():
    """City staff."""
    return UserFactory(city=True, display_name="市甲")


def weights(**changed):
    """The default weights with some changed."""
    return dict(ScoreModel().weights) | changed


MORE_PLACE = {"occupation": 156, "place": 196}


@pytest.fixture
def draft(city):
    """A draft that looks more at the place and takes fewer for each person wanted."""
    return plans.create_draft(city, weights(**MORE_PLACE), 2, 10, "通勤太远的多")


def tried(user, draft):
    """The draft after a worker computed its trial."""
    plan_trials.ask_for_trial(user, draft)
    return plan_trials.run_trial(draft.pk)


def test_without_a_plan_the_night_goes_by_the_defaults(settings):
    settings.MATCH_CAP_PER_HEADCOUNT = 7
    assert plans.plan_in_use() is None
    made = plans.settings_for(None, TODAY())
    assert (made.cap, made.model) == (7, ScoreModel())
    assert made.lottery == TODAY().toordinal()


def test_the_first_draft_puts_down_what_was_in_use(city, draft):
    used = plans.plan_in_use()
    assert used.version == ScoreModel().version and used.weights == weights()
    assert (draft.state, draft.author) == (MatchPlanState.DRAFT, city)
    year, number = used.version.split("-")
    following = int(number) + 1 if year == str(TODAY().year) else 1
    assert draft.version == f"{TODAY().year}-{following}"
    other = plans.create_draft(city, weights(), 5, 5, "短名单")
    assert other.version == f"{TODAY().year}-{int(draft.version.split('-')[1]) + 1}"
    made = plans.settings_for(draft, TODAY())
    assert made.model.weights["place"] == 196 and list(made.model.weights) == list(PARTS)
    assert (made.cap, made.per_seeker, made.model.version) == (2, 10, draft.version)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"weights": weights(place=106)}, "现在是 1,010，多 10。"),
        ({"weights": weights(place=86)}, "现在是 990，少 10。"),
        ({"weights": weights(place=-10, occupation=362)}, "“地点”的权重要在 0 到 1,000 之间。"),
        ({"weights": {"place": 1000}}, "每一项都要填权重"),
        ({"cap": 0}, "每招 1 人最多推荐给 1 到 100 人。"),
        ({"per_seeker": 31}, "每人最多推荐 1 到 30 个岗位。"),
        ({"note": " "}, "请写明为什么改"),
    ],
)
def test_a_draft_is_refused_in_words(city, change, words):
    given = {"weights": weights(), "cap": 10, "per_seeker": 10, "note": "试一试"} | change
    with pytest.raises(Refused, match=words):
        plans.create_draft(city, *given.values())
    assert not MatchPlan.objects.exists()


def test_only_city_staff_write(draft):
    district = UserFactory(district=True)
    for act in (
        lambda: plans.create_draft(district, weights(), 10, 10, "x"),
        lambda: plans.edit_draft(district, draft, weights(), 10, 10, "x"),
        lambda: plans.drop_draft(district, draft),
        lambda: plan_trials.ask_for_trial(district, draft),
        lambda: plans.switch_on(district, draft),
    ):
        with pytest.raises(Refused):
            act()
    draft.refresh_from_db()
    assert draft.state == MatchPlanState.DRAFT


def test_a_draft_is_switched_on_only_after_a_trial_of_exactly_it(city, draft):
    VacancyFactory()
    JobSeekerFactory()
    with pytest.raises(Refused, match="请先试算"):
        plans.switch_on(city, draft)
    draft = tried(city, draft)
    assert draft.tried_at is not None
    draft = plans.edit_draft(city, draft, weights(**MORE_PLACE), 2, 10, "只改说明")
    assert draft.tried_at is not None
    draft = plans.edit_draft(city, draft, weights(**MORE_PLACE), 3, 10, "上限改了")
    assert draft.tried_at is None and draft.trial is None
    with pytest.raises(Refused, match="请先试算"):
        plans.switch_on(city, draft)
    used = plans.plan_in_use()
    draft = plans.switch_on(city, tried(city, draft))
    used.refresh_from_db()
    assert (used.state, draft.state) == (MatchPlanState.RETIRED, MatchPlanState.IN_USE)
    assert draft.switched_by == city and plans.plan_in_use() == draft
    with pytest.raises(Refused, match="已经不是草案"):
        plans.edit_draft(city, draft, weights(), 2, 10, "x")
    with pytest.raises(Refused, match="已经不是草案"):
        plans.drop_draft(city, draft)


def test_a_trial_counts_only_for_the_data_and_the_plan_it_saw(city, draft):
    draft = tried(city, draft)
    other = plans.create_draft(city, weights(), 9, 9, "另一份")
    run = JobRun.objects.create(kind="match", key="match:later", state=RunState.DONE)
    later = MatchGeneration.objects.create(
        run=run, state="current", weights_version="x", cap_per_headcount=10, per_seeker=10,
        created_at=timezone.now() + timedelta(minutes=1),
    )  # fmt: skip
    with pytest.raises(Refused, match="又匹配过一次.*请按“再试算”"):
        plans.switch_on(city, draft)
    later.delete()
    plans.switch_on(city, tried(city, other))
    words = f"和 {ScoreModel().version} 比的，后来启用了 {other.version}。请按“再试算”"
    with pytest.raises(Refused, match=words):
        plans.switch_on(city, draft)
    twin = plans.create_draft(city, weights(), 9, 9, "和启用的一样")
    with pytest.raises(Refused, match=f"和现在使用的 {other.version} 一样，不用启用"):
        plans.switch_on(city, twin)


def test_a_plan_from_before_choices_were_scored_is_like_one_where_they_weigh_nothing(city):
    weights_of_eight = dict(EARLIER_WEIGHTS["2026-2"])
    used = MatchPlan(
        version="2025-9", state="in_use", weights=weights_of_eight, cap_per_headcount=10,
        per_seeker=10, note="旧方案",
    )  # fmt: skip
    used.save()
    assert not plans.settings_for(used, date(2026, 4, 13)).model.weights["choices"]
    twin = plans.create_draft(city, weights_of_eight | {"choices": 0}, 10, 10, "照抄")
    assert plans.mark_of(twin) == plans.mark_of(used)
    with pytest.raises(Refused, match="和现在使用的 2025-9 一样"):
        plans.switch_on(city, twin)


def test_a_night_that_read_while_a_trial_was_computed_is_newer_than_it(city, draft, monkeypatch):
    compare = plan_trials._compare

    def compared(plan, day, log):
        run = JobRun.objects.create(kind="match", key="match:meanwhile", state=RunState.DONE)
        MatchGeneration.objects.create(
            run=run, state="current", weights_version="x", cap_per_headcount=10, per_seeker=10
        )
        return compare(plan, day, log)

    monkeypatch.setattr(plan_trials, "_compare", compared)
    with pytest.raises(Refused, match="又匹配过一次"):
        plans.switch_on(city, tried(city, draft))


def test_a_draft_never_has_the_name_of_the_kernels_own_weights(city, draft, monkeypatch):
    year, number = draft.version.split("-")
    raised = f"{year}-{int(number) + 1}"
    monkeypatch.setattr(
        plans, "ScoreModel", lambda **given: ScoreModel(**{"version": raised} | given)
    )
    assert plans.default_plan().version == raised
    following = plans.create_draft(city, weights(), 5, 5, "内核升级以后")
    assert following.version == f"{year}-{int(number) + 2}"


def test_one_plan_in_use_is_kept_by_the_database(city, draft):
    with pytest.raises(IntegrityError), transaction.atomic():
        MatchPlan.objects.filter(pk=draft.pk).update(state=MatchPlanState.IN_USE)


def test_reasons_are_worded_by_the_weights_the_generation_was_made_with(city, draft):
    run = JobRun.objects.create(kind="match", key="match:now", state=RunState.DONE)
    made = MatchGeneration(run=run, weights_version=draft.version)
    assert plans.model_of(made).weights["place"] == 196
    made.weights_version = "0"
    assert plans.model_of(made) == ScoreModel()


def test_a_seekers_list_is_worded_by_the_weights_of_its_generation(city):
    VacancyFactory()
    seeker = JobSeekerFactory(accepted_regions=["320412"])
    match_all()
    assert recommendations_for(seeker)[0].reasons[0].part == "occupation"
    plan = plans.create_draft(city, weights(occupation=0, place=352), 10, 10, "只看地点")
    MatchGeneration.objects.update(weights_version=plan.version)
    assert recommendations_for(seeker)[0].reasons[0].part == "place"


# ---- the trial ---------------------------------------------------------------------------------


def test_a_trial_sets_both_results_side_by_side(city, draft):
    VacancyFactory(headcount=1, title="只招一人")
    hard = JobSeekerFactory(name="测试难", groups=[SeekerGroup.HARD_TO_PLACE])
    for _ in range(5):
        JobSeekerFactory(name="测试甲乙")
    JobSeekerFactory(region=division("320411"), accepted_regions=["3205"])
    trial = tried(city, draft).trial
    assert trial["state"] == "done" and trial["mark"] == plans.mark_of(draft)
    before, after = trial["before"], trial["after"]
    assert before["seekers"] == [6, 7] and after["seekers"] == [2, 7]
    assert before["hard_to_place"] == after["hard_to_place"] == [1, 1]
    assert (before["largest_exposure"], after["largest_exposure"]) == (6.0, 2.0)
    assert before["bands"] == [0, 0, 0, 1, 0] and after["bands"] == [0, 0, 0, 0, 1]
    assert trial["edges"] == {"kept": 2, "new": 0, "lost": 4}
    assert trial["districts"]["320412"]["seekers"] == {
        "total": 6, "before": 6, "after": 2, "winners": 0, "losers": 4,
        "edges_before": 6, "edges_after": 2,
    }  # fmt: skip
    assert trial["districts"]["320411"]["seekers"]["before"] == 0
    assert trial["occupations"]["6-18"]["vacancies"]["edges_after"] == 2
    assert len(trial["pairs"]) == 4
    kept = trial["pairs"][0]
    assert set(kept) == {"kind", "seeker", "vacancy", "rank", "score", "parts"}
    assert kept["kind"] == "lost" and JobSeeker.objects.get(pk=kept["seeker"]).name == "测试甲乙"
    assert sum(points * weight for points, weight in zip(
        kept["parts"], weights().values(), strict=True
    )) == kept["score"]  # fmt: skip
    assert "测" not in str(trial) and "只招一人" not in str(trial) and hard.name not in str(trial)
    draft.refresh_from_db()
    pair = worded_pairs(draft)[0]
    assert pair["kind"] == "lost" and pair["seeker"] == "测**乙" and pair["reasons"]
    assert pair["vacancy"] == "只招一人"
    JobSeeker.objects.get(pk=kept["seeker"]).delete()
    assert len(worded_pairs(draft)) == 3
    assert JobRun.objects.get(kind="match_trial").state == RunState.DONE


def test_a_trial_changes_nothing_but_its_draft(city, draft):
    VacancyFactory()
    JobSeekerFactory()
    tried(city, draft)
    assert not Recommendation.objects.exists() and not MatchGeneration.objects.exists()
    assert plans.plan_in_use().version == ScoreModel().version


def test_the_history_of_a_plan_holds_no_trial(city, draft):
    tried(city, draft)
    events = draft.events.model
    assert "trial" not in {field.name for field in events._meta.get_fields()}
    assert draft.events.filter(tried_at__isnull=False).count() == 1


def test_drawn_pairs_are_worded_by_the_weights_that_made_them(city):
    VacancyFactory(headcount=1)
    for _ in range(3):
        JobSeekerFactory(accepted_regions=["320412"])
    draft = plans.create_draft(city, weights(occupation=0, place=352), 1, 10, "只看地点")
    draft = tried(city, draft)
    lost = worded_pairs(draft)[0]
    assert (lost["kind"], lost["reasons"][0]) == ("lost", "工种相近")
    trial = draft.trial
    trial["pairs"][0]["kind"] = "new"
    assert worded_pairs(draft)[0]["reasons"][0] == "就在武进区"


@pytest.mark.django_db(transaction=True)
def test_a_trial_reads_both_sides_of_one_moment(monkeypatch):
    city = UserFactory(city=True)
    draft = plans.create_draft(city, weights(**MORE_PLACE), 2, 10, "通勤太远的多")
    seen = []

    def read(day):
        with connection.cursor() as cursor:
            for name in ("transaction_isolation", "transaction_read_only"):
                cursor.execute(f"SHOW {name}")
                seen.append(cursor.fetchone()[0])
        raise RuntimeError("seen enough")

    monkeypatch.setattr(plan_trials, "read_match_input", read)
    plan_trials.ask_for_trial(city, draft)  # the task runs at once, its error is logged
    assert seen == ["repeatable read", "on"]


def test_the_database_refuses_a_trial_that_writes(city, draft, monkeypatch):
    VacancyFactory()
    seeker = JobSeekerFactory()

    def writing(day):
        seeker.save()

    monkeypatch.setattr(plan_trials, "read_match_input", writing)
    plan_trials.ask_for_trial(city, draft)
    with pytest.raises(Error, match="read-only"), transaction.atomic():
        plan_trials.run_trial(draft.pk)
    with pytest.raises(Error), read_only():
        seeker.save()


def test_a_trial_that_fails_says_why_and_can_be_asked_for_again(city, draft, monkeypatch):
    def broken(day):
        raise RuntimeError("no columns")

    with monkeypatch.context() as patch:
        patch.setattr(plan_trials, "read_match_input", broken)
        plan_trials.ask_for_trial(city, draft)
        with pytest.raises(RuntimeError):
            plan_trials.run_trial(draft.pk)
    draft.refresh_from_db()
    assert draft.trial["state"] == "failed" and "no columns" in draft.trial["error"]
    with pytest.raises(Refused, match="请先试算"):
        plans.switch_on(city, draft)
    assert tried(city, draft).trial["state"] == "done"


def test_a_draft_changed_while_it_is_tried_keeps_no_result(city, draft, monkeypatch):
    compare = plan_trials._compare

    def compared(plan, day, log):
        found = compare(plan, day, log)
        plans.edit_draft(city, draft, weights(), 4, 4, "改了")
        return found

    monkeypatch.setattr(plan_trials, "_compare", compared)
    shown = tried(city, draft)
    assert shown.trial is None and shown.tried_at is None


def test_what_is_like_the_plan_in_use_or_at_work_is_not_tried(city, draft):
    same = plans.create_draft(city, weights(), 10, 10, "一样")
    with pytest.raises(Refused, match="没有可比的"):
        plan_trials.ask_for_trial(city, same)
    plan_trials.ask_for_trial(city, draft)
    with pytest.raises(Refused, match="正在试算"):
        plan_trials.ask_for_trial(city, draft)


def test_a_trial_nobody_took_is_lost_and_can_be_asked_for_again(city, draft):
    draft = plan_trials.ask_for_trial(city, draft)
    lost = draft.trial["key"]
    draft.trial["asked_at"] = (timezone.now() - timedelta(minutes=9)).isoformat()
    assert plan_trials.at_work(draft)
    draft.trial["asked_at"] = (timezone.now() - timedelta(minutes=11)).isoformat()
    assert not plan_trials.at_work(draft)
    draft.save()
    again = plan_trials.ask_for_trial(city, draft)
    assert again.trial["key"] != lost and plan_trials.at_work(again)
    # Both messages come in the end: it is computed once.
    assert plan_trials.run_trial(draft.pk).trial["state"] == "done"
    assert plan_trials.run_trial(draft.pk).trial["state"] == "done"
    assert JobRun.objects.filter(kind="match_trial").count() == 1


@pytest.mark.parametrize("state", [RunState.FAILED, RunState.DONE, RunState.RUNNING])
def test_a_trial_whose_run_has_ended_or_lost_its_worker_is_not_at_work(city, draft, state):
    draft = plan_trials.ask_for_trial(city, draft)
    JobRun.objects.create(kind="match_trial", key=draft.trial["key"], state=state)
    assert not plan_trials.at_work(draft)
    assert plan_trials.at_work(plan_trials.ask_for_trial(city, draft))


def test_a_queue_that_is_away_is_said_plainly(
    city, draft, monkeypatch, django_capture_on_commit_callbacks
):
    def away(pk):
        raise OperationalError("Error 111 connecting to valkey:6379")

    monkeypatch.setattr(tasks.try_match_plan, "delay", away)
    with django_capture_on_commit_callbacks(execute=True):
        plan_trials.ask_for_trial(city, draft)
    draft.refresh_from_db()
    assert draft.trial["state"] == "failed" and "任务队列现在连接不上" in draft.trial["error"]
    assert "valkey" not in str(draft.trial) and not plan_trials.at_work(draft)


def test_a_draft_changed_or_dropped_before_a_worker_comes_is_not_tried(city, draft):
    plan_trials.ask_for_trial(city, draft)
    plans.edit_draft(city, draft, weights(), 4, 4, "改了")
    assert plan_trials.run_trial(draft.pk).trial is None
    plans.drop_draft(city, draft)
    assert plan_trials.run_trial(draft.pk) is None
    assert not JobRun.objects.filter(kind="match_trial").exists()

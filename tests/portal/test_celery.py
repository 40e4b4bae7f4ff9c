"""The schedule: city time, queues that workers listen to, jobs that may meet themselves."""

from datetime import UTC, datetime

from django.conf import settings

from portal.celery import app
from portal.runs.services import AlreadyRunning
from subsidies import tasks


def test_the_schedule_is_in_city_time():
    assert str(app.timezone) == "Asia/Shanghai"
    night = app.conf.beat_schedule["match-all"]["schedule"]
    # 00:59 in the city is 16:59 of the day before in UTC: a minute is left.
    night.nowfun = lambda: datetime(2020, 3, 18, 16, 59, tzinfo=UTC).astimezone(app.timezone)
    last = datetime(2020, 3, 17, 17, 0, tzinfo=UTC)
    assert night.remaining_estimate(last).total_seconds() == 60


def test_every_queue_has_a_worker_in_both_ways_to_run():
    routed = {route["queue"] for route in app.conf.task_routes.values()}
    queues = routed | {app.conf.task_default_queue}
    compose = (settings.BASE_DIR / "docker-compose.yml").read_text(encoding="utf-8")
    launcher = (settings.BASE_DIR / "portal" / "launch" / "run.py").read_text(encoding="utf-8")
    for queue in queues:
        assert f"-Q, {queue}," in compose
        assert f'"-Q", "{queue}"' in launcher


def test_heavy_jobs_run_one_at_a_time_and_step_back_in_both_ways_to_run():
    compose = (settings.BASE_DIR / "docker-compose.yml").read_text(encoding="utf-8")
    launcher = (settings.BASE_DIR / "portal" / "launch" / "run.py").read_text(encoding="utf-8")
    heavy = next(line for line in compose.splitlines() if "-Q, heavy," in line)
    assert 'command: [nice, -n, "10", celery,' in heavy and '--concurrency, "1"' in heavy
    assert '"-Q", "heavy", "--concurrency", "1"' in launcher
    assert '"heavy": [*_STEP_BACK, *heavy]' in launcher


def test_what_is_sent_every_minute_does_not_pile_up():
    for entry in app.conf.beat_schedule.values():
        if isinstance(entry["schedule"], int | float):
            assert entry["options"]["expires"] <= entry["schedule"]


def test_a_screening_already_at_work_is_no_error(monkeypatch):
    def busy():
        raise AlreadyRunning("screen_refunds")

    monkeypatch.setattr(tasks, "screen", busy)
    assert tasks.screen_refunds() == "already_running"

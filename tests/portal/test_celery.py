"""The schedule: city time, queues that workers listen to, jobs that may meet themselves."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from portal.celery import app
from portal.launch.run import child_commands
from portal.runs.services import AlreadyRunning
from subsidies import tasks


def test_the_schedule_is_in_city_time():
    assert str(app.timezone) == "Asia/Shanghai"
    night = app.conf.beat_schedule["match-all"]["schedule"]
    # 00:59 in the city is 16:59 of the day before in UTC: a minute is left.
    night.nowfun = lambda: datetime(2020, 3, 18, 16, 59, tzinfo=UTC).astimezone(app.timezone)
    last = datetime(2020, 3, 17, 17, 0, tzinfo=UTC)
    assert night.remaining_estimate(last).total_seconds() == 60


def workers_of_make_run():
    """Queue → the command of its worker, as `make run` starts them."""
    commands = child_commands(Path("scratch"), "localhost:8000").values()
    return {command[command.index("-Q") + 1]: command for command in commands if "-Q" in command}


def workers_of_compose():
    """Queue → the command of its worker, as docker-compose.yml starts them."""
    text = (settings.BASE_DIR / "docker-compose.yml").read_text(encoding="utf-8")
    commands = [one.get("command", []) for one in yaml.safe_load(text)["services"].values()]
    return {command[command.index("-Q") + 1]: command for command in commands if "-Q" in command}


WAYS = pytest.mark.parametrize("workers", [workers_of_make_run, workers_of_compose])


@WAYS
def test_every_queue_has_a_worker_in_both_ways_to_run(workers):
    routed = {route["queue"] for route in app.conf.task_routes.values()}
    assert set(workers()) == routed | {app.conf.task_default_queue}


@WAYS
def test_heavy_jobs_run_one_at_a_time_and_step_back_in_both_ways_to_run(workers):
    heavy = workers()["heavy"]
    assert heavy[:3] == ["nice", "-n", "10"]
    assert heavy[heavy.index("--concurrency") + 1] == "1"
    assert workers()["default"][0] != "nice"


def test_what_is_sent_every_minute_does_not_pile_up():
    for entry in app.conf.beat_schedule.values():
        if isinstance(entry["schedule"], int | float):
            assert entry["options"]["expires"] <= entry["schedule"]


def test_a_screening_already_at_work_is_no_error(monkeypatch):
    def busy():
        raise AlreadyRunning("screen_refunds")

    monkeypatch.setattr(tasks, "screen", busy)
    assert tasks.screen_refunds() == "already_running"

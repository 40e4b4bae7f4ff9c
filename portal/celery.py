"""The Celery application and its schedule. The schedule lives in code, not in a table."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.task_routes = {
    "jobseekers.tasks.match_all": {"queue": "heavy"},
    "jobseekers.tasks.match_piece": {"queue": "heavy"},
    "jobseekers.tasks.match_waiting": {"queue": "heavy"},
    "jobseekers.tasks.try_match_plan": {"queue": "heavy"},
    "subsidies.tasks.screen_refunds": {"queue": "heavy"},
    "subsidies.tasks.run_trial": {"queue": "heavy"},
    "subsidies.tasks.import_insurance": {"queue": "heavy"},
    "subsidies.tasks.make_notice_paper": {"queue": "heavy"},
    "subsidies.tasks.make_notice_papers": {"queue": "heavy"},
    "portal.reports.tasks.*": {"queue": "heavy"},
    "portal.workbench.tasks.*": {"queue": "heavy"},
}
app.conf.beat_schedule = {
    "match-all": {"task": "jobseekers.tasks.match_all", "schedule": crontab(hour=1, minute=0)},
    "screen-refunds": {
        "task": "subsidies.tasks.screen_refunds",
        "schedule": crontab(hour=2, minute=0),
    },
    "conclude-notices": {
        "task": "subsidies.tasks.conclude_notices",
        "schedule": crontab(hour=17, minute=40),
    },
    # For those whose own task was lost.
    "notice-papers": {
        "task": "subsidies.tasks.make_notice_papers",
        "schedule": crontab(minute="*/20"),
        "options": {"expires": 1100},
    },
    "ending-policies": {
        "task": "subsidies.tasks.tell_of_ending_policies",
        "schedule": crontab(hour=8, minute=0),
    },
    "job-alerts": {
        "task": "jobseekers.tasks.send_job_alerts",
        "schedule": crontab(hour=7, minute=0),
    },
    "doubtful-titles": {
        "task": "portal.workbench.tasks.recount_doubtful_titles",
        "schedule": crontab(hour=3, minute=0),
    },
    "silent-applications": {
        "task": "jobseekers.tasks.report_silent_applications",
        "schedule": crontab(hour=8, minute=30),
    },
    "weekly-report": {
        "task": "portal.reports.tasks.weekly_report",
        "schedule": crontab(hour=6, minute=0, day_of_week="thu"),
    },
    # One that nobody took within its minute is dropped: after an outage they would queue up.
    "deliver-messages": {
        "task": "portal.outbox.tasks.deliver",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
}

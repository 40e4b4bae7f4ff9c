"""What is done each night once the new recommendations are in use.

Each entry names its stage in Chinese and a function taking the new MatchGeneration, which keeps
its writes in transactions of its own. A night that was killed among them does all of them again,
so each must replace what it wrote before.
"""

AFTER_SWITCH: tuple[tuple[str, str], ...] = (
    ("补配夜间的变化", "jobseekers.services.match_now.match_late"),
    ("统计供需", "jobseekers.services.match_areas.record_areas"),
    ("登记推送", "jobseekers.services.funnel.record_pushes"),
)

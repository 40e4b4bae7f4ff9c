"""Which jobs make up a night, in their order."""


def jobs():
    """[(Chinese name, function taking `report`)]. Imported late: the kernel loads numba."""
    from jobseekers.services.alerts import send_alerts
    from jobseekers.services.applications import report_silence
    from jobseekers.services.matching import match_all
    from jobseekers.services.title_codes import recount_doubtful_titles
    from subsidies.services.insurance.uploads import drop_left_behind
    from subsidies.services.policy_expiry import tell_owners_of_ending
    from subsidies.services.screening import screen_refunds

    return [
        ("岗位与求职者匹配", match_all),
        ("稳岗返还筛查", screen_refunds),
        ("岗位订阅", send_alerts),
        ("核对没有把握的名称", recount_doubtful_titles),
        ("三周未答复提醒", report_silence),
        ("政策到期提醒", tell_owners_of_ending),
        ("清理没有导入的社保文件", drop_left_behind),
    ]

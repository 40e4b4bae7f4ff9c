"""How states look: an icon, a word and a ground for each, the same everywhere.

The words come from the enums. A word of the common set below looks the same wherever it stands;
for any other, the enum's member says its own look by `tone` and `icon`.
"""

TONES = ("plain", "info", "ok", "warn", "bad", "review")

# word → (tone, icon). A refusal is information: grey. Red is for errors, breaches, missed deadlines.
LOOKS = {
    "草稿": ("plain", "pencil"),
    "待审核": ("warn", "hourglass"),
    "审核中": ("warn", "hourglass"),
    "待复核": ("warn", "hourglass"),
    "待初审": ("warn", "hourglass"),
    "招聘中": ("ok", "circle-check"),
    "已发布": ("ok", "circle-check"),
    "退回修改": ("bad", "arrow-back-up"),
    "已退回": ("bad", "arrow-back-up"),
    "已到期": ("plain", "calendar-off"),
    "已关闭": ("plain", "lock"),
    "已招满": ("ok", "circle-check"),
    "已投递": ("info", "send"),
    "已查看": ("info", "eye"),
    "约面试": ("warn", "calendar-event"),
    "已发录用": ("ok", "mail"),
    "已录用": ("ok", "circle-check"),
    "已入职": ("ok", "circle-check"),
    "未录用": ("plain", "circle-x"),
    "已撤回": ("plain", "arrow-back-up"),
    "予以返还": ("ok", "circle-check"),
    "予以发放": ("ok", "circle-check"),
    "待核实": ("review", "help-circle"),
    "不予返还": ("plain", "circle-x"),
    "不予发放": ("plain", "circle-x"),
    "不重复享受": ("plain", "ban"),
    "不适用": ("plain", "circle-minus"),
    "差一个条件": ("warn", "alert-triangle"),
    "公示中": ("info", "clock"),
    "公示结束": ("plain", "circle-check"),
    "已批准": ("ok", "circle-check"),
    "已发放": ("ok", "circle-check"),
    "银行退回": ("bad", "arrow-back-up"),
    "公示无异议": ("ok", "circle-check"),
    "待公示": ("info", "clock"),
    "发放中": ("info", "progress"),
    "待送银行": ("warn", "hourglass"),
    "已送银行": ("info", "send"),
    "已到账": ("ok", "circle-check"),
    "已撤销": ("plain", "ban"),
    "待通知": ("warn", "hourglass"),
    "待退还": ("warn", "receipt-refund"),
    "已退还": ("ok", "receipt-refund"),
    "不再追回": ("plain", "ban"),
    "追回中": ("warn", "receipt-refund"),
    "已追回": ("ok", "receipt-refund"),
    "待受理": ("warn", "hourglass"),
    "已派单": ("info", "user-check"),
    "办理中": ("info", "progress"),
    "服务中": ("info", "progress"),
    "已答复": ("ok", "message"),
    "已办结": ("ok", "circle-check"),
    "已超时": ("bad", "alarm"),
    "已升级": ("bad", "alarm"),
    "运行中": ("info", "progress"),
    "已完成": ("ok", "circle-check"),
    "失败": ("bad", "alert-circle"),
    "已核验": ("ok", "shield-check"),
    "待核验": ("warn", "hourglass"),
    "核验通过": ("ok", "shield-check"),
    "执行中": ("ok", "circle-check"),
    "尚未施行": ("info", "clock"),
    "30 天内到期": ("warn", "calendar-due"),
    "待批准": ("warn", "hourglass"),
    "已被更正": ("plain", "history"),
    "已停止": ("plain", "calendar-off"),
    "即将公示": ("info", "clock"),
    "已撤下": ("plain", "circle-minus"),
    "需要申请": ("info", "file-text"),
    "免申即享": ("ok", "circle-check"),
    "企业申请": ("info", "file-text"),
    "个人申请": ("info", "user"),
    "重点企业": ("info", ""),
}


def look_of(status, tone: str | None = None, icon: str | None = None) -> tuple[str, str, str]:
    """The label, tone and icon of a state; no icon is "".

    `status` is an enum member or the word itself. An explicit tone or icon wins, then the set
    above, then the member's own `tone` and `icon`. Raises ValueError for an unknown tone.
    """
    label = str(getattr(status, "label", status))
    default = (getattr(status, "tone", "plain"), getattr(status, "icon", "circle"))
    known_tone, known_icon = LOOKS.get(label, default)
    tone = known_tone if tone is None else tone
    icon = known_icon if icon is None else icon
    if tone not in TONES:
        raise ValueError(f"unknown tone {tone!r}; one of {', '.join(TONES)}")
    return label, tone, icon

"""Invented contents for the page of parts. No enterprise, person or decision here is real."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from django import forms
from django.core.paginator import Paginator

from .clocks import read_workdays
from .parts import (
    AmountLine,
    Chip,
    Condition,
    DecisionView,
    FilterGroup,
    Option,
    Relaxation,
    Slice,
    Step,
    VacancyRow,
)

NOW = datetime(2020, 4, 9, 2, 42, tzinfo=UTC)
TODAY = date(2020, 4, 9)
REST_DAYS = {date(2020, 4, 11), date(2020, 4, 12)}

COLOURS = [
    ("墨 ink", "#17212E", "16.2"),
    ("次要 ink-2", "#465264", "7.9"),
    ("辅助 ink-3", "#5B6779", "5.7"),
    ("主色 brand", "#14528F", "8.0"),
    ("横幅 band", "#12406F", "10.6"),
    ("工资 pay", "#B2400A", "5.8"),
    ("通过 ok", "#17694A", "6.7"),
    ("提醒 warn", "#7A4A00", "7.5"),
    ("错误 bad", "#A8231C", "7.2"),
    ("待核实 review", "#5A3E94", "8.2"),
    ("输入框边 line-strong", "#7A8697", "3.7"),
    ("焦点 focus", "#FFC533", "配墨边"),
]

STATES = [
    ("岗位", ["草稿", "待审核", "招聘中", "退回修改", "已到期", "已关闭"]),
    ("申请", ["已投递", "已查看", "约面试", "已录用", "未录用", "已撤回"]),
    ("决定", ["予以返还", "待核实", "不予返还", "不重复享受"]),
    ("资金", ["公示中", "已发放", "银行退回", "追回中"]),
]


class SampleForm(forms.Form):
    """One field of each kind."""

    identity = forms.CharField(label="身份证号", help_text="18 位，最后一位可以是 X")
    headcount = forms.IntegerField(label="招聘人数", min_value=1, max_value=9999)
    shift = forms.ChoiceField(label="班制", choices=[("day", "长白班"), ("two", "两班倒")])
    districts = forms.MultipleChoiceField(
        label="想去的地区",
        choices=[("320412", "武进区"), ("320411", "新北区"), ("320402", "天宁区")],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选一个想去的地区"},
    )
    experience = forms.ChoiceField(
        label="我的工作经验",
        choices=[("0", "没有经验"), ("1", "1–3 年"), ("3", "3 年以上")],
        widget=forms.RadioSelect,
        required=False,
    )
    duties = forms.CharField(label="工作内容", widget=forms.Textarea, required=False)
    licence = forms.FileField(
        label="营业执照", required=False, help_text="照片或 PDF，不超过 10 兆"
    )
    agreed = forms.BooleanField(label="我同意把这份简历交给这家单位，只用于这次招聘。")

    def clean_identity(self):
        """A short check, enough to show an error."""
        value = self.cleaned_data["identity"]
        if len(value) != 18:
            raise forms.ValidationError(f"现在是 {len(value)} 位，请再核对一次")
        return value


def vacancy_rows():
    """Rows with every part, the fewest parts, and a very long name."""
    return [
        VacancyRow(
            "#",
            "低压电工",
            "常州澜川精密机械有限公司",
            "武进区湖塘镇",
            6000,
            8000,
            3,
            "经验 1–3 年",
            "中专",
            ("包住", "五险", "长白班"),
            "重点企业",
            TODAY,
        ),
        VacancyRow(
            "#",
            "设备维修电工",
            "常州砺石模具有限公司",
            "武进区牛塘镇",
            6500,
            9000,
            2,
            "经验 3–5 年",
            tags=("包吃", "五险一金", "两班倒"),
            published=TODAY,
        ),
        VacancyRow(
            "#",
            "车间电工（自动化产线）",
            "常州青屿医疗器械有限公司",
            "新北区薛家镇",
            7000,
            9500,
            5,
            "经验 3–5 年",
            "大专",
            ("包吃住", "五险一金"),
            "重点企业",
            date(2020, 4, 7),
        ),
        VacancyRow("#", "厂区水电维护", "常州沐禾食品有限公司", "钟楼区邹区镇", None, None, 1),
        VacancyRow(
            "#",
            "高低压配电设备安装调试与维护保养电工（可接受经培训的应届毕业生）",
            "江苏朗筑机电安装工程与智能装备技术服务（常州）集团股份有限公司第二分公司",
            "金坛区直溪镇",
            12000,
            15000,
            1200,
            "经验 10 年以上",
            "本科",
            ("包吃住", "五险一金", "四班三运转", "厂车接送", "带薪培训", "年终奖"),
            "重要国计民生",
            date(2019, 12, 31),
        ),
    ]


def decision_granted():
    """Granted, with every line of the arithmetic."""
    return DecisionView(
        status="予以返还",
        title="2019 年度失业保险稳岗返还",
        clause="常人社发〔2020〕17号 第（十）条・一般企业・免申即享",
        condition_heading="为什么能得",
        conditions=(
            Condition(
                "企业规模", "适用标准随规模不同", "小型", "pass", "小型企业按 5.5% 档", "第（十）条"
            ),
            Condition(
                "年末参保人数",
                "30 人（含）以下放宽到 20%",
                "114 人",
                "pass",
                "多于 30 人，按 5.5% 档",
                "第（十）条",
            ),
            Condition(
                "裁员率",
                "不高于 5.5%",
                "5.0%",
                "pass",
                "减少 6 人 ÷ 年初 120 人",
                "第（十）条；5.5% 是上年度全国城镇调查失业率控制目标",
                value=Fraction(6, 120),
                limit=Fraction(55, 1000),
            ),
            Condition(
                "上年度实际缴纳失业保险费",
                "已缴纳",
                "60,000.00 元",
                "pass",
                "单位 36,000.00，职工 24,000.00",
                "第（十）条",
            ),
        ),
        amount="30,000.00",
        amount_lines=(
            AmountLine("单位缴纳 + 职工缴纳", "36,000.00 + 24,000.00", "60,000.00 元"),
            AmountLine("乘以返还比例", "60,000.00 × 50%", "30,000.00 元"),
            AmountLine("返还金额", "四舍五入到分，只在最后一步", "30,000.00 元", is_total=True),
        ),
        provenance=(
            ("缴费记录", "社保导入 2020年3月31日，12 个月齐全"),
            ("政策版本", "第 3 版，校验码 7F3A 91C2"),
        ),
    )


def decision_refused():
    """Refused by one person too few."""
    return DecisionView(
        status="不予返还",
        title="2019 年度失业保险稳岗返还",
        clause="常人社发〔2020〕17号 第（十）条",
        conditions=(
            Condition(
                "年末参保人数",
                "30 人（含）以下放宽到 20%",
                "188 人",
                "none",
                outcome_label="按 5.5% 档",
            ),
            Condition(
                "裁员率",
                "不高于 5.5%",
                "6.0%",
                "fail",
                "减少 12 人 ÷ 年初 200 人",
                "第（十）条",
                value=Fraction(12, 200),
                limit=Fraction(55, 1000),
            ),
        ),
    )


def decision_review():
    """To be looked at: one figure is not known."""
    return DecisionView(
        status="待核实",
        title="2019 年度失业保险稳岗返还",
        clause="不是拒绝。缺一个数据，由工作人员核实后再定",
        conditions=(
            Condition("缴纳失业保险费", "已缴纳", "1,500.00 元", "pass"),
            Condition("年末参保人数", "用来算裁员率", "不详", "unknown", "缺 2019 年 12 月记录"),
        ),
    )


def steps():
    """A refund on its way."""
    return [
        Step("初审", "done", "顾晓雯", "4月9日 9:30 通过"),
        Step("复核", "current", "您（陈立）", "今天 17:30 前"),
        Step("公示", "todo", "5 个工作日", "预计 4月10日—16日"),
        Step("批准", "todo", "局领导", "预计 4月17日"),
        Step("发放", "todo", "到社保缴费账户", "银行回盘后登记"),
    ]


def filter_groups():
    """Filters with chosen options, with a zero, and radios."""
    return [
        FilterGroup(
            "district",
            "工作地点",
            (
                Option("320412", "武进区", 31, True),
                Option("320411", "新北区", 21, True),
                Option("320402", "天宁区", 24),
                Option("320481", "溧阳市", 0),
            ),
        ),
        FilterGroup(
            "pay",
            "月薪",
            (
                Option("", "不限", 52, True),
                Option("5000", "5,000 元以上", 47),
                Option("8000", "8,000 元以上", 1001),
            ),
            "radio",
        ),
    ]


def workdays():
    """A notice on its third day."""
    return read_workdays(
        date(2020, 4, 7), date(2020, 4, 13), TODAY, lambda day: day not in REST_DAYS
    )


def chart_option():
    """Stock and flow by district."""
    return {
        "xAxis": {"type": "category", "data": ["武进区", "新北区", "金坛区", "天宁区", "溧阳市"]},
        "yAxis": {"type": "value"},
        "series": [
            {
                "type": "bar",
                "name": "缺工",
                "data": [2846, 2117, 1235, 846, {"value": 712, "open": True}],
                "label": {"show": True, "position": "top"},
            },
            {
                "type": "bar",
                "name": "本周招到",
                "data": [312, 268, 121, None, 82],
                "label": {"show": True, "position": "top"},
            },
        ],
    }


def components(request):
    """The context of the page of all parts."""
    bad = SampleForm({"identity": "32041219000101001", "headcount": "20", "shift": "day"})
    bad.is_valid()
    return {
        "colours": COLOURS,
        "states": STATES,
        "empty_form": SampleForm(prefix="new"),
        "bad_form": bad,
        "rows": vacancy_rows(),
        "decisions": [decision_granted(), decision_refused(), decision_review()],
        "steps": steps(),
        "groups": filter_groups(),
        "chips": [Chip("武进区", "#"), Chip("6,000 元以上", "#")],
        "middle_slice": Slice(21, 40, 1001, "#", "#"),
        "django_page": Paginator(range(1512), 10).page(2),
        "relaxations": [
            Relaxation("#", "月薪降到 8,000 元以上", 3),
            Relaxation("#", "把金坛区也算上", 4, "溧阳市 + 金坛区"),
        ],
        "workdays": workdays(),
        "now": NOW,
        "calm": NOW + timedelta(hours=20),
        "soon": NOW + timedelta(hours=5),
        "late": NOW - timedelta(hours=3, minutes=20),
        "chart": chart_option(),
    }


def page(name):
    """The context of a composed page."""
    return {
        "popular": ["普工", "电工", "焊工", "叉车司机", "数控操作", "缝纫", "厨师", "护理员"],
        "rows": vacancy_rows(),
        "groups": filter_groups(),
        "chips": [Chip("武进区", "#"), Chip("新北区", "#")],
        "slice": Slice(1, 5, 52, "", "#"),
        "decisions": [decision_granted()],
        "steps": steps(),
        "workdays": workdays(),
        "now": NOW,
        "soon": NOW + timedelta(hours=5),
        "late": NOW - timedelta(hours=3, minutes=20),
        "chart": chart_option(),
    }

"""The parts as they come out: what people read, and what ties the pieces together."""

import re
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from django import forms
from django.core.paginator import Paginator
from django.http import QueryDict
from django.template import Context, Template
from django.test import RequestFactory

from portal.ui import samples
from portal.ui.parts import Condition, DecisionView, Slice, VacancyRow
from portal.ui.status import look_of


def render(source, **context):
    template = Template("{% load portal_ui portal_forms %}" + source)
    return template.render(Context(context))


def words(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


# ---- status labels and icons --------------------------------------------------------------------


def test_a_status_has_an_icon_a_word_and_a_ground():
    html = render('{% status_label "不予返还" %}')
    assert 'class="status plain"' in html
    assert "#circle-x" in html
    assert words(html) == "不予返还"


def test_a_refusal_is_never_red_and_a_review_never_looks_like_one():
    assert look_of("不予返还")[1] == "plain"
    assert look_of("待核实")[1] == "review"
    assert look_of("银行退回")[1] == "bad"


def test_a_word_that_is_not_in_the_set_takes_the_look_of_its_enum():
    class Member:
        label, tone, icon = "已销号", "ok", "check"

    assert look_of(Member) == ("已销号", "ok", "check")
    assert look_of("没有见过的词") == ("没有见过的词", "plain", "circle")


def test_unknown_icons_and_tones_are_errors_not_gaps():
    with pytest.raises(ValueError, match="unknown icon"):
        render('{% icon "no-such-icon" %}')
    with pytest.raises(ValueError, match="unknown tone"):
        render('{% status_label "草稿" tone="pink" %}')


def test_a_word_typed_by_a_person_is_escaped():
    assert "<b>" not in render("{% status_label word %}", word="<b>")
    assert render("{{ text|mark_words:'电工' }}", text="<i>低压电工") == (
        "&lt;i&gt;低压<mark>电工</mark>"
    )


def test_hits_that_overlap_are_marked_once():
    assert render("{{ text|mark_words:words }}", text="电工电气", words=["电工电", "工电气"]) == (
        "<mark>电工电</mark><mark>气</mark>"
    )
    assert render("{{ text|mark_words:'PLC' }}", text="会 plc 优先") == "会 <mark>plc</mark> 优先"


# ---- rows and pages -----------------------------------------------------------------------------

ROW = VacancyRow(
    "/jobs/1/", "低压电工", "常州某厂", "武进区湖塘镇", 6000, 8000, 3, published=date(2019, 12, 31)
)


def test_a_vacancy_row_has_the_same_order_everywhere():
    text = words(render("{% vacancy_row row %}", row=ROW))
    assert text == (
        "低压电工 6,000–8,000 元/月 武进区湖塘镇 招 3 人 经验不限 学历不限 常州某厂 2019年12月31日发布"
    )


def test_in_care_mode_the_row_speaks_in_full_words():
    text = words(render("{% vacancy_row row %}", row=ROW, care_mode=True))
    assert "每月 6,000 到 8,000 元" in text
    assert "元/月" not in text


def test_pages_say_where_one_is_and_lead_both_ways():
    html = render("{% pagination page %}", page=Slice(21, 40, 1001, "?a=1", "?b=2"))
    assert words(html) == "上一页 第 21–40 个，共 1000+ 个 下一页"
    assert 'href="?a=1"' in html and 'href="?b=2"' in html


def test_a_paginators_page_keeps_the_other_filters():
    request = RequestFactory().get("/staff/", QueryDict("region=320412&page=2").dict())
    page = Paginator(range(45), 20).page(2)
    html = render("{% pagination page unit='户' %}", page=page, request=request)
    assert "第 21–40 户，共 45 户" in words(html)
    assert "region=320412&amp;page=1" in html and "region=320412&amp;page=3" in html


# ---- decisions ----------------------------------------------------------------------------------


def test_all_failed_conditions_come_first_and_none_is_left_out():
    view = DecisionView(
        status="不予返还",
        title="稳岗返还",
        clause="第（十）条",
        conditions=(
            Condition("缴费", "已缴纳", "60,000.00 元", "pass"),
            Condition(
                "裁员率",
                "不高于 5.5%",
                "6.0%",
                "fail",
                value=Fraction(12, 200),
                limit=Fraction(55, 1000),
            ),
            Condition("年末人数", "有记录", "不详", "unknown"),
            Condition("欠费", "没有", "有", "fail"),
        ),
    )
    html = render("{% decision view %}", view=view)
    order = [html.index(title) for title in ("裁员率", "欠费", "年末人数", "缴费")]
    assert order == sorted(order)
    assert 'aria-label="您：6.0%，上限 5.5%"' in html
    assert "<caption" in html and 'scope="row"' in html


def test_a_bar_draws_value_and_limit_to_one_scale():
    html = render("{% ratio_bar value limit %}", value=Fraction(55, 1000), limit=Fraction(55, 1000))
    length = re.search(r'class="length"[^>]*width="([\d.]+)%"', html).group(1)
    tick = re.search(r'<svg x="([\d.]+)%"', html).group(1)
    assert length == tick


def test_the_clock_is_words_icon_and_bar():
    now = datetime(2020, 4, 9, 2, 0, tzinfo=UTC)
    html = render("{% clock deadline now %}", deadline=now - timedelta(minutes=40), now=now)
    assert words(html) == "已超时 40 分"
    assert "#alarm" in html and 'width="1000"' in html and 'class="clock overdue"' in html


def test_the_working_days_are_said_in_a_sentence():
    html = render("{% workday_clock reading %}", reading=samples.workdays())
    assert "今天是第 3 天，还有 3 个工作日" in html
    assert 'aria-hidden="true"' in html


# ---- forms --------------------------------------------------------------------------------------


class Form(forms.Form):
    name = forms.CharField(label="单位名称", help_text="按营业执照填写")
    note = forms.CharField(label="备注", required=False)
    kinds = forms.MultipleChoiceField(
        label="类别", choices=[("a", "甲"), ("b", "乙")], widget=forms.CheckboxSelectMultiple
    )


def test_help_and_error_are_tied_to_the_field_and_the_value_is_kept():
    form = Form({"name": "", "note": "写过的话"})
    html = render("{% field form.name %}{% field form.note %}", form=form)
    described = re.search(r'<input[^>]*name="name"[^>]*>', html).group(0)
    assert 'aria-describedby="id_name_help id_name_error"' in described
    assert 'aria-invalid="true"' in described and "is-invalid" in described
    assert 'id="id_name_help"' in html and 'id="id_name_error"' in html
    assert "请填写单位名称" in html
    assert 'value="写过的话"' in html
    assert "（选填）" in words(html).split("备注")[1]


def test_a_group_of_choices_is_a_fieldset_whose_choices_stay_chosen():
    form = Form({"name": "x", "kinds": ["b"]})
    html = render("{% field form.kinds %}", form=form)
    assert "<fieldset" in html and "<legend" in html
    assert re.search(r'value="b"[^>]*checked', html)
    assert not re.search(r'value="a"[^>]*checked', html)


def test_the_summary_counts_and_links_every_error():
    form = Form({"note": "x"})
    html = render("{% error_summary form %}", form=form)
    assert words(html) == "还差 2 处 请填写单位名称 请选择类别"
    assert 'href="#id_name"' in html and 'href="#id_kinds_0"' in html
    assert render("{% error_summary form %}", form=Form()).strip() == ""


def test_a_plain_form_comes_out_with_summary_and_fields():
    html = str(Form({"note": "x"}))
    assert "还差 2 处" in html
    assert html.count("form-control") == 2
    assert 'id="id_name_error"' in html


def test_an_unknown_width_is_an_error():
    with pytest.raises(ValueError, match="unknown width"):
        render("{% field form.name width='huge' %}", form=Form())


def test_every_target_of_the_summary_exists():
    bad = samples.SampleForm({"identity": "1"})
    html = render(
        "{% error_summary form %}{% for bound in form %}{% field bound %}{% endfor %}", form=bad
    )
    for target in re.findall(r'href="#([^"]+)"', html):
        assert f'id="{target}"' in html, target

"""Errors of forms as people read them."""

import pytest
from django import forms

from portal.ui.wording import sentences


class Form(forms.Form):
    title = forms.CharField(label="岗位名称", max_length=5, min_length=2)
    headcount = forms.IntegerField(label="招聘人数", min_value=1, max_value=9999)
    experience = forms.IntegerField(label="经验年数", min_value=0)
    shift = forms.ChoiceField(label="班制", choices=[("day", "长白班")])
    licence = forms.FileField(label="营业执照")
    agreed = forms.BooleanField(label="我同意把简历交给这家单位。")
    own = forms.CharField(label="备注", error_messages={"required": "写一句话就行"})

    def clean_own(self):
        raise forms.ValidationError("这一句是表单自己写的")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", "", "请填写岗位名称"),
        ("title", "男鞋针车工两班倒", "岗位名称最多 5 个字，多了 3 个字"),
        ("title", "工", "岗位名称至少 2 个字"),
        ("headcount", "", "请填写招聘人数"),
        ("headcount", "0", "招聘人数要填 1 到 9,999"),
        ("headcount", "20000", "招聘人数要填 1 到 9,999"),
        ("headcount", "许多", "招聘人数要填 1 到 9,999"),
        ("experience", "-1", "经验年数不能小于 0"),
        ("experience", "三", "经验年数要填数字"),
        ("shift", "", "请选择班制"),
        ("shift", "night", "班制：选的这一项不在名单里，请重新选择"),
        ("licence", "", "请选择营业执照的文件"),
        ("agreed", "", "请勾选“我同意把简历交给这家单位”"),
        ("own", "", "写一句话就行"),
        ("own", "x", "这一句是表单自己写的"),
    ],
)
def test_sentences_name_the_field_and_what_to_do(field, value, sentence):
    form = Form({field: value})
    assert sentences(form[field]) == [sentence]

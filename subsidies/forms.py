"""Forms of screening, reviews, notices and objections."""

from django import forms
from django.conf import settings

from enterprises.enums import SizeClass
from portal.accounts.identity import clean_phone
from portal.places.models import Industry
from subsidies.enums import Outcome


class RunFilterForm(forms.Form):
    """The filters of a run's list. Nonsense in the address is ignored, not refused."""

    outcome = forms.ChoiceField(
        label="结论", required=False, choices=[("", "全部"), *Outcome.choices]
    )
    q = forms.CharField(label="企业名称或信用代码", required=False, max_length=40)
    region = forms.ChoiceField(label="地区", required=False)
    size = forms.ChoiceField(
        label="规模", required=False, choices=[("", "全部规模"), *SizeClass.choices]
    )
    industry = forms.ChoiceField(label="行业", required=False)
    near = forms.BooleanField(label="只看差一点的", required=False)

    def __init__(self, data, *, regions):
        super().__init__(data)
        self.fields["region"].choices = [("", "全部地区"), *((r.code, r.name) for r in regions)]
        sections = Industry.objects.at_level(1).values_list("code", "name")
        self.fields["industry"].choices = [("", "全部行业"), *sections]

    def chosen(self) -> dict:
        """The valid filters by name, "" or False for the others."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in self.fields}


class FirstReviewForm(forms.Form):
    """Which claims of the list are passed: those ticked, or the whole list as it was shown."""

    TICKED, ALL = "ticked", "all"

    scope = forms.ChoiceField(choices=[(TICKED, "勾选的"), (ALL, "列表里的全部")])
    claims = forms.MultipleChoiceField(required=False)
    shown_count = forms.IntegerField(min_value=0)
    shown_fen = forms.IntegerField(min_value=0)

    def __init__(self, data, *, queue):
        super().__init__(data)
        self._queue = queue
        ticked = data.getlist("claims")
        self.fields["claims"].choices = [(one, one) for one in ticked]

    def clean(self):
        """With "all" the list must still be what the reviewer saw: count and sum."""
        data = super().clean()
        if data.get("scope") == self.ALL:
            rows = list(self._queue.values_list("public_id", "amount_fen"))
            seen = (data.get("shown_count"), data.get("shown_fen"))
            if (len(rows), sum(fen for _, fen in rows)) != seen:
                raise forms.ValidationError("名单有变化，没有初审。请看过新的名单再办。")
            data["claims"] = [public_id for public_id, _ in rows]
        return data


class SecondReviewForm(forms.Form):
    """The second review of a batch."""

    sampled = forms.BooleanField(
        label="我已抽查 5 户，金额与依据一致",
        error_messages={"required": "请先抽查，再勾选这一项。"},
    )


class ReasonForm(forms.Form):
    """A reason that the other side reads."""

    reason = forms.CharField(
        label="理由",
        max_length=150,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明理由，对方会看到。"},
    )


class PublishForm(forms.Form):
    """Which twice-reviewed batches are published, and for how long."""

    batches = forms.MultipleChoiceField(
        label="哪几批",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选一批。"},
    )
    working_days = forms.IntegerField(
        label="公示几个工作日",
        min_value=1,
        max_value=60,
        initial=lambda: settings.NOTICE_WORKING_DAYS,
        help_text="不能少于政策规定的天数",
    )

    def __init__(self, data=None, *, batches):
        super().__init__(data, initial=None)
        self.fields["batches"].choices = [(b["key"], b["label"]) for b in batches]
        self.fields["batches"].initial = [b["key"] for b in batches]


class ObjectionForm(forms.Form):
    """An objection: who, what, where to reach them."""

    name = forms.CharField(
        label="姓名或单位名称", max_length=60, error_messages={"required": "请写姓名或单位名称。"}
    )
    phone = forms.CharField(
        label="联系电话",
        max_length=20,
        help_text="手机或座机，只用来答复您",
        error_messages={"required": "请写联系电话，方便答复您。"},
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    body = forms.CharField(
        label="哪里不对，依据是什么",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "请写明哪里不对。"},
    )

    def clean_phone(self):
        """A mobile or landline number, digits only."""
        return clean_phone(self.cleaned_data["phone"])


class NoticeObjectionForm(ObjectionForm):
    """The same for a public notice, about one line of it or the whole."""

    entry_number = forms.IntegerField(
        label="名单里的序号",
        required=False,
        min_value=1,
        help_text="针对整份名单的不用填",
    )
    field_order = ["entry_number", "body", "name", "phone"]


class AnswerForm(forms.Form):
    """Staff answer an objection in writing."""

    upheld = forms.ChoiceField(
        label="结论",
        choices=[("no", "不成立，维持原来的结论"), ("yes", "成立，退出公示重新核对")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选结论。"},
    )
    answer = forms.CharField(
        label="书面答复",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="提出异议的人会看到",
        error_messages={"required": "请写答复。"},
    )

"""Forms of the policy and parameter pages."""

from django import forms

from portal.places.models import Division
from subsidies.enums import PolicyState
from subsidies.models import PolicyVersion
from subsidies.services.parameter_kinds import parameter_kinds
from subsidies.services.policy_files import repository_files


class NewDraftForm(forms.Form):
    """What a draft begins with: nothing, a version there is, or a file of the repository."""

    EMPTY = "empty"
    start = forms.ChoiceField(
        label="从哪里开始",
        help_text="选一份最接近的，在它上面改，用例一起带过来",
        error_messages={"required": "请选从哪里开始。", "invalid_choice": "请在列表里选。"},
    )

    def __init__(self, data=None, *, user):
        super().__init__(data)
        self.versions = {
            f"version:{version.public_id}": version
            for version in PolicyVersion.objects.visible_to(user)
            .exclude(state=PolicyState.WITHDRAWN)
            .select_related("author")
            .order_by("policy_id", "-published_at", "-pk")
        }
        self.files = {f"file:{file.key}": file for file in repository_files()}
        templates = [(key, file.title) for key, file in self.files.items() if file.is_template]
        elsewhere = [
            (key, f"{file.place}：{file.title}（{file.version}）")
            for key, file in self.files.items()
            if not file.is_template
        ]
        self.fields["start"].choices = [
            ("", "请选择"),
            ("已有的政策和草稿", [(key, _words(v)) for key, v in self.versions.items()]),
            ("样本，要写明适用地区", templates),
            ("随系统提供的政策文件", elsewhere),
            ("其他", [(self.EMPTY, "空白的草稿")]),
        ]

    def texts(self) -> tuple[str, str]:
        """The policy's text and the cases' of what was chosen."""
        chosen = self.cleaned_data["start"]
        source = self.versions.get(chosen) or self.files.get(chosen)
        return (source.source_text, source.cases_text) if source else ("", "")


def _words(version):
    state = version.get_state_display()
    who = f"，{version.author}起草" if version.state != PolicyState.PUBLISHED else ""
    return f"{version.title or '还没有名称'}（{version.version or '还没有版本号'}，{state}{who}）"


class PolicyDraftForm(forms.Form):
    """The two texts of a draft as they are written; seen is the mark of what was there before."""

    source_text = forms.CharField(
        label="政策（YAML）",
        strip=False,
        required=False,
        widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "false", "wrap": "off"}),
    )
    cases_text = forms.CharField(
        label="用例（YAML）",
        strip=False,
        required=False,
        help_text="每个条款至少要有：发放的，只差一个条件的，每项事实不详的",
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false", "wrap": "off"}),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class ReturnForm(forms.Form):
    """Why something goes back to whoever wrote it."""

    reason = forms.CharField(
        label="退回的理由",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": "请写明退回的理由，填写的人会看到。",
            "max_length": "理由最多 %(limit_value)d 个字，现在有 %(show_value)d 个。",
        },
    )


class ParameterForm(forms.Form):
    """A new value of a figure the documents leave to the bureau."""

    name = forms.ChoiceField(
        label="哪个参数",
        error_messages={"required": "请选参数。", "invalid_choice": "请在列表里选。"},
    )
    region = forms.ModelChoiceField(
        Division.objects.none(),
        label="适用地区",
        empty_label=None,
        to_field_name="code",
        help_text="区县另有规定的选区县，区县的值先于全市的",
        error_messages={"required": "请选地区。", "invalid_choice": "请在列表里选。"},
    )
    typed = forms.CharField(
        label="值",
        max_length=40,
        help_text="金额写元，如 1500.00；比例写百分数，如 5.5%；月数、人数写整数",
        error_messages={"required": "请写值。"},
    )
    valid_from = forms.DateField(
        label="从哪天起",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "请写从哪天起。", "invalid": "日期写成 2026-01-01 这样。"},
    )
    ends_on = forms.DateField(
        label="最后一天",
        required=False,
        help_text="不写就一直有效，到下一个值开始为止",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "日期写成 2026-01-01 这样。"},
    )
    document = forms.CharField(
        label="依据的文件",
        max_length=120,
        help_text="文号和名称",
        error_messages={"required": "请写依据的文件（文号或名称）。"},
    )

    def __init__(self, data=None, *, user, initial=None):
        super().__init__(data, initial=initial)
        city = user.region_scope
        kinds = parameter_kinds(city)
        self.fields["name"].choices = [("", "请选择"), *((k.name, k.label) for k in kinds.values())]
        self.fields["region"].queryset = Division.objects.filter(
            code__startswith=city, level__lte=3
        ).order_by("code")
        self.fields["region"].initial = city

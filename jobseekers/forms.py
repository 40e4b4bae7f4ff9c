"""Forms of job seekers."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone

from enterprises.enums import Education
from portal.accounts.identity import birth_date, clean_identity_number
from portal.places.models import Division

from .enums import AlertFrequency, DismissalReason, SeekerGroup, SeekerStatus
from .matching.certificates import CERTIFICATES

LIST_HELP = "用顿号或逗号隔开。"


def split_words(text, most=10, longest=30):
    """The words of a list typed with any separator, none twice; raises ValidationError."""
    for separator in "，,；;/\n":
        text = text.replace(separator, "、")
    words = list(dict.fromkeys(word.strip() for word in text.split("、") if word.strip()))
    if len(words) > most:
        raise ValidationError(f"最多写 {most} 样，现在是 {len(words)} 样。")
    for word in words:
        if len(word) > longest:
            raise ValidationError(f"“{word[:10]}…”太长，每样最多 {longest} 个字。")
    return words


class WordsField(forms.CharField):
    """A short list typed as text: clean value is a list of words."""

    def prepare_value(self, value):
        """A list back to text."""
        return "、".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value):
        """Split and check."""
        return split_words(super().clean(value) or "")

    def has_changed(self, initial, data):
        """Compare as text."""
        return super().has_changed(self.prepare_value(initial), data)


# The pages of the profile in 关怀版: what is asked, and the fields of the answer.
STEPS = (
    ("您想做什么工作", ("wish_1", "wish_2", "wish_3")),
    ("您愿意去哪里上班", ("accepted_regions",)),
    ("您想要多少工资", ("pay_expected", "wants_lodging")),
    ("您是谁", ("name", "identity_number", "region")),
    ("您的学历和经验", ("education", "experience_years")),
    ("您会什么、做过什么", ("skills", "summary")),
    ("您有哪些证", ("certificates",)),
    ("您的情况", ("groups", "status")),
)


class ProfileForm(forms.Form):
    """What a job seeker says of themselves and of the work they want."""

    name = forms.CharField(label="姓名", max_length=40)
    identity_number = forms.CharField(
        label="身份证号",
        required=False,
        max_length=30,
        help_text="核对实名用，加密保存，招聘单位看不到。已填过的留空就不变。",
    )
    region = forms.ModelChoiceField(label="现在住在", queryset=Division.objects.none())
    education = forms.TypedChoiceField(
        label="学历",
        coerce=int,
        choices=[(Education.NONE.value, "不填")]
        + [(level.value, level.label) for level in Education if level],
    )
    experience_years = forms.IntegerField(label="工作几年了", min_value=0, max_value=60)
    skills = WordsField(
        label="会什么", required=False, help_text=f"例如：数控、看图纸。{LIST_HELP}"
    )
    certificates = forms.MultipleChoiceField(
        label="有哪些证",
        required=False,
        choices=[(c.name, c.name) for c in CERTIFICATES],
        widget=forms.CheckboxSelectMultiple,
    )
    groups = forms.MultipleChoiceField(
        label="您属于",
        required=False,
        choices=SeekerGroup,
        widget=forms.CheckboxSelectMultiple,
        help_text="用来优先帮您找工作和查补贴，招聘单位看不到。",
    )
    summary = forms.CharField(
        label="做过什么",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="在哪里做过、做什么、做了多久。",
    )
    status = forms.ChoiceField(label="现在", choices=SeekerStatus)
    wish_1 = forms.CharField(label="最想做的工作", max_length=60, help_text="例如：电工")
    wish_2 = forms.CharField(label="其次", max_length=60, required=False)
    wish_3 = forms.CharField(label="再次", max_length=60, required=False)
    accepted_regions = forms.MultipleChoiceField(
        label="愿意去哪里上班", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="最多选 3 个；都不选就是全市。",
    )  # fmt: skip
    pay_expected = forms.IntegerField(
        label="每月想要多少（元）", required=False, min_value=0, max_value=200_000
    )
    wants_lodging = forms.BooleanField(label="需要住宿", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        districts = Division.objects.districts_of(settings.CITY_CODE)
        self.fields["region"].queryset = districts
        self.fields["accepted_regions"].choices = [(d.code, d.name) for d in districts]

    def clean_identity_number(self):
        """A valid number of somebody of working age, or "" for no change."""
        typed = self.cleaned_data["identity_number"]
        if not typed.strip():
            return ""
        number = clean_identity_number(typed)
        born = birth_date(number)
        today = timezone.localdate()
        age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
        if age < 16:
            raise ValidationError("未满 16 周岁不能登记求职（《劳动法》第十五条）。")
        return number

    def clean_accepted_regions(self):
        """Three at most."""
        codes = self.cleaned_data["accepted_regions"]
        if len(codes) > 3:
            raise ValidationError(f"最多选 3 个地区，现在是 {len(codes)} 个。")
        return codes

    def wishes(self):
        """The wishes in order, none twice, blanks left out."""
        typed = [self.cleaned_data[f"wish_{n}"].strip() for n in (1, 2, 3)]
        return list(dict.fromkeys(wish for wish in typed if wish))


class ApplyForm(forms.Form):
    """The one form to apply."""

    note = forms.CharField(
        label="给单位的话",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    agreed = forms.BooleanField(
        required=True, error_messages={"required": "要先同意把简历交给这家单位，才能申请。"}
    )


class DismissForm(forms.Form):
    """Why a recommended post does not suit."""

    reason = forms.ChoiceField(choices=DismissalReason)


class AlertForm(forms.Form):
    """How often a saved search reports."""

    frequency = forms.ChoiceField(
        label="多久告诉您一次",
        choices=[
            (AlertFrequency.DAILY.value, "每天，有新岗位才发"),
            (AlertFrequency.WEEKLY.value, "每周，有新岗位才发"),
        ],
        widget=forms.RadioSelect,
    )


class InviteForm(forms.Form):
    """An employer's invitation to a candidate."""

    seeker = forms.CharField(max_length=40)
    note = forms.CharField(required=False, max_length=300)


class AnswerForm(forms.Form):
    """An employer's answer to an application."""

    INVITE, OFFER, HIRE, DECLINE = "invite", "offer", "hire", "decline"
    act = forms.ChoiceField(
        choices=[(INVITE, "约面试"), (OFFER, "同意录用"), (HIRE, "登记入职"), (DECLINE, "不合适")]
    )
    at = forms.DateTimeField(
        label="面试时间",
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    place = forms.CharField(label="面试地点", required=False, max_length=120)
    words = forms.CharField(
        label="给应聘人的话",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self):
        """An interview has a time and a place; a no has a sentence."""
        data = super().clean()
        act = data.get("act")
        if act == self.INVITE:
            if not data.get("at") and "at" not in self.errors:
                self.add_error("at", "请填面试时间。")
            elif data.get("at") and data["at"] <= timezone.now():
                self.add_error("at", "面试时间要晚于现在。")
            if not data.get("place"):
                self.add_error("place", "请写明面试地点。")
        if act == self.DECLINE and not data.get("words"):
            self.add_error("words", "请写一句答复，应聘的人会看到。")
        return data

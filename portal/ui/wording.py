"""Errors of forms in plain words that name the field.

Django's own sentences (“这个字段是必填项。”) say neither what to do nor where. They are replaced when
a form is shown; a sentence that a form wrote itself is left alone.
"""

from django import forms
from django.core import validators
from django.core.exceptions import ValidationError

from .formatting import thousands

CHOSEN = (
    forms.ChoiceField,
    forms.ModelChoiceField,
    forms.BooleanField,
    forms.NullBooleanField,
)

# Sentences of Django's validators, so that a validator's own words can be told from them.
STANDARD = frozenset(
    {
        str(validator.message)
        for validator in (
            validators.MinValueValidator,
            validators.MaxValueValidator,
            validators.DecimalValidator,
            validators.FileExtensionValidator,
        )
        if hasattr(validator, "message")
    }
    | {str(validators.MinLengthValidator.message), str(validators.MaxLengthValidator.message)}
)


def _limit(error: ValidationError) -> str:
    value = (error.params or {}).get("limit_value")
    value = value() if callable(value) else value
    return thousands(value) if isinstance(value, int) else str(value)


def _is_standard(error: ValidationError, field: forms.Field) -> bool:
    """Whether the sentence is Django's: that of the field's class, or of a stock validator."""
    for kind in type(field).__mro__:
        defaults = getattr(kind, "default_error_messages", {})
        if error.code in defaults and kind.__module__.startswith("django."):
            return str(error.message) == str(defaults[error.code])
    return str(error.message) in STANDARD


def _number_sentence(label: str, field: forms.Field) -> str:
    low, high = getattr(field, "min_value", None), getattr(field, "max_value", None)
    if isinstance(low, int) and isinstance(high, int):
        return f"{label}要填 {thousands(low)} 到 {thousands(high)}"
    return f"{label}要填数字"


def plain_sentence(error: ValidationError, label: str, field: forms.Field) -> str:
    """One error of a field in plain words."""
    given = error.messages[0]
    if not _is_standard(error, field):
        return given
    is_number = isinstance(field, forms.IntegerField)
    if error.code == "required":
        if isinstance(field, forms.FileField):
            return f"请选择{label}的文件"
        if isinstance(field, forms.BooleanField):
            return f"请勾选“{label}”"
        return f"请选择{label}" if isinstance(field, CHOSEN) else f"请填写{label}"
    if error.code == "invalid_choice":
        return f"{label}：选的这一项不在名单里，请重新选择"
    if error.code in ("min_value", "max_value", "invalid") and is_number:
        if error.code == "invalid" or field.min_value is not None and field.max_value is not None:
            return _number_sentence(label, field)
        word = "不能小于" if error.code == "min_value" else "不能大于"
        return f"{label}{word} {_limit(error)}"
    if error.code == "invalid" and isinstance(field, forms.DateField):
        return f"{label}要写成 2020-04-09 这样的日期"
    if error.code == "max_length":
        excess = error.params["show_value"] - error.params["limit_value"]
        return f"{label}最多 {_limit(error)} 个字，多了 {thousands(excess)} 个字"
    if error.code == "min_length":
        return f"{label}至少 {_limit(error)} 个字"
    if error.code == "empty":
        return f"{label}：这个文件是空的"
    return f"{label}：{given}"


def sentences(bound) -> list[str]:
    """The errors of a bound field in plain words, in order."""
    label = str(bound.label or "").rstrip("：:。")
    errors = bound.form.errors.as_data().get(bound.name, [])
    return [plain_sentence(error, label, bound.field) for error in errors]

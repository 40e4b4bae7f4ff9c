"""Fields and error summaries of forms: label above, help under it, the error where it belongs."""

from django import forms, template

from portal.ui.wording import sentences

register = template.Library()

WIDTHS = ("xs", "s", "m", "l", "full")


def _control_class(widget) -> str:
    if isinstance(widget, forms.CheckboxInput | forms.CheckboxSelectMultiple | forms.RadioSelect):
        return "form-check-input"
    if isinstance(widget, forms.Select):
        return "form-select"
    return "form-control"


def _kind(bound) -> str:
    widget = bound.field.widget
    if bound.is_hidden:
        return "hidden"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.CheckboxSelectMultiple | forms.RadioSelect):
        return "choices"
    if isinstance(widget, forms.MultiWidget):
        return "several"
    return "control"


def target_id(bound) -> str:
    """The id that a link to the field leads to: for grouped choices that of the first."""
    return f"{bound.auto_id}_0" if _kind(bound) in ("choices", "several") else bound.auto_id


@register.inclusion_tag("components/field.html")
def field(
    bound,
    width="",
    prefix="",
    suffix="",
    help_text=None,
    label=None,
    optional_mark=True,
    placeholder="",
    hide_label=False,
):
    """One field of a form. `width` (xs, s, m, l, full) hints at the length of what to type.

    Raises ValueError for an unknown width.
    """
    if width and width not in WIDTHS:
        raise ValueError(f"unknown width {width!r}; one of {', '.join(WIDTHS)}")
    kind = _kind(bound)
    help_text = bound.help_text if help_text is None else help_text
    help_id = f"{bound.auto_id}_help" if help_text else ""
    error_id = f"{bound.auto_id}_error" if bound.errors else ""
    described = " ".join(part for part in (help_id, error_id) if part)
    widget = bound.field.widget
    attrs = {"class": f"{widget.attrs.get('class', '')} {_control_class(widget)}".strip()}
    if bound.errors:
        attrs["class"] += " is-invalid"
    if described and kind in ("control", "check"):
        attrs["aria-describedby"] = described
    if placeholder:
        attrs["placeholder"] = placeholder
    return {
        "bound": bound,
        "kind": kind,
        "label": bound.label if label is None else label,
        "widget": bound.as_widget(attrs=attrs),
        "subwidgets": _options(bound) if kind == "choices" else (),
        "input_type": getattr(widget, "input_type", ""),
        "help_text": help_text,
        "help_id": help_id,
        "error_id": error_id,
        "errors": sentences(bound) if error_id else (),
        "described": described,
        "width": width,
        "prefix": prefix,
        "suffix": suffix,
        "optional": optional_mark and not bound.field.required and kind != "check",
        "hide_label": hide_label,
    }


def _options(bound):
    """The choices of a group, flat, each with what its input needs."""
    return [
        {
            "id": option.data["attrs"].get("id", ""),
            "name": option.data["name"],
            "value": option.data["value"],
            "label": option.data["label"],
            "checked": option.data["selected"],
            "type": option.data["type"],
        }
        for option in bound.subwidgets
    ]


@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms_and_sets, title="", level=2):
    """What is wrong with one or more forms or formsets, each line a link to its field."""
    errors = []
    for item in forms_and_sets:
        if not item:
            continue
        for one in item.forms if hasattr(item, "forms") else [item]:
            errors += _errors_of(one)
        if hasattr(item, "non_form_errors"):
            errors += [("", message) for message in item.non_form_errors()]
    return {
        "errors": errors,
        "title": title or f"还差 {len(errors)} 处",
        "heading": f"h{int(level)}",
    }


def _errors_of(form):
    if not form.is_bound:
        return []
    lines = [("", message) for message in form.non_field_errors()]
    for bound in form:
        anchor = "" if bound.is_hidden else target_id(bound)
        lines += [(anchor, message) for message in sentences(bound)]
    return lines

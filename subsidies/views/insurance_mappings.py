"""Staff: saved names of the columns of insurance files."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from portal.accounts.access import CITY_OFFICE, allow
from portal.accounts.enums import Role
from portal.refused import Refused
from subsidies.enums import InsuranceKind
from subsidies.insurance_forms import HeadingsForm, MappingForm, guesses
from subsidies.models import InsuranceMapping
from subsidies.services.insurance.layouts import IGNORE, LAYOUTS
from subsidies.services.insurance.mappings import save_mapping


@allow(CITY_OFFICE)
@require_safe
def insurance_mappings(request):
    """All mappings, and the form that begins a new one with a file's heading line."""
    mappings = InsuranceMapping.objects.select_related("saved_by")
    return render(
        request,
        "subsidies/insurance/mappings.html",
        {
            "rows": [(one, _told(one)) for one in mappings],
            "form": HeadingsForm(),
            "may_import": request.user.role == Role.CITY_STAFF,
        },
    )


def _told(mapping):
    labels = {field.name: field.label for field in LAYOUTS[mapping.kind].fields}
    return [(h, labels[f]) for h, f in mapping.columns.items() if f != IGNORE]


@allow(CITY_OFFICE)
def insurance_mapping_new(request):
    """A new mapping: its headings come with the address, its fields are chosen here."""
    asked = HeadingsForm(request.GET)
    if not asked.is_valid():
        rows, kind = [], request.GET.get("kind")
        kind = kind if kind in InsuranceKind.values else InsuranceKind.PERSON_MONTH.value
    else:
        kind = asked.cleaned_data["kind"]
        rows = guesses(kind, asked.cleaned_data["headings"])
    return _edit(request, kind, rows)


@allow(CITY_OFFICE)
def insurance_mapping(request, pk):
    """Change a mapping."""
    mapping = get_object_or_404(InsuranceMapping, pk=pk)
    return _edit(request, mapping.kind, list(mapping.columns.items()), mapping)


def _edit(request, kind, rows, mapping=None):
    data = request.POST if request.method == "POST" else None
    form = MappingForm(data, kind=kind, rows=rows, name=mapping.name if mapping else "")
    if form.is_bound and form.is_valid():
        try:
            saved = save_mapping(
                kind, form.cleaned_data["name"], form.cleaned_data["columns"], request.user
            )
        except Refused as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, f"已保存“{saved.name}”。导入文件时可以选它。")
            return redirect("subsidies:insurance_mappings")
    return render(
        request,
        "subsidies/insurance/mapping.html",
        {
            "form": form,
            "kind": InsuranceKind(kind),
            "mapping": mapping,
            "may_import": request.user.role == Role.CITY_STAFF,
        },
        status=422 if form.is_bound else 200,
    )

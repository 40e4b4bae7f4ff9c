"""Bulk import of the supply list: what was imported, the template, one file, its errors."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from jobseekers.enums import ImportState
from jobseekers.models import SupplyListImport
from jobseekers.services.supply_import import error_file, import_supply_list
from jobseekers.services.supply_sheets import LARGEST, template_workbook
from portal.accounts.access import OFFICERS, allow
from portal.refused import Refused
from portal.reports.workbook import workbook_response
from portal.ui.formatting import thousands

PER_PAGE = 20
TONES = {
    ImportState.ACCEPTED: ("ok", "circle-check"),
    ImportState.REJECTED: ("bad", "alert-circle"),
    ImportState.REPEATED: ("plain", "circle-minus"),
}


class SupplyFileForm(forms.Form):
    """The one file."""

    file = forms.FileField(
        label="名单（Excel）",
        help_text="用模板填写，每人一行，一次最多 20,000 人、10 MB。",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.ods"}),
        error_messages={"required": "请选择要导入的 Excel 文件。", "empty": "这个文件是空的。"},
    )

    def clean_file(self):
        """Not read into memory when it is too large anyway."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError("文件超过 10 MB，请分成几个文件导入。")
        return file


@allow(OFFICERS)
def supply_imports(request):
    """What was imported, newest first; POST takes a file."""
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = SupplyFileForm(*sent)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            record = import_supply_list(file.read(), file.name, request.user)
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            _say(request, record)
            return redirect("workbench:supply_import", record.public_id)
    found = SupplyListImport.objects.visible_to(request.user).select_related(
        "region", "uploaded_by"
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "workbench/supply_imports.html",
        {
            "form": form,
            "page_obj": page,
            "rows": [(record, *TONES[ImportState(record.state)]) for record in page],
        },
        status=422 if form.is_bound else 200,
    )


def _say(request, record):
    if record.state == ImportState.ACCEPTED:
        messages.success(
            request,
            f"已导入：新增 {thousands(record.rows_added)} 人，"
            f"{thousands(record.rows_known)} 人早已登记，没有改动。",
        )
    elif record.state == ImportState.REPEATED:
        messages.info(request, "这个文件早已导入过，没有变化。")
    else:
        messages.error(
            request,
            f"{thousands(record.rows_wrong)} 行有错误，全部没有导入。请下载错误清单改好再导入。",
        )


@allow(OFFICERS)
@require_safe
def supply_template(request):
    """The empty list to fill in."""
    return workbook_response(template_workbook(), "人力资源供给清单模板.xlsx")


@allow(OFFICERS)
@require_safe
def supply_import(request, public_id):
    """What came of one file."""
    record = _record(request, public_id)
    tone, icon = TONES[ImportState(record.state)]
    return render(
        request,
        "workbench/supply_import.html",
        {
            "record": record,
            "tone": tone,
            "icon": icon,
            "may_download": _holds_errors_for(record, request.user),
        },
    )


@allow(OFFICERS)
@require_safe
def supply_errors(request, public_id):
    """The sent rows with their errors, for the person who sent them and nobody else."""
    record = _record(request, public_id)
    if not _holds_errors_for(record, request.user):
        raise Http404
    return workbook_response(
        error_file(record), f"错误清单 {record.file_name.rpartition('.')[0]}.xlsx"
    )


def _record(request, public_id):
    records = SupplyListImport.objects.visible_to(request.user)
    return get_object_or_404(records.select_related("region", "uploaded_by"), public_id=public_id)


def _holds_errors_for(record, user):
    """The workbook holds identity numbers in clear: only who sent them gets them back."""
    return bool(record.error_workbook) and record.uploaded_by_id == user.pk

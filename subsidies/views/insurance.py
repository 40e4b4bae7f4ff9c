"""Staff: insurance records. Which months are there, one import, its rejections."""

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.access import CITY_OFFICE, OFFICERS, allow
from portal.accounts.enums import Role
from portal.places.models import Division
from portal.refused import Refused
from portal.reports.workbook import as_bytes, workbook_response
from subsidies import insurance_view
from subsidies.enums import ImportState, InsuranceKind
from subsidies.insurance_forms import InsuranceFileForm, ReopenForm
from subsidies.models import InsuranceImport
from subsidies.services.insurance.reopening import reopen_month
from subsidies.services.insurance.uploads import give_up, send_in, start_again

PER_PAGE = 20


def _may_import(user):
    return user.role == Role.CITY_STAFF


def _regions():
    """The city and its districts, the city first."""
    city = Division.objects.filter(code=settings.CITY_CODE)
    return (city | Division.objects.districts_of(settings.CITY_CODE)).order_by("level", "order")


@allow(OFFICERS)
@require_safe
def insurance(request):
    """Months by kind, and every file."""
    imports = InsuranceImport.objects.visible_to(request.user)
    years = insurance_view.years(imports)
    asked = request.GET.get("year", "")
    with_files = imports.order_by("-first_month").values_list("first_month__year", flat=True)
    year = int(asked) if asked.isdecimal() and int(asked) in years else with_files.first()
    listed = imports.select_related("region", "imported_by", "supersedes")
    return render(
        request,
        "subsidies/insurance/list.html",
        {
            "kinds": InsuranceKind,
            "years": years,
            "year": year or years[0],
            "months": insurance_view.grid(request.user, year or years[0]),
            "page": Paginator(listed, PER_PAGE).get_page(request.GET.get("page")),
            "may_import": _may_import(request.user),
        },
    )


@allow(CITY_OFFICE)
def insurance_new(request):
    """The form; POST takes a file and starts its import in the background."""
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = InsuranceFileForm(*sent, regions=_regions(), initial=_asked(request))
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            made, repeated = send_in(
                data["file"],
                data["kind"],
                data["month"],
                data["region"],
                data["mapping"],
                request.user,
            )
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            if repeated:
                messages.info(request, "这个文件早已导入，没有改动。")
            return redirect("subsidies:insurance_import", made.public_id)
    return render(
        request,
        "subsidies/insurance/new.html",
        {"form": form, "may_import": _may_import(request.user)},
        status=422 if form.is_bound else 200,
    )


def _asked(request):
    """What a link from the months fills in."""
    asked = {name: request.GET.get(name, "") for name in ("kind", "month", "region")}
    return {name: value for name, value in asked.items() if value}


def _record(request, public_id):
    imports = InsuranceImport.objects.visible_to(request.user).select_related(
        "region", "imported_by", "mapping", "supersedes", "job", "reopening__opened_by"
    )
    return get_object_or_404(imports, public_id=public_id)


@allow(OFFICERS)
@require_safe
def insurance_import(request, public_id):
    """One import: while it waits how far it is, then its totals and rejections."""
    record = _record(request, public_id)
    context = {"record": record, "may_import": _may_import(request.user)}
    if record.state == ImportState.WAITING:
        context["waiting"] = insurance_view.waiting(record)
    else:
        rejections = Paginator(record.rejections.all(), PER_PAGE)
        context |= {
            "sums": insurance_view.totals(record),
            "page": rejections.get_page(request.GET.get("page")),
            "parts": insurance_view.parts(record),
            "superseded_by": InsuranceImport.objects.filter(supersedes=record).first(),
        }
    return render(request, "subsidies/insurance/import.html", context)


@allow(OFFICERS)
@require_safe
def insurance_progress(request, public_id):
    """The part of the page that says how far an import is; asked for again while it waits."""
    record = _record(request, public_id)
    done = record.state != ImportState.WAITING
    waiting = None if done else insurance_view.waiting(record)
    response = render(
        request,
        "subsidies/insurance/progress.html",
        {"record": record, "waiting": waiting, "may_import": _may_import(request.user)},
    )
    if done:
        response["HX-Refresh"] = "true"
    return response


@allow(OFFICERS)
@require_safe
def insurance_rejections(request, public_id):
    """The rejected lines as an Excel workbook; a long list has several parts."""
    record = _record(request, public_id)
    asked = request.GET.get("part", "1")
    numbers = {number for number, _, _ in insurance_view.parts(record)}
    if not asked.isdecimal() or int(asked) not in numbers:
        raise Http404
    table = insurance_view.rejections_table(record, int(asked))
    second = f"{record.get_kind_display()} {record.first_month:%Y-%m}"
    content = as_bytes([table], second, settings.PORTAL_OFFICE, record.imported_at)
    return workbook_response(content, f"退回行 {record.first_month:%Y-%m} {asked}.xlsx")


@allow(CITY_OFFICE)
@require_POST
def insurance_again(request, public_id):
    """Start an import again whose worker was stopped."""
    record = _record(request, public_id)
    try:
        start_again(record, request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("subsidies:insurance_import", record.public_id)


@allow(CITY_OFFICE)
@require_POST
def insurance_give_up(request, public_id):
    """Delete a file that waits and that nobody is at."""
    record = _record(request, public_id)
    try:
        give_up(record, request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已放弃，文件已删除，没有导入。")
    return redirect("subsidies:insurance_import", record.public_id)


@allow(CITY_OFFICE)
def insurance_reopen(request, public_id):
    """Re-open the month of a current import for one corrected file, with a reason."""
    record = _record(request, public_id)
    form = ReopenForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            if record.region is None:
                raise Refused("这次导入没有分地区，不能重开。")
            reopen_month(
                record.kind,
                record.first_month,
                record.region,
                form.cleaned_data["reason"],
                request.user,
            )
        except Refused as refusal:
            form.add_error("reason", str(refusal))
        else:
            messages.success(request, f"{record.first_month:%Y-%m} 已重开，请导入更正文件。")
            return redirect("subsidies:insurance")
    return render(
        request,
        "subsidies/insurance/reopen.html",
        {"record": record, "form": form, "may_import": _may_import(request.user)},
        status=422 if form.is_bound else 200,
    )

"""Public: notices, their lists, objections."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render

from portal.accounts.access import PUBLIC, allow
from portal.places.working_days import uncertain
from portal.ui.formatting import full_date
from subsidies.forms import NoticeObjectionForm
from subsidies.models import PublicNotice
from subsidies.services.notice_lines import NoticeLines
from subsidies.services.notices import is_running
from subsidies.services.objections import object_to_notice

from .notice_parts import clock_of, paper_state, pdf_response, state_of
from .said import refusals_said

PER_PAGE = 50
MOST_PRINTED = 1000  # lines on one page; a longer list is printed from its PDF


@allow(PUBLIC)
def notice_list(request):
    """Every notice, the newest first; running ones with their clock."""
    notices = PublicNotice.objects.select_related("region").defer("entries")
    page = Paginator(notices, 20).get_page(request.GET.get("page"))
    rows = [
        (notice, state_of(notice), clock_of(notice) if is_running(notice) else None)
        for notice in page
    ]
    return render(request, "notices/list.html", {"page": page, "rows": rows})


@allow(PUBLIC)
def notice_detail(request, public_id):
    """One notice as an official paper; `?all=1` shows the whole list for printing, if not long."""
    notice = get_object_or_404(
        PublicNotice.objects.select_related("region").defer("entries"), public_id=public_id
    )
    words = request.GET.get("q", "").strip()[:40].replace("\0", "")
    lines = [] if notice.withdrawn_at else NoticeLines(notice.pk, words, notice.entry_count)
    printable = notice.entry_count <= MOST_PRINTED
    whole = printable and request.GET.get("all") == "1"
    page = Paginator(lines, MOST_PRINTED if whole else PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "notices/detail.html",
        {
            "notice": notice,
            "state": state_of(notice),
            "running": is_running(notice),
            "clock": clock_of(notice),
            "warning": uncertain(notice.starts_on, notice.ends_on),
            "page": page,
            "words": words,
            "whole": whole,
            "printable": printable,
            "count": notice.entry_count,
            "of_refunds": NoticeLines(notice.pk).are_refunds(),
            "paper": paper_state(notice),
        },
    )


@allow(PUBLIC)
def notice_pdf(request, public_id):
    """The same as a PDF with the whole list; none of a notice that was taken down."""
    notices = PublicNotice.objects.published().defer("entries")
    return pdf_response(get_object_or_404(notices, public_id=public_id))


@allow(PUBLIC)
def objection(request, public_id):
    """The form to object to a running notice."""
    notice = get_object_or_404(
        PublicNotice.objects.published().select_related("region").defer("entries"),
        public_id=public_id,
    )
    if not is_running(notice):
        messages.error(request, "公示期已过，不能在这里提出异议了。请打热线说明情况。")
        return redirect("notices:detail", notice.public_id)
    line = request.GET.get("no", "")
    initial = {"entry_number": line if line.isdecimal() else None}
    form = NoticeObjectionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusals_said(request) as outcome:
            filed = object_to_notice(notice, user=request.user, **form.cleaned_data)
        if not outcome.refused:
            messages.success(
                request,
                f"异议已收到。{full_date(filed.due_on)}下班前书面答复，会打您留的电话。",
            )
            return redirect("notices:detail", notice.public_id)
    return render(
        request,
        "notices/objection.html",
        {"notice": notice, "form": form, "clock": clock_of(notice)},
        status=400 if form.errors else 200,
    )

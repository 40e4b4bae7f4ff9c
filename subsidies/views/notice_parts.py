"""What public and staff pages show of a notice alike."""

from urllib.parse import quote

from django.http import Http404, HttpResponse
from django.utils import timezone

from portal.places.working_days import is_workday
from portal.ui.clocks import read_workdays
from subsidies import notice_pdf
from subsidies.models import PublicNotice
from subsidies.services.notices import is_running


def state_of(notice: PublicNotice) -> str:
    """The word of a notice's state, as status labels know it."""
    if notice.withdrawn_at:
        return "已撤下"
    if not is_running(notice):
        return "公示结束"
    return "公示中" if timezone.localdate() >= notice.starts_on else "即将公示"


def clock_of(notice: PublicNotice):
    """The working-day clock of a notice."""
    return read_workdays(notice.starts_on, notice.ends_on, timezone.localdate(), is_workday)


def pdf_response(notice: PublicNotice) -> HttpResponse:
    """The notice as a PDF to read or print. Raises Http404 where no Chinese font is installed."""
    if not notice_pdf.available():
        raise Http404
    response = HttpResponse(notice_pdf.notice_pdf(notice), content_type="application/pdf")
    name = quote(notice_pdf.file_name(notice))
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{name}"
    return response

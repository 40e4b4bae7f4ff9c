"""What public and staff pages show of a notice alike."""

from urllib.parse import quote

from django.http import FileResponse, Http404
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


def paper_state(notice: PublicNotice) -> str:
    """ready, coming (it is being made), or none where no Chinese font is installed."""
    if notice.paper:
        return "ready"
    return "coming" if notice_pdf.available() else "none"


def pdf_response(notice: PublicNotice) -> FileResponse:
    """The notice's PDF as it was made after publishing; the file is handed out, never made here.

    Raises Http404 while there is none.
    """
    if not notice.paper:
        raise Http404
    try:
        content = notice.paper.open("rb")
    except FileNotFoundError as error:
        raise Http404("the stored paper is gone") from error
    response = FileResponse(content, content_type="application/pdf")
    name = quote(notice_pdf.file_name(notice))
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{name}"
    return response

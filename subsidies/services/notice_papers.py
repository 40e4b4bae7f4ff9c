"""The PDF of a public notice: made once, in the background, and kept; requests only hand it out.

A list of a province has tens of thousands of lines and takes minutes. Whoever asks for it reads a
file; nobody's request makes one.
"""

import logging

from django.core.files.base import ContentFile
from django.db import transaction

from portal.runs.services import AlreadyRunning, running
from subsidies import notice_pdf
from subsidies.models import PublicNotice

JOB = "notice_paper"
logger = logging.getLogger(__name__)


def start_paper(notice: PublicNotice) -> None:
    """Have the paper made once the notice is committed. A broker that is away stops nothing:
    `make_missing_papers` comes round."""
    transaction.on_commit(lambda: _start(notice.pk), robust=True)


def _start(pk):
    from subsidies.tasks import make_notice_paper

    make_notice_paper.delay(pk)


def make_paper(pk: int) -> bool:
    """Make and keep the paper of one notice; twice is once. False where no Chinese font is.

    Raises AlreadyRunning while another process makes it.
    """
    if not notice_pdf.available():
        return False
    notice = PublicNotice.objects.select_related("region").get(pk=pk)
    if notice.paper:
        return True
    key = f"{JOB}:{notice.public_id}"
    with running(JOB, key, again=True) as log:
        with log.stage("排版"):
            content = notice_pdf.notice_pdf(notice)
        notice.refresh_from_db(fields=["paper"])
        if not notice.paper:
            notice.paper.save(f"{notice.public_id}.pdf", ContentFile(content), save=False)
            notice.save(update_fields=["paper"])
        log.count(lines=notice.entry_count, size=len(content))
    return True


def make_missing_papers() -> int:
    """Every notice that stands and has no paper gets one: a worker was away, or the font is new.

    Returns how many were made. One that fails is said in the log and its job, and does not keep
    the others from theirs.
    """
    made = 0
    missing = PublicNotice.objects.filter(paper="", withdrawn_at__isnull=True)
    for pk in missing.order_by("pk").values_list("pk", flat=True):
        try:
            made += make_paper(pk)
        except AlreadyRunning:
            continue
        except Exception:
            logger.exception("the paper of notice %s could not be made", pk)
    return made

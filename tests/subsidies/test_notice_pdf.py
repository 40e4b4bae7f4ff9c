"""The public notice as a PDF: what can be read in it is what was published, masked."""

import re
import subprocess

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.refused import Refused
from portal.ui.formatting import yuan
from subsidies import notice_pdf
from subsidies.enums import ClaimState
from subsidies.models import PublicNotice
from subsidies.services import notice_papers, notices
from subsidies.services.notice_papers import make_missing_papers, make_paper
from subsidies.services.objections import object_to_notice
from subsidies.tasks import make_notice_paper, make_notice_papers

from .conftest import at, ids

pytestmark = pytest.mark.django_db


def read(content, tmp_path):
    """The text of a PDF as a reader program takes it out."""
    path = tmp_path / "notice.pdf"
    path.write_bytes(content)
    done = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True, timeout=60
    )
    return done.stdout.decode()


def handed_out(client, notice, name="notices:pdf"):
    """The PDF as a reader gets it."""
    response = client.get(reverse(name, args=[notice.public_id]))
    assert response["Content-Type"] == "application/pdf"
    return b"".join(response.streaming_content)


def test_list_total_dates_and_check_code(published, city, client, tmp_path):
    make_paper(published.pk)
    text = read(handed_out(client, published), tmp_path)
    close = text.replace(" ", "").replace("\n", "")
    assert published.check_code in text
    assert "2020年4月7日至2020年4月13日（5个工作日）" in close
    assert "常人社发〔2020〕17号" in close
    assert close.count(yuan(published.total_fen)) == 2
    amounts = [yuan(entry["amount_fen"]) for entry in published.entries]
    assert all(amount in text for amount in amounts)
    assert all(entry["name"] in close for entry in published.entries)
    assert city.plain.credit_code not in close
    assert re.search(r"第1页，共1页", close)


def test_persons_are_masked_and_have_no_headcount(published, tmp_path):
    entry = {
        "no": 1,
        "claim": "x",
        "name": "测*庚",
        "code": "",
        "region": "武进区",
        "insured_start": None,
        "insured_end": None,
        "rate": "",
        "amount_fen": 150_000,
    }
    published.entries, published.entry_count = [entry], 1
    published.total_fen = 150_000
    text = read(notice_pdf.notice_pdf(published), tmp_path).replace(" ", "")
    assert "测*庚" in text
    assert "裁员率" not in text
    assert "拟发放下列1笔，合计1,500.00元" in text.replace("\n", "")


def test_three_hundred_lines_have_a_head_on_each_page(published, tmp_path):
    first = published.entries[0]
    published.entries = [first | {"no": number} for number in range(1, 301)]
    text = read(notice_pdf.notice_pdf(published), tmp_path)
    pages = [page for page in text.split("\f") if page.strip()]
    assert len(pages) > 5
    assert all("企业名称" in page for page in pages[:-1])
    assert "300" in pages[-1]


def test_a_notice_that_was_taken_down(published, reviewed, client, sign_in):
    make_paper(published.pk)
    notices.withdraw_notice(published.public_id, reviewed[0], "名单有误")
    assert client.get(reverse("notices:pdf", args=[published.public_id])).status_code == 404
    staff = sign_in(reviewed[0])
    assert handed_out(staff, published, "subsidies:notice_pdf")[:5] == b"%PDF-"


def test_without_a_font_there_is_no_link(published, client, monkeypatch):
    monkeypatch.setattr(notice_pdf, "font", lambda: None)
    assert make_paper(published.pk) is False
    page = client.get(reverse("notices:detail", args=[published.public_id])).content.decode()
    assert "PDF" not in page
    assert client.get(reverse("notices:pdf", args=[published.public_id])).status_code == 404
    with pytest.raises(LookupError):
        notice_pdf.notice_pdf(published)


def test_the_link_stands_on_both_pages(published, client, sign_in, reviewed):
    waiting = client.get(reverse("notices:detail", args=[published.public_id])).content.decode()
    assert reverse("notices:pdf", args=[published.public_id]) not in waiting
    assert "全部名单的 PDF 正在生成" in waiting
    make_paper(published.pk)
    public = client.get(reverse("notices:detail", args=[published.public_id])).content.decode()
    assert reverse("notices:pdf", args=[published.public_id]) in public
    staff = sign_in(reviewed[0]).get(reverse("subsidies:notice", args=[published.public_id]))
    assert reverse("subsidies:notice_pdf", args=[published.public_id]) in staff.content.decode()


def test_a_long_name_breaks_within_its_cell_and_nothing_is_lost(published, tmp_path):
    first = published.entries[0]
    long = "常州测样" + "甲乙丙丁戊己庚辛壬癸" * 5 + "有限公司"
    published.entries = [first | {"name": long, "supplement": True}]
    close = read(notice_pdf.notice_pdf(published), tmp_path).replace(" ", "").replace("\n", "")
    assert all(long[at : at + 8] in close for at in range(0, len(long) - 8, 8))
    assert "（补发）" in close


def test_publishing_starts_the_paper_and_no_request_makes_one(
    reviewed, clock, client, monkeypatch, django_capture_on_commit_callbacks
):
    """Made once, by the task of its publishing; asked for a hundred times it is the same file."""
    made = []
    real = notice_pdf.notice_pdf
    monkeypatch.setattr(notice_pdf, "notice_pdf", lambda one: made.append(one.pk) or real(one))
    clock(at(2020, 4, 7))
    with django_capture_on_commit_callbacks(execute=True):
        notice = notices.publish_notice(ids(ClaimState.SECOND_REVIEWED), reviewed[1], 5)
    assert made == [notice.pk]
    assert handed_out(client, notice) == handed_out(client, notice)
    make_notice_paper(notice.pk)
    assert make_notice_papers() == 0
    assert made == [notice.pk]


def test_a_broker_that_is_away_stops_no_publishing(
    reviewed, clock, monkeypatch, django_capture_on_commit_callbacks
):
    """The list is public; its paper comes with the next round."""

    def away(pk):
        raise ConnectionError("no broker")

    monkeypatch.setattr(notice_papers, "_start", away)
    clock(at(2020, 4, 7))
    with django_capture_on_commit_callbacks(execute=True):
        notice = notices.publish_notice(ids(ClaimState.SECOND_REVIEWED), reviewed[1], 5)
    assert notice.paper.name == ""
    assert make_missing_papers() == 1
    notice.refresh_from_db()
    assert notice.paper.read()[:5] == b"%PDF-"


def test_a_notice_taken_down_gets_no_paper(published, reviewed):
    notices.withdraw_notice(published.public_id, reviewed[0], "名单有误")
    assert make_missing_papers() == 0
    published.refresh_from_db()
    assert not published.paper


def test_a_font_that_is_installed_later_is_found(settings, monkeypatch, tmp_path):
    monkeypatch.setattr(notice_pdf, "_PLACES", ())
    settings.PDF_FONT = str(tmp_path / "song.ttf")
    assert notice_pdf.available() is False
    (tmp_path / "song.ttf").write_bytes(b"")
    assert notice_pdf.font() == (settings.PDF_FONT, 0)


def test_one_that_cannot_be_made_keeps_no_other_from_its_paper(published, monkeypatch, caplog):
    other = PublicNotice.objects.get(pk=published.pk)
    other.pk, other.public_id, other.number = None, "witholuck", published.number + 1
    other.save(force_insert=True)

    def sometimes(one):
        if one.pk == published.pk:
            raise ValueError("broken")
        return b"%PDF-1.4"

    monkeypatch.setattr(notice_pdf, "notice_pdf", sometimes)
    assert make_missing_papers() == 1
    assert f"the paper of notice {published.pk} could not be made" in caplog.text
    other.refresh_from_db()
    assert other.paper


class TestLongLists:
    """A province's list: a page reads its lines out of the database, never the whole list."""

    @pytest.fixture
    def long(self, published):
        first = published.entries[0]
        published.entries = [
            first | {"no": n, "name": f"常州测样{n:05d}有限公司"} for n in range(1, 3001)
        ]
        published.entry_count = 3000
        published.save()
        return published

    def page(self, client, notice, **query):
        return client.get(
            reverse("notices:detail", args=[notice.public_id]), query
        ).content.decode()

    def test_the_page_shows_fifty_and_finds_any(self, long, client):
        with CaptureQueriesContext(connection) as queries:
            text = self.page(client, long, page=60)
        assert text.count('<th scope="row">') == 50
        assert "常州测样03000有限公司" in text and "常州测样02950有限公司" not in text
        unpacked = [q["sql"] for q in queries if "jsonb_array_elements" in q["sql"]]
        assert len(unpacked) == 1, "the list is taken apart for its page only"
        assert "年初" in text
        assert "拟向下列 3,000 家企业" in text
        assert not any('publicnotice"."entries"' in query["sql"] for query in queries)
        found = self.page(client, long, q="02950")
        assert found.count('<th scope="row">') == 1 and "常州测样02950有限公司" in found
        assert "名单里没有找到" in self.page(client, long, q="%")

    def test_it_is_printed_from_its_paper(self, long, client):
        assert "?all=1" not in self.page(client, long)
        assert self.page(client, long, all="1").count('<th scope="row">') == 50

    def test_lists_of_notices_and_the_home_page_read_no_list(self, long, client):
        for address in (reverse("notices:list"), reverse("home")):
            with CaptureQueriesContext(connection) as queries:
                assert long.title in client.get(address).content.decode()
            read = [q["sql"] for q in queries if 'publicnotice"."entries"' in q["sql"]]
            assert read == [], address

    def test_an_objection_to_the_last_line(self, long, clock):
        filed = object_to_notice(
            long, name="测试庚", phone="13900000010", body="人数不对", entry_number=3000
        )
        assert filed.claim.public_id == long.entries[-1]["claim"]
        with pytest.raises(Refused, match="没有第 3001 号"):
            object_to_notice(
                long, name="测试庚", phone="13900000010", body="人数不对", entry_number=3001
            )

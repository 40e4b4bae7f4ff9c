"""The public notice as a PDF: what can be read in it is what was published, masked."""

import re
import subprocess

import pytest
from django.core.cache import cache
from django.urls import reverse

from portal.ui.formatting import yuan
from subsidies import notice_pdf
from subsidies.services import notices

pytestmark = pytest.mark.django_db


def read(content, tmp_path):
    """The text of a PDF as a reader program takes it out."""
    path = tmp_path / "notice.pdf"
    path.write_bytes(content)
    done = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True, timeout=60
    )
    return done.stdout.decode()


def test_list_total_dates_and_check_code(published, city, client, tmp_path):
    response = client.get(reverse("notices:pdf", args=[published.public_id]))
    assert response["Content-Type"] == "application/pdf"
    text = read(response.content, tmp_path)
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
    published.entries = [entry]
    published.list_sha256 = "ab" * 32
    published.total_fen = 150_000
    text = read(notice_pdf.notice_pdf(published), tmp_path).replace(" ", "")
    assert "测*庚" in text
    assert "裁员率" not in text
    assert "拟发放下列1笔，合计1,500.00元" in text.replace("\n", "")


def test_three_hundred_lines_have_a_head_on_each_page(published, tmp_path):
    first = published.entries[0]
    published.entries = [first | {"no": number} for number in range(1, 301)]
    published.list_sha256 = "cd" * 32
    text = read(notice_pdf.notice_pdf(published), tmp_path)
    pages = [page for page in text.split("\f") if page.strip()]
    assert len(pages) > 5
    assert all("企业名称" in page for page in pages[:-1])
    assert "300" in pages[-1]


def test_a_notice_that_was_taken_down(published, reviewed, client, sign_in):
    notices.withdraw_notice(published.public_id, reviewed[0], "名单有误")
    assert client.get(reverse("notices:pdf", args=[published.public_id])).status_code == 404
    staff = sign_in(reviewed[0])
    page = staff.get(reverse("subsidies:notice_pdf", args=[published.public_id]))
    assert page.content[:5] == b"%PDF-"


def test_without_a_font_there_is_no_link(published, client, monkeypatch):
    cache.clear()
    monkeypatch.setattr(notice_pdf, "font", lambda: None)
    page = client.get(reverse("notices:detail", args=[published.public_id])).content.decode()
    assert "（PDF）" not in page
    assert client.get(reverse("notices:pdf", args=[published.public_id])).status_code == 404
    with pytest.raises(LookupError):
        notice_pdf.notice_pdf(published)


def test_the_link_stands_on_both_pages(published, client, sign_in, reviewed):
    public = client.get(reverse("notices:detail", args=[published.public_id])).content.decode()
    assert reverse("notices:pdf", args=[published.public_id]) in public
    staff = sign_in(reviewed[0]).get(reverse("subsidies:notice", args=[published.public_id]))
    assert reverse("subsidies:notice_pdf", args=[published.public_id]) in staff.content.decode()

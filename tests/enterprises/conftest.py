"""People and papers the tests of enterprises share."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image
from pypdf import PdfWriter

from portal.outbox.models import Message
from tests.factories import MembershipFactory, UserFactory, division


@pytest.fixture
def membership(db):
    """An owner of an approved enterprise of 武进区."""
    return MembershipFactory()


@pytest.fixture
def member(membership):
    """That owner."""
    return membership.user


@pytest.fixture
def enterprise(membership):
    """That enterprise."""
    return membership.enterprise


@pytest.fixture
def officer(db):
    """District staff of 武进区."""
    return UserFactory(district=True, display_name="吴审核", office="武进区就业服务中心")


@pytest.fixture
def colleague(db):
    """Another one of the same office."""
    return UserFactory(district=True, display_name="同办公室", office="武进区就业服务中心")


@pytest.fixture
def neighbour(db):
    """District staff of another district: the near miss."""
    return UserFactory(district=True, region=division("320411"))


@pytest.fixture
def inbox():
    """inbox(user) → the subjects of the user's messages, oldest first."""

    def read(user):
        return list(
            Message.objects.filter(recipient=user).order_by("pk").values_list("subject", flat=True)
        )

    return read


@pytest.fixture
def queries_of():
    """queries_of(client, url) → how many queries the page takes once it is warm."""

    def count(client, url):
        client.get(url)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(url).status_code == 200
        return len(caught)

    return count


def picture(kind="PNG", size=(60, 40)):
    """Bytes of a small real picture."""
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, kind)
    return out.getvalue()


def pdf(pages=1, password=""):
    """Bytes of a small real PDF."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 100)
    if password:
        writer.encrypt(password)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def upload(content, name="执照.png"):
    """An uploaded file of that content."""
    return SimpleUploadedFile(name, content)

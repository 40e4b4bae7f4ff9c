"""The pages shown when something went wrong."""

import logging
import re

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import path

from portal.accounts.access import PUBLIC, allow
from portal.ui.errors import csrf_failure, server_error


@allow(PUBLIC)
def broken(request):
    raise RuntimeError("sample")


@allow(PUBLIC)
def form(request):
    return HttpResponse()


urlpatterns = [path("broken/", broken), path("form/", form)]
handler500 = "portal.ui.errors.server_error"


def test_a_fault_gives_a_number_to_quote_and_the_log_has_the_same(caplog):
    with caplog.at_level(logging.ERROR, "portal.errors"):
        answer = server_error(RequestFactory().get("/staff/tickets/7/"))
    page = answer.content.decode()
    number = re.search(r"E-\d{8}-\d{4}", page).group(0)
    assert answer.status_code == 500
    assert number in caplog.text and "/staff/tickets/7/" in caplog.text
    assert "8558 8919" in page
    assert 'href="/staff/tickets/7/"' in page


@pytest.mark.urls(__name__)
@pytest.mark.django_db
def test_the_handler_is_reached_by_a_real_fault(client):
    client.raise_request_exception = False
    answer = client.get("/broken/")
    assert answer.status_code == 500
    assert "这是我们的问题" in answer.content.decode()
    assert "RuntimeError" not in answer.content.decode()


@pytest.mark.django_db
def test_not_found_does_not_tell_whether_the_thing_exists(client):
    answer = client.get("/no-such-page/")
    assert answer.status_code == 404
    page = answer.content.decode()
    assert "可能已删除，或不属于您能看的范围" in page
    assert page.count("<h1") == 1


@pytest.mark.django_db
def test_an_expired_form_says_that_nothing_was_sent(rf, admin_client):
    request = admin_client.get("/").wsgi_request
    answer = csrf_failure(request, "sample")
    assert answer.status_code == 403
    assert "没有提交" in answer.content.decode()
